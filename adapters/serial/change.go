package serial

import (
	"context"
	"errors"
	"fmt"
	"time"

	"thingbridge/adapters"
	"thingbridge/adapters/serial/codec"
	"thingbridge/devices"
)

var (
	_ adapters.Forgetter = (*Adapter)(nil)
	_ adapters.Adopter   = (*Adapter)(nil)
)

// change is something about devices that is to outlast a kill.
type change struct {
	make func(c codec.Codec, r *codec.Result) error
	done chan error // has room for one
}

// unstored is a change that was made and whose records are not stored yet.
type unstored struct {
	number uint64 // of the last record
	done   chan<- error
}

var (
	errUnstored = errors.New("it holds until the next restart, for it could not be stored; is the disk full?")
	errUnsure   = fmt.Errorf("%w before it was stored; see whether it holds", codec.ErrLost)
)

// Adopts reports whether the codec's devices can come to be others on the wire.
func (a *Adapter) Adopts() bool { return a.adopts }

// Forgets reports whether the codec discovers devices, and forgets them.
func (a *Adapter) Forgets() bool { return a.forgets }

// Adopt has the device old go on with what is heard as the device now.
func (a *Adapter) Adopt(ctx context.Context, old, now devices.ID) error {
	return a.change(ctx, func(c codec.Codec, r *codec.Result) error {
		if adopter, ok := c.(codec.Adopter); ok {
			return adopter.Adopt(r, old, now)
		}
		return fmt.Errorf("device %q: %w", old, codec.ErrCannotAdopt)
	})
}

// Forget removes a device that the codec has discovered.
func (a *Adapter) Forget(ctx context.Context, id devices.ID) error {
	return a.change(ctx, func(c codec.Codec, r *codec.Result) error {
		if forgetter, ok := c.(codec.Forgetter); ok {
			return forgetter.Forget(r, id)
		}
		return fmt.Errorf("device %q: %w", id, codec.ErrConfigured)
	})
}

// meanings are the errors of codecs as those of adapters.
var meanings = []struct{ of, is error }{
	{codec.ErrNoSuchDevice, devices.ErrNoDevice}, {codec.ErrCannotAdopt, adapters.ErrCannotAdopt}, {codec.ErrConfigured, adapters.ErrConfigured},
}

// meant is an error of a codec that is one of adapters, too. Its text is the codec's.
type meant struct{ said, is error }

func (m meant) Error() string   { return m.said.Error() }
func (m meant) Unwrap() []error { return []error{m.said, m.is} }

// change has the loop make a change, and waits until it is stored.
func (a *Adapter) change(ctx context.Context, how func(c codec.Codec, r *codec.Result) error) error {
	err := a.hand(ctx, change{how, make(chan error, 1)})
	if err == nil {
		return nil
	}
	for _, m := range meanings {
		if errors.Is(err, m.of) {
			return fmt.Errorf("serial %s: %w", a.name, meant{err, m.is})
		}
	}
	return fmt.Errorf("serial %s: %w", a.name, err)
}

func (a *Adapter) hand(ctx context.Context, c change) error {
	a.mu.Lock()
	s := a.session
	a.mu.Unlock()
	if s == nil {
		return fmt.Errorf("port %s: %w", a.cfg.Port, adapters.ErrUnavailable)
	}
	select {
	case s.changes <- c:
	case <-s.gone:
		return fmt.Errorf("port %s: %w", a.cfg.Port, adapters.ErrUnavailable)
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-c.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// change makes a change. Who asked for it is told when it is stored.
func (l *loop) change(c change) {
	err := fmt.Errorf("%w: the codec ended in a panic", adapters.ErrUnavailable)
	l.do(func(time.Time) { err = c.make(l.codec, &l.result) })
	if err != nil {
		c.done <- err
		return
	}
	l.unstored = append(l.unstored, unstored{l.kept, c.done})
	l.settleChanges()
}

// settleChanges tells who asked for changes what became of them.
func (l *loop) settleChanges() {
	stored, failed := l.records.progress()
	kept := l.unstored[:0]
	for _, u := range l.unstored {
		switch {
		case u.number <= stored:
			u.done <- nil
		case u.number <= failed:
			u.done <- errUnstored
		default:
			kept = append(kept, u)
		}
	}
	l.unstored = kept
}

// dropChanges ends the waiting for changes.
func (l *loop) dropChanges() {
	for _, u := range l.unstored {
		u.done <- errUnsure
	}
	l.unstored = nil
}
