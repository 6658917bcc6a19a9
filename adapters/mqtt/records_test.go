package mqtt

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rs/zerolog"

	"thingbridge/adapters"
	"thingbridge/adapters/mqtt/convention"
	"thingbridge/devices"
)

// shelf is an archive in memory.
type shelf struct {
	kept map[string]string
	puts int // records that were given to it
	fail error
}

func (s *shelf) Apply(devices.Update)         {}
func (s *shelf) Settle(context.Context) error { return nil }

func (s *shelf) Records(_ context.Context, each func(string, []byte)) error {
	for _, key := range slices.Sorted(maps.Keys(s.kept)) {
		each(key, []byte(s.kept[key]))
	}
	return nil
}

func (s *shelf) Keep(_ context.Context, records []adapters.Record) error {
	if s.fail != nil {
		return s.fail
	}
	s.puts += len(records)
	for _, r := range records {
		if s.kept[r.Key] = string(r.Value); len(r.Value) == 0 {
			delete(s.kept, r.Key)
		}
	}
	return nil
}

func newShelf() (*shelf, *records) {
	s := &shelf{kept: make(map[string]string)}
	return s, newRecords(s, zerolog.Nop())
}

func TestRecordsAreFoundAgain(t *testing.T) {
	s, r := newShelf()
	store := func() {
		t.Helper()
		if err := r.store(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	announce := func(topic, payload string) {
		t.Helper()
		if err := r.announce("beacon", convention.Record{Topic: topic, Payload: []byte(payload)}); err != nil {
			t.Fatal(err)
		}
	}
	announce("a/b", "one")
	announce("c", "two")
	announce("never", "")
	r.name(convention.Name{Key: "mac:1", ID: "lamp", Convention: "beacon"})
	r.name(convention.Name{Key: "mac:2", ID: "plug", Convention: "beacon"})
	store()
	announce("a/b", "one")
	store()
	if s.puts != 4 {
		t.Errorf("%d records were stored, want 4: one that is the same needs not be", s.puts)
	}
	announce("c", "")
	announce("a/b", "three")
	r.name(convention.Name{Key: "mac:2"})
	store()

	var got []string
	next := newRecords(s, zerolog.Nop())
	if err := next.load(t.Context(), func(n convention.Name) {
		got = append(got, fmt.Sprint(n))
	}, func(by, topic string, payload []byte) {
		got = append(got, fmt.Sprint(by, " ", topic, " ", string(payload)))
	}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"{mac:1 lamp beacon}", "beacon a/b three"}, got); diff != "" {
		t.Errorf("found (-want +got):\n%s", diff)
	}
	if r.bytes != next.bytes {
		t.Errorf("%d bytes are counted before and %d after the restart", r.bytes, next.bytes)
	}
}

func TestRecordsThatCouldNotBeStoredAreStoredLater(t *testing.T) {
	s, r := newShelf()
	s.fail = errors.New("disk full")
	r.announce("b", convention.Record{Topic: "t", Payload: []byte("1")})
	r.announce("b", convention.Record{Topic: "u", Payload: []byte("1")})
	if err := r.store(t.Context()); !errors.Is(err, s.fail) {
		t.Fatalf("error %v, want the archive's", err)
	}
	r.announce("b", convention.Record{Topic: "t", Payload: []byte("2")})
	s.fail = nil
	if err := r.store(t.Context()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"said/b/t": "2", "said/b/u": "1"}, s.kept); diff != "" {
		t.Errorf("kept (-want +got):\n%s", diff)
	}
}

func TestRecordsAreBounded(t *testing.T) {
	_, r := newShelf()
	put := func(i, size int) error {
		return r.announce("b", convention.Record{Topic: fmt.Sprint(i), Payload: []byte(strings.Repeat("x", size))})
	}
	if err := put(0, maxRecord+1); !errors.Is(err, errRecordSize) {
		t.Errorf("a record that is too large: error %v", err)
	}
	var refused int
	for i := range maxRecords + 7 {
		if err := put(i, 1); errors.Is(err, errRecords) {
			refused++
		}
	}
	if refused != 7 {
		t.Errorf("%d records are refused, want 7", refused)
	}
	n := 0
	for n < maxRecords && put(n, maxRecord/2) == nil {
		n++
	}
	if got := n * maxRecord / 2; got > maxRecordBytes || got < maxRecordBytes*9/10 {
		t.Errorf("%d bytes are kept, want nearly %d", got, maxRecordBytes)
	}
	put(0, 0)
	if err := put(n, maxRecord/2); err != nil {
		t.Errorf("there is no room after one was forgotten: %v", err)
	}
}
