package serial

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/rs/zerolog"

	"thingbridge/adapters/serial/codec"
)

// Hearing is what came from a port in a while.
type Hearing struct {
	Port   string        // what is open, and how it is set up
	Other  string        // another process that has it open; empty: none is known
	Time   time.Duration // how long was listened
	Asked  int           // frames that were sent
	Bytes  int           // that came
	Frames int           // that meant something
	Bad    int           // frames and pieces that did not
	Sample string        // the first frame that meant something, in words
	Fault  string        // the first that was wrong
	Hint   string        // what to change in the settings; empty: they seem to be right
}

// How many frames show that all is well: so many that mean something, or one among so
// many.
const (
	enough = 3
	among  = 8
)

// Listener is a port that is open to be listened to.
type Listener struct {
	a     *Adapter
	port  Port
	codec codec.Codec
	heard Hearing
	noise noise
}

// Listen opens the port of a configuration as its adapter would. The error is a
// [*Trouble] where a person can do something.
func Listen(ctx context.Context, name string, cfg Config) (*Listener, error) {
	return listen(ctx, New(name, cfg, zerolog.Nop(), NewPorts()))
}

func listen(ctx context.Context, a *Adapter) (l *Listener, err error) {
	if a.err != nil {
		return nil, a.err
	}
	l = &Listener{a: a}
	if l.codec, err = a.protocol.open(a.name, &a.cfg); err != nil {
		return nil, err
	}
	if l.port, err = a.open(ctx); err != nil {
		return nil, err
	}
	l.heard.Port, l.heard.Other = a.about(l.port)
	return l, nil
}

// Opened returns what is known before anything came.
func (l *Listener) Opened() Hearing { return l.heard }

// Close gives the port back.
func (l *Listener) Close() error { return l.port.Close() }

// Hear asks what the adapter would ask, and listens until ctx ends, or until it is clear
// that all is well. It answers nothing, for an answer can be for ever, as the number of
// a node is.
func (l *Listener) Hear(ctx context.Context) (h Hearing, err error) {
	defer func() {
		if value := recover(); value != nil {
			err = fmt.Errorf("the codec ended in a panic: %v", value)
		}
	}()
	began := time.Now()
	if settle := l.a.settle(l.port); settle > 0 && !pause(ctx, settle) {
		return l.heard, ctx.Err()
	}
	var r codec.Result
	l.codec.Opened(&r, time.Now())
	var b codec.Buffer
	buf := make([]byte, readBuffer)
	for ctx.Err() == nil && !l.clear() && err == nil {
		l.codec.Due(&r, time.Now())
		if err = l.send(&r); err != nil {
			break
		}
		var n int
		n, err = l.port.Read(buf)
		l.take(&b, buf[:n])
	}
	l.heard.Time = time.Since(began)
	l.heard.Hint = l.noise.hint(l.a.protocol, l.a.line, l.a.at)
	return l.heard, err
}

// clear reports whether enough came.
func (l *Listener) clear() bool {
	return l.heard.Frames >= enough || l.heard.Frames > 0 && l.heard.Frames+l.heard.Bad >= among
}

// send sends what the codec wants to know.
func (l *Listener) send(r *codec.Result) error {
	var errs error
	for _, f := range r.Send {
		_, err := l.port.Write(f.Bytes)
		errs = errors.Join(errs, err)
		l.heard.Asked++
	}
	r.Reset()
	return errs
}

// take counts what came. What it makes the codec say is not sent.
func (l *Listener) take(b *codec.Buffer, chunk []byte) {
	var r codec.Result
	l.heard.Bytes += len(chunk)
	for frame, err := range b.Take(l.codec, chunk) {
		if err != nil {
			l.noise.bytes(frame)
			l.bad(err)
			continue
		}
		r.Reset()
		l.codec.Decode(&r, frame, time.Now())
		l.noise.frame(frame, r.Faults)
		for i := range r.Faults {
			if r.Faults[i].Err != nil {
				l.bad(&r.Faults[i])
				frame = nil
				break
			}
		}
		if frame == nil {
			continue
		}
		if l.heard.Frames++; l.heard.Sample == "" {
			l.heard.Sample = clean(string(l.codec.Explain(nil, frame)))
		}
	}
}

func (l *Listener) bad(err error) {
	if l.heard.Bad++; l.heard.Fault == "" {
		l.heard.Fault = clean(err.Error())
	}
}
