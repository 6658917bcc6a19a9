package rflink

import (
	"encoding/json"
	"fmt"

	"thingbridge/adapters/serial/codec"
	"thingbridge/devices"
)

// record is what makes a device known after a restart: by home, the key under which it
// was met or stands in the configuration.
type record struct {
	ID       devices.ID     `json:"id"`
	Protocol string         `json:"protocol"`
	Address  string         `json:"address"`
	Home     string         `json:"home"`
	Switch   string         `json:"switch,omitempty"` // that it is
	Labels   []string       `json:"labels,omitempty"`
	Units    []recordedUnit `json:"units,omitempty"`
}

// recordedUnit is a switch and what it can.
type recordedUnit struct {
	Name     string `json:"name,omitempty"`
	Switches bool   `json:"switches,omitempty"`
	Dims     bool   `json:"dims,omitempty"`
	Moves    bool   `json:"moves,omitempty"`
	Paints   bool   `json:"paints,omitempty"`
}

// maxRecord bounds records, in bytes.
const maxRecord = 16 << 10

func (d *device) recordKey() string {
	if d.only == "" {
		return d.home
	}
	return d.home + " " + lower(d.only)
}

func (d *device) record() codec.Record {
	kept := record{ID: d.id, Protocol: d.as.protocol, Address: d.as.address, Home: d.home, Switch: d.only}
	for i := range d.features {
		kept.Labels = append(kept.Labels, d.features[i].label.name())
	}
	for _, u := range d.units {
		kept.Units = append(kept.Units, recordedUnit{u.name, u.switches, u.dims, u.moves, u.paints})
	}
	value, err := json.Marshal(kept)
	if err != nil {
		value = nil // cannot be: it is texts
	}
	return codec.Record{Key: d.recordKey(), Value: value}
}

// name tells apart what has the same word.
func (l *label) name() string {
	if l == &counter {
		return l.word + "H"
	}
	return l.word
}

// Recall takes back what a device was known for. What the configuration says goes first.
func (x *RFLink) Recall(r *codec.Result, kept codec.Record) {
	if len(kept.Value) == 0 {
		return
	}
	if err := x.recall(kept.Value); err != nil {
		r.Faults = append(r.Faults, codec.Fault{Err: fmt.Errorf("what was kept of %s: %w", shorten(kept.Key), err)})
	}
}

func (x *RFLink) recall(value []byte) error {
	if len(value) > maxRecord {
		return fmt.Errorf("%d bytes, want at most %d", len(value), maxRecord)
	}
	var kept record
	if err := json.Unmarshal(value, &kept); err != nil {
		return err
	}
	k, home := key{kept.Protocol, kept.Address}, kept.Home
	if !isWord([]byte(k.protocol)) || !isCode([]byte(k.address)) {
		return fmt.Errorf("%q is no protocol, or %q no address", shorten(k.protocol), shorten(k.address))
	}
	d, err := x.place(k, &kept, home)
	if d == nil || err != nil {
		return err
	}
	for _, word := range kept.Labels {
		d.know(x, word)
	}
	for _, one := range kept.Units {
		d.regain(&one)
	}
	return nil
}

// place returns the device that a record is of, under the address it has now; nil: there
// is none any more.
func (x *RFLink) place(k key, kept *record, home string) (*device, error) {
	for _, d := range x.order {
		if d.cfg == nil || d.home != home || lower(d.only) != lower(kept.Switch) {
			continue
		}
		if whole := k.whole(); whole != d.sender.key && x.vacant(whole, d.only) {
			x.move(d, k)
		}
		return d, nil
	}
	switch {
	case kept.Switch != "", !x.strangers, x.devices[kept.ID] != nil, !x.vacant(k.whole(), ""), len(x.order) >= maxDevices:
		return nil, nil
	}
	if _, err := devices.ParseID(string(kept.ID)); err != nil {
		return nil, err
	}
	d := newDevice(x, k, nil)
	d.id, d.home = kept.ID, home
	x.add(d, k.whole())
	return d, nil
}

// vacant reports whether no device is heard under a key with a switch.
func (x *RFLink) vacant(key, only string) bool {
	if s := x.senders[key]; s != nil {
		for _, d := range s.devices {
			if lower(d.only) == lower(only) {
				return false
			}
		}
	}
	return true
}

// know takes back a label.
func (d *device) know(x *RFLink, word string) {
	l := labelOf([]byte(word))
	switch {
	case word == counter.name():
		l = &counter
	case word == "HUM":
		l = x.humidity
	case word == "CMD":
		l = d.senses()
	}
	if l != nil {
		d.feature(l)
	}
}

// regain takes back a switch.
func (d *device) regain(kept *recordedUnit) {
	if kept.Name != "" && !isCode([]byte(kept.Name)) || d.senses() != nil {
		return
	}
	u := d.unit([]byte(kept.Name), []byte(kept.Name))
	if u == nil {
		return
	}
	if kept.Switches {
		d.learn(u, &u.switches)
	}
	if kept.Dims {
		d.learn(u, &u.dims)
	}
	if kept.Moves {
		d.learn(u, &u.moves)
	}
	if kept.Paints {
		d.learn(u, &u.paints)
	}
}

// move has a device be heard under another key.
func (x *RFLink) move(d *device, to key) {
	x.detach(d)
	d.as = to
	x.attach(d, to.whole())
}
