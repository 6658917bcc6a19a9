package gateway_test

import (
	"encoding/xml"
	"strings"
	"testing"

	"thingbridge/gateway/xmpp"
)

// wireElement is an element as a test writes it.
type wireElement struct {
	XMLName  xml.Name
	Attrs    []xml.Attr    `xml:",any,attr"`
	Text     string        `xml:",chardata"`
	Children []wireElement `xml:",any"`
}

func (w *wireElement) element() xmpp.Element {
	e := xmpp.Element{Space: w.XMLName.Space, Local: w.XMLName.Local, Text: w.Text}
	for _, a := range w.Attrs {
		if a.Name.Local != "xmlns" {
			e.Attrs = append(e.Attrs, xmpp.Attr{Space: a.Name.Space, Local: a.Name.Local, Value: a.Value})
		}
	}
	for i := range w.Children {
		e.Children = append(e.Children, w.Children[i].element())
	}
	return e
}

// request is an iq with a payload.
func request(t *testing.T, from, to, iqType, payload string) *xmpp.Stanza {
	t.Helper()
	var w wireElement
	if err := xml.Unmarshal([]byte(payload), &w); err != nil {
		t.Fatalf("%s: %v", payload, err)
	}
	stanza := iq(from, to, iqType, "", "")
	stanza.Children[0] = w.element()
	return stanza
}

// say gives the bridge an iq with a payload and returns the answer.
func (s *stage) say(from, to, iqType, payload string) string {
	s.t.Helper()
	s.wire.handler.Stanza(request(s.t, from, to, iqType, payload))
	var answers []string
	for _, sent := range s.wire.take() {
		if strings.HasPrefix(sent, "<iq") {
			answers = append(answers, sent)
		}
	}
	if len(answers) != 1 {
		s.t.Fatalf("%s: %d answers: %q", payload, len(answers), answers)
	}
	return answers[0]
}
