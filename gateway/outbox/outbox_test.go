package outbox_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"thingbridge/gateway/outbox"
)

func TestItemsAreDeletedOnlyAfterTheirFence(t *testing.T) {
	bubble(t, outbox.Config{}, func(t *testing.T, r *rig) {
		r.server.fence = make(chan struct{})
		defer start(r.Outbox, r.server)()
		r.add(t, item("anna", 1), item("bert", 1))
		synctest.Wait()
		want := []string{"anna m1", "bert m1"}
		if diff := cmp.Diff(want, r.server.got()); diff != "" {
			t.Errorf("sent before the fence (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(want, r.store.held(t)); diff != "" {
			t.Errorf("held before the fence (-want +got):\n%s", diff)
		}
		r.server.fence <- struct{}{}
		pass(0)
		if held := r.store.held(t); len(held) != 0 {
			t.Errorf("held after the fence: %q, want nothing", held)
		}
		if diff := cmp.Diff(outbox.Stats{Delivered: 2}, r.Stats()); diff != "" {
			t.Errorf("stats (-want +got):\n%s", diff)
		}
	})
}

func TestWhatAnEarlierProcessLeftIsSentFirst(t *testing.T) {
	bubble(t, outbox.Config{}, func(t *testing.T, r *rig) {
		r.add(t, item("anna", 1), item("anna", 2))
		later, err := outbox.New(t.Context(), r.store, outbox.Config{})
		if err != nil {
			t.Fatal(err)
		}
		if got := later.Stats().Items; got != 2 {
			t.Errorf("held by the later process: %d items, want 2", got)
		}
		if err := later.Add(t.Context(), item("anna", 3)); err != nil {
			t.Fatal(err)
		}
		defer start(later, r.server)()
		synctest.Wait()
		if diff := cmp.Diff([]string{"anna m1", "anna m2", "anna m3"}, r.server.got()); diff != "" {
			t.Errorf("sent (-want +got):\n%s", diff)
		}
	})
}

func TestABrokenLinkIsTriedAgain(t *testing.T) {
	tests := []struct {
		name string
		mend func(r *rig)
		wait time.Duration
	}{
		{"at once when it is up", func(r *rig) { r.Up() }, 0},
		{"after the retry time without being told", func(*rig) {}, time.Second},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, outbox.Config{}, func(t *testing.T, r *rig) {
				r.server.lose = func(line int) bool { return line == 1 }
				r.add(t, item("anna", 1), item("anna", 2))
				defer start(r.Outbox, r.server)()
				synctest.Wait()
				r.server.heal()
				tt.mend(r)
				pass(tt.wait)
				if diff := cmp.Diff([]string{"anna m1", "anna m1", "anna m2"}, r.server.got()); diff != "" {
					t.Errorf("received (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff(outbox.Stats{Delivered: 2, Repeated: 2}, r.Stats()); diff != "" {
					t.Errorf("stats (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestRetriesBecomeRare(t *testing.T) {
	bubble(t, outbox.Config{}, func(t *testing.T, r *rig) {
		tries := 0
		r.server.lose = func(int) bool { tries++; return true }
		r.add(t, item("anna", 1))
		link := &reviving{r.server}
		defer start(r.Outbox, link)()
		pass(24 * time.Hour)
		// Set aside for an hour at most after the first failures.
		if tries < 24 || tries > 40 {
			t.Errorf("tried %d times in a day, want about 30", tries)
		}
		if diff := cmp.Diff([]string{"anna m1"}, r.store.held(t)); diff != "" {
			t.Errorf("held (-want +got):\n%s", diff)
		}
	})
}

// reviving is a server whose link is up again after each failed fence.
type reviving struct{ *server }

func (r *reviving) Fence(ctx context.Context) error {
	defer r.set(false)
	return r.server.Fence(ctx)
}

func TestAddingTwice(t *testing.T) {
	bubble(t, outbox.Config{MaxItemsEach: 2}, func(t *testing.T, r *rig) {
		first := item("anna", 1)
		other := first
		other.Stanza = []byte("anna other\n")
		r.add(t, first, item("anna", 2))
		r.add(t, other)           // although anna's room is used up
		r.add(t, item("bert", 1)) // the same ID for somebody else is another item
		if err := r.Add(t.Context(), item("anna", 3)); !errors.Is(err, outbox.ErrFull) {
			t.Errorf("third item: %v, want ErrFull", err)
		}
		if got := r.Stats().Items; got != 3 {
			t.Errorf("held: %d items, want 3", got)
		}
		defer start(r.Outbox, r.server)()
		synctest.Wait()
		if diff := cmp.Diff([]string{"anna m1", "anna m2", "bert m1"}, r.server.got()); diff != "" {
			t.Errorf("sent (-want +got):\n%s", diff)
		}
	})
}

func TestAFullOutboxRefuses(t *testing.T) {
	tests := []struct {
		name string
		cfg  outbox.Config
		want string // in the error
	}{
		{"too many items for one", outbox.Config{MaxItemsEach: 2}, "full for anna: 2 items"},
		{"too many bytes for one", outbox.Config{MaxBytesEach: 20}, "full for anna: 2 items of 16 bytes"},
		{"too many items for all", outbox.Config{MaxItems: 2}, "full for all, also for anna: 2 items"},
		{"too many bytes for all", outbox.Config{MaxBytes: 20}, "full for all, also for anna: 2 items of 16 bytes"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, tt.cfg, func(t *testing.T, r *rig) {
				err := r.Add(t.Context(), item("anna", 1), item("anna", 2), item("anna", 3))
				if !errors.Is(err, outbox.ErrFull) || !strings.Contains(err.Error(), tt.want) {
					t.Errorf("error %v, want ErrFull with %q", err, tt.want)
				}
				if diff := cmp.Diff(outbox.Stats{Refused: 3}, r.Stats()); diff != "" {
					t.Errorf("all of a call or none (-want +got):\n%s", diff)
				}
				r.add(t, item("anna", 1), item("anna", 2))
				stop := start(r.Outbox, r.server)
				synctest.Wait()
				stop()
				r.add(t, item("anna", 3), item("anna", 4)) // delivery has made room
			})
		})
	}
}

func TestItemsExpire(t *testing.T) {
	bubble(t, outbox.Config{}, func(t *testing.T, r *rig) {
		r.server.set(true)
		brief, long := item("anna", 1), item("anna", 2)
		brief.Expires = time.Now().Add(time.Hour)
		long.Expires = time.Now().Add(3 * time.Hour)
		r.add(t, brief, long)
		defer start(r.Outbox, r.server)()
		pass(time.Hour + time.Minute)
		if diff := cmp.Diff(outbox.Stats{Items: 1, Bytes: 8, Oldest: long.At.UTC(), Expired: 1}, r.Stats()); diff != "" {
			t.Errorf("stats after an hour (-want +got):\n%s", diff)
		}
		r.add(t, brief) // forgotten, and so a new item; it is worthless at once
		r.server.set(false)
		r.Up()
		pass(0)
		if diff := cmp.Diff([]string{"anna m2"}, r.server.got()); diff != "" {
			t.Errorf("sent (-want +got):\n%s", diff)
		}
		if got := r.Stats(); got.Items != 0 || got.Expired != 2 {
			t.Errorf("stats at the end: %+v, want 0 items and 2 expired", got)
		}
	})
}

func TestAPoisonousStanzaHoldsUpNobodyElse(t *testing.T) {
	bubble(t, outbox.Config{}, func(t *testing.T, r *rig) {
		r.server.poison = "anna m1"
		r.add(t, item("anna", 1), item("anna", 2), item("bert", 1), item("carl", 1))
		defer start(r.Outbox, r.server)()
		for range 6 { // the supervisor of the link brings it up again each time
			pass(10 * time.Second)
			r.server.set(false)
			r.Up()
		}
		synctest.Wait()
		if diff := cmp.Diff([]string{"bert m1", "carl m1"}, r.server.got()); diff != "" {
			t.Errorf("received (-want +got):\n%s", diff)
		}
		for n := range 60 {
			r.add(t, item("bert", 10+n))
			pass(10 * time.Second)
			r.server.set(false)
			r.Up()
		}
		synctest.Wait()
		if diff := cmp.Diff([]string{"anna m1", "anna m2"}, r.store.held(t)); diff != "" {
			t.Errorf("held (-want +got):\n%s", diff)
		}
		// Only the first batch had others in it: those of bert and of carl.
		if got, want := r.Stats().Repeated, uint64(r.server.poisoned-1+2); got != want {
			t.Errorf("%d items were sent again, want %d", got, want)
		}
	})
}

func TestAStoreThatCannotDeleteCausesNoRepetition(t *testing.T) {
	bubble(t, outbox.Config{}, func(t *testing.T, r *rig) {
		r.store.failDeletes(errors.New("disk full"))
		r.add(t, item("anna", 1))
		defer start(r.Outbox, r.server)()
		pass(10 * time.Minute)
		r.add(t, item("anna", 2))
		pass(10 * time.Minute)
		if diff := cmp.Diff([]string{"anna m1", "anna m2"}, r.server.got()); diff != "" {
			t.Errorf("sent (-want +got):\n%s", diff)
		}
		r.store.failDeletes(nil)
		pass(time.Minute)
		if held := r.store.held(t); len(held) != 0 {
			t.Errorf("held after the store was mended: %q, want nothing", held)
		}
	})
}

func TestAddsAtTheSameTimeShareATransaction(t *testing.T) {
	bubble(t, outbox.Config{}, func(t *testing.T, r *rig) {
		const callers = 50
		gate := make(chan struct{})
		r.store.beforeAdd = func() { <-gate }
		var wg sync.WaitGroup
		for n := range callers {
			wg.Go(func() {
				if err := r.Add(t.Context(), item("anna", n)); err != nil {
					t.Error(err)
				}
			})
		}
		synctest.Wait() // one is in its transaction; the others wait for the next
		close(gate)
		wg.Wait()
		if got := r.store.addedCalls; got != 2 {
			t.Errorf("%d transactions for %d calls, want 2", got, callers)
		}
		if got := len(r.store.held(t)); got != callers {
			t.Errorf("%d items held, want %d", got, callers)
		}
	})
}

func TestABacklogGoesInBatches(t *testing.T) {
	bubble(t, outbox.Config{}, func(t *testing.T, r *rig) {
		var want []string
		for n := range 200 {
			r.add(t, item("anna", n))
			want = append(want, strings.TrimSpace(string(item("anna", n).Stanza)))
		}
		defer start(r.Outbox, r.server)()
		synctest.Wait()
		if diff := cmp.Diff(want, r.server.got()); diff != "" {
			t.Errorf("sent (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]int{64, 64, 64, 8}, r.server.batches); diff != "" {
			t.Errorf("items of each Send (-want +got):\n%s", diff)
		}
	})
}

func TestItemsThatCannotBeSentAreRefused(t *testing.T) {
	good := item("anna", 1)
	tests := []struct {
		name  string
		spoil func(*outbox.Item)
		want  string
	}{
		{"no id", func(i *outbox.Item) { i.ID = "" }, "id of 0 bytes"},
		{"no recipient", func(i *outbox.Item) { i.To = "" }, "recipient of 0 bytes"},
		{"no stanza", func(i *outbox.Item) { i.Stanza = nil }, "stanza of 0 bytes"},
		{"a stanza too long", func(i *outbox.Item) { i.Stanza = make([]byte, outbox.MaxStanza+1) }, "stanza of 65537 bytes"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, outbox.Config{}, func(t *testing.T, r *rig) {
				bad := good
				tt.spoil(&bad)
				if err := r.Add(t.Context(), good, bad); err == nil || !strings.Contains(err.Error(), tt.want) {
					t.Errorf("error %v, want %q", err, tt.want)
				}
				if held := r.store.held(t); !slices.Equal(held, nil) {
					t.Errorf("held %q, want nothing", held)
				}
			})
		})
	}
}
