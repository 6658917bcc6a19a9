package xep_test

import (
	"encoding/json"
	"encoding/xml"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"thingbridge/devices"
	"thingbridge/gateway/xep"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 250e6, time.FixedZone("CET", 3600))

func TestPayloads(t *testing.T) {
	tests := []struct {
		name string
		got  []byte
		want string
	}{
		{"service discovery", xep.DiscoInfo("", xep.Info{
			Identities: []xep.Identity{{Category: "client", Type: "bot", Name: "A & B"}}, Features: []string{"urn:xmpp:ping"},
			Forms: []xep.InfoForm{{Type: "urn:x:y", Fields: []xep.InfoField{{Var: "model", Values: []string{"V<3"}}}}},
		}),
			`<query xmlns="http://jabber.org/protocol/disco#info"><identity name="A &amp; B" category="client" type="bot"/><feature var="urn:xmpp:ping"/>` +
				`<x xmlns='jabber:x:data' type='result'><field var='FORM_TYPE' type='hidden'><value>urn:x:y</value></field><field var='model'><value>V&lt;3</value></field></x></query>`},
		{"items", xep.DiscoItems("", []xep.DiscoItem{{JID: "boiler@things.home.test", Name: "Boiler"}}),
			`<query xmlns="http://jabber.org/protocol/disco#items"><item jid="boiler@things.home.test" name="Boiler"></item></query>`},
		{"software version", xep.Version("thingbridge", "1.0", "linux"),
			`<query xmlns="jabber:iq:version"><name>thingbridge</name><version>1.0</version><os>linux</os></query>`},
		{"last activity", xep.LastActivity(90*time.Second, ""), `<query xmlns='jabber:iq:last' seconds='90'/>`},
		{"last activity of what is gone", xep.LastActivity(90*time.Second, "off & on"), `<query xmlns='jabber:iq:last' seconds='90'>off &amp; on</query>`},
		{"last activity in the future", xep.LastActivity(-time.Second, ""), `<query xmlns='jabber:iq:last' seconds='0'/>`},
		{"delay", xep.AppendDelay(nil, noon), `<delay xmlns='urn:xmpp:delay' stamp='2026-11-22T11:00:00Z'/>`},
		{"idle", xep.AppendIdle(nil, noon), `<idle xmlns='urn:xmpp:idle:1' since='2026-11-22T11:00:00Z'/>`},
		{"entity time", xep.EntityTime(noon), `<time xmlns='urn:xmpp:time'><tzo>+01:00</tzo><utc>2026-11-22T11:00:00Z</utc></time>`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, string(test.got)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestParseStamp(t *testing.T) {
	for text, want := range map[string]bool{
		"2026-11-22T11:00:00Z": true, "2026-11-22T11:00:00.123+01:00": true,
		"": false, "20261122T11:00:00": false, "2026-11-22T11:00:00" + strings.Repeat("0", 100) + "Z": false,
	} {
		if _, got := xep.ParseStamp(text); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

func TestSenML(t *testing.T) {
	for _, test := range []struct {
		value devices.Value
		want  string
	}{
		{devices.Number(21.5), `"v":21.5,"t":1795345200.25`},
		{devices.Number(1e21), `"v":1e+21,"t":1795345200.25`},
		{devices.Boolean(true), `"vb":true,"t":1795345200.25`},
		{devices.Text("a \"b\"\n"), `"vs":"a \"b\"\u000a","t":1795345200.25`},
	} {
		got := strings.TrimSuffix(string(xep.AppendSenMLValue(nil, test.value, noon)), "0")
		if got != test.want {
			t.Errorf("%v: %s, want %s", test.value, got, test.want)
		}
	}
	if got := string(xep.AppendSenMLName(nil, "things.home.test/büro 1/")); got != "things.home.test/b__ro_1/" {
		t.Errorf("name %q", got)
	}
	for _, test := range []struct{ unit, class, want string }{
		{"°C", "temperature", "Cel"}, {"%", "humidity", "%RH"}, {"%", "battery", "%EL"}, {"%", "", "%"}, {"furlong", "", "furlong"},
	} {
		if got := xep.SenMLUnit(&devices.Property{Unit: test.unit, Class: test.class}); got != test.want {
			t.Errorf("%s %s: %q, want %q", test.unit, test.class, got, test.want)
		}
	}
}

// Whatever a device says, the string reads back as said, but for bytes that are
// no UTF-8.
func FuzzAppendJSONString(f *testing.F) {
	for _, text := range []string{"", "a\"b\\c", "\x00\x1f", "\xff", "\u2028", "😀"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var back string
		if err := json.Unmarshal(xep.AppendJSONString(nil, text), &back); err != nil {
			t.Fatal(err)
		}
		if utf8.ValidString(text) && back != text {
			t.Fatalf("%q reads back as %q", text, back)
		}
	})
}

func FuzzDiscoInfo(f *testing.F) {
	f.Add("node", "name")
	f.Fuzz(func(t *testing.T, node, name string) {
		out := xep.DiscoInfo(node, xep.Info{Identities: []xep.Identity{{Category: "client", Type: "bot", Name: name}}, Features: []string{name}})
		if err := xml.Unmarshal(out, new(struct{})); err != nil {
			t.Fatalf("%s: %v", out, err)
		}
	})
}
