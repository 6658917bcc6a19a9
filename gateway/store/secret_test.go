package store_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/rs/zerolog"

	"thingbridge/devices"
	"thingbridge/gateway"
)

// What a device says is found in the files of the store, but for what is secret.
func TestSecretsAreNotStored(t *testing.T) {
	dir := t.TempDir()
	s := open(t, filepath.Join(dir, "store.db"))
	registry := devices.NewRegistry()
	source := registry.Source("house", nowhere{})
	keeper := gateway.NewKeeper(registry, s, zerolog.Nop())
	if err := source.Apply(devices.Update{
		Announced: []*devices.Device{{ID: "vault", Properties: []devices.Property{
			{Name: "note", Type: devices.TypeText, Writable: true}, {Name: "code", Type: devices.TypeText, Writable: true, Secret: true},
		}}},
		Readings: []devices.Reading{
			{Device: "vault", Property: "note", Value: devices.Text("said openly")}, {Device: "vault", Property: "code", Value: devices.Text("hunter1")},
		},
	}); err != nil {
		t.Fatal(err)
	}
	for property, value := range map[string]string{"note": "asked openly", "code": "hunter2"} {
		if err := registry.Execute(t.Context(), devices.Command{Device: "vault", Property: property, Value: devices.Text(value)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := keeper.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	var all []byte
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, text...)
	}
	for text, want := range map[string]bool{"said openly": true, "asked openly": true, "hunter": false} {
		if bytes.Contains(all, []byte(text)) != want {
			t.Errorf("%q is in the store: %v, want %v", text, !want, want)
		}
	}
}

// nowhere is hardware that takes all and says nothing.
type nowhere struct{}

func (nowhere) Execute(context.Context, devices.Command) error { return nil }
