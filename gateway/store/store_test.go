package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"thingbridge/devices"
	"thingbridge/gateway/outbox"
	"thingbridge/gateway/store"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 123_456_000, time.UTC)

// values are compared by ==: their fields are not exported.
var sameValues = cmp.Comparer(func(a, b devices.Value) bool { return a == b })

func memory(i int) devices.Memory {
	return devices.Memory{
		Device: devices.ID(fmt.Sprintf("device-%03d", i)), Source: "house", LastSeen: noon.Add(time.Duration(i) * time.Second),
		States: map[string]devices.State{
			"temperature": {Reported: devices.Number(21.5 + float64(i)), At: noon},
			"target":      {Reported: devices.Number(20), At: noon, Desired: devices.Number(-3.25), Asked: noon, By: "anna@home.test"},
			"heating":     {Reported: devices.Boolean(true), At: noon},
			"window":      {Reported: devices.Boolean(false), At: noon, Desired: devices.Boolean(true)},
			"mode":        {Reported: devices.Text("heat – ☀"), At: noon},
		},
	}
}

func TestMemories(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	s := open(t, path)
	a, b := memory(1), memory(2)
	silent := devices.Memory{Device: "silent", States: map[string]devices.State{}}
	save := func(memories ...devices.Memory) {
		t.Helper()
		if err := s.SaveMemories(t.Context(), memories); err != nil {
			t.Fatal(err)
		}
	}
	save(silent, b, a)
	a.States = map[string]devices.State{"temperature": {Reported: devices.Number(5), At: noon.Add(time.Hour)}}
	save(a)
	if err := s.ForgetDevices(t.Context(), b.Device, "unheard-of"); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	got, err := open(t, path).Memories(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]devices.Memory{a, silent}, got, sameValues); diff != "" {
		t.Errorf("memories (-want +got):\n%s", diff)
	}
}

func TestSaveNoted(t *testing.T) {
	s := openNew(t)
	for n := range 3 {
		var memories []devices.Memory
		if n < 2 {
			memories = []devices.Memory{memory(n)}
		}
		if err := s.SaveNoted(t.Context(), memories, "adapter/house", []byte{byte(n)}); err != nil {
			t.Fatal(err)
		}
	}
	got, err := s.Memories(t.Context())
	if err != nil || len(got) != 2 {
		t.Errorf("%d memories, %v; want 2", len(got), err)
	}
	if note, ok, err := s.Get(t.Context(), "adapter/house"); err != nil || !ok || !bytes.Equal(note, []byte{2}) {
		t.Errorf("the note is %v, %v, %v; want the last", note, ok, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.SaveNoted(ctx, []devices.Memory{memory(9)}, "adapter/house", []byte{9}); !errors.Is(err, context.Canceled) {
		t.Errorf("SaveNoted: %v, want context.Canceled", err)
	}
	got, err = s.Memories(t.Context())
	if note, _, _ := s.Get(t.Context(), "adapter/house"); err != nil || len(got) != 2 || !bytes.Equal(note, []byte{2}) {
		t.Errorf("after what was cut short: %d memories, the note %v, %v", len(got), note, err)
	}
}

func TestSubscriptions(t *testing.T) {
	s := openNew(t)
	save := func(sub store.Subscription) {
		t.Helper()
		if err := s.SaveSubscription(t.Context(), sub); err != nil {
			t.Fatal(err)
		}
	}
	save(store.Subscription{User: "bert@b", Contact: "lamp@t", From: 1, To: 255})
	save(store.Subscription{User: "anna@a", Contact: "lamp@t", From: 3})
	save(store.Subscription{User: "anna@a", Contact: "door@t", To: 2})
	save(store.Subscription{User: "anna@a", Contact: "lamp@t", From: 4, To: 5})
	if err := s.DeleteSubscription(t.Context(), "anna@a", "door@t"); err != nil {
		t.Fatal(err)
	}
	got, err := s.Subscriptions(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := []store.Subscription{
		{User: "anna@a", Contact: "lamp@t", From: 4, To: 5},
		{User: "bert@b", Contact: "lamp@t", From: 1, To: 255},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("subscriptions (-want +got):\n%s", diff)
	}
}

func TestItems(t *testing.T) {
	all := openNew(t)
	s := all.Outbox("house@t")
	first := outbox.Item{ID: "1", To: "anna", Stanza: []byte("<one/>"), At: noon, Expires: noon.Add(time.Hour)}
	again := outbox.Item{ID: "1", To: "anna", Stanza: []byte("<other/>")}
	other := outbox.Item{ID: "1", To: "bert", Stanza: []byte("<two/>"), At: noon}
	seqs, err := s.AddItems(t.Context(), []outbox.Item{first, again, other})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]int64{1, 0, 3}, seqs); diff != "" {
		t.Errorf("seqs (-want +got):\n%s", diff)
	}
	first.Seq, other.Seq = 1, 3 // the one that was there already used up a place
	for after, want := range map[int64][]outbox.Item{0: {first, other}, 1: {other}, 3: nil} {
		got, err := s.Items(t.Context(), after, 10)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("items after %d (-want +got):\n%s", after, diff)
		}
	}
	if got, err := all.Outbox("other@t").Items(t.Context(), 0, 10); len(got) != 0 || err != nil {
		t.Errorf("items of another sender: %v, %v", got, err)
	}
	if err := s.DeleteItems(t.Context(), []int64{1, 3}); err != nil {
		t.Fatal(err)
	}
	if seqs, err = s.AddItems(t.Context(), []outbox.Item{first}); err != nil || seqs[0] != 4 {
		t.Errorf("seq after all were deleted: %d, %v; want 4, for none is used twice", seqs, err)
	}
}

func TestSettingsAreListedAndDeleted(t *testing.T) {
	s := openNew(t)
	for _, key := range []string{"question/a/1", "question/a/2", "question/b/1", "question"} {
		if err := s.Put(t.Context(), key, []byte(key)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Delete(t.Context(), "question/a/2"); err != nil {
		t.Fatal(err)
	}
	got, err := s.List(t.Context(), "question/a/")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string][]byte{"question/a/1": []byte("question/a/1")}, got); diff != "" {
		t.Errorf("listed (-want +got):\n%s", diff)
	}
}

func TestSettings(t *testing.T) {
	s := openNew(t)
	if _, ok, err := s.Get(t.Context(), "identity"); ok || err != nil {
		t.Errorf("Get of nothing: %v, %v", ok, err)
	}
	for _, value := range []string{"first", "second", ""} {
		if err := s.Put(t.Context(), "identity", []byte(value)); err != nil {
			t.Fatal(err)
		}
		got, ok, err := s.Get(t.Context(), "identity")
		if string(got) != value || !ok || err != nil {
			t.Errorf("Get: %q, %v, %v; want %q", got, ok, err, value)
		}
	}
}

func TestACancelledCallStoresNothingAndHarmsNothing(t *testing.T) {
	s := openNew(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.SaveMemories(ctx, []devices.Memory{memory(1)}); !errors.Is(err, context.Canceled) {
		t.Errorf("SaveMemories: %v, want context.Canceled", err)
	}
	if err := s.SaveMemories(t.Context(), []devices.Memory{memory(2)}); err != nil {
		t.Fatal(err)
	}
	got, err := s.Memories(t.Context())
	if err != nil || len(got) != 1 || got[0].Device != memory(2).Device {
		t.Errorf("memories %v, %v; want that of the second call", got, err)
	}
}

func TestCallsAtTheSameTime(t *testing.T) {
	s := openNew(t)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for j := range 20 {
				if err := s.SaveMemories(t.Context(), []devices.Memory{memory(100*i + j)}); err != nil {
					t.Error(err)
				}
				if _, err := s.Memories(t.Context()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if got, err := s.Memories(t.Context()); len(got) != 160 || err != nil {
		t.Errorf("%d memories, %v; want 160", len(got), err)
	}
}

// TestTheFirstSchemaIsRead opens a file that the first schema made. testdata/v1.sql
// is frozen: what was released stays readable.
func TestTheFirstSchemaIsRead(t *testing.T) {
	text, err := os.ReadFile("testdata/v1.sql")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "v1.db")
	execute(t, path, string(text))
	s := open(t, path)
	memories, err := s.Memories(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]devices.Memory{memory(1)}, memories, sameValues); diff != "" {
		t.Errorf("memories (-want +got):\n%s", diff)
	}
	subscriptions, err := s.Subscriptions(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]store.Subscription{{User: "anna@a", Contact: "lamp@t", From: 1, To: 2}}, subscriptions); diff != "" {
		t.Errorf("subscriptions (-want +got):\n%s", diff)
	}
	items, err := s.Outbox("").Items(t.Context(), 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]outbox.Item{{Seq: 7, ID: "m1", To: "anna@a", Stanza: []byte("<message/>"), At: noon}}, items); diff != "" {
		t.Errorf("items (-want +got):\n%s", diff)
	}
	if value, ok, err := s.Get(t.Context(), "identity"); string(value) != "x" || !ok || err != nil {
		t.Errorf("setting: %q, %v, %v", value, ok, err)
	}
}

func BenchmarkSaveMemories(b *testing.B) {
	for _, n := range []int{1, 100} {
		b.Run(fmt.Sprint(n, " devices"), func(b *testing.B) {
			s := openNew(b)
			var memories []devices.Memory
			for i := range n {
				memories = append(memories, memory(i))
			}
			b.ReportAllocs()
			for b.Loop() {
				if err := s.SaveMemories(b.Context(), memories); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
