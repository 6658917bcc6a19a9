package main

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"
	"golang.org/x/time/rate"

	"thingbridge/adapters"
	"thingbridge/devices"
	"thingbridge/gateway/store"
)

const (
	refusalsAtOnce = 5                // lines in the log for what one adapter's devices get wrong
	refusalEvery   = 30 * time.Second // afterwards
)

// sink takes what one adapter hears.
type sink struct {
	source  *devices.Source
	safety  *safety
	adapter string
	key     string // of the adapter's note
	log     zerolog.Logger
	lines   *rate.Limiter
	unsaid  atomic.Uint64
	refused atomic.Uint64
}

var (
	_ adapters.Notebook = (*sink)(nil)
	_ adapters.Archive  = (*sink)(nil)
)

func newSink(adapter string, source *devices.Source, safety *safety, log zerolog.Logger) *sink {
	return &sink{source: source, safety: safety, adapter: adapter, key: "adapter/" + adapter, log: log, lines: rate.NewLimiter(rate.Every(refusalEvery), refusalsAtOnce)}
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
func (s *sink) Settle(ctx context.Context) error { return s.safety.settle(ctx) }

// Noted returns what the adapter noted last.
func (s *sink) Noted(ctx context.Context) ([]byte, error) {
	note, _, err := s.safety.store.Get(ctx, s.key)
	return note, err
}

// Note stores what the adapter wants to find again.
func (s *sink) Note(ctx context.Context, note []byte) error {
	return s.safety.store.Put(ctx, s.key, note)
}

// SettleNoting stores all that was applied and the note with it.
func (s *sink) SettleNoting(ctx context.Context, note []byte) error {
	return s.safety.settleNoting(ctx, s.key, note)
}

// Records calls each with all that the adapter keeps.
func (s *sink) Records(ctx context.Context, each func(key string, value []byte)) error {
	return s.safety.store.Records(ctx, s.adapter, each)
}

// Keep stores records of the adapter.
func (s *sink) Keep(ctx context.Context, records []adapters.Record) error {
	kept := make([]store.Record, len(records))
	for i, r := range records {
		kept[i] = store.Record(r)
	}
	return s.safety.store.KeepRecords(ctx, s.adapter, kept)
}
