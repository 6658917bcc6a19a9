package xep_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"thingbridge/gateway/xep"
	"thingbridge/gateway/xmpp"
)

// exodus is the example of XEP-0115 5.2, psi that of 5.3.
var (
	exodus = xep.Info{
		Identities: []xep.Identity{{Category: "client", Type: "pc", Name: "Exodus 0.9.1"}},
		Features: []string{
			"http://jabber.org/protocol/caps", "http://jabber.org/protocol/disco#items",
			"http://jabber.org/protocol/disco#info", "http://jabber.org/protocol/muc",
		},
	}
	psi = xep.Info{
		Identities: []xep.Identity{{Category: "client", Type: "pc", Lang: "en", Name: "Psi 0.11"}, {Category: "client", Type: "pc", Lang: "el", Name: "Ψ 0.11"}},
		Features:   exodus.Features,
		Forms: []xep.InfoForm{{Type: "urn:xmpp:dataforms:softwareinfo", Fields: []xep.InfoField{
			{Var: "os", Values: []string{"Mac"}}, {Var: "software", Values: []string{"Psi"}}, {Var: "software_version", Values: []string{"0.11"}},
			{Var: "os_version", Values: []string{"10.5.1"}}, {Var: "ip_version", Values: []string{"ipv6", "ipv4"}},
		}}},
	}
)

func TestVerOfTheExamples(t *testing.T) {
	for want, info := range map[string]xep.Info{"QgayPKawpkPSDYmwT/WM94uAlu0=": exodus, "q07IKJEyjvHSyhy//CH0CxmKi8w=": psi} {
		if got := info.Ver(); got != want {
			t.Errorf("%s: %s, want %s", info.Identities[0].Name, got, want)
		}
		read, ok := xep.ParseInfo(parse(t, xep.DiscoInfo("node", info)))
		if diff := cmp.Diff(info, read); diff != "" || !ok {
			t.Errorf("%v, -wrote +read:\n%s", ok, diff)
		}
	}
}

// What XEP-0115 5.4 calls ill-formed would let two entities have the same ver.
func TestIllFormedInfo(t *testing.T) {
	feature, form := "<feature var='a'/>", "<x xmlns='jabber:x:data'><field var='FORM_TYPE' type='hidden'><value>t</value></field></x>"
	for inner, want := range map[string]bool{
		feature: true, feature + feature: false, form: true, form + form: false,
		"<identity category='c' type='t'/><identity category='c' type='t' xml:lang='de'/>": true,
		"<identity category='c' type='t'/><identity category='c' type='t'/>":               false,
		"<x xmlns='jabber:x:data'/><x xmlns='jabber:x:data'/>":                             true, // left out
	} {
		info, ok := xep.ParseInfo(parse(t, []byte("<query xmlns='"+xep.NSDiscoInfo+"'>"+inner+"</query>")))
		if ok != want {
			t.Errorf("%s: %v, want %v", inner, ok, want)
		}
		if !strings.Contains(inner, "FORM_TYPE") && len(info.Forms) > 0 {
			t.Errorf("%s: forms %v", inner, info.Forms)
		}
	}
}

func TestCapsOfPresence(t *testing.T) {
	want := xep.Caps{Hash: "sha-1", Node: "http://client.test", Ver: "QgayPKawpkPSDYmwT/WM94uAlu0="}
	s := &xmpp.Stanza{Kind: xmpp.Presence, Children: []xmpp.Element{*parse(t, xep.AppendCaps(nil, want))}}
	if got, ok := xep.CapsOf(s); got != want || !ok {
		t.Errorf("%v %v", got, ok)
	}
	long := want
	long.Ver = strings.Repeat("x", 1000)
	s.Children[0] = *parse(t, xep.AppendCaps(nil, long))
	if _, ok := xep.CapsOf(s); ok {
		t.Error("a version that no hash is")
	}
	s.Children[0].Attrs = nil
	if _, ok := xep.CapsOf(s); ok {
		t.Error("caps of nothing")
	}
}

// What is read of an answer has the version of what was written.
func FuzzParseInfo(f *testing.F) {
	f.Add("client", "Ψ", "urn:xmpp:ping", "ipv4")
	f.Fuzz(func(t *testing.T, category, name, feature, value string) {
		for _, text := range []string{category, name, feature, value} {
			if !carried(text) {
				return // XML cannot carry it
			}
		}
		info := xep.Info{
			Identities: []xep.Identity{{Category: category, Name: name}}, Features: []string{feature, feature + "x"},
			Forms: []xep.InfoForm{{Type: "t", Fields: []xep.InfoField{{Var: "v", Values: []string{value}}}}},
		}
		read, ok := xep.ParseInfo(parse(t, xep.DiscoInfo("", info)))
		if !ok || read.Ver() != info.Ver() {
			t.Errorf("%v: %s, want %s", ok, read.Ver(), info.Ver())
		}
	})
}

func carried(text string) bool {
	for _, r := range text {
		if r < ' ' || r == utf8.RuneError || r == 0xFFFE || r == 0xFFFF {
			return false
		}
	}
	return utf8.ValidString(text)
}
