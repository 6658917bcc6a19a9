package gateway

import (
	"thingbridge/devices"
	"thingbridge/gateway/xep"
	"thingbridge/gateway/xmpp"
)

// maxLayouts bounds the remembered layouts; a house with more properties forgets
// them all and starts again.
const maxLayouts = 20_000

// layout is what the messages of one property to one recipient have in common,
// written once: a message is its pieces with the id, the value and the time
// between them.
type layout struct {
	device   *devices.Device // that it was written for
	property *devices.Property
	head     []byte // up to the id
	label    []byte // from the id to the value that people read
	record   []byte // from there to the value that programs read
}

// What ends each message (XEP-0335 with RFC 8428). The server shall store none
// but those of durable feeds (XEP-0334 4.2): they are not sent again when their
// recipient was away.
const (
	feedTail    = "}]</json><no-store xmlns='urn:xmpp:hints'/></message>"
	durableTail = "}]</json></message>"
)

type layoutKey struct {
	device   devices.ID
	property string
	to       xmpp.JID
}

// layouts writes the messages of feeds.
type layouts struct {
	address func(devices.ID) (bare, full xmpp.JID)
	device  func(devices.ID) (*devices.Device, bool)
	known   map[layoutKey]*layout
}

// append appends the message for a reading: a body for people, and the same as
// SenML. It appends nothing for a reading of a device that is gone.
func (l *layouts) append(dst []byte, f *feed, n uint64) []byte {
	r := f.at(n)
	it := l.of(r, f.To)
	if it == nil {
		return dst
	}
	dst = append(dst, it.head...)
	dst = f.appendID(dst, n)
	dst = append(dst, it.label...)
	dst = appendValue(dst, it.property, r.Value)
	dst = append(dst, it.record...)
	dst = appendRecord(dst, r)
	if f.Durable {
		return append(dst, durableTail...)
	}
	return append(dst, feedTail...)
}

// appendValue writes a value for people. Only a text can hold what XML does not.
func appendValue(dst []byte, p *devices.Property, v devices.Value) []byte {
	if v.IsZero() {
		return append(dst, "–"...)
	}
	if text, ok := v.Text(); ok {
		return xmpp.AppendText(dst, text)
	}
	return p.AppendFormat(dst, v)
}

func appendRecord(dst []byte, r *devices.Reading) []byte {
	if r.Value.Type() == devices.TypeText {
		return xmpp.AppendText(dst, xep.AppendSenMLValue(nil, r.Value, r.At))
	}
	return xep.AppendSenMLValue(dst, r.Value, r.At)
}

// of returns the layout for a reading, or nil.
func (l *layouts) of(r *devices.Reading, to xmpp.JID) *layout {
	key := layoutKey{r.Device, r.Property, to}
	d, ok := l.device(r.Device)
	if !ok {
		return nil
	}
	if it, ok := l.known[key]; ok && it.device == d {
		return it
	}
	p, ok := d.Property(r.Property)
	if !ok {
		return nil
	}
	if len(l.known) >= maxLayouts {
		clear(l.known)
	}
	it := l.write(d, p, to)
	l.known[key] = it
	return it
}

// write writes the pieces of a property's messages.
func (l *layouts) write(d *devices.Device, p *devices.Property, to xmpp.JID) *layout {
	bare, from := l.address(d.ID)
	head := append([]byte(nil), "<message type='chat' from='"...)
	head = xmpp.AppendAttr(head, from.String())
	head = append(head, "' to='"...)
	head = xmpp.AppendAttr(head, to.String())
	head = append(head, "' id='"...)

	label := append([]byte(nil), "'><body>"...)
	label = xmpp.AppendText(label, p.Name)
	label = append(label, ": "...)

	record := append([]byte(nil), "</body><json xmlns='"+xep.NSJSON+"'>"...)
	senml := append([]byte(nil), `[{"bn":"`...)
	senml = xep.AppendSenMLName(senml, bare.Domain()+"/"+string(d.ID)+"/")
	senml = append(senml, `","n":"`...)
	senml = xep.AppendSenMLName(senml, p.Name)
	senml = append(senml, `",`...)
	if p.Unit != "" {
		senml = append(senml, `"u":`...)
		senml = xep.AppendJSONString(senml, xep.SenMLUnit(p))
		senml = append(senml, ',')
	}
	record = xmpp.AppendText(record, senml)
	return &layout{device: d, property: p, head: head, label: label, record: record}
}
