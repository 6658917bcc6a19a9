package shelly_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/adapters/mqtt/shelly"
	"thingbridge/devices"
)

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

// corpus opens a file of real messages, or skips the test and says so.
func corpus(t *testing.T, name string) []byte {
	t.Helper()
	folder := os.Getenv("CORPUS")
	if folder == "" {
		folder = filepath.Join("..", "..", "..", "..", "shared", "corpus")
	}
	raw, err := os.ReadFile(filepath.Join(folder, name))
	if os.IsNotExist(err) {
		t.Skipf("no folder of real messages: %v; set CORPUS", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(name, ".gz") {
		return raw
	}
	unpacked, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if _, err := out.ReadFrom(unpacked); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func lines(t *testing.T, raw []byte, each func(line []byte)) {
	t.Helper()
	scanner := bufio.NewScanner(bytes.NewReader(raw))
	scanner.Buffer(nil, 1<<22)
	for scanner.Scan() {
		each(scanner.Bytes())
	}
	if err := scanner.Err(); err != nil {
		t.Fatal(err)
	}
}

// house is a convention and what it has said.
type house struct {
	s            *shelly.Shelly
	names        *convention.Names
	devices      map[devices.ID]*devices.Device
	availability map[devices.ID]devices.Availability
	kept         map[string]string
	published    []string
	at           time.Time
}

func newHouse() *house {
	names := convention.NewNames([]string{"homeassistant", "shelly"}, nil)
	return &house{s: shelly.New(names), names: names, at: noon, devices: make(map[devices.ID]*devices.Device), availability: make(map[devices.ID]devices.Availability), kept: make(map[string]string)}
}

func (h *house) take(r *convention.Result) {
	for _, d := range r.Announced {
		h.devices[d.ID] = d
	}
	for _, p := range r.Availability {
		h.availability[p.Device] = p.Availability
	}
	for _, record := range r.Keep {
		h.kept[record.Topic] = string(record.Payload)
	}
	for _, m := range r.Publish {
		h.published = append(h.published, m.Topic+" "+string(m.Payload))
	}
}

func (h *house) hear(topic, payload string) *convention.Result {
	var r convention.Result
	h.s.Decode(&r, convention.Received{Topic: []byte(topic), Payload: []byte(payload), At: h.at})
	h.take(&r)
	return &r
}

func (h *house) wait(d time.Duration) *convention.Result {
	h.at = h.at.Add(d)
	var r convention.Result
	h.s.Due(&r, h.at)
	h.take(&r)
	return &r
}

// only returns the one device there is.
func (h *house) only(t *testing.T) *devices.Device {
	t.Helper()
	if len(h.devices) != 1 {
		t.Fatalf("%d devices, want one", len(h.devices))
	}
	for _, d := range h.devices {
		return d
	}
	return nil
}

func (h *house) command(d *devices.Device, property string, v devices.Value) string {
	out, err := h.s.Command(devices.Command{Device: d.ID, Property: property, Value: v}, h.at)
	if err != nil {
		return err.Error()
	}
	return out[0].Topic + " " + string(out[0].Payload)
}

// said writes what r tells, in short.
func said(r *convention.Result) string {
	var out []string
	for i := range r.Faults {
		what := "fault: "
		if r.Faults[i].Err == nil {
			what = "works: "
		}
		out = append(out, what+r.Faults[i].Property)
	}
	for _, reading := range r.Readings {
		out = append(out, fmt.Sprintf("%s=%s", reading.Property, reading.Value))
	}
	return strings.Join(out, " ")
}

// valueOf is a value that p can be told.
func valueOf(p *devices.Property) devices.Value {
	switch p.Type {
	case devices.TypeBoolean:
		return devices.Boolean(true)
	case devices.TypeEnum:
		return devices.Text(p.Options[len(p.Options)-1])
	case devices.TypeNumber:
		return devices.Number(p.Max)
	}
	return devices.Text("#336699")
}
