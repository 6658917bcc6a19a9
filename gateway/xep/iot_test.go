package xep_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"thingbridge/devices"
	"thingbridge/gateway/xep"
	"thingbridge/gateway/xmpp"
)

const (
	sensorData = " xmlns='urn:nfi:iot:sd:1.0'"
	control    = " xmlns='urn:nfi:iot:ctr:1.0'"
)

func TestDecodeReadout(t *testing.T) {
	noon := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	tests := []struct {
		text string
		want *xep.Readout // nil: refused
	}{
		{"<req" + sensorData + " id='q'/>", &xep.Readout{ID: "q", Categories: xep.AllCategories}},
		{"<req" + sensorData + " id='q' all='true'/>", &xep.Readout{ID: "q", Categories: xep.AllCategories}},
		{"<req" + sensorData + " id='q' m='true' s='1' h='false'/>", &xep.Readout{ID: "q", Categories: xep.Momentary | xep.Status}},
		{"<req" + sensorData + " id='q' i='true'><nd id='a'/><f n='x'/><nd id='b' src='s'/><f n='y'/><z/></req>",
			&xep.Readout{ID: "q", Categories: xep.IdentityField, Nodes: []string{"a", "b"}, Fields: []string{"x", "y"}}},
		{"<req" + sensorData + " id='q' p='true' c='0' from='2026-11-22T12:00:00Z' to='2026-11-22T14:00:00+02:00' when='2026-11-22T12:00:00.0Z'/>",
			&xep.Readout{ID: "q", Categories: xep.Peak, From: noon, To: noon, When: noon}},
		{"<req" + sensorData + "/>", nil},
		{"<req" + sensorData + " id='" + strings.Repeat("x", 257) + "'/>", nil},
		{"<req" + sensorData + " id='q' m='yes'/>", nil},
		{"<req" + sensorData + " id='q' from='yesterday'/>", nil},
		{"<req" + sensorData + " id='q'><f/></req>", nil},
		{"<req" + sensorData + " id='q'><nd/></req>", nil},
		{"<req" + sensorData + " id='q'>" + strings.Repeat("<f n='x'/>", 1001) + "</req>", nil},
		{"<req" + sensorData + " id='q'>" + strings.Repeat("<nd id='x'/>", 1001) + "</req>", nil},
		{"<req xmlns='urn:xmpp:iot:sensordata' id='q'/>", nil},
	}
	for _, test := range tests {
		got, err := xep.DecodeReadout(element(t, test.text))
		if test.want == nil {
			if !errors.Is(err, xep.ErrReadout) {
				t.Errorf("%.100s: %+v, %v; want it refused", test.text, got, err)
			}
			continue
		}
		if diff := cmp.Diff(*test.want, got); err != nil || diff != "" {
			t.Errorf("%.100s: %v\n%s", test.text, err, diff)
		}
	}
}

func TestWithin(t *testing.T) {
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	tests := []struct {
		from, to time.Duration // from at; 0: open
		want     bool
	}{{0, 0, true}, {-1, 0, true}, {1, 0, false}, {0, 1, true}, {0, -1, false}, {-1, 1, true}, {1, 2, false}}
	for _, test := range tests {
		var r xep.Readout
		if test.from != 0 {
			r.From = at.Add(test.from)
		}
		if test.to != 0 {
			r.To = at.Add(test.to)
		}
		if got := r.Within(at); got != test.want {
			t.Errorf("%+v: %v", test, got)
		}
	}
}

func TestAppendSensorData(t *testing.T) {
	at := time.Date(2026, 11, 22, 12, 0, 0, 500e6, time.FixedZone("", 3600))
	samples := []xep.Sample{{At: at, Data: []xep.Datum{
		{Kind: "q", Name: "temperature", Value: "21.5", Unit: "°C", Category: xep.Momentary, QoS: xep.AutomaticReadout},
		{Kind: "e", Name: "mode", Value: "heat & cool", Enumeration: "mode", Category: xep.Status, QoS: xep.AutomaticReadout | xep.InProgress, Controllable: true},
		{Kind: "q", Name: "factor", Value: "1", Category: xep.Momentary, QoS: xep.Warning | xep.Failed},
		{Kind: "s", Name: "serial", Value: "", Category: xep.IdentityField},
	}}}
	const want = `<ts v="2026-11-22T11:00:00.5Z">` +
		`<q n='temperature' v='21.5' u='°C' m='true' ar='true'/>` +
		`<e n='mode' v='heat &amp; cool' t='mode' s='true' ar='true' pr='true' ctr='true'/>` +
		`<q n='factor' v='1' u='' m='true' w='true' er='true'/>` +
		`<s n='serial' v='' i='true'/></ts>`
	if got := string(xep.AppendSensorData(nil, "<q>", samples)); got != `<resp xmlns="urn:nfi:iot:sd:1.0" id="&lt;q&gt;">`+want+`</resp>` {
		t.Error(got)
	}
	got := string(xep.AppendNodeData(nil, "q", []xep.NodeSamples{{Node: "boiler", Samples: samples}, {Node: "lamp"}}))
	if got != `<resp xmlns="urn:nfi:iot:sd:1.0" id="q"><nd id="boiler">`+want+`</nd><nd id="lamp"></nd></resp>` {
		t.Error(got)
	}
}

func TestDecodeControl(t *testing.T) {
	tests := []struct {
		text string
		want *xep.ControlRequest // nil: refused
		name string              // of the parameter because of which it is
	}{
		{"<set" + control + "><db n='target' v='21.5'/><e n='mode' v='heat' t='HvacMode'/></set>",
			&xep.ControlRequest{Parameters: []xep.Parameter{{Kind: "db", Name: "target", Value: "21.5"}, {Kind: "e", Name: "mode", Value: "heat"}}}, ""},
		{"<set" + control + "><nd id='a'/><nd id='b'/><b n='on' v='true'/><unknown n='x'/></set>",
			&xep.ControlRequest{Nodes: []string{"a", "b"}, Parameters: []xep.Parameter{{Kind: "b", Name: "on", Value: "true"}}}, ""},
		{"<set" + control + "><x xmlns='jabber:x:data' type='submit'><field var='on'><value>1</value></field></x></set>",
			&xep.ControlRequest{Form: &xep.Form{Type: "submit", Fields: []xep.FormField{{Var: "on", Values: []string{"1"}}}}}, ""},
		{"<set" + control + "/>", nil, ""},
		{"<set" + control + "><db v='1'/></set>", nil, ""},
		{"<set" + control + "><nd/><db n='x' v='1'/></set>", nil, ""},
		{"<set" + control + "><db n='x' v='1'/><i n='x' v='1'/></set>", nil, "x"},
		{"<set" + control + "><x xmlns='jabber:x:data' type='form'/></set>", nil, ""},
		{"<set" + control + "><x xmlns='jabber:x:data' type='cancel'/></set>", nil, ""},
		{"<set" + control + "><x xmlns='jabber:x:data' type='submit'/><b n='on' v='1'/></set>", nil, ""},
		{"<set" + control + "><x xmlns='jabber:x:data' type='submit'/><x xmlns='jabber:x:data' type='submit'/></set>", nil, ""},
		{"<set xmlns='urn:xmpp:iot:control'><b n='on' v='1'/></set>", nil, ""},
	}
	for _, test := range tests {
		got, err := xep.DecodeControl(element(t, test.text))
		if test.want != nil {
			if diff := cmp.Diff(*test.want, got); err != nil || diff != "" {
				t.Errorf("%s: %v\n%s", test.text, err, diff)
			}
			continue
		}
		named := (*xep.ParamError)(nil)
		if err == nil || errors.As(err, &named) != (test.name != "") || named != nil && named.Name != test.name {
			t.Errorf("%s: %v, want it refused because of %q", test.text, err, test.name)
		}
	}
}

func TestValueOfParameter(t *testing.T) {
	number, boolean := &devices.Property{Type: devices.TypeNumber}, &devices.Property{Type: devices.TypeBoolean}
	enum, text := &devices.Property{Type: devices.TypeEnum}, &devices.Property{Type: devices.TypeText}
	tests := []struct {
		kind, value string
		property    *devices.Property
		want        devices.Value // zero: refused
	}{
		{"db", "21.5", number, devices.Number(21.5)},
		{"db", " -1e2\n", number, devices.Number(-100)},
		{"i", "-5", number, devices.Number(-5)},
		{"l", "3000000000", number, devices.Number(3e9)},
		{"i", "3000000000", number, devices.Value{}},
		{"i", "1.5", number, devices.Value{}},
		{"db", "INF", number, devices.Value{}},
		{"db", "NaN", number, devices.Value{}},
		{"db", "0x10", number, devices.Value{}},
		{"db", "1e999", number, devices.Value{}},
		{"db", "1_000", number, devices.Value{}},
		{"db", "", number, devices.Value{}},
		{"s", "21", number, devices.Value{}},
		{"b", "true", number, devices.Value{}},
		{"b", "true", boolean, devices.Boolean(true)},
		{"b", "0", boolean, devices.Boolean(false)},
		{"b", "on", boolean, devices.Value{}},
		{"i", "1", boolean, devices.Value{}},
		{"e", "heat", enum, devices.Text("heat")},
		{"s", "heat", enum, devices.Text("heat")},
		{"i", "1", enum, devices.Value{}},
		{"s", " x ", text, devices.Text(" x ")},
		{"s", "", text, devices.Text("")},
		{"t", "07:30:00", text, devices.Text("07:30:00")},
		{"cl", "ff0000", text, devices.Value{}},
		{"s", strings.Repeat("x", devices.MaxText+1), text, devices.Value{}},
	}
	for _, test := range tests {
		p := xep.Parameter{Kind: test.kind, Name: "x", Value: test.value}
		got, err := p.ValueOf(test.property)
		if got != test.want || (err == nil) == test.want.IsZero() {
			t.Errorf("%s %.20q for a %s: %v, %v, want %v", test.kind, test.value, test.property.Type, got, err, test.want)
		}
	}
}

func TestControlAnswers(t *testing.T) {
	if got := string(xep.AppendControlled(nil, []string{"boiler"}, []string{"mode", "target"})); got !=
		`<resp xmlns="urn:nfi:iot:ctr:1.0"><nd id="boiler"/><p n="mode"/><p n="target"/></resp>` {
		t.Error(got)
	}
	asked := &xmpp.Stanza{Kind: xmpp.IQ, Type: "set", ID: "1"}
	refusal := xep.ControlError(xmpp.Modify, xmpp.BadRequest, &xep.ParamError{Name: "a'b", Problem: "no"})
	if got := string(xmpp.AppendErrorReply(nil, asked, *refusal)); !strings.Contains(got, `<paramError xmlns='urn:nfi:iot:ctr:1.0' var='a&#39;b'/>`) {
		t.Error(got)
	}
}

func TestSearch(t *testing.T) {
	tests := []struct {
		text string
		want *xep.Search // nil: refused
	}{
		{"<query xmlns='jabber:iq:search'/>", &xep.Search{Texts: map[string]string{}}},
		{"<query xmlns='jabber:iq:search'><nick>Boil</nick><other>x</other></query>", &xep.Search{Texts: map[string]string{"nick": "Boil"}}},
		{"<query xmlns='jabber:iq:search'><nick>x</nick><x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>jabber:iq:search</value></field>" +
			"<field var='area'><value>Attic</value></field><field var='name'/></x></query>", &xep.Search{Texts: map[string]string{"area": "Attic"}, Form: true}},
		{"<query xmlns='jabber:iq:search'><x xmlns='jabber:x:data' type='cancel'/></query>", nil},
		{"<query xmlns='jabber:iq:search'><x xmlns='jabber:x:data' type='form'/></query>", nil},
		{"<query xmlns='jabber:iq:search'><nick>" + strings.Repeat("x", 1025) + "</nick></query>", nil},
	}
	for _, test := range tests {
		got, ok := xep.DecodeSearch(element(t, test.text))
		if ok != (test.want != nil) || ok && !cmp.Equal(*test.want, got) {
			t.Errorf("%.100s: %+v, %v; want %+v", test.text, got, ok, test.want)
		}
	}
	if got := string(xep.AppendFound(nil, []xep.Found{{JID: "a@b", Name: "A & B"}})); got !=
		`<query xmlns="jabber:iq:search"><item jid="a@b"><first/><last/><nick>A &amp; B</nick><email/></item></query>` {
		t.Error(got)
	}
}

func TestDecodeEventRequest(t *testing.T) {
	const events = " xmlns='urn:nfi:iot:events:1.0'"
	tests := []struct {
		text string
		want *xep.EventRequest // nil: refused
	}{
		{"<subscribe" + events + " id='e'/>", &xep.EventRequest{ID: "e", Categories: xep.AllCategories}},
		{"<subscribe" + events + " id='e' m='true' req='1' minInt='PT1.5S' maxInt='P1DT2H3M'/>",
			&xep.EventRequest{ID: "e", Categories: xep.Momentary, AtOnce: true, Min: 1500 * time.Millisecond, Max: 26*time.Hour + 3*time.Minute}},
		{"<subscribe" + events + " id='e'><f n='a' v='1'/><f n='b' by='0.5'/><f n='c' up='1' dn='2'/></subscribe>",
			&xep.EventRequest{ID: "e", Categories: xep.AllCategories, Rules: []xep.EventRule{{Field: "a", Known: "1"}, {Field: "b", By: 0.5}, {Field: "c", Up: 1, Down: 2}}}},
		{"<subscribe" + events + "/>", nil},
		{"<subscribe" + events + " id='e' req='2'/>", nil},
		{"<subscribe" + events + " id='e'><f/></subscribe>", nil},
		{"<subscribe" + events + " id='e'><f n='a' by='-1'/></subscribe>", nil},
		{"<subscribe" + events + " id='e'><f n='a' up='NaN'/></subscribe>", nil},
		{"<subscribe" + events + " id='e'>" + strings.Repeat("<f n='a'/>", 1001) + "</subscribe>", nil},
		{"<unsubscribe" + events + " id='e'/>", nil},
	}
	for _, duration := range []string{"5", "P", "PT", "P1DT", "PT5", "P1Y", "P1M", "-PT5S", "PT5S5M", "PTS", "PT1S1S", "PT1e3S", "P400D", "PT99999999999999999999S", "PT1.2.3S"} {
		tests = append(tests, struct {
			text string
			want *xep.EventRequest
		}{"<subscribe" + events + " id='e' minInt='" + duration + "'/>", nil})
	}
	for _, test := range tests {
		got, err := xep.DecodeEventRequest(element(t, test.text))
		if test.want == nil {
			if !errors.Is(err, xep.ErrEvents) {
				t.Errorf("%.100s: %+v, %v; want it refused", test.text, got, err)
			}
			continue
		}
		if diff := cmp.Diff(*test.want, got); err != nil || diff != "" {
			t.Errorf("%.100s: %v\n%s", test.text, err, diff)
		}
	}
}

// Whatever a stranger writes: it is read or refused, what is read keeps the limits,
// and an answer made of it is well formed.
func FuzzThingRequests(f *testing.F) {
	f.Add("<req" + sensorData + " id='q' m='true' from='2026-11-22T12:00:00Z'><nd id='a'/><f n='x'/></req>")
	f.Add("<set" + control + "><nd id='a'/><db n='target' v='21.5'/><e n='mode' v='heat' t='HvacMode'/><b n='on' v='x'/></set>")
	f.Add("<subscribe xmlns='urn:nfi:iot:events:1.0' id='e' req='true' minInt='P1DT2H3M4.5S'><f n='x' by='1' up='2' dn='3' v='4'/></subscribe>")
	f.Add("<getForm" + control + "><nd id='a'/></getForm>")
	f.Add("<query xmlns='jabber:iq:search'><nick>a</nick><x xmlns='jabber:x:data' type='submit'><field var='name'><value>b</value></field></x></query>")
	f.Fuzz(func(t *testing.T, text string) {
		e, err := parseElement(text)
		if err != nil {
			return
		}
		var answers []string
		if r, err := xep.DecodeReadout(e); err == nil {
			if r.ID == "" || r.Categories == 0 || len(r.Fields) > 1000 || len(r.Nodes) > 1000 {
				t.Errorf("%+v", r)
			}
			answers = append(answers, string(xep.AppendNodeData(nil, r.ID, []xep.NodeSamples{{Node: r.ID, Samples: []xep.Sample{{At: r.From}}}})))
		}
		if r, err := xep.DecodeControl(e); err == nil {
			var names []string
			for _, p := range r.Parameters {
				names = append(names, p.Name)
				for kind := devices.TypeNumber; kind <= devices.TypeText; kind++ {
					if v, err := p.ValueOf(&devices.Property{Type: kind}); (err == nil) == v.IsZero() {
						t.Errorf("%+v: %v, %v", p, v, err)
					}
				}
			}
			answers = append(answers, string(xep.AppendControlled(nil, r.Nodes, names)))
		}
		_, _ = xep.DecodeGetForm(e)
		if r, err := xep.DecodeEventRequest(e); err == nil {
			if r.ID == "" || r.Categories == 0 || r.Min < 0 || r.Max < 0 || r.Max > 0 && r.Max < r.Min {
				t.Errorf("%+v", r)
			}
			answers = append(answers, string(xep.AppendAccepted(nil, r.ID)))
		}
		if s, ok := xep.DecodeSearch(e); ok {
			var found []xep.Found
			for name, text := range s.Texts {
				found = append(found, xep.Found{JID: name, Name: text})
			}
			answers = append(answers, string(xep.AppendFound(nil, found)))
		}
		for _, answer := range answers {
			if _, err := parseElement(answer); err != nil {
				t.Errorf("%s: %v", answer, err)
			}
		}
	})
}
