package xmpp

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"
)

// Run connects, and connects again whenever the stream ends, until ctx ends. It
// then writes what is queued and the end of the stream, for 2 seconds at most,
// closes the connection and returns nil after all its goroutines have ended. It
// never gives up: what only a person can mend is logged as an error that names
// the remedy, and tried again every half minute.
func (l *Link) Run(ctx context.Context, h Handler) error {
	var pause retry
	var heard repeats
	defer l.status.set(Stopped)
	for {
		lasted, err := l.attempt(ctx, h)
		if ctx.Err() != nil {
			return nil
		}
		now := time.Now()
		if lasted > 0 {
			pause.lost(lasted, now)
			heard = repeats{}
		}
		l.status.fail(err)
		l.status.set(Waiting)
		wait := pause.next(err, now, rand.Float64())
		if heard.due(err.Error(), now) {
			l.report(err, wait)
		}
		if !sleep(ctx, wait) {
			return nil
		}
	}
}

// attempt makes one stream and serves it. It returns why it ended, and how long
// it had lasted: 0 when it was never established.
func (l *Link) attempt(ctx context.Context, h Handler) (time.Duration, error) {
	l.status.set(Connecting)
	o, err := l.opener.open(ctx)
	if err != nil {
		return 0, err
	}
	begin := time.Now()
	s := newStream(o, l.opener, &l.status.counters)
	l.status.streams.Add(1)
	l.status.set(Up)
	l.live.Store(s)
	l.log.Info().Msg("connected to the XMPP server")
	h.Up()
	err = s.serve(ctx, h)
	l.live.Store(nil)
	if ctx.Err() == nil {
		err = l.opener.explain(err)
	}
	h.Down(err)
	return max(time.Since(begin), 1), err
}

func (l *Link) report(err error, wait time.Duration) {
	if refused := (*RefusedError)(nil); errors.As(err, &refused) {
		l.log.Error().AnErr("err", refused.Cause).Msg(refused.Remedy)
		return
	}
	l.log.Warn().Err(err).Stringer("wait", wait.Round(time.Millisecond)).Msg("no connection to the XMPP server, trying again")
}

// sleep waits, and reports whether ctx is still alive.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
