package xep_test

import (
	"encoding/xml"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"thingbridge/gateway/xep"
	"thingbridge/gateway/xmpp"
)

// element reads XML as the link would.
func element(t testing.TB, text string) *xmpp.Element {
	t.Helper()
	e, err := parseElement(text)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func parseElement(text string) (*xmpp.Element, error) {
	in := xml.NewDecoder(strings.NewReader(text))
	root := &xmpp.Element{}
	stack := []*xmpp.Element{root}
	for {
		token, err := in.Token()
		if err != nil {
			break
		}
		top := stack[len(stack)-1]
		switch token := token.(type) {
		case xml.StartElement:
			top.Children = append(top.Children, xmpp.Element{Space: token.Name.Space, Local: token.Name.Local})
			e := &top.Children[len(top.Children)-1]
			for _, a := range token.Attr {
				if a.Name.Local != "xmlns" {
					e.Attrs = append(e.Attrs, xmpp.Attr{Space: a.Name.Space, Local: a.Name.Local, Value: a.Value})
				}
			}
			stack = append(stack, e)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		case xml.CharData:
			top.Text += string(token)
		}
	}
	if len(root.Children) != 1 || len(stack) != 1 {
		return nil, errors.New("not one element")
	}
	return &root.Children[0], nil
}

func TestAppendForm(t *testing.T) {
	form := xep.Form{Type: "form", Title: "A & B", Instructions: "Choose.", Fields: []xep.FormField{
		{Var: "target", Type: "text-single", Label: "Target", Help: "5 to 30", Required: true, Values: []string{"21"},
			Validate: &xep.FormValidate{Datatype: "xs:decimal", Min: "5", Max: "30"}},
		{Var: "mode", Type: "list-single", Values: []string{"heat"}, Options: []xep.FormOption{{"heat", "heat"}, {"off", "it's off"}}},
		{Var: "many", Type: "list-multi", Validate: &xep.FormValidate{Datatype: "xs:string", Most: 2}},
	}}
	want := `<x xmlns='jabber:x:data' type='form'><title>A &amp; B</title><instructions>Choose.</instructions>` +
		`<field var='target' type='text-single' label='Target'><desc>5 to 30</desc><required/>` +
		`<validate xmlns='http://jabber.org/protocol/xdata-validate' datatype='xs:decimal'><range min='5' max='30'/></validate><value>21</value></field>` +
		`<field var='mode' type='list-single'><value>heat</value><option label='heat'><value>heat</value></option><option label='it&#39;s off'><value>off</value></option></field>` +
		`<field var='many' type='list-multi'><validate xmlns='http://jabber.org/protocol/xdata-validate' datatype='xs:string'><basic/><list-range max='2'/></validate></field></x>`
	if diff := cmp.Diff(want, string(xep.AppendForm(nil, &form))); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	table := xep.Form{Type: "result", Reported: []xep.FormField{{Var: "jid", Type: "jid-single", Label: "Address"}},
		Rows: [][]xep.FormField{{{Var: "jid", Values: []string{"a@b"}}}}}
	want = `<x xmlns='jabber:x:data' type='result'><reported><field var='jid' type='jid-single' label='Address'></field></reported>` +
		`<item><field var='jid'><value>a@b</value></field></item></x>`
	if diff := cmp.Diff(want, string(xep.AppendForm(nil, &table))); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestDecodeCommand(t *testing.T) {
	const open = "<command xmlns='http://jabber.org/protocol/commands' node='set' action='complete' sessionid='s1'>"
	got, err := xep.DecodeCommand(element(t, open+`<x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>x</value></field>`+
		`<field type='fixed'><value>heading</value></field><field var='many' type='list-multi'><value>a</value><value>b</value></field></x></command>`))
	want := xep.CommandRequest{Node: "set", Session: "s1", Action: "complete", Form: &xep.Form{Type: "submit", Fields: []xep.FormField{
		{Var: "FORM_TYPE", Values: []string{"x"}}, {Var: "many", Type: "list-multi", Values: []string{"a", "b"}},
	}}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v, -want +got:\n%s", err, diff)
	}
	many := strings.Repeat("<value/>", 5001)
	fields := ""
	for i := range 1001 {
		fields += fmt.Sprintf("<field var='f%d'/>", i)
	}
	for name, test := range map[string]struct {
		text string
		want error
	}{
		"no node":          {"<command xmlns='http://jabber.org/protocol/commands'/>", xep.ErrCommand},
		"a long node":      {"<command xmlns='http://jabber.org/protocol/commands' node='" + strings.Repeat("n", 4097) + "'/>", xep.ErrCommand},
		"a long session":   {"<command xmlns='http://jabber.org/protocol/commands' node='n' sessionid='" + strings.Repeat("n", 257) + "'/>", xep.ErrCommand},
		"something else":   {"<query xmlns='http://jabber.org/protocol/commands' node='n'/>", xep.ErrCommand},
		"a form that asks": {open + "<x xmlns='jabber:x:data' type='form'/></command>", xep.ErrForm},
		"two forms":        {open + strings.Repeat("<x xmlns='jabber:x:data' type='submit'/>", 2) + "</command>", xep.ErrForm},
		"a field twice":    {open + "<x xmlns='jabber:x:data' type='submit'><field var='a'/><field var='a'/></x></command>", xep.ErrForm},
		"no name":          {open + "<x xmlns='jabber:x:data' type='submit'><field/></x></command>", xep.ErrForm},
		"too many values":  {open + "<x xmlns='jabber:x:data' type='submit'><field var='a'>" + many + "</field></x></command>", xep.ErrForm},
		"too many fields":  {open + "<x xmlns='jabber:x:data' type='submit'>" + fields + "</x></command>", xep.ErrForm},
		"a long value":     {open + "<x xmlns='jabber:x:data' type='submit'><field var='a'><value>" + strings.Repeat("v", 4097) + "</value></field></x></command>", xep.ErrForm},
	} {
		if _, err := xep.DecodeCommand(element(t, test.text)); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", name, err, test.want)
		}
	}
}

func TestAppendCommand(t *testing.T) {
	got := xep.AppendCommand(nil, &xep.Command{
		Node: "say:it's", Session: "s1", Status: xep.StatusExecuting, Actions: []string{"prev", "complete"}, Default: "complete",
		Notes: []xep.CommandNote{{Type: "error", Text: "1 < 2"}}, Form: &xep.Form{Type: "form"},
	})
	want := `<command xmlns='http://jabber.org/protocol/commands' node='say:it&#39;s' sessionid='s1' status='executing'>` +
		`<actions execute='complete'><prev/><complete/></actions><x xmlns='jabber:x:data' type='form'></x><note type='error'>1 &lt; 2</note></command>`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// What is decoded is within the limits, and reads back from what is encoded.
func FuzzDecodeCommand(f *testing.F) {
	f.Add("<command xmlns='http://jabber.org/protocol/commands' node='set'><x xmlns='jabber:x:data' type='submit'><field var='a'><value>&lt;b</value></field></x></command>")
	f.Add("<command xmlns='http://jabber.org/protocol/commands' node='&#10;'><x xmlns='jabber:x:data' type='cancel'/></command>")
	f.Fuzz(func(t *testing.T, text string) {
		e, err := parseElement(text)
		if err != nil {
			return
		}
		got, err := xep.DecodeCommand(e)
		if err != nil {
			if !errors.Is(err, xep.ErrCommand) && !errors.Is(err, xep.ErrForm) {
				t.Fatal(err)
			}
			return
		}
		answer := xep.Command{Node: got.Node, Session: got.Session, Status: got.Action, Form: got.Form}
		back, err := xep.DecodeCommand(element(t, string(xep.AppendCommand(nil, &answer))))
		if err != nil {
			t.Fatal(err)
		}
		back.Action = got.Action
		if diff := cmp.Diff(got, back); diff != "" {
			t.Fatalf("-want +got:\n%s", diff)
		}
	})
}
