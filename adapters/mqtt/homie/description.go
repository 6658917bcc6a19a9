package homie

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"thingbridge/adapters/mqtt/convention"
)

// description is what a device says of itself, in whichever version.
type description struct {
	Name  string
	Type  string
	Root  string // of a child device
	Nodes []node
	stats []stat
}

// node is a part of a device.
type node struct {
	ID, Name, Type string
	Properties     []property
}

// property is a property of a node.
type property struct {
	ID, Name, Datatype, Format, Unit string
	Settable, Fleeting               bool // fleeting: not retained
}

// describe takes the description of version 5.
func (h *Homie) describe(r *convention.Result, d *device, m *convention.Received) error {
	switch {
	case len(m.Payload) == 0:
		return nil // the empty $state removes a device
	case len(m.Payload) > maxDescription:
		return fmt.Errorf("the description has %d bytes, want at most %d", len(m.Payload), maxDescription)
	case d.text == string(m.Payload):
		return nil
	}
	described, err := parseDescription(m.Payload)
	if err != nil {
		return err
	}
	d.described, d.text = described, string(m.Payload)
	return h.announce(r, d)
}

func parseDescription(payload []byte) (*description, error) {
	var in struct {
		Homie string
		Name  string
		Type  string
		Root  string
		Nodes ordered[struct {
			Name       string
			Type       string
			Properties ordered[struct {
				Name     string
				Datatype string
				Format   string
				Unit     string
				Settable bool
				Retained *bool
			}]
		}]
	}
	if err := json.Unmarshal(payload, &in); err != nil {
		return nil, fmt.Errorf("the description is no JSON of Homie 5: %w", short(err))
	}
	out := &description{Name: in.Name, Type: in.Type, Root: in.Root}
	for _, n := range in.Nodes {
		part := node{ID: n.key, Name: n.value.Name, Type: n.value.Type}
		for _, p := range n.value.Properties {
			v := &p.value
			part.Properties = append(part.Properties, property{ID: p.key, Name: v.Name, Datatype: v.Datatype, Format: v.Format, Unit: v.Unit,
				Settable: v.Settable, Fleeting: v.Retained != nil && !*v.Retained})
		}
		out.Nodes = append(out.Nodes, part)
	}
	return out, nil
}

// short keeps an error about a stranger's text from being long.
func short(err error) error { return errors.New(convention.Shorten(err.Error())) }

// ordered is a JSON object whose members keep their order.
type ordered[T any] []member[T]

type member[T any] struct {
	key   string
	value T
}

// UnmarshalJSON reads the object.
func (o *ordered[T]) UnmarshalJSON(text []byte) error {
	d := json.NewDecoder(bytes.NewReader(text))
	start, err := d.Token()
	if err != nil || start == nil {
		return err
	}
	if start != json.Delim('{') {
		return errors.New("got no object where nodes or properties are wanted")
	}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return err
		}
		var m member[T]
		m.key, _ = token.(string)
		if err := d.Decode(&m.value); err != nil {
			return err
		}
		if m.key != "" && !strings.ContainsAny(m.key, "/+#\x00") {
			*o = append(*o, m)
		}
	}
	return nil
}
