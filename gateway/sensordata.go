package gateway

import (
	"context"
	"math"
	"slices"
	"time"

	"thingbridge/devices"
	"thingbridge/gateway/access"
	"thingbridge/gateway/xep"
	"thingbridge/gateway/xmpp"
)

// readout answers a request for sensor data, at once and whole: what is known is
// here, and of the past nothing is kept.
func (b *Bridge) readout(_ context.Context, q *asked) ([]byte, *xmpp.StanzaError) {
	req, err := xep.DecodeReadout(q.payload)
	switch {
	case err != nil:
		return nil, &xmpp.StanzaError{Type: xmpp.Modify, Condition: xmpp.BadRequest, Text: err.Error()}
	case req.When.After(time.Now()):
		return nil, &xmpp.StanzaError{Type: xmpp.Cancel, Condition: xmpp.FeatureNotImplemented, Text: "Data is read at once; ask again then."}
	}
	twins, refusal := b.things(q, req.Nodes, access.View)
	if refusal != nil {
		return nil, refusal
	}
	if missing := unknownField(req.Fields, twins); missing != "" {
		return nil, &xmpp.StanzaError{Type: xmpp.Cancel, Condition: xmpp.ItemNotFound, Text: "There is no field " + shortName(missing) + "."}
	}
	out := b.appendReadout(q, &req, twins)
	if len(out) > maxCommand {
		return nil, &xmpp.StanzaError{
			Type: xmpp.Cancel, Condition: xmpp.ResourceConstraint, Text: "That is too much for one answer; ask for fewer fields or things.",
		}
	}
	return out, nil
}

func (b *Bridge) appendReadout(q *asked, req *xep.Readout, twins []devices.Twin) []byte {
	now, stale := time.Now(), b.presence.Load().Stale
	if q.id != house {
		return xep.AppendSensorData(nil, req.ID, samplesOf(&twins[0], req, now, stale))
	}
	nodes := make([]xep.NodeSamples, len(twins))
	for i := range twins {
		nodes[i] = xep.NodeSamples{Node: string(twins[i].Device.ID), Samples: samplesOf(&twins[i], req, now, stale)}
	}
	return xep.AppendNodeData(nil, req.ID, nodes)
}

// things returns what a request is about: the device that it went to, or those that
// it names to the house. To ask the house for none is to ask for all that one may
// see.
func (b *Bridge) things(q *asked, names []string, role access.Role) ([]devices.Twin, *xmpp.StanzaError) {
	notFound := func(name string) *xmpp.StanzaError {
		return &xmpp.StanzaError{Type: xmpp.Cancel, Condition: xmpp.ItemNotFound, Text: "There is no thing " + shortName(name) + " here."}
	}
	policy := b.policy.Load()
	twins := []devices.Twin{q.twin}
	switch {
	case q.id != house:
		if i := slices.IndexFunc(names, func(name string) bool { return name != string(q.id) }); i >= 0 {
			return nil, notFound(names[i])
		}
	case len(names) == 0:
		twins = b.visible(q.user, b.Registry.All())
		slices.SortFunc(twins, func(a, b devices.Twin) int { return compareIDs(a.Device.ID, b.Device.ID) })
	default:
		names = slices.Compact(slices.Sorted(slices.Values(names)))
		twins = twins[:0]
		for _, name := range names {
			twin, ok := b.Registry.Get(devices.ID(name))
			if !ok || policy.Role(q.user, devices.ID(name)) < access.View {
				return nil, notFound(name)
			}
			twins = append(twins, twin)
		}
	}
	for i := range twins {
		if policy.Role(q.user, twins[i].Device.ID) < role {
			return nil, &xmpp.StanzaError{Type: xmpp.Auth, Condition: xmpp.Forbidden}
		}
	}
	return twins, nil
}

// unknownField returns a name that none of the things has for a field, or "".
func unknownField(names []string, twins []devices.Twin) string {
	for _, name := range names {
		has := func(t devices.Twin) bool {
			_, ok := t.Device.Property(name)
			return ok || identityOf(t.Device, name) != ""
		}
		if !slices.ContainsFunc(twins, has) {
			return name
		}
	}
	return ""
}

// identityFields are what a device is, in the order in which it is told. A property
// of the same name comes before.
var identityFields = []string{"name", "area", "kind", "manufacturer", "model", "serial"}

func identityOf(d *devices.Device, field string) string {
	switch field {
	case "name":
		return d.Title()
	case "area":
		return d.Area
	case "kind":
		return kindOf(d)
	case "manufacturer":
		return d.Manufacturer
	case "model":
		return d.Model
	case "serial":
		return d.Serial
	}
	return ""
}

// samplesOf returns the data of a twin that is asked for, the oldest first. What it
// is has the time of the answer, for it is so now.
func samplesOf(t *devices.Twin, req *xep.Readout, now time.Time, stale time.Duration) []xep.Sample {
	wanted := func(name string, category xep.Categories, at time.Time) bool {
		return req.Categories&category != 0 && req.Within(at) && (len(req.Fields) == 0 || slices.Contains(req.Fields, name))
	}
	var samples []xep.Sample
	add := func(at time.Time, d xep.Datum) {
		at = at.Truncate(time.Millisecond) // as it is written
		i := slices.IndexFunc(samples, func(s xep.Sample) bool { return s.At.Equal(at) })
		if i < 0 {
			i = len(samples)
			samples = append(samples, xep.Sample{At: at})
		}
		samples[i].Data = append(samples[i].Data, d)
	}
	for i := range t.Device.Properties {
		p, state := &t.Device.Properties[i], &t.States[i]
		if category := categoryOf(p); !state.Reported.IsZero() && wanted(p.Name, category, state.At) {
			add(state.At, datumOf(p, state, category, qualityOf(t, state, now, stale)))
		}
	}
	for _, field := range identityFields {
		value := identityOf(t.Device, field)
		if _, property := t.Device.Property(field); !property && value != "" && wanted(field, xep.IdentityField, now) {
			add(now, xep.Datum{Kind: "s", Name: field, Value: value, Category: xep.IdentityField})
		}
	}
	slices.SortStableFunc(samples, func(a, b xep.Sample) int { return a.At.Compare(b.At) })
	return samples
}

// categoryOf tells what is measured from what a device is in: its modes and texts.
func categoryOf(p *devices.Property) xep.Categories {
	if p.Type == devices.TypeNumber || p.Type == devices.TypeBoolean {
		return xep.Momentary
	}
	return xep.Status
}

// qualityOf says how much a value is worth: one of a device that fell silent less,
// and of one that cannot be reached it is not known what became of it.
func qualityOf(t *devices.Twin, state *devices.State, now time.Time, stale time.Duration) xep.QoS {
	quality := xep.AutomaticReadout
	if !state.Desired.IsZero() {
		quality |= xep.InProgress
	}
	switch {
	case t.Availability == devices.Offline:
		quality |= xep.Failed
	case t.Availability == devices.Unknown, now.Sub(t.LastSeen) > stale:
		quality |= xep.Warning
	}
	return quality
}

// datumOf writes a value under the type that fits it best: whole numbers without a
// unit that can only be whole are integers, all others quantities.
func datumOf(p *devices.Property, state *devices.State, category xep.Categories, quality xep.QoS) xep.Datum {
	d := xep.Datum{Name: p.Name, Value: state.Reported.String(), Category: category, QoS: quality, Controllable: p.Writable}
	switch p.Type {
	case devices.TypeBoolean:
		d.Kind = "b"
	case devices.TypeEnum:
		d.Kind, d.Enumeration = "e", p.Name
	case devices.TypeText:
		d.Kind = "s"
	default:
		d.Kind, d.Unit = "q", p.Unit
		if n, _ := state.Reported.Number(); p.Unit == "" && whole(p.Step) && p.Step > 0 && whole(n) && math.Abs(n) <= math.MaxInt32 {
			d.Kind = "i"
		}
	}
	return d
}

func whole(n float64) bool { return n == math.Trunc(n) && !math.IsInf(n, 0) }

// compareIDs orders devices as their addresses are.
func compareIDs(a, b devices.ID) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// shortName keeps a name from outside from filling an answer.
func shortName(name string) string {
	const most = 60
	if len(name) > most {
		name = name[:most] + "…"
	}
	return `"` + name + `"`
}
