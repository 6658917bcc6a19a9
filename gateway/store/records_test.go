package store_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"thingbridge/gateway/store"
)

// recordsOf returns what s keeps for an owner, as "key=value".
func recordsOf(t *testing.T, s *store.Store, owner string) (all []string) {
	t.Helper()
	if err := s.Records(t.Context(), owner, func(key string, value []byte) {
		all = append(all, fmt.Sprintf("%s=%s", key, value))
	}); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestRecords(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	s := open(t, path)
	keep := func(owner string, records ...store.Record) {
		t.Helper()
		if err := s.KeepRecords(t.Context(), owner, records); err != nil {
			t.Fatal(err)
		}
	}
	keep("house", store.Record{Key: "b", Value: []byte("1")}, store.Record{Key: "a", Value: []byte("2")}, store.Record{Key: "c", Value: []byte("3")})
	keep("house", store.Record{Key: "b", Value: []byte("4")}, store.Record{Key: "c"}, store.Record{Key: "never"})
	keep("attic", store.Record{Key: "b", Value: []byte{0, 0xff}})
	keep("attic")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, path)
	if diff := cmp.Diff([]string{"a=2", "b=4"}, recordsOf(t, s, "house")); diff != "" {
		t.Errorf("records of the house (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"b=\x00\xff"}, recordsOf(t, s, "attic")); diff != "" {
		t.Errorf("records of the attic (-want +got):\n%s", diff)
	}
	if got := recordsOf(t, s, "nobody"); got != nil {
		t.Errorf("records of nobody: %q", got)
	}
}

func TestRecordsAreKeptWholeOrNotAtAll(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "store.db"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.KeepRecords(ctx, "house", []store.Record{{Key: "a", Value: []byte("1")}}); err == nil {
		t.Error("records were kept although the context had ended")
	}
	if got := recordsOf(t, s, "house"); got != nil {
		t.Errorf("kept %q, want nothing", got)
	}
}
