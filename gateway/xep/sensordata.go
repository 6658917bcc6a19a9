package xep

import (
	"errors"
	"fmt"
	"time"

	"thingbridge/gateway/xmpp"
)

// NSSensorData is the namespace of sensor data of the Neuro-Foundation.
const NSSensorData = "urn:nfi:iot:sd:1.0"

// Categories is a set of what fields can be.
type Categories uint8

// The categories of fields.
const (
	Momentary Categories = 1 << iota
	Peak
	Status
	Computed
	IdentityField
	Historical
	AllCategories = Momentary | Peak | Status | Computed | IdentityField | Historical
)

// categoryNames are the attributes of the categories, on the wire.
var categoryNames = []struct {
	name string
	of   Categories
}{
	{"m", Momentary}, {"p", Peak}, {"s", Status}, {"c", Computed}, {"i", IdentityField}, {"h", Historical}, {"all", AllCategories},
}

// The limits of what a readout or a control request may name.
const (
	maxThingNodes  = 1000
	maxThingFields = 1000
	maxThingName   = 256 // bytes
)

// Readout is a request for sensor data.
type Readout struct {
	ID         string
	Categories Categories // at least one; a request that names none asks for all
	Fields     []string   // by name; none: all
	From, To   time.Time  // when a value was measured; zero: open
	When       time.Time  // when it is to be read; zero: now
	Nodes      []string   // of a gateway, which things; none: all
}

// ErrReadout is wrapped by why a request cannot be read.
var ErrReadout = errors.New("not a request for sensor data")

// DecodeReadout reads a request for sensor data.
func DecodeReadout(e *xmpp.Element) (Readout, error) {
	r := Readout{ID: e.Attr("id")}
	if e.Space != NSSensorData || e.Local != "req" || r.ID == "" || len(r.ID) > maxThingName {
		return Readout{}, fmt.Errorf("%w: it has no id", ErrReadout)
	}
	var err error
	if r.Categories, err = categoriesOf(e); err != nil {
		return Readout{}, fmt.Errorf("%w: %w", ErrReadout, err)
	}
	for _, at := range []struct {
		name string
		to   *time.Time
	}{{"from", &r.From}, {"to", &r.To}, {"when", &r.When}} {
		text := e.Attr(at.name)
		if text == "" {
			continue
		}
		stamp, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			return Readout{}, fmt.Errorf("%w: %s is %.40q; write 2026-11-22T07:10:00Z", ErrReadout, at.name, text)
		}
		*at.to = stamp
	}
	if r.Nodes, err = nodesOf(e); err != nil {
		return Readout{}, fmt.Errorf("%w: %w", ErrReadout, err)
	}
	for i := range e.Children {
		child := &e.Children[i]
		if child.Space != NSSensorData || child.Local != "f" {
			continue
		}
		name := child.Attr("n")
		if name == "" || len(name) > maxThingName || len(r.Fields) == maxThingFields {
			return Readout{}, fmt.Errorf("%w: field %.40q has no name, or there are too many", ErrReadout, name)
		}
		r.Fields = append(r.Fields, name)
	}
	return r, nil
}

// categoriesOf reads which categories are asked for; where none is named, all are.
func categoriesOf(e *xmpp.Element) (Categories, error) {
	var all Categories
	for _, c := range categoryNames {
		set, err := boolAttr(e, c.name)
		if err != nil {
			return 0, err
		}
		if set {
			all |= c.of
		}
	}
	if all == 0 {
		return AllCategories, nil
	}
	return all, nil
}

// Within reports whether a value of that time is asked for.
func (r *Readout) Within(at time.Time) bool {
	return (r.From.IsZero() || !at.Before(r.From)) && (r.To.IsZero() || !at.After(r.To))
}

// nodesOf reads the things that a request to a gateway is about.
func nodesOf(e *xmpp.Element) ([]string, error) {
	var nodes []string
	for i := range e.Children {
		child := &e.Children[i]
		if child.Space != e.Space || child.Local != "nd" {
			continue
		}
		id := child.Attr("id")
		if id == "" || len(id) > maxThingName || len(nodes) == maxThingNodes {
			return nil, fmt.Errorf("node %.40q has no id, or there are too many", id)
		}
		nodes = append(nodes, id)
	}
	return nodes, nil
}

// boolAttr reads an attribute as XML Schema writes booleans; one that is not there
// is false.
func boolAttr(e *xmpp.Element, name string) (bool, error) {
	switch text := e.Attr(name); text {
	case "true", "1":
		return true, nil
	case "", "false", "0":
		return false, nil
	default:
		return false, fmt.Errorf("%s is %.40q, want true or false", name, text)
	}
}

// QoS is a set of what is known of the quality of a value.
type QoS uint8

// The qualities of values.
const (
	AutomaticReadout QoS = 1 << iota // the device said so of itself
	InProgress                       // it is about to become another
	Warning                          // it is older than it should be
	Failed                           // the device cannot be asked any more
)

var qosNames = []struct {
	name string
	of   QoS
}{{"ar", AutomaticReadout}, {"pr", InProgress}, {"w", Warning}, {"er", Failed}}

// Datum is the value of one field.
type Datum struct {
	Kind         string // the element: q, i, b, e or s
	Name, Value  string
	Unit         string // of a q
	Enumeration  string // the type of an e
	Category     Categories
	QoS          QoS
	Controllable bool // there is a control parameter of this name
}

// Sample is what fields were at a time.
type Sample struct {
	At   time.Time
	Data []Datum
}

// NodeSamples is the data of one thing behind a gateway.
type NodeSamples struct {
	Node    string
	Samples []Sample
}

// AppendSensorData appends the whole answer of a thing to the request with an id.
func AppendSensorData(dst []byte, id string, samples []Sample) []byte {
	dst = appendTag(dst, "resp", "xmlns", NSSensorData, "id", id)
	return append(appendSamples(dst, samples), "</resp>"...)
}

// AppendNodeData appends the whole answer of a gateway.
func AppendNodeData(dst []byte, id string, nodes []NodeSamples) []byte {
	dst = appendTag(dst, "resp", "xmlns", NSSensorData, "id", id)
	for _, n := range nodes {
		dst = appendTag(dst, "nd", "id", n.Node)
		dst = append(appendSamples(dst, n.Samples), "</nd>"...)
	}
	return append(dst, "</resp>"...)
}

func appendSamples(dst []byte, samples []Sample) []byte {
	for i := range samples {
		dst = appendTag(dst, "ts", "v", samples[i].At.UTC().Format("2006-01-02T15:04:05.999Z"))
		for j := range samples[i].Data {
			dst = appendDatum(dst, &samples[i].Data[j])
		}
		dst = append(dst, "</ts>"...)
	}
	return dst
}

// appendDatum appends one field. The attributes v and u are written even when they
// are empty: an empty text is a value, and a quantity may have no unit.
func appendDatum(dst []byte, d *Datum) []byte {
	dst = append(append(append(dst, '<'), d.Kind...), " n='"...)
	dst = append(xmpp.AppendAttr(dst, d.Name), "' v='"...)
	dst = append(xmpp.AppendAttr(dst, d.Value), '\'')
	switch d.Kind {
	case "q":
		dst = append(xmpp.AppendAttr(append(dst, " u='"...), d.Unit), '\'')
	case "e":
		dst = append(xmpp.AppendAttr(append(dst, " t='"...), d.Enumeration), '\'')
	}
	for _, c := range categoryNames {
		if d.Category == c.of {
			dst = appendFlag(dst, c.name)
		}
	}
	for _, q := range qosNames {
		if d.QoS&q.of != 0 {
			dst = appendFlag(dst, q.name)
		}
	}
	if d.Controllable {
		dst = appendFlag(dst, "ctr")
	}
	return append(dst, "/>"...)
}

func appendFlag(dst []byte, name string) []byte {
	return append(append(append(dst, ' '), name...), "='true'"...)
}
