package xmpp_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"thingbridge/gateway/xmpp"
)

func TestAppendErrorReply(t *testing.T) {
	anna, lamp := mustJID("anna@home.test/a"), mustJID("lamp@things.test")
	refusal := xmpp.StanzaError{Type: xmpp.Auth, Condition: xmpp.Forbidden, Text: "not <you>"}
	const inner = `<error type='auth'><forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>` +
		`<text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>not &lt;you&gt;</text></error>`
	tests := []struct {
		name   string
		stanza xmpp.Stanza
		want   string
	}{
		{"a message", xmpp.Stanza{Kind: xmpp.Message, Type: "chat", ID: "a'b", From: anna, To: lamp},
			`<message type='error' id='a&#39;b' from='lamp@things.test' to='anna@home.test/a'>` + inner + `</message>`},
		{"a presence without id", xmpp.Stanza{Kind: xmpp.Presence, From: anna, To: lamp},
			`<presence type='error' from='lamp@things.test' to='anna@home.test/a'>` + inner + `</presence>`},
		{"an iq of type get", xmpp.Stanza{Kind: xmpp.IQ, Type: "get", ID: "1", From: anna, To: lamp},
			`<iq type='error' id='1' from='lamp@things.test' to='anna@home.test/a'>` + inner + `</iq>`},
		{"an error", xmpp.Stanza{Kind: xmpp.Message, Type: "error", From: anna, To: lamp}, ""},
		{"a result", xmpp.Stanza{Kind: xmpp.IQ, Type: "result", ID: "1", From: anna, To: lamp}, ""},
		{"an iq of no known type", xmpp.Stanza{Kind: xmpp.IQ, Type: "give", ID: "1", From: anna, To: lamp}, ""},
		{"nothing", xmpp.Stanza{}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := string(xmpp.AppendErrorReply([]byte("before"), &test.stanza, refusal))
			if diff := cmp.Diff("before"+test.want, got); diff != "" {
				t.Errorf("reply (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAppendErrorReplyFillsInWhatIsMissing(t *testing.T) {
	got := string(xmpp.AppendErrorReply(nil, &xmpp.Stanza{Kind: xmpp.Message}, xmpp.StanzaError{}))
	want := `<message type='error'><error type='cancel'><undefined-condition xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("reply (-want +got):\n%s", diff)
	}
}

func TestAppendResult(t *testing.T) {
	get := &xmpp.Stanza{Kind: xmpp.IQ, Type: "get", ID: "1", From: mustJID("anna@home.test/a"), To: mustJID("things.test")}
	const head = `<iq type='result' id='1' from='things.test' to='anna@home.test/a'`
	if diff := cmp.Diff(head+"/>", string(xmpp.AppendResult(nil, get, nil))); diff != "" {
		t.Errorf("empty result (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(head+"><q/></iq>", string(xmpp.AppendResult(nil, get, []byte("<q/>")))); diff != "" {
		t.Errorf("result (-want +got):\n%s", diff)
	}
	for _, s := range []*xmpp.Stanza{{Kind: xmpp.IQ, Type: "result"}, {Kind: xmpp.IQ, Type: "error"}, {Kind: xmpp.Message, Type: "get"}} {
		if got := xmpp.AppendResult(nil, s, nil); len(got) > 0 {
			t.Errorf("result to %s of type %s: %s, want nothing", s.Kind, s.Type, got)
		}
	}
}

func TestStanzaErr(t *testing.T) {
	const conditions = "urn:ietf:params:xml:ns:xmpp-stanzas"
	full := xmpp.Stanza{Kind: xmpp.IQ, Space: xmpp.NSClient, Type: "error", Children: []xmpp.Element{
		{Space: "urn:q", Local: "error"},
		{Space: xmpp.NSClient, Local: "error", Attrs: []xmpp.Attr{{Local: "type", Value: "wait"}}, Children: []xmpp.Element{
			{Space: "urn:q", Local: "own"},
			{Space: conditions, Local: "text", Text: "later"},
			{Space: conditions, Local: "remote-server-timeout"},
		}},
	}}
	tests := []struct {
		name   string
		stanza xmpp.Stanza
		want   *xmpp.StanzaError
	}{
		{"an error that says all", full, &xmpp.StanzaError{Type: xmpp.Wait, Condition: xmpp.RemoteServerTimeout, Text: "later"}},
		{"an error that says nothing", xmpp.Stanza{Type: "error"}, &xmpp.StanzaError{Type: xmpp.Cancel, Condition: xmpp.UndefinedCondition}},
		{"no error", xmpp.Stanza{Type: "result"}, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := test.stanza.Err()
			var got *xmpp.StanzaError
			if errors.As(err, &got) != (err != nil) {
				t.Fatalf("Err() = %v, want a StanzaError or nil", err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("Err() (-want +got):\n%s", diff)
			}
		})
	}
}
