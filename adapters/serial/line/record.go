package line

import (
	"encoding/json"
	"strings"

	"thingbridge/adapters/serial/codec"
	"thingbridge/devices"
)

// What records are kept under: a device behind recordDevice, by its key.
const (
	recordDevice  = "device/"
	recordColumns = "columns"
)

// learned is the record of a device that was found out.
type learned struct {
	Format     Format            `json:"format"`
	ID         devices.ID        `json:"id"`
	Properties []learnedProperty `json:"properties"`
}

type learnedProperty struct {
	Key      string           `json:"key"`
	Name     string           `json:"name"`
	Type     devices.Type     `json:"type"`
	Unit     string           `json:"unit,omitempty"`
	Class    string           `json:"class,omitempty"`
	Label    string           `json:"label,omitempty"`
	Deadband float64          `json:"deadband,omitempty"`
	Category devices.Category `json:"category,omitempty"`
}

// record returns what is worth keeping of a device.
func (c *Codec) record(d *device) codec.Record {
	l := learned{Format: c.format, ID: d.id}
	for _, b := range d.bindings {
		p := &b.property
		l.Properties = append(l.Properties, learnedProperty{
			Key: b.key, Name: p.Name, Type: p.Type, Unit: p.Unit, Class: p.Class, Label: p.Label, Deadband: p.Deadband, Category: p.Category,
		})
	}
	value, err := json.Marshal(l)
	if err != nil { // none of its parts can fail
		return codec.Record{Key: recordDevice + d.wire}
	}
	return codec.Record{Key: recordDevice + d.wire, Value: value}
}

// keepHeading keeps the names of the columns: a board that is not started anew with
// its port does not write them again.
func (c *Codec) keepHeading(r *codec.Result) {
	names := make([]string, len(c.csv.columns))
	for i, name := range c.csv.columns {
		names[i] = string(name)
	}
	value, err := json.Marshal(names)
	if err == nil {
		r.Keep = append(r.Keep, codec.Record{Key: recordColumns, Value: value})
	}
}

// recall takes up a record of an earlier run. One that fits the configuration no more
// is forgotten.
func (c *Codec) recall(r *codec.Result, record codec.Record) {
	var ok bool
	if wire, is := strings.CutPrefix(record.Key, recordDevice); is {
		ok = c.recallDevice(r, wire, record.Value)
	} else if record.Key == recordColumns {
		ok = c.recallColumns(record.Value)
	}
	if !ok {
		r.Keep = append(r.Keep, codec.Record{Key: record.Key})
	}
}

func (c *Codec) recallColumns(value []byte) bool {
	var names []string
	if c.csv == nil || c.csv.fixed || json.Unmarshal(value, &names) != nil || len(names) == 0 || len(names) > maxFields {
		return false
	}
	c.csv.columns = nil
	for _, name := range names {
		c.csv.columns = append(c.csv.columns, []byte(name))
	}
	return true
}

func (c *Codec) recallDevice(r *codec.Result, wire string, value []byte) bool {
	var l learned
	if json.Unmarshal(value, &l) != nil || l.Format != c.format || len(l.Properties) == 0 || len(l.Properties) > maxLearned {
		return false
	}
	d, known := c.byWire[wire]
	switch {
	case known && (!d.learns || len(d.bindings) > 0):
		return false
	case known:
	case c.key == "" || c.refuses || len(c.devices) >= maxDevices:
		return false
	default:
		id := l.ID
		if _, err := devices.ParseID(string(id)); err != nil || c.hasID(id) {
			id = c.freeID(wire)
		}
		d = newDevice(id, wire, &Device{})
	}
	for i := range l.Properties {
		if b := l.Properties[i].binding(); b != nil && d.named(b.property.Name) == nil {
			d.byKey[b.key] = b
			d.bindings = append(d.bindings, b)
		}
	}
	if len(d.bindings) == 0 {
		return false
	}
	if !known {
		c.join(d)
	}
	c.announce(r)
	return true
}

// binding makes the binding of a property that was kept; nil where it is none.
func (p *learnedProperty) binding() *binding {
	property := devices.Property{
		Name: p.Name, Type: p.Type, Unit: p.Unit, Class: p.Class, Label: p.Label, Deadband: p.Deadband, Category: p.Category,
	}
	if property.Validate() != nil || p.Key == "" {
		return nil
	}
	return newLearned(p.Key, property)
}
