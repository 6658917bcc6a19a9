package dsmr

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"thingbridge/adapters/serial/codec"
	"thingbridge/adapters/serial/meter"
	"thingbridge/devices"
)

// maxMeters bounds the meters of a port over the years: 4 channels, and those that
// were replaced.
const maxMeters = 32

// roll is the meters of a port.
type roll struct {
	adapter string
	cfg     *Config
	main    *member
	all     []*member                      // main is the first
	ids     map[string]devices.ID          // of earlier runs, by key
	kept    map[devices.ID]*devices.Device // of earlier runs, until they are shown
}

// member is one meter.
type member struct {
	key    string // medium and serial number
	meter  *meter.Meter
	last   time.Time // when it was heard
	online bool
}

func (m *member) heard(r *codec.Result, now time.Time, begins bool) {
	m.last, m.online = now, true
	m.meter.Tell(r, now, begins)
}

func (h *roll) init(adapter string, cfg *Config) {
	h.cfg = cfg
	h.ids = make(map[string]devices.ID)
	h.kept = make(map[devices.ID]*devices.Device)
	h.adapter = adapter
	h.main = &member{meter: h.newMain()}
	h.all = []*member{h.main}
}

// newMain returns the electricity meter, of which nothing is known.
func (h *roll) newMain() *meter.Meter {
	return meter.New(devices.Device{
		ID: devices.ID(cmp.Or(h.cfg.ID, h.adapter)), Name: cmp.Or(h.cfg.Name, "Electricity meter"), Area: h.cfg.Area, Kind: "meter",
	})
}

func (h *roll) meters() []*meter.Meter {
	all := make([]*meter.Meter, 0, len(h.all))
	for _, m := range h.all {
		all = append(all, m.meter)
	}
	return all
}

// find returns the meter that a channel has, which may be one that nobody knew.
func (h *roll) find(r *codec.Result, it *channel) (*member, error) {
	key := it.medium.key + "/" + it.serial
	for _, m := range h.all {
		if m.key == key {
			return m, nil
		}
	}
	if len(h.all) >= maxMeters || len(key) > maxKey {
		return nil, fmt.Errorf("meter %q is one too many; there are %d already", shorten(key), len(h.all)-1)
	}
	m := h.add(key)
	h.ids[key] = m.meter.ID()
	r.Keep = append(r.Keep, codec.Record{Key: keyPrefix + key, Value: []byte(m.meter.ID())})
	if d, ok := h.kept[m.meter.ID()]; ok {
		m.meter.Resume(d)
		delete(h.kept, m.meter.ID())
	}
	return m, nil
}

const (
	keyPrefix = "meter/"
	maxKey    = 200
)

// add makes the meter with a key. The name in the configuration counts more than the
// id of an earlier run, and that more than the next that is free.
func (h *roll) add(key string) *member {
	kind, number, _ := strings.Cut(key, "/")
	named := h.named(kind, number)
	id := devices.ID(named.ID)
	if id == "" {
		id = h.ids[key]
	}
	if id == "" || h.taken(id, key) {
		id = h.free(kind, key)
	}
	name := ""
	for _, it := range media {
		if it.key == kind && (name == "" || it.name < name) {
			name = it.name
		}
	}
	m := &member{key: key, meter: meter.New(devices.Device{
		ID: id, Name: cmp.Or(named.Name, name, unsaid.name), Area: cmp.Or(named.Area, h.cfg.Area), Kind: "meter", Serial: number,
	})}
	h.all = append(h.all, m)
	return m
}

// named returns what the configuration says of a meter.
func (h *roll) named(kind, number string) Device {
	for _, d := range h.cfg.Devices {
		if d.Key == number && number != "" {
			return d
		}
	}
	first := !slices.ContainsFunc(h.all, func(m *member) bool { return strings.HasPrefix(m.key, kind+"/") })
	for _, d := range h.cfg.Devices {
		if d.Key == kind && first {
			return d
		}
	}
	return Device{}
}

// taken reports whether another meter than that of key has an id, or had it.
func (h *roll) taken(id devices.ID, key string) bool {
	for _, m := range h.all {
		if m.meter.ID() == id {
			return true
		}
	}
	for other, its := range h.ids {
		if its == id && other != key {
			return true
		}
	}
	return false
}

func (h *roll) free(kind, key string) devices.ID {
	base := string(h.main.meter.ID()) + "-" + kind
	for n := 1; ; n++ {
		id := base
		if n > 1 {
			id += "-" + strconv.Itoa(n)
		}
		if id := devices.Slug(id); !h.taken(id, key) {
			return id
		}
	}
}

// silent loses the meters that were not heard for a time, and returns when the next
// would be.
func (h *roll) silent(r *codec.Result, now time.Time, after time.Duration) (next time.Time) {
	for _, m := range h.all {
		if !m.online {
			continue
		}
		end := m.last.Add(after)
		if !now.Before(end) {
			m.online = false
			m.meter.Lose(r)
			continue
		}
		if next.IsZero() || end.Before(next) {
			next = end
		}
	}
	return next
}

func (h *roll) lose(r *codec.Result) {
	for _, m := range h.all {
		m.online = false
		m.meter.Lose(r)
	}
}

// recall takes a record of an earlier run.
func (h *roll) recall(record codec.Record) {
	if d, ok := meter.Recalled(record); ok && len(h.kept) < maxMeters {
		h.kept[d.ID] = d
		return
	}
	key, ok := strings.CutPrefix(record.Key, keyPrefix)
	if id, err := devices.ParseID(string(record.Value)); ok && err == nil && len(h.ids) < maxMeters && len(key) <= maxKey {
		h.ids[key] = id
	}
}

// show announces the meters of an earlier run that were not heard yet.
func (h *roll) show(r *codec.Result) {
	for _, key := range sortedKeys(h.ids) {
		if !slices.ContainsFunc(h.all, func(m *member) bool { return m.key == key }) && len(h.all) < maxMeters {
			h.add(key)
		}
	}
	for _, m := range h.all {
		if d, ok := h.kept[m.meter.ID()]; ok {
			m.meter.Resume(d)
			delete(h.kept, m.meter.ID())
		}
		m.meter.Show(r)
	}
	for id := range h.kept { // under another name by the configuration
		r.Keep = append(r.Keep, codec.Record{Key: meter.RecordKey(id)})
		delete(h.kept, id)
	}
}

func sortedKeys(ids map[string]devices.ID) []string {
	keys := make([]string, 0, len(ids))
	for key := range ids {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
