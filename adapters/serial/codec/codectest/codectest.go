// Package codectest checks that a codec keeps the contract of package codec. Every
// codec has a test that calls [Run], and a fuzz test that calls [Fuzz].
package codectest

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"thingbridge/adapters/serial/codec"
	"thingbridge/devices"
)

// start is when the tests begin.
var start = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)

// Case is a codec and what real hardware says to it.
type Case struct {
	New func() codec.Codec

	// Stream is what comes from the port: whole frames with all that is around them.
	Stream []byte

	// Noise are pieces after each of which the codec has to find the whole Stream
	// again, or all of it but its first Lost frames.
	Noise [][]byte
	Lost  int

	// Commands are some that the hardware takes after Stream.
	Commands []devices.Command
}

// Run runs the checks as subtests.
func Run(t *testing.T, c Case) {
	t.Run("frames do not depend on the cuts of reads", c.cuts)
	t.Run("finds the next frame after noise", c.resynchronises)
	t.Run("announces before it reports, and what it reports fits", c.announces)
	t.Run("settles each ticket once", c.settles)
	t.Run("refuses what is not there", c.refuses)
	t.Run("explains without a change", c.explains)
}

// frames returns the frames of a stream that comes in chunks.
func frames(c codec.Codec, chunks ...[]byte) (all [][]byte) {
	var b codec.Buffer
	for _, chunk := range chunks {
		for frame, err := range b.Take(c, chunk) {
			if err == nil {
				all = append(all, bytes.Clone(frame))
			}
		}
	}
	return all
}

func (c Case) cuts(t *testing.T) {
	want := frames(c.New(), c.Stream)
	if len(want) == 0 {
		t.Fatal("no frame in the stream")
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		var chunks [][]byte
		for rest := c.Stream; len(rest) > 0; {
			n := 1 + random.IntN(min(len(rest), 1+random.IntN(64)))
			chunks, rest = append(chunks, rest[:n]), rest[n:]
		}
		if got := frames(c.New(), chunks...); !slices.EqualFunc(got, want, bytes.Equal) {
			t.Fatalf("%d frames in %d chunks, %d in one", len(got), len(chunks), len(want))
		}
	}
}

func (c Case) resynchronises(t *testing.T) {
	want := frames(c.New(), c.Stream)[c.Lost:]
	for _, noise := range c.Noise {
		got := frames(c.New(), noise, c.Stream)
		if len(got) < len(want) || !slices.EqualFunc(got[len(got)-len(want):], want, bytes.Equal) {
			t.Errorf("after %q: %d frames, want the last %d of the stream", noise, len(got), len(want))
		}
	}
}

// play gives a codec the stream, and returns everything that it made of it.
func (c Case) play(it codec.Codec, each func(*codec.Result)) {
	var r codec.Result
	it.Opened(&r, start)
	each(&r)
	var b codec.Buffer
	now := start
	for frame, err := range b.Take(it, c.Stream) {
		if err != nil {
			continue
		}
		now = now.Add(time.Second)
		r.Reset()
		it.Decode(&r, frame, now)
		it.Due(&r, now)
		each(&r)
	}
}

func (c Case) announces(t *testing.T) {
	registry := devices.NewRegistry()
	source := registry.Source("test", nil)
	c.play(c.New(), func(r *codec.Result) {
		if err := source.Apply(r.Update); err != nil {
			t.Error(err)
		}
	})
	if len(registry.All()) == 0 {
		t.Error("no device")
	}
}

func (c Case) settles(t *testing.T) {
	it := c.New()
	c.play(it, func(*codec.Result) {})
	open := make(map[codec.Ticket]bool)
	settle := func(r *codec.Result) {
		for _, f := range r.Send {
			if f.Ticket != 0 {
				if !open[f.Ticket] {
					t.Errorf("ticket %d is settled twice", f.Ticket)
				}
				delete(open, f.Ticket)
			}
		}
		for _, o := range r.Done {
			if !open[o.Ticket] {
				t.Errorf("ticket %d is settled twice", o.Ticket)
			}
			delete(open, o.Ticket)
		}
	}
	for i, cmd := range c.Commands {
		var r codec.Result
		ticket := codec.Ticket(i + 1)
		open[ticket] = true
		if err := it.Encode(&r, cmd, ticket, start.Add(time.Hour)); err != nil {
			t.Errorf("%s %s: %v", cmd.Device, cmd.Property, err)
			delete(open, ticket)
		}
		settle(&r)
	}
	var r codec.Result
	it.Lost(&r)
	settle(&r)
	if len(open) > 0 {
		t.Errorf("%d of %d tickets are not settled when the port is lost", len(open), len(c.Commands))
	}
}

func (c Case) refuses(t *testing.T) {
	it := c.New()
	c.play(it, func(*codec.Result) {})
	for _, cmd := range []devices.Command{
		{Device: "nobody", Property: "on", Value: devices.Boolean(true)},
		{Device: "", Property: "", Value: devices.Value{}},
	} {
		var r codec.Result
		if err := it.Encode(&r, cmd, 1, start); err == nil || len(r.Send)+len(r.Done) > 0 {
			t.Errorf("%q was taken: %v, %d frames", cmd.Device, err, len(r.Send))
		}
	}
}

func (c Case) explains(t *testing.T) {
	it := c.New()
	for _, frame := range frames(it, c.Stream) {
		before := bytes.Clone(frame)
		first := string(it.Explain(nil, frame))
		if again := string(it.Explain(nil, frame)); first != again || !bytes.Equal(frame, before) {
			t.Errorf("%q explains as %q, then as %q", before, first, again)
		}
	}
}

// Fuzz gives a codec whatever there is: it must not panic, find the same frames
// however they are cut, and report only what the registry takes.
func Fuzz(f *testing.F, newCodec func() codec.Codec, seeds ...[]byte) {
	for _, seed := range seeds {
		f.Add(seed, uint16(3))
	}
	f.Fuzz(func(t *testing.T, stream []byte, cut uint16) {
		if len(stream) > 1<<16 {
			return
		}
		whole := frames(newCodec(), stream)
		at := int(cut) % (len(stream) + 1)
		if parts := frames(newCodec(), stream[:at], stream[at:]); !slices.EqualFunc(whole, parts, bytes.Equal) {
			t.Fatalf("%d frames at once, %d when cut at %d", len(whole), len(parts), at)
		}
		source := devices.NewRegistry().Source("test", nil)
		it := newCodec()
		c := Case{Stream: stream}
		c.play(it, func(r *codec.Result) {
			if err := source.Apply(r.Update); err != nil {
				t.Fatal(err)
			}
		})
		var r codec.Result
		it.Lost(&r)
		for _, frame := range whole {
			it.Explain(nil, frame)
		}
	})
}
