package serial

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"time"

	"github.com/rs/zerolog"

	"thingbridge/adapters"
	"thingbridge/adapters/serial/codec"
)

// maxTickets bounds the commands that wait for a device at the same time.
const maxTickets = 1000

// soonest is the least time between two calls of Due by time alone.
const soonest = time.Millisecond

// loop is one run of an adapter: it alone gives the codec what comes, and does what it
// says. It is used by one goroutine.
type loop struct {
	a       *Adapter
	codec   codec.Codec
	sink    adapters.Sink
	log     zerolog.Logger
	records *records

	buffer  codec.Buffer
	result  codec.Result
	due     time.Time
	hung    error
	told    bool // that the devices cannot be reached
	queue   queue
	writing bool // the first of queue is with the writer

	tickets map[codec.Ticket]chan<- error
	ticket  codec.Ticket // the last

	faults faults
	noise  noise
}

func newLoop(a *Adapter, c codec.Codec, sink adapters.Sink) *loop {
	l := &loop{
		a: a, codec: c, sink: sink, log: a.log, records: newRecords(a.protocol.name, sink, a.log),
		tickets: make(map[codec.Ticket]chan<- error),
	}
	l.faults = newFaults(a.log, l.hint)
	return l
}

// serve talks through an open port until it is gone, or ctx ends.
func (l *loop) serve(ctx context.Context, s *session) error {
	l.buffer.Reset()
	l.noise.begin()
	l.told, l.hung = false, nil
	l.do(func(now time.Time) { l.codec.Opened(&l.result, now) })
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		var frames chan<- []byte
		var next []byte
		if l.mayWrite() {
			frames, next = s.frames, l.queue.waiting[0].Bytes
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case chunk := <-s.chunks:
			l.hear(chunk)
			s.spare <- chunk[:cap(chunk)]
		case err := <-s.failed:
			return err
		case frames <- next:
			l.writing = true
		case err := <-s.taken:
			if err != nil {
				return err
			}
			l.taken()
		case <-l.records.news:
			l.dropUnkept(time.Now())
		case o := <-s.orders:
			l.order(o)
		case <-timer.C:
			l.do(func(time.Time) {})
		}
		if l.hung != nil {
			return l.hung
		}
		timer.Stop()
		if !l.due.IsZero() {
			timer.Reset(max(time.Until(l.due), soonest))
		}
	}
}

// hear decodes what came and applies it at once.
func (l *loop) hear(chunk []byte) {
	l.a.working.Lock()
	defer l.a.working.Unlock()
	now := time.Now()
	l.decode(chunk, now)
	l.apply(now)
}

func (l *loop) decode(chunk []byte, now time.Time) {
	defer l.mend()
	r := &l.result
	for frame, err := range l.buffer.Take(l.codec, chunk) {
		if err != nil {
			l.passOver(frame, err, now)
			continue
		}
		readings, faults := len(r.Readings), len(r.Faults)
		l.codec.Decode(r, frame, now)
		l.a.tap.add(now, Received, frame, r.Readings[readings:], r.Faults[faults:])
		l.a.drops.frames.Add(1)
		l.noise.frame(frame, r.Faults[faults:])
		if len(r.Removed) > 0 {
			l.apply(now) // what is removed may be announced again by the next frame
		}
	}
	l.due = l.codec.Due(r, now)
}

// passOver counts bytes that are no frame, and says so: once, and then seldom.
func (l *loop) passOver(bytes []byte, err error, now time.Time) {
	l.a.drops.noise.Add(1)
	l.noise.bytes(bytes)
	fault := [1]codec.Fault{{Err: err}}
	l.a.tap.add(now, Noise, bytes, nil, fault[:])
	if say, kept := l.noise.said.Say("noise", now); say {
		l.log.Warn().Int("repeated", kept).Err(err).Str("hint", l.hint()).Msg("what came is no frame")
	}
}

// hint says what may be wrong with the settings of the port; "" when nothing seems to.
func (l *loop) hint() string {
	return l.noise.hint(l.a.protocol, l.a.line, l.a.at)
}

// do calls a method of the codec that is not about a frame, and applies what it says.
func (l *loop) do(method func(now time.Time)) {
	l.a.working.Lock()
	defer l.a.working.Unlock()
	now := time.Now()
	func() {
		defer l.mend()
		method(now)
		l.due = l.codec.Due(&l.result, now)
	}()
	l.apply(now)
}

// mend keeps a mistake in a codec from ending the program.
func (l *loop) mend() {
	if value := recover(); value != nil {
		l.buffer.Reset()
		l.log.Error().Bytes("stack", debug.Stack()).Msgf("the codec ended in a panic: %v", value)
		l.a.tap.event(time.Now(), fmt.Sprintf("the codec ended in a panic: %v", value))
	}
}

// apply does what is in the result, and empties it.
func (l *loop) apply(now time.Time) {
	r := &l.result
	if len(r.Announced)+len(r.Availability)+len(r.Readings)+len(r.Removed) > 0 {
		l.sink.Apply(r.Update)
	}
	kept := l.keep(now)
	for _, f := range r.Send {
		if err := l.queue.add(f, kept); err != nil {
			l.settle(f.Ticket, err)
			l.faults.say(&codec.Fault{Err: err}, now)
		}
	}
	for _, o := range r.Done {
		l.settle(o.Ticket, o.Err)
	}
	for i := range r.Faults {
		if r.Faults[i].Err != nil {
			l.a.drops.faults.Add(1)
		}
		l.faults.say(&r.Faults[i], now)
	}
	if r.Hung != nil && l.hung == nil {
		l.hung = r.Hung
	}
	r.Reset()
}

// keep keeps the records of the result, and returns the number of the last that is to be
// stored.
func (l *loop) keep(now time.Time) (last uint64) {
	for _, k := range l.result.Keep {
		number, err := l.records.put(k)
		if err != nil {
			l.faults.say(&codec.Fault{Err: err}, now)
		}
		last = max(last, number)
	}
	return last
}

// mayWrite reports whether the first frame that waits can be written now.
func (l *loop) mayWrite() bool {
	if l.writing || len(l.queue.waiting) == 0 {
		return false
	}
	after := l.queue.waiting[0].after
	if after == 0 {
		return true
	}
	stored, _ := l.records.progress()
	return after <= stored
}

var errUnkept = errors.New("what goes with it could not be stored, so that it was not sent")

// dropUnkept drops frames whose records could not be stored: what they say would not be
// true any more after a restart. The codec or the device will ask again.
func (l *loop) dropUnkept(now time.Time) {
	stored, failed := l.records.progress()
	for i := len(l.queue.waiting) - 1; i >= 0; i-- {
		f := l.queue.waiting[i]
		if f.after <= stored || f.after > failed {
			continue
		}
		l.settle(f.Ticket, errUnkept)
		l.faults.say(&codec.Fault{Err: errUnkept}, now)
		l.queue.waiting = slices.Delete(l.queue.waiting, i, i+1)
	}
}

// taken notes that the port has taken a frame.
func (l *loop) taken() {
	f := l.queue.waiting[0]
	l.a.tap.add(time.Now(), Sent, f.Bytes, nil, nil)
	l.settle(f.Ticket, nil)
	l.writing = false
	l.queue.pop()
}

// order gives a command to the codec.
func (l *loop) order(o order) {
	if len(l.tickets) >= maxTickets {
		o.done <- fmt.Errorf("%w: %d commands wait for their devices", adapters.ErrUnavailable, len(l.tickets))
		return
	}
	l.ticket++
	l.tickets[l.ticket] = o.done
	err := fmt.Errorf("%w: the codec ended in a panic", adapters.ErrUnavailable)
	l.do(func(now time.Time) { err = l.codec.Encode(&l.result, o.cmd, l.ticket, now) })
	if err != nil {
		l.settle(l.ticket, err)
	}
}

// settle tells who waits for a command what became of it.
func (l *loop) settle(t codec.Ticket, err error) {
	if done, ok := l.tickets[t]; ok {
		done <- err
		delete(l.tickets, t)
	}
}

// lost makes the devices unavailable, and ends the commands that wait.
func (l *loop) lost() {
	if !l.told {
		l.told = true
		l.do(func(time.Time) { l.codec.Lost(&l.result) })
	}
	l.drop()
}

// drop ends the commands that wait, and forgets what was not yet sent.
func (l *loop) drop() {
	for t := range l.tickets {
		l.settle(t, fmt.Errorf("%w: %w", adapters.ErrUnavailable, codec.ErrLost))
	}
	l.queue.clear()
	l.writing = false
}

// recall gives the codec what an earlier run has kept.
func (l *loop) recall(ctx context.Context) {
	l.a.working.Lock()
	defer l.a.working.Unlock()
	err := l.records.load(ctx, func(r codec.Record) {
		defer l.mend()
		l.codec.Recall(&l.result, r)
	})
	if err != nil && ctx.Err() == nil {
		l.log.Warn().Err(err).Msg("what was kept of the devices before the start is not known")
	}
	l.apply(time.Now())
}
