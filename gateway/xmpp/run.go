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
// the remedy, and tried again every half minute, or every few seconds as long as
// somebody else is connected in our name.
func (l *Link) Run(ctx context.Context, h Handler) error {
	var pause retry
	var heard repeats
	defer l.status.set(Stopped)
	for {
		lasted, err := l.attempt(ctx, h, &pause)
		if ctx.Err() != nil {
			l.dropReady()
			return nil
		}
		now := time.Now()
		if lasted > 0 {
			pause.lost(lasted, now)
			heard = repeats{}
		}
		l.status.fail(err)
		if l.ready != nil {
			continue // the stream could not be resumed, but another one is there
		}
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
func (l *Link) attempt(ctx context.Context, h Handler, pause *retry) (time.Duration, error) {
	l.status.set(Connecting)
	o, err := l.open(ctx)
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
	err = l.serve(ctx, s, h, pause)
	l.live.Store(nil)
	if ctx.Err() == nil {
		err = l.opener.explain(err)
	}
	h.Down(err)
	return max(time.Since(begin), 1), err
}

// open returns the next stream.
func (l *Link) open(ctx context.Context) (*opened, error) {
	if o := l.ready; o != nil {
		l.ready = nil
		return o, nil
	}
	return l.opener.open(ctx, nil)
}

// dropReady closes a stream that will not be used.
func (l *Link) dropReady() {
	if l.ready != nil {
		_ = l.ready.conn.Close()
		l.ready = nil
	}
}

// serve serves s on one connection after the other, as long as the server lets
// it be resumed. The handler notices nothing of that.
func (l *Link) serve(ctx context.Context, s *stream, h Handler, pause *retry) error {
	for {
		begin := time.Now()
		err := s.serve(ctx, h)
		if !s.out.isParked() {
			return err
		}
		pause.lost(max(time.Since(begin), 1), time.Now())
		l.status.fail(err)
		l.log.Warn().Err(err).Msg("connection to the XMPP server lost, resuming the stream")
		if !l.resume(ctx, s, err, pause) {
			s.end()
			return err
		}
		l.status.resumed.Add(1)
		l.status.set(Up)
		l.log.Info().Msg("stream to the XMPP server resumed")
	}
}

// resume connects until s goes on, and reports whether it does. It does not when
// the server has forgotten it, when a person must help or when it takes too long.
func (l *Link) resume(ctx context.Context, s *stream, err error, pause *retry) bool {
	ctx, cancel := context.WithTimeout(ctx, s.managed.within)
	defer cancel()
	for {
		l.status.set(Waiting)
		if !sleep(ctx, pause.next(err, time.Now(), rand.Float64())) {
			return false
		}
		l.status.set(Connecting)
		var o *opened
		o, err = l.opener.open(ctx, s.managed)
		refused := (*RefusedError)(nil)
		switch {
		case err == nil && o.resumed:
			return l.goOn(s, o)
		case err == nil:
			l.ready = o
			l.log.Info().Msg("the XMPP server has forgotten the stream")
			return false
		case errors.As(err, &refused):
			return false
		}
	}
}

func (l *Link) goOn(s *stream, o *opened) bool {
	if err := s.goOn(o); err != nil {
		_ = o.conn.Close()
		return false
	}
	return true
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
