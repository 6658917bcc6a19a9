package outbox_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"thingbridge/gateway/outbox"
)

// TestThePromiseHolds breaks the link and kills the process at random and then
// checks what the package comment promises: each item that was accepted arrives,
// those of one recipient first arrive in their order, and none is deleted before
// a fence has covered it.
func TestThePromiseHolds(t *testing.T) {
	for seed := range uint64(10) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { promise(t, rand.New(rand.NewPCG(seed, 1))) })
		})
	}
}

func promise(t *testing.T, rnd *rand.Rand) {
	path := filepath.Join(t.TempDir(), "outbox.db")
	net := newServer()
	accepted := make(map[string][]string) // lines by recipient
	n := 0
	for range 8 { // lives of the process
		life(t, path, net, func(o *outbox.Outbox) {
			for range 1 + rnd.IntN(20) {
				misfortune(rnd, net, o)
				var items []outbox.Item
				for range 1 + rnd.IntN(30) {
					n++
					items = append(items, item([]string{"anna", "bert", "carl"}[rnd.IntN(3)], n))
				}
				if err := o.Add(t.Context(), items...); err != nil {
					t.Fatal(err)
				}
				for _, it := range items {
					accepted[it.To] = append(accepted[it.To], strings.TrimSpace(string(it.Stanza)))
				}
				pass(time.Duration(rnd.IntN(3000)) * time.Millisecond)
			}
		})
	}
	net.heal()
	life(t, path, net, func(o *outbox.Outbox) {
		pass(2 * time.Hour)
		if got := o.Stats().Items; got != 0 {
			t.Errorf("%d items are still held", got)
		}
	})
	checkArrivals(t, accepted, net.got())
}

// misfortune lets the link lose stanzas from a random one on, or mends it.
func misfortune(rnd *rand.Rand, net *server, o *outbox.Outbox) {
	switch rnd.IntN(3) {
	case 0:
		at := rnd.IntN(40)
		net.mu.Lock()
		net.lose = func(line int) bool { at--; return at < 0 && line >= 0 }
		net.mu.Unlock()
	case 1:
		net.heal()
		o.Up()
	}
}

// life is one process over the store: it opens it, lives, and is killed, so that
// nothing it still does reaches the store.
func life(t *testing.T, path string, net *server, live func(*outbox.Outbox)) {
	t.Helper()
	s := openStore(t, path)
	defer s.file.Close()
	s.onDelete = func(seqs []int64) { checkFenced(t, s, net, seqs) }
	o, err := outbox.New(t.Context(), s, outbox.Config{})
	if err != nil {
		t.Fatal(err)
	}
	stop := start(o, net)
	live(o)
	s.failDeletes(errors.New("killed"))
	stop()
}

func checkFenced(t *testing.T, s *watchedStore, net *server, seqs []int64) {
	items, err := s.Items(context.Background(), 0, 1_000_000)
	if err != nil {
		t.Error(err)
		return
	}
	net.mu.Lock()
	defer net.mu.Unlock()
	for i := range items {
		line := items[i].To + " " + items[i].ID
		if slices.Contains(seqs, items[i].Seq) && !net.fenced[line] {
			t.Errorf("%s was deleted before its fence", line)
		}
	}
}

func checkArrivals(t *testing.T, accepted map[string][]string, received []string) {
	t.Helper()
	first := make(map[string][]string)
	seen := make(map[string]bool)
	for _, line := range received {
		to, _, _ := strings.Cut(line, " ")
		if !seen[line] {
			seen[line] = true
			first[to] = append(first[to], line)
		}
	}
	for to, want := range accepted {
		if !slices.Equal(want, first[to]) {
			t.Errorf("%s: first arrivals\n%q\nwant\n%q", to, first[to], want)
		}
	}
}
