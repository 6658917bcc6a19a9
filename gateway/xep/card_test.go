package xep_test

import (
	"encoding/xml"
	"io"
	"strings"
	"testing"

	"thingbridge/gateway/xep"
	"thingbridge/gateway/xmpp"
)

// parse reads one element with a reader that is not ours.
func parse(t *testing.T, text []byte) *xmpp.Element {
	t.Helper()
	root := &xmpp.Element{}
	open := []*xmpp.Element{root}
	decoder := xml.NewDecoder(strings.NewReader(string(text)))
	for {
		token, err := decoder.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		last := open[len(open)-1]
		switch token := token.(type) {
		case xml.StartElement:
			e := xmpp.Element{Space: token.Name.Space, Local: token.Name.Local}
			for _, a := range token.Attr {
				if a.Name.Local != "xmlns" {
					space := a.Name.Space
					if space == "xml" {
						space = xmpp.NSXML
					}
					e.Attrs = append(e.Attrs, xmpp.Attr{Space: space, Local: a.Name.Local, Value: a.Value})
				}
			}
			last.Children = append(last.Children, e)
			open = append(open, &last.Children[len(last.Children)-1])
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			last.Text += string(token)
		}
	}
	return &root.Children[0]
}

var card = xep.Card{
	Name: "Küche & Bad", Organization: "Danfoss", Unit: "Kitchen", Title: "Ally", Note: "Thermostat <1>", JID: "ally@things.home.test",
	URI: "xmpp:ally@things.home.test", Kind: "device", Photo: xep.Image{Type: "image/png", Base64: "iVBORw==", ID: "abc", Bytes: 4, Side: 128},
}

func TestCards(t *testing.T) {
	old, now := parse(t, xep.VCard(card)), parse(t, xep.VCard4(card))
	for _, test := range []struct {
		root *xmpp.Element
		path string
		want string
	}{
		{old, "FN", card.Name}, {old, "NICKNAME", card.Name}, {old, "PHOTO TYPE", "image/png"}, {old, "PHOTO BINVAL", "iVBORw=="},
		{old, "ORG ORGNAME", "Danfoss"}, {old, "ORG ORGUNIT", "Kitchen"}, {old, "TITLE", "Ally"}, {old, "DESC", card.Note},
		{old, "URL", card.URI}, {old, "JABBERID", card.JID},
		{now, "kind text", "device"}, {now, "fn text", card.Name}, {now, "photo uri", "data:image/png;base64,iVBORw=="},
		{now, "org text", "Danfoss"}, {now, "title text", "Ally"}, {now, "note text", card.Note}, {now, "impp uri", card.URI},
	} {
		e := test.root
		for _, local := range strings.Fields(test.path) {
			if e = e.Child(test.root.Space, local); e == nil {
				t.Fatalf("%s: there is none", test.path)
			}
		}
		if e.Text != test.want {
			t.Errorf("%s: %q, want %q", test.path, e.Text, test.want)
		}
	}
	if got := string(xep.VCard(xep.Card{Name: "x"})); got != `<vCard xmlns="vcard-temp"><FN>x</FN><NICKNAME>x</NICKNAME></vCard>` {
		t.Errorf("of little: %s", got)
	}
}

func TestItems(t *testing.T) {
	for got, want := range map[string]string{
		string(xep.PubSubItems("n", xep.AvatarMetadata(card.Photo))): `<pubsub xmlns="http://jabber.org/protocol/pubsub"><items node="n"><item id="abc">` +
			`<metadata xmlns="urn:xmpp:avatar:metadata"><info bytes="4" id="abc" type="image/png" width="128" height="128"/></metadata></item></items></pubsub>`,
		string(xep.PubSubPublish(xep.AvatarData(card.Photo))): `<pubsub xmlns="http://jabber.org/protocol/pubsub"><publish node="urn:xmpp:avatar:data"><item id="abc">` +
			`<data xmlns="urn:xmpp:avatar:data">iVBORw==</data></item></publish></pubsub>`,
		string(xep.AppendEvent(nil, xep.Nick("A & B"))): `<event xmlns="http://jabber.org/protocol/pubsub#event"><items node="http://jabber.org/protocol/nick"><item id="current">` +
			`<nick xmlns='http://jabber.org/protocol/nick'>A &amp; B</nick></item></items></event>`,
	} {
		if got != want {
			t.Errorf("%s\nwant %s", got, want)
		}
	}
	q, ok := xep.ParseItemsQuery(parse(t, []byte(`<pubsub xmlns="http://jabber.org/protocol/pubsub"><items node="n"><item id="1"/><other/></items></pubsub>`)))
	if !ok || q.Node != "n" || len(q.IDs) != 1 || q.IDs[0] != "1" {
		t.Errorf("%v %v", q, ok)
	}
	if _, ok := xep.ParseItemsQuery(parse(t, []byte(`<pubsub xmlns="http://jabber.org/protocol/pubsub"><subscribe node="n"/></pubsub>`))); ok {
		t.Error("a subscription is taken for a request of items")
	}
}
