package main

import (
	"context"
	"encoding/hex"
	"iter"
	"sync"

	"github.com/rs/zerolog"

	"thingbridge/adapters/serial"
	"thingbridge/gateway/web"
)

// face is the HTTP face of the running gateway. Without its socket the gateway does its
// work all the same, and cannot be asked.
type face struct {
	socket string
	stop   context.CancelFunc
	served sync.WaitGroup
}

// openFace answers on a socket until it is closed.
func openFace(socket string, ports *serial.Ports, log zerolog.Logger) *face {
	ctx, stop := context.WithCancel(context.Background())
	f := &face{socket: socket, stop: stop}
	l, err := web.Listen(socket)
	if err != nil {
		log.Warn().Err(err).Msg("the command line cannot ask this gateway")
		return f
	}
	f.served.Go(func() {
		if err := web.Serve(ctx, l, portsFace{ports}, log); err != nil {
			log.Warn().Err(err).Str("socket", socket).Msg("the command line cannot ask this gateway any more")
		}
	})
	return f
}

func (f *face) close() {
	f.stop()
	f.served.Wait()
}

// portsFace shows the serial ports over HTTP.
type portsFace struct{ ports *serial.Ports }

var _ web.Ports = portsFace{}

// Ports implements [web.Ports].
func (f portsFace) Ports() (out []web.Port) {
	for _, t := range f.ports.Taps() {
		out = append(out, web.Port{Name: t.Name(), Port: t.Port()})
	}
	return out
}

// Entries implements [web.Ports].
func (f portsFace) Entries(ctx context.Context, name string, follow bool) (iter.Seq[web.Entry], bool) {
	tap, ok := f.ports.Tap(name)
	if !ok {
		return nil, false
	}
	return func(yield func(web.Entry) bool) {
		if follow {
			for e := range tap.Follow(ctx) {
				if !yield(entryOf(&e)) {
					return
				}
			}
			return
		}
		for _, e := range tap.Recent() {
			if !yield(entryOf(&e)) {
				return
			}
		}
	}, true
}

func entryOf(e *serial.Entry) web.Entry {
	out := web.Entry{
		Number: e.Number, At: e.At, Way: e.Way.String(), Hex: hex.EncodeToString(e.Bytes), Size: e.Size,
		Text: e.Text, Faults: e.Faults, Missed: e.Missed, Line: string(e.AppendText(nil)),
	}
	for _, r := range e.Readings {
		out.Readings = append(out.Readings, web.Reading{Device: string(r.Device), Property: r.Property, Value: r.Value.String()})
	}
	return out
}
