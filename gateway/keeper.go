package gateway

import (
	"context"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"thingbridge/devices"
)

const (
	keepEvery   = time.Second // how much of what devices said a kill can cost, where nobody asked for more
	keepAtOnce  = 500         // twins in one transaction
	keepLogging = time.Minute // between two reports of the same trouble
)

// Memories is where twins survive a restart.
type Memories interface {
	SaveMemories(ctx context.Context, memories []devices.Memory) error
	// SaveNoted saves memories and a note under its key, both or neither.
	SaveNoted(ctx context.Context, memories []devices.Memory, key string, note []byte) error
	ForgetDevices(ctx context.Context, ids ...devices.ID) error
}

// Keeper keeps the store as new as the registry: every second, and when somebody
// asks for it.
type Keeper struct {
	store Memories
	log   zerolog.Logger

	mu     sync.Mutex // held while writing, so that those who wait share the next write
	cursor *devices.Cursor
	batch  []devices.Change
	unsafe []devices.Change // taken, and not stored because the store failed
	logged time.Time
}

// NewKeeper returns a keeper of what is in the registry from now on.
func NewKeeper(registry *devices.Registry, store Memories, log zerolog.Logger) *Keeper {
	return &Keeper{store: store, log: log, cursor: registry.Changes()}
}

// Settle returns when everything that was applied to the registry before the
// call is stored, or with the store's error.
func (k *Keeper) Settle(ctx context.Context) error {
	return k.settle(ctx, k.store.SaveMemories)
}

// SettleNoting does what Settle does, and stores a note under its key with the
// last of it.
func (k *Keeper) SettleNoting(ctx context.Context, key string, note []byte) error {
	return k.settle(ctx, func(ctx context.Context, memories []devices.Memory) error {
		return k.store.SaveNoted(ctx, memories, key, note)
	})
}

// settle stores what is not stored yet, the last of it by finish, which is called
// when there is nothing too.
func (k *Keeper) settle(ctx context.Context, finish save) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.unsafe) > 0 {
		if err := k.save(ctx, k.unsafe, k.store.SaveMemories); err != nil {
			return err
		}
		k.unsafe = nil
	}
	for last := false; !last; clear(k.batch) {
		k.batch = k.cursor.Take(k.batch[:0], keepAtOnce)
		last = len(k.batch) < keepAtOnce
		by := k.store.SaveMemories
		if last {
			by = finish
		}
		if err := k.save(ctx, k.batch, by); err != nil {
			k.unsafe = append(k.unsafe, k.batch...)
			return err
		}
	}
	return nil
}

// save is how memories are stored.
type save func(ctx context.Context, memories []devices.Memory) error

func (k *Keeper) save(ctx context.Context, changes []devices.Change, by save) error {
	memories := make([]devices.Memory, 0, len(changes))
	var gone []devices.ID
	for i := range changes {
		if changes[i].Removed {
			gone = append(gone, changes[i].ID)
			continue
		}
		memories = append(memories, changes[i].Twin.Memory())
	}
	if len(gone) > 0 {
		if err := k.store.ForgetDevices(ctx, gone...); err != nil {
			return err
		}
	}
	return by(ctx, memories)
}

// Run settles every second until ctx ends, and then once more.
func (k *Keeper) Run(ctx context.Context) {
	tick := time.NewTicker(keepEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			k.tend(ctx)
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), farewell)
			defer cancel()
			k.tend(last)
			k.cursor.Close()
			return
		}
	}
}

func (k *Keeper) tend(ctx context.Context) {
	err := k.Settle(ctx)
	if err == nil || ctx.Err() != nil || time.Since(k.logged) < keepLogging {
		return
	}
	k.logged = time.Now()
	k.log.Error().Err(err).Msg("readings are not stored: after a restart contacts would show older ones; is the disk full?")
}
