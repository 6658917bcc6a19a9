package main

import (
	"context"
	"sync/atomic"

	"thingbridge/devices"
	"thingbridge/gateway"
	"thingbridge/gateway/store"
)

// safety makes safe what adapters have applied: in the store, and, where a feed
// is durable, before that in the outbox.
type safety struct {
	registry *devices.Registry
	keeper   *gateway.Keeper
	store    *store.Store
	durable  atomic.Bool // whether a feed is
}

func (s *safety) settle(ctx context.Context) error {
	if err := s.drain(ctx); err != nil {
		return err
	}
	return s.keeper.Settle(ctx)
}

// settleNoting stores a note with the last of what was applied.
func (s *safety) settleNoting(ctx context.Context, key string, note []byte) error {
	if err := s.drain(ctx); err != nil {
		return err
	}
	return s.keeper.SettleNoting(ctx, key, note)
}

func (s *safety) drain(ctx context.Context) error {
	if !s.durable.Load() {
		return nil
	}
	return s.registry.Drain(ctx)
}
