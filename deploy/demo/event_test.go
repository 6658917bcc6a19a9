package demo

import (
	"encoding/xml"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var stanzas = []struct {
	name   string
	stanza string
	want   event // the zero event: it means nothing
}{
	{
		"an answer",
		"<message xmlns='jabber:client' from='lamp@things.home.test/x' type='chat' id='1'><body>on</body><thread>t</thread></message>",
		event{kind: eventSaid, contact: "lamp@things.home.test", text: "on", thread: "t"},
	},
	{
		"the body of a forwarded message is none",
		"<message xmlns='jabber:client' from='lamp@things.home.test'><body xmlns='urn:example'>off</body></message>",
		event{},
	},
	{
		"a refusal with a text",
		"<message xmlns='jabber:client' from='things.home.test' type='error' id='1'><body>on</body><error type='wait'>" +
			"<resource-constraint xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>Later.</text></error></message>",
		event{kind: eventRefused, contact: "things.home.test", text: "Later.", thread: "1"},
	},
	{
		"a refusal without a text",
		"<message xmlns='jabber:client' from='things.home.test' type='error' id='1'><error type='auth'>" +
			"<forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>",
		event{kind: eventRefused, contact: "things.home.test", text: "forbidden", thread: "1"},
	},
	{
		"a refusal without a reason",
		"<message xmlns='jabber:client' from='things.home.test' type='error' id='1'/>",
		event{kind: eventRefused, contact: "things.home.test", text: "refused", thread: "1"},
	},
	{
		"a presence",
		"<presence xmlns='jabber:client' from='lamp@things.home.test/x'><show>away</show><status>off</status></presence>",
		event{kind: eventShown, contact: "lamp@things.home.test", show: "away", text: "off"},
	},
	{
		"the end of a presence",
		"<presence xmlns='jabber:client' from='lamp@things.home.test/x' type='unavailable'/>",
		event{kind: eventGone, contact: "lamp@things.home.test"},
	},
	{
		"a subscription granted",
		"<presence xmlns='jabber:client' from='lamp@things.home.test' type='subscribed'/>",
		event{kind: eventSubscribed, contact: "lamp@things.home.test"},
	},
	{
		"a subscription that met no gateway",
		"<presence xmlns='jabber:client' from='lamp@things.home.test' type='error'><error type='wait'/></presence>",
		event{kind: eventDenied, contact: "lamp@things.home.test"},
	},
	{"a request", "<iq xmlns='jabber:client' from='things.home.test' type='get' id='1'/>", event{}},
	{"from nobody", "<message xmlns='jabber:client'><body>on</body></message>", event{}},
	{"not closed", "<message xmlns='jabber:client' from='lamp@things.home.test'><body>on", event{}},
}

func TestDecodeEvent(t *testing.T) {
	for _, test := range stanzas {
		t.Run(test.name, func(t *testing.T) {
			got, ok := decodeEvent(xml.NewDecoder(strings.NewReader(test.stanza)))
			if diff := cmp.Diff(test.want, got, cmp.AllowUnexported(event{})); diff != "" {
				t.Errorf("event (-want +got):\n%s", diff)
			}
			if ok != (test.want != event{}) {
				t.Errorf("means something: %v", ok)
			}
		})
	}
}

// What means something names who did it; what means nothing says nothing.
func FuzzDecodeEvent(f *testing.F) {
	for _, test := range stanzas {
		f.Add(test.stanza)
	}
	f.Fuzz(func(t *testing.T, stanza string) {
		e, ok := decodeEvent(xml.NewDecoder(strings.NewReader(stanza)))
		if ok == (e.contact == "") {
			t.Errorf("means something: %v, but the event is %+v", ok, e)
		}
	})
}
