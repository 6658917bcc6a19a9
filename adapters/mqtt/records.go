package mqtt

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
	"thingbridge/adapters/mqtt/convention"
	"thingbridge/devices"
)

// Bounds of what is kept over a restart. A house of a thousand devices of
// zigbee2mqtt has 9,600 announcements, of 1 KB, and a thousand names.
const (
	maxRecords     = 80_000
	maxRecordBytes = 64 << 20  // of all
	maxRecord      = 256 << 10 // bytes of one; a device with 200 entities in one announcement has some 100 KB
)

// keepAgain is between two attempts to store.
const keepAgain = 10 * time.Second

// Keys of records. Names stand before announcements in the order of keys, so they
// are known when the announcements are replayed.
const (
	nameKey         = "id/"   // and the physical identity; the value is "convention id"
	announcementKey = "said/" // and "convention/topic"; the value is the payload
)

var (
	errRecordSize = fmt.Errorf("is too large to be remembered over a restart, want at most %d bytes", maxRecord)
	errRecords    = errors.New("there is no room to remember it over a restart")
)

// records are what survives a restart: the announcements that make devices known,
// and the names that devices have. They stay until a device is taken back by an
// empty announcement. That a broker has forgotten them is no reason to forget
// them too: contacts that vanish because a broker was set up anew are worse than
// some that nobody needs any more.
//
// Its methods can be called from any goroutine.
type records struct {
	archive adapters.Archive // nil: nothing survives
	log     zerolog.Logger
	ready   chan struct{} // has an element when something is to be stored

	writing sync.Mutex // held while storing, so that an older value is never stored last

	mu      sync.Mutex
	kept    map[string]kept
	bytes   int // of keys and values in kept
	pending map[string][]byte
}

// kept is what is known of a record without its value.
type kept struct {
	sum  uint64
	size int
}

func newRecords(sink adapters.Sink, log zerolog.Logger) *records {
	archive, _ := sink.(adapters.Archive)
	return &records{archive: archive, log: log, ready: make(chan struct{}, 1), kept: make(map[string]kept), pending: make(map[string][]byte)}
}

// announce keeps an announcement of a convention, or forgets it when its payload
// is empty. The payload is copied.
func (r *records) announce(by string, a convention.Record) error {
	return r.put(announcementKey+by+"/"+a.Topic, a.Payload)
}

// name keeps a name, or forgets it when it has no ID.
func (r *records) name(n convention.Name) error {
	var value []byte
	if n.ID != "" {
		value = []byte(n.Convention + " " + string(n.ID))
	}
	return r.put(nameKey+n.Key, value)
}

func (r *records) put(key string, value []byte) error {
	if r.archive == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	before, known := r.kept[key]
	now := kept{sum: digest(offsetBasis, value), size: len(key) + len(value)}
	switch {
	case len(value) == 0 && !known, known && now == before:
		return nil
	case len(value) == 0:
		delete(r.kept, key)
		now.size = 0
	case now.size > maxRecord:
		return errRecordSize
	case !known && len(r.kept) >= maxRecords, r.bytes-before.size+now.size > maxRecordBytes:
		return errRecords
	default:
		r.kept[key] = now
	}
	r.bytes += now.size - before.size
	r.pending[key] = bytes.Clone(value)
	select {
	case r.ready <- struct{}{}:
	default:
	}
	return nil
}

// load calls name and announcement with what an earlier run has kept.
func (r *records) load(ctx context.Context, name func(convention.Name), announcement func(by, topic string, payload []byte)) error {
	if r.archive == nil {
		return nil
	}
	return r.archive.Records(ctx, func(key string, value []byte) {
		r.mu.Lock()
		r.kept[key] = kept{sum: digest(offsetBasis, value), size: len(key) + len(value)}
		r.bytes += len(key) + len(value)
		r.mu.Unlock()
		if physical, ok := strings.CutPrefix(key, nameKey); ok {
			by, id, _ := strings.Cut(string(value), " ")
			if id, err := devices.ParseID(id); err == nil {
				name(convention.Name{Key: physical, ID: id, Convention: by})
			}
		} else if rest, ok := strings.CutPrefix(key, announcementKey); ok {
			by, topic, _ := strings.Cut(rest, "/")
			announcement(by, topic, value)
		}
	})
}

// store stores what is new.
func (r *records) store(ctx context.Context) error {
	if r.archive == nil {
		return nil
	}
	r.writing.Lock()
	defer r.writing.Unlock()
	taken := r.take()
	if len(taken) == 0 {
		return nil
	}
	batch := make([]adapters.Record, 0, len(taken))
	for key, value := range taken {
		batch = append(batch, adapters.Record{Key: key, Value: value})
	}
	err := r.archive.Keep(ctx, batch)
	if err != nil {
		r.putBack(taken)
	}
	return err
}

// take returns what is pending, nil when nothing is.
func (r *records) take() map[string][]byte {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.pending) == 0 {
		return nil
	}
	taken := r.pending
	r.pending = make(map[string][]byte)
	return taken
}

// putBack makes pending what could not be stored and is not newer already.
func (r *records) putBack(taken map[string][]byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
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
				r.log.Error().Err(err).Msg("announcements of devices are not stored; contacts may be missing after the start until their devices announce themselves again")
			}
			return
		case <-r.ready:
		}
		err := r.store(ctx)
		if err == nil || ctx.Err() != nil {
			continue
		}
		if say, kept := said.Say(err.Error(), time.Now()); say {
			r.log.Error().Int("repeated", kept).Err(err).Msg("announcements of devices are not stored; is the disk full?")
		}
		r.again(ctx)
	}
}

// again makes the next attempt come after a pause.
func (r *records) again(ctx context.Context) {
	timer := time.NewTimer(keepAgain)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
	select {
	case r.ready <- struct{}{}:
	default:
	}
}
