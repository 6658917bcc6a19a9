package main

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"
	"golang.org/x/time/rate"

	"thingbridge/devices"
)

const (
	refusalsAtOnce = 5                // lines in the log for what one adapter's devices get wrong
	refusalEvery   = 30 * time.Second // afterwards
)

// sink takes what one adapter hears.
type sink struct {
	source  *devices.Source
	settle  func(context.Context) error
	log     zerolog.Logger
	lines   *rate.Limiter
	unsaid  atomic.Uint64
	refused atomic.Uint64
}

func newSink(source *devices.Source, settle func(context.Context) error, log zerolog.Logger) *sink {
	return &sink{source: source, settle: settle, log: log, lines: rate.NewLimiter(rate.Every(refusalEvery), refusalsAtOnce)}
}

// Apply makes an update known, and says what of it the registry refused.
func (s *sink) Apply(u devices.Update) {
	err := s.source.Apply(u)
	if err == nil {
		return
	}
	s.refused.Add(1)
	if !s.lines.Allow() {
		s.unsaid.Add(1)
		return
	}
	s.log.Warn().Err(err).Uint64("unsaid", s.unsaid.Swap(0)).
		Msg("a device said what its description does not allow; check min, max, options and type in the configuration")
}

// Settle returns when all that was applied is stored.
func (s *sink) Settle(ctx context.Context) error { return s.settle(ctx) }
