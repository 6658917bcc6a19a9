package serial

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"thingbridge/adapters"
	"thingbridge/adapters/serial/codec"
)

// Bounds of what is kept over a restart. A network of 254 nodes has some 3,000 records
// of less than 100 bytes.
const (
	maxRecords     = 10_000
	maxRecord      = 64 << 10 // bytes of one
	maxRecordBytes = 4 << 20  // of all
)

const (
	keepAgain      = 10 * time.Second // between two attempts to store
	partingTimeout = 2 * time.Second  // for the last one
)

var (
	errRecordSize = fmt.Errorf("a record is too large to be kept over a restart, want at most %d bytes", maxRecord)
	errRecords    = errors.New("there is no room to keep a record over a restart")
)

// records are what a codec wants to find again after a restart, under keys that begin
// with its name: another codec at the same port has others. Its methods can be called
// from any goroutine.
type records struct {
	archive adapters.Archive // nil: nothing survives
	prefix  string
	log     zerolog.Logger
	ready   chan struct{} // has an element when something is to be stored
	news    chan struct{} // has an element when it was tried

	writing sync.Mutex // held while storing, so that an older value is never stored last

	mu      sync.Mutex
	last    uint64 // the number of the last record
	stored  uint64 // all up to this one are stored
	failed  uint64 // up to this one it was tried in vain
	sizes   map[string]int
	bytes   int
	pending map[string][]byte
}

func newRecords(name string, sink adapters.Sink, log zerolog.Logger) *records {
	archive, _ := sink.(adapters.Archive)
	return &records{
		archive: archive, prefix: name + "/", log: log, ready: make(chan struct{}, 1), news: make(chan struct{}, 1),
		sizes: make(map[string]int), pending: make(map[string][]byte),
	}
}

// put keeps a copy of a record, or forgets it when it has no value. It returns the
// record's number; 0 when there is nothing to store.
func (r *records) put(k codec.Record) (number uint64, err error) {
	if r.archive == nil {
		return 0, nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	before, known := r.sizes[k.Key]
	now := len(k.Key) + len(k.Value)
	switch {
	case k.Value == nil && !known:
		return 0, nil
	case k.Value == nil:
		delete(r.sizes, k.Key)
		now = 0
	case now > maxRecord:
		return 0, errRecordSize
	case !known && len(r.sizes) >= maxRecords, r.bytes-before+now > maxRecordBytes:
		return 0, errRecords
	default:
		r.sizes[k.Key] = now
	}
	r.bytes += now - before
	r.pending[k.Key] = bytes.Clone(k.Value)
	r.last++
	wake(r.ready)
	return r.last, nil
}

// progress returns up to which number records are stored, and up to which it was tried
// in vain.
func (r *records) progress() (stored, failed uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.stored, r.failed
}

func wake(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// load calls each with what an earlier run has kept.
func (r *records) load(ctx context.Context, each func(codec.Record)) error {
	if r.archive == nil {
		return nil
	}
	return r.archive.Records(ctx, func(key string, value []byte) {
		key, ours := strings.CutPrefix(key, r.prefix)
		if !ours {
			return
		}
		r.mu.Lock()
		r.sizes[key] = len(key) + len(value)
		r.bytes += len(key) + len(value)
		r.mu.Unlock()
		each(codec.Record{Key: key, Value: value})
	})
}

// store stores what is new, also what an attempt under way has taken.
func (r *records) store(ctx context.Context) error {
	r.writing.Lock()
	defer r.writing.Unlock()
	r.mu.Lock()
	taken, last := r.pending, r.last
	r.pending = make(map[string][]byte)
	r.mu.Unlock()
	if len(taken) == 0 {
		return nil
	}
	batch := make([]adapters.Record, 0, len(taken))
	for key, value := range taken {
		batch = append(batch, adapters.Record{Key: r.prefix + key, Value: value})
	}
	err := r.archive.Keep(ctx, batch)
	r.mu.Lock()
	if err != nil {
		r.failed = last
		r.putBack(taken)
	} else {
		r.stored = last
	}
	r.mu.Unlock()
	wake(r.news)
	return err
}

// putBack makes pending what could not be stored and is not newer already.
func (r *records) putBack(taken map[string][]byte) {
	for key, value := range taken {
		if _, newer := r.pending[key]; !newer {
			r.pending[key] = value
		}
	}
}

// run stores what is new until ctx ends, and then once more.
func (r *records) run(ctx context.Context) {
	var said adapters.Repeat
	for {
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), partingTimeout)
			defer cancel()
			if err := r.store(last); err != nil {
				r.log.Error().Err(err).Msg("what the adapter keeps of its devices is not stored")
			}
			return
		case <-r.ready:
		}
		err := r.store(ctx)
		if err == nil || ctx.Err() != nil {
			continue
		}
		if say, kept := said.Say(err.Error(), time.Now()); say {
			r.log.Error().Int("repeated", kept).Err(err).Msg("what the adapter keeps of its devices is not stored; is the disk full?")
		}
		if !pause(ctx, keepAgain) {
			continue
		}
		wake(r.ready)
	}
}

// pause waits for d, and reports whether ctx still holds.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
