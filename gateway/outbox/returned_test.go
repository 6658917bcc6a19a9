package outbox_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"thingbridge/gateway/outbox"
)

// count returns how often a line was sent.
func (s *server) count(line string) (n int) {
	for _, got := range s.got() {
		if got == line {
			n++
		}
	}
	return n
}

// Whether an item comes back before its fence or behind it, it is not delivered.
func TestWhatComesBackIsSentAgain(t *testing.T) {
	for _, behind := range []bool{false, true} {
		t.Run(fmt.Sprintf("behind the fence: %v", behind), func(t *testing.T) {
			bubble(t, outbox.Config{}, func(t *testing.T, r *rig) {
				r.server.fence = make(chan struct{})
				defer start(r.Outbox, r.server)()
				r.add(t, item("anna", 1), item("anna", 2), item("bert", 1))
				synctest.Wait()
				if !behind {
					r.Returned("anna", "m1")
				}
				r.server.fence <- struct{}{}
				pass(0)
				if behind {
					r.Returned("anna", "m1")
					pass(0)
				}
				if diff := cmp.Diff([]string{"anna m1"}, r.store.held(t)); diff != "" {
					t.Errorf("held (-want +got):\n%s", diff)
				}
				close(r.server.fence)
				pass(4 * time.Second)
				if n := r.server.count("anna m1"); n != 1 {
					t.Errorf("sent %d times before its time, want once", n)
				}
				pass(2 * time.Second)
				if diff := cmp.Diff([]string{"anna m1", "anna m2", "bert m1", "anna m1"}, r.server.got()); diff != "" {
					t.Errorf("sent (-want +got):\n%s", diff)
				}
				if held := r.store.held(t); len(held) > 0 {
					t.Errorf("held after all: %q", held)
				}
				if got := r.Stats(); got.Returned != 1 || got.Items != 0 || got.Bytes != 0 {
					t.Errorf("Stats() = %+v, want one that came back, and nothing held", got)
				}
			})
		})
	}
}

// A server that dies may lose what it has just read, so that is sent to the next; what
// it had for longer is not.
func TestWhatADyingServerHadJustReadIsSentAgain(t *testing.T) {
	bubble(t, outbox.Config{}, func(t *testing.T, r *rig) {
		defer start(r.Outbox, r.server)()
		r.add(t, item("anna", 1))
		pass(3 * time.Second)
		r.add(t, item("anna", 2), item("bert", 1))
		pass(time.Second)
		r.Down()
		pass(time.Second)
		r.Up()
		pass(0)
		if diff := cmp.Diff([]string{"anna m1", "anna m2", "bert m1", "anna m2", "bert m1"}, r.server.got()); diff != "" {
			t.Errorf("sent (-want +got):\n%s", diff)
		}
		pass(time.Minute)
		r.Down()
		r.Up()
		pass(0)
		if n := len(r.server.got()); n != 5 {
			t.Errorf("sent %d, want the 5 of before", n)
		}
		if held := r.store.held(t); len(held) > 0 {
			t.Errorf("held after all: %q", held)
		}
	})
}

// A recipient who is away is asked ever more seldom, with one item, and by nobody
// else's cost.
func TestARecipientWhoIsAwayIsAskedSeldom(t *testing.T) {
	const hour = time.Hour
	bubble(t, outbox.Config{}, func(t *testing.T, r *rig) {
		defer start(r.Outbox, r.server)()
		r.add(t, item("anna", 1), item("anna", 2))
		pass(0)
		begin := time.Now()
		for at := 1; time.Since(begin) < hour; { // everything comes back a second later
			got := r.server.got()
			for ; at <= len(got); at++ {
				var to, id string
				if _, err := fmt.Sscan(got[at-1], &to, &id); err == nil && to == "anna" {
					r.Returned(to, id)
				}
			}
			pass(time.Second)
		}
		n := len(r.server.got())
		if n < 8 || n > 40 {
			t.Errorf("two items were sent %d times in an hour, want some 20 times", n)
		}
		r.add(t, item("bert", 1))
		pass(0)
		if r.server.count("bert m1") != 1 {
			t.Error("bert waits for anna")
		}
		r.Available("anna")
		pass(time.Second)
		if got := r.server.got(); len(got) != n+3 {
			t.Errorf("when anna is back, she gets %q, want her two items", got[n+1:])
		}
		if held := r.store.held(t); len(held) > 0 {
			t.Errorf("held after all: %q", held)
		}
	})
}

func TestWhatComesBackWhileTheStoreFails(t *testing.T) {
	bubble(t, outbox.Config{}, func(t *testing.T, r *rig) {
		r.store.failDeletes(errors.New("disk full"))
		defer start(r.Outbox, r.server)()
		r.add(t, item("anna", 1))
		pass(0)
		r.Returned("anna", "m1") // it could not be deleted yet
		pass(0)
		r.store.failDeletes(nil)
		pass(2 * time.Minute)
		if n := r.server.count("anna m1"); n != 2 {
			t.Errorf("sent %d times, want twice", n)
		}
		if held := r.store.held(t); len(held) > 0 {
			t.Errorf("held after all: %q", held)
		}
	})
}

func TestWhatComesBackTooLateOrFromNobody(t *testing.T) {
	bubble(t, outbox.Config{}, func(t *testing.T, r *rig) {
		defer start(r.Outbox, r.server)()
		old := item("anna", 1)
		old.Expires = time.Now().Add(10 * time.Second)
		r.add(t, old, item("anna", 2))
		pass(20 * time.Second)
		r.Returned("anna", "m1") // has expired
		r.Returned("bert", "m2") // was not his
		r.Returned("anna", "m9")
		pass(2 * time.Minute)
		r.Returned("anna", "m2") // was forgotten
		pass(2 * time.Minute)
		if got := r.server.got(); !slices.Equal(got, []string{"anna m1", "anna m2"}) {
			t.Errorf("sent %q, want each once", got)
		}
	})
}

// What is remembered of those that were delivered is bounded.
func TestOnlyTheNewestAreRemembered(t *testing.T) {
	const all = 3000
	bubble(t, unbounded, func(t *testing.T, r *rig) {
		defer start(r.Outbox, r.server)()
		for n := range all {
			r.add(t, item("anna", n))
		}
		pass(0)
		for n := range all {
			r.Returned("anna", fmt.Sprintf("m%d", n))
		}
		pass(0)
		if n := len(r.store.held(t)); n != 1000 {
			t.Errorf("%d items are held again, want the newest 1000", n)
		}
	})
}
