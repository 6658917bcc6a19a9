package outbox_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"thingbridge/gateway/outbox"
	"thingbridge/gateway/store"
)

var errBroken = errors.New("link broken")

// server is a link and what is behind it. Stanzas are lines "recipient id".
type server struct {
	mu       sync.Mutex
	received []string            // each stanza that arrived, in order
	batches  []int               // stanzas of each Send
	fenced   map[string]bool     // what arrived before a fence that succeeded
	down     bool                // Send and Fence fail
	poison   string              // the stanza that breaks the link
	poisoned int                 // how often it did
	lose     func(line int) bool // whether the link breaks before this stanza of a Send
	fence    chan struct{}       // a fence waits for a token; nil: it does not
}

func newServer() *server { return &server{fenced: make(map[string]bool)} }

func (s *server) Send(_ context.Context, stanzas []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down {
		return errBroken
	}
	lines := strings.Split(strings.TrimSuffix(string(stanzas), "\n"), "\n")
	s.batches = append(s.batches, len(lines))
	for i, line := range lines {
		if line == s.poison {
			s.poisoned++
		}
		if line == s.poison || s.lose != nil && s.lose(i) {
			s.down = true // the rest vanishes in a buffer; Send has not noticed
			return nil
		}
		s.received = append(s.received, line)
	}
	return nil
}

func (s *server) Fence(ctx context.Context) error {
	if s.fence != nil {
		select {
		case <-s.fence:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down {
		return errBroken
	}
	for _, line := range s.received {
		s.fenced[line] = true
	}
	return nil
}

func (s *server) set(down bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.down = down
}

// heal makes the link one that loses nothing.
func (s *server) heal() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.down, s.lose = false, nil
}

func (s *server) got() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.received...)
}

// shelf is embedded under a name that does not hide its method Items.
type shelf = store.Items

// watchedStore is a store in whose way a test can stand.
type watchedStore struct {
	*shelf
	file       *store.Store
	mu         sync.Mutex
	deleteErr  error
	beforeAdd  func() // called before each transaction of AddItems
	onDelete   func(seqs []int64)
	addedCalls int
}

func (s *watchedStore) AddItems(ctx context.Context, items []outbox.Item) ([]int64, error) {
	s.mu.Lock()
	s.addedCalls++
	before := s.beforeAdd
	s.mu.Unlock()
	if before != nil {
		before()
	}
	return s.shelf.AddItems(ctx, items)
}

func (s *watchedStore) DeleteItems(ctx context.Context, seqs []int64) error {
	s.mu.Lock()
	err, onDelete := s.deleteErr, s.onDelete
	s.mu.Unlock()
	if err != nil {
		return err
	}
	if onDelete != nil {
		onDelete(seqs)
	}
	return s.shelf.DeleteItems(ctx, seqs)
}

func (s *watchedStore) failDeletes(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deleteErr = err
}

// held returns the items of the store as lines.
func (s *watchedStore) held(t *testing.T) []string {
	t.Helper()
	items, err := s.Items(t.Context(), 0, 1_000_000)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for i := range items {
		lines = append(lines, items[i].To+" "+items[i].ID)
	}
	return lines
}

func openStore(t *testing.T, path string) *watchedStore {
	t.Helper()
	s, err := store.Open(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	return &watchedStore{shelf: s.Outbox("things.test"), file: s}
}

func item(to string, n int) outbox.Item {
	id := fmt.Sprintf("m%d", n)
	return outbox.Item{ID: id, To: to, Stanza: []byte(to + " " + id + "\n"), At: time.Now()}
}

// rig is an outbox over a real store with a running loop.
type rig struct {
	*outbox.Outbox
	store  *watchedStore
	server *server
}

// bubble runs test in a synctest bubble, with an outbox that is over before the
// bubble ends.
func bubble(t *testing.T, cfg outbox.Config, test func(t *testing.T, r *rig)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := openStore(t, filepath.Join(t.TempDir(), "outbox.db"))
		defer s.file.Close()
		o, err := outbox.New(t.Context(), s, cfg)
		if err != nil {
			t.Fatal(err)
		}
		test(t, &rig{o, s, newServer()})
	})
}

// start runs the outbox until the function returned is called.
func start(o *outbox.Outbox, link outbox.Link) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { _ = o.Run(ctx, link) })
	return func() {
		cancel()
		wg.Wait()
	}
}

func (r *rig) add(t *testing.T, items ...outbox.Item) {
	t.Helper()
	if err := r.Add(t.Context(), items...); err != nil {
		t.Fatal(err)
	}
}

// pass lets the time of the bubble pass.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}
