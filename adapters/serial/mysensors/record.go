package mysensors

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"thingbridge/adapters/serial/codec"
	"thingbridge/devices"
)

// What is kept: a record for each node that has a number, so that the number is not given
// again and its properties keep their names; and one for each command that waits for a
// node that sleeps.
const (
	nodeKey  = "node/"
	orderKey = "order/"
)

// maxRecord bounds what is read of a record.
const maxRecord = 64 << 10

type nodeRecord struct {
	Kind          uint8            `json:"kind"`
	Library       string           `json:"library,omitempty"`
	Sketch        string           `json:"sketch,omitempty"`
	SketchVersion string           `json:"sketch_version,omitempty"`
	Sleeps        bool             `json:"sleeps,omitempty"`
	Children      []childRecord    `json:"children,omitempty"`
	Properties    []propertyRecord `json:"properties,omitempty"`
}

type childRecord struct {
	Child       uint8  `json:"child"`
	Kind        uint8  `json:"kind"`
	Description string `json:"description,omitempty"`
	Unit        string `json:"unit,omitempty"`
	Values      []int  `json:"values,omitempty"`
}

type propertyRecord struct {
	Child uint8  `json:"child"`
	Kind  uint8  `json:"kind"`
	Part  uint8  `json:"part,omitempty"`
	Name  string `json:"name"`
}

type orderRecord struct {
	Kind    uint8     `json:"kind"`
	Payload string    `json:"payload"`
	Asked   time.Time `json:"asked"`
}

// keep has a node kept.
func (c *Controller) keep(r *codec.Result, n *node) {
	kept := nodeRecord{Kind: n.kind, Library: n.library, Sketch: n.sketch, SketchVersion: n.sketchVersion, Sleeps: n.sleeps}
	for i := range n.children {
		ch := &n.children[i]
		one := childRecord{Child: ch.number, Kind: ch.kind, Description: ch.description, Unit: ch.unit}
		for j := range ch.points {
			one.Values = append(one.Values, int(ch.points[j].kind))
		}
		kept.Children = append(kept.Children, one)
	}
	for i := range n.slots {
		s := &n.slots[i]
		kept.Properties = append(kept.Properties, propertyRecord{s.child, s.kind, s.part, s.name})
	}
	put(r, fmt.Sprintf("%s%03d", nodeKey, n.number), kept)
}

func put(r *codec.Result, key string, value any) {
	text, err := json.Marshal(value)
	if err != nil {
		return // cannot be: it is numbers and texts
	}
	r.Keep = append(r.Keep, codec.Record{Key: key, Value: text})
}

func (o *order) recordKey() string {
	return fmt.Sprintf("%s%03d/%03d/%03d", orderKey, o.node, o.child, o.key)
}

func (c *Controller) keepOrder(r *codec.Result, o *order) {
	put(r, o.recordKey(), orderRecord{o.kind, o.payload, o.asked})
}

func (c *Controller) forgetOrder(r *codec.Result, o *order) {
	r.Keep = append(r.Keep, codec.Record{Key: o.recordKey()})
}

// Recall takes back what was kept in an earlier run. Nodes come before the commands that
// wait for them.
func (c *Controller) Recall(r *codec.Result, record codec.Record) {
	var err error
	key := record.Key
	switch {
	case len(record.Value) > maxRecord:
		err = fmt.Errorf("%d bytes, want at most %d", len(record.Value), maxRecord)
	case strings.HasPrefix(key, nodeKey):
		err = c.recallNode(r, strings.TrimPrefix(key, nodeKey), record.Value)
	case strings.HasPrefix(key, orderKey):
		err = c.recallOrder(strings.TrimPrefix(key, orderKey), record.Value)
	}
	if err != nil {
		r.Faults = append(r.Faults, codec.Fault{Err: fmt.Errorf("what was kept as %q: %w", key, err)})
	}
}

func (c *Controller) recallNode(r *codec.Result, key string, value []byte) error {
	number, err := strconv.ParseUint(key, 10, 8)
	if err != nil || number > lastNode {
		return fmt.Errorf("no node is %q", key)
	}
	n := c.node(uint8(number)) // whatever else is wrong with it: the number is taken
	var kept nodeRecord
	if err := json.Unmarshal(value, &kept); err != nil {
		return err
	}
	n.library, n.sketch, n.sketchVersion, n.sleeps = kept.Library, kept.Sketch, kept.SketchVersion, kept.Sleeps
	if kept.Kind == sNode || kept.Kind == sRepeater {
		n.kind = kept.Kind
	}
	for _, one := range kept.Children {
		if len(n.children) == maxChildren || n.child(one.Child) != nil {
			continue
		}
		n.children = append(n.children, child{number: one.Child, kind: one.Kind, description: one.Description, unit: one.Unit})
		ch := &n.children[len(n.children)-1]
		for _, kind := range one.Values {
			if kind < 0 || kind > lastValueKind {
				continue
			}
			if _, err := n.need(ch, uint8(kind)); err != nil {
				return err
			}
		}
	}
	n.recallNames(kept.Properties)
	if len(n.slots) > 0 {
		c.describe(r, n, time.Time{})
	}
	n.dirty = false
	return nil
}

// recallNames gives the properties the names that they had.
func (n *node) recallNames(kept []propertyRecord) {
	named := make([]bool, len(n.slots)+len(own))
	for i := range n.slots {
		n.slots[i].name = ""
	}
	for _, one := range kept {
		if one.Child == itself && one.Kind <= lastInternal && own[one.Kind].name != "" {
			n.needOwn(one.Kind) // at the end, where they stay
			continue
		}
		name := devices.Property{Name: one.Name, Type: devices.TypeText}
		if i := n.slot(one.Child, one.Kind, one.Part); i >= 0 && !named[i] && name.Validate() == nil && n.free(one.Name) {
			n.slots[i].name, named[i] = one.Name, true
		}
	}
	for i := range n.slots { // that were not among the kept ones
		if s := &n.slots[i]; s.name == "" {
			s.name = n.called(s.meaning.name, n.child(s.child))
		}
	}
}

func (c *Controller) recallOrder(key string, value []byte) error {
	var numbers [3]uint8
	for i := range numbers {
		field, rest, _ := strings.Cut(key, "/")
		n, err := strconv.ParseUint(field, 10, 8)
		if err != nil {
			return fmt.Errorf("no command is %q", key)
		}
		numbers[i], key = uint8(n), rest
	}
	var kept orderRecord
	if err := json.Unmarshal(value, &kept); err != nil {
		return err
	}
	if numbers[0] > lastNode || c.nodes[numbers[0]] == nil || !plain(kept.Payload) || c.waiting(numbers[0], numbers[1], kept.Kind) != nil {
		return fmt.Errorf("there is no node %d that it could wait for", numbers[0])
	}
	if len(c.orders) >= maxOrders*lastNode {
		return fmt.Errorf("%d commands wait already", len(c.orders))
	}
	c.orders = append(c.orders, order{node: numbers[0], child: numbers[1], key: numbers[2], kind: kept.Kind, payload: kept.Payload, asked: kept.Asked})
	return nil
}
