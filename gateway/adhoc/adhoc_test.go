package adhoc_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"thingbridge/devices"
	"thingbridge/gateway/access"
	"thingbridge/gateway/adhoc"
	"thingbridge/gateway/talk"
	"thingbridge/gateway/xep"
	"thingbridge/gateway/xmpp"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// desk is a user at the commands of a thermostat and of a house of two rooms.
type desk struct {
	t        *testing.T
	sessions *adhoc.Sessions
	device   talk.Request
	house    talk.HouseRequest
	from     string
	contact  string
	now      time.Time
}

type noContacts struct{}

func (noContacts) Adopts(string) bool                { return false }
func (noContacts) Written(devices.ID) (string, bool) { return "", false }
func (noContacts) Contact(id devices.ID) (string, bool) {
	return string(id) + "@things.home.test", false
}
func (noContacts) Stats() talk.Stats                  { return talk.Stats{} }
func (noContacts) Newcomers() ([]talk.Newcomer, bool) { return nil, false }

func (noContacts) Subscribers() []talk.Subscriber { return nil }

func newDesk(t *testing.T) *desk {
	t.Helper()
	r := devices.NewRegistry()
	announced := []*devices.Device{
		{ID: "thermostat", Name: "Thermostat", Area: "Hall", Properties: []devices.Property{
			{Name: "temperature", Type: devices.TypeNumber, Unit: "°C"},
			{Name: "target", Type: devices.TypeNumber, Unit: "°C", Min: 5, Max: 30, Step: 0.5, Writable: true},
			{Name: "fan", Type: devices.TypeNumber, Min: 0, Max: 10, Step: 1, Writable: true},
			{Name: "mode", Type: devices.TypeEnum, Options: []string{"off", "heat"}, Writable: true},
			{Name: "child_lock", Type: devices.TypeBoolean, Writable: true},
			{Name: "label", Type: devices.TypeText, Writable: true},
			{Name: "boost", Type: devices.TypeNumber, Unit: "min", Max: 720, Writable: true},
		}},
		{ID: "lamp", Name: "Lamp", Area: "Attic"}, {ID: "plug", Name: "Plug"},
	}
	readings := []devices.Reading{
		{Device: "thermostat", Property: "target", Value: devices.Number(21)},
		{Device: "thermostat", Property: "fan", Value: devices.Number(2)},
		{Device: "thermostat", Property: "mode", Value: devices.Text("heat")},
		{Device: "thermostat", Property: "child_lock", Value: devices.Boolean(true)},
		{Device: "thermostat", Property: "label", Value: devices.Text("Hall")},
	}
	if err := r.Source("test", nil).Apply(devices.Update{Announced: announced, Readings: readings}); err != nil {
		t.Fatal(err)
	}
	twin, _ := r.Get("thermostat")
	return &desk{
		t: t, sessions: adhoc.NewSessions(), from: "anna@home.test/phone", contact: "thermostat", now: noon,
		device: talk.Request{Twin: twin, Role: access.Control, By: "anna@home.test"},
		house:  talk.HouseRequest{Twins: r.All(), Role: access.View, House: noContacts{}},
	}
}

func (d *desk) request(node, session, action string, form *xep.Form) (adhoc.Step, talk.Node, error) {
	d.t.Helper()
	from, err := xmpp.ParseJID(d.from)
	if err != nil {
		d.t.Fatal(err)
	}
	command, ok := talk.FindNode(d.device, node)
	if !ok {
		command, ok = talk.FindHouseNode(d.house, node)
	}
	if !ok {
		d.t.Fatalf("there is no command %s", node)
	}
	step, err := d.sessions.Step(adhoc.Request{From: from, Contact: d.contact, CommandRequest: xep.CommandRequest{
		Node: node, Session: session, Action: action, Form: form,
	}}, &command, talk.English, d.now)
	return step, command, err
}

// ask is request where it must not fail.
func (d *desk) ask(node, session, action string, form *xep.Form) adhoc.Step {
	d.t.Helper()
	step, _, err := d.request(node, session, action, form)
	if err != nil {
		d.t.Fatal(err)
	}
	return step
}

// filled is a form with the values of its fields, by their names in turn.
func filled(values ...string) *xep.Form {
	form := &xep.Form{Type: "submit"}
	for i := 0; i < len(values); i += 2 {
		form.Fields = append(form.Fields, xep.FormField{Var: values[i], Values: strings.Split(values[i+1], "|")})
	}
	return form
}

func field(step adhoc.Step, name string) xep.FormField {
	for _, f := range step.Answer.Form.Fields {
		if f.Var == name {
			return f
		}
	}
	return xep.FormField{}
}

func given(v talk.Values) string {
	var out []string
	for name, values := range v {
		for _, value := range values {
			out = append(out, name+"="+value.String())
		}
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

func TestTheFormOfSetHasAllThatCanBeSet(t *testing.T) {
	d := newDesk(t)
	step := d.ask("set", "", "", nil)
	if got := step.Answer; got.Status != "executing" || got.Default != "complete" || !slices.Equal(got.Actions, []string{"complete"}) {
		t.Errorf("%+v", got)
	}
	rangeOf := func(datatype, low, high string) *xep.FormValidate {
		return &xep.FormValidate{Datatype: datatype, Min: low, Max: high}
	}
	want := []xep.FormField{
		{Var: "target", Type: "text-single", Label: "Target (°C)", Help: "5 to 30 °C", Values: []string{"21"}, Validate: rangeOf("xs:decimal", "5", "30")},
		{Var: "fan", Type: "text-single", Label: "Fan", Help: "0 to 10", Values: []string{"2"}, Validate: rangeOf("xs:integer", "0", "10")},
		{Var: "mode", Type: "list-single", Label: "Mode", Values: []string{"heat"}, Options: []xep.FormOption{{Value: "off", Label: "off"}, {Value: "heat", Label: "heat"}}},
		{Var: "child_lock", Type: "boolean", Label: "Child lock", Values: []string{"true"}},
		{Var: "label", Type: "text-single", Label: "Label", Values: []string{"Hall"}},
		{Var: "boost", Type: "text-single", Label: "Boost (min)", Help: "0 to 720 min"},
	}
	if diff := cmp.Diff(want, step.Answer.Form.Fields); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestWhatIsGiven(t *testing.T) {
	tests := []struct {
		name, node string
		first      *xep.Form // with the first request
		action     string    // of the second, where there is one
		form       *xep.Form
		want       string
	}{
		{"only what was changed", "set", nil, "complete", filled("target", "22.5", "fan", "2", "mode", "heat", "child_lock", "1", "label", "Hall", "boost", ""), "target=22.5"},
		{"an answer as people write it", "set", nil, "", filled("target", "22,5 °C", "boost", "1h30m"), "boost=90 target=22.5"},
		{"a text that is emptied", "set", nil, "complete", filled("label", ""), "label="},
		{"nothing", "set", nil, "complete", nil, ""},
		{"fields that it does not have", "set", nil, "execute", filled("FORM_TYPE", "x", "fan", "3"), "fan=3"},
		{"a script's form, even what is already so", "set", filled("target", "21"), "", nil, "target=21"},
		{"a choice that stands in the form", "mode", nil, "complete", filled("mode", "heat"), "mode=heat"},
		{"a form's default, for a client that sends none", "mode", nil, "complete", nil, "mode=heat"},
		{"no form where there are defaults", "boost", nil, "", nil, ""},
		{"a form where none is needed", "boost", filled("boost", "2h"), "", nil, "boost=120"},
		{"a form where none is taken", "status", filled("x", "y"), "", nil, ""},
		{"a value in the name", "mode:off", nil, "", nil, ""},
		{"all stages at once", "add", filled("areas", "Hall|-", "devices", "plug"), "", nil, "areas=- areas=Hall devices=plug"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			d := newDesk(t)
			step := d.ask(test.node, "", "", test.first)
			if test.action != "" || test.form != nil {
				step = d.ask(test.node, step.Answer.Session, test.action, test.form)
			}
			if step.Answer.Status != "completed" || given(step.Given) != test.want {
				t.Errorf("%s with %q, want %q; notes %v", step.Answer.Status, given(step.Given), test.want, step.Answer.Notes)
			}
		})
	}
}

func TestAMistakeIsExplainedAndAskedAgain(t *testing.T) {
	tests := []struct {
		node string
		form *xep.Form
		want string // of the note
	}{
		{"set", filled("target", "99", "fan", "x"), "99 °C is too high: Target can be 5 to 30 °C. Nothing was changed.\nI do not understand \"x\" as a value for Fan; 0 would be one. Nothing was changed."},
		{"mode", filled("mode", "party"), `I do not know "party"; Mode can be off, heat. Nothing was changed.`},
		{"mode", filled("other", "x"), "Mode must be filled in."},
		{"boost", filled("boost", "soon"), `I do not understand "soon" as a value for Boost; 20 min would be one. Nothing was changed.`},
		{"add", filled("areas", "Moon"), `"Moon" is not one of the choices for Rooms.`},
	}
	for _, test := range tests {
		t.Run(test.node, func(t *testing.T) {
			d := newDesk(t)
			session := ""
			if test.node != "boost" { // which asks nothing of itself
				session = d.ask(test.node, "", "", nil).Answer.Session
			}
			step := d.ask(test.node, session, "", test.form)
			if step.Answer.Status != "executing" || len(step.Answer.Notes) != 1 || step.Answer.Notes[0] != (xep.CommandNote{Type: "error", Text: test.want}) {
				t.Fatalf("%+v, want an error that says %q", step.Answer, test.want)
			}
			f := test.form.Fields[0]
			if got := field(step, f.Var); got.Var != "" && !slices.Equal(got.Values, f.Values) {
				t.Errorf("the form has %v, want what was filled in: %v", got.Values, f.Values)
			}
			if test.node == "set" {
				step = d.ask("set", step.Answer.Session, "complete", filled("target", "21", "fan", "3"))
				if given(step.Given) != "fan=3" {
					t.Errorf("after the mistake: %q", given(step.Given))
				}
			}
		})
	}
}

func TestStagesForwardAndBack(t *testing.T) {
	d := newDesk(t)
	step := d.ask("add", "", "execute", nil)
	session := step.Answer.Session
	if got := step.Answer; got.Default != "next" || !slices.Equal(got.Actions, []string{"next"}) || !slices.Equal(field(step, "areas").Values, []string{"-", "Attic", "Hall"}) {
		t.Fatalf("first: %+v", got)
	}
	step = d.ask("add", session, "next", filled("areas", "Hall|-"))
	if got := step.Answer; got.Default != "complete" || !slices.Equal(got.Actions, []string{"prev", "complete"}) || !slices.Equal(field(step, "devices").Values, []string{"plug", "thermostat"}) {
		t.Fatalf("second: %+v", got)
	}
	step = d.ask("add", session, "prev", nil)
	if !slices.Equal(field(step, "areas").Values, []string{"Hall", "-"}) {
		t.Fatalf("back: %+v", step.Answer.Form)
	}
	step = d.ask("add", session, "", filled("areas", "Attic"))
	if !slices.Equal(field(step, "devices").Values, []string{"lamp"}) {
		t.Fatalf("second again: %+v", step.Answer.Form)
	}
	step = d.ask("add", session, "execute", filled("devices", "lamp"))
	if step.Answer.Status != "completed" || given(step.Given) != "areas=Attic devices=lamp" {
		t.Fatalf("%+v %s", step.Answer, given(step.Given))
	}
	if _, _, err := d.request("add", session, "complete", filled("devices", "lamp")); err != adhoc.SessionExpired {
		t.Errorf("once more: %v", err)
	}
}

func TestConditions(t *testing.T) {
	d := newDesk(t)
	one := d.ask("set", "", "", nil).Answer.Session
	two := d.ask("add", "", "", nil).Answer.Session
	unknown := strings.Repeat("a", len(one))
	tests := []struct {
		name, node, session, action, from, contact string
		want                                       error
	}{
		{"an action that is none", "set", "", "dance", "", "", adhoc.MalformedAction},
		{"an action that is none, in a session", "set", one, "EXECUTE", "", "", adhoc.MalformedAction},
		{"next without a session", "set", "", "next", "", "", adhoc.BadAction},
		{"prev without a session", "set", "", "prev", "", "", adhoc.BadAction},
		{"prev in the first stage", "add", two, "prev", "", "", adhoc.BadAction},
		{"complete before the last stage", "add", two, "complete", "", "", adhoc.BadAction},
		{"next in the last stage", "set", one, "next", "", "", adhoc.BadAction},
		{"a session that is not ours", "set", "1", "complete", "", "", adhoc.BadSession},
		{"a session that is lost", "set", unknown, "complete", "", "", adhoc.SessionExpired},
		{"another's session", "set", one, "complete", "bert@home.test/x", "", adhoc.BadSession},
		{"the session of one's other client", "set", one, "complete", "anna@home.test/desk", "", adhoc.BadSession},
		{"a session at another contact", "set", one, "complete", "", "boiler", adhoc.BadSession},
		{"a session of another command", "add", one, "complete", "", "", adhoc.BadSession},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			from, contact := d.from, d.contact
			defer func() { d.from, d.contact = from, contact }()
			if test.from != "" {
				d.from = test.from
			}
			if test.contact != "" {
				d.contact = test.contact
			}
			if _, _, err := d.request(test.node, test.session, test.action, nil); !errors.Is(err, test.want) {
				t.Errorf("%v, want %v", err, test.want)
			}
		})
	}
	// What was refused left the sessions as they were.
	if step := d.ask("set", one, "cancel", nil); step.Answer.Status != "canceled" || step.Answer.Session != one {
		t.Errorf("%+v", step.Answer)
	}
	if _, _, err := d.request("set", one, "complete", nil); err != adhoc.SessionExpired {
		t.Errorf("after cancel: %v", err)
	}
	if step := d.ask("add", two, "", &xep.Form{Type: "cancel"}); step.Answer.Status != "canceled" {
		t.Errorf("%+v", step.Answer)
	}
}

func TestSessionsExpireAndAreBounded(t *testing.T) {
	d := newDesk(t)
	first := d.ask("set", "", "", nil).Answer.Session
	d.now = d.now.Add(adhoc.Lifetime - time.Second)
	d.ask("set", first, "", filled("target", "99")) // a request keeps it alive
	d.now = d.now.Add(adhoc.Lifetime - time.Second)
	d.ask("set", first, "", filled("target", "99"))
	d.now = d.now.Add(adhoc.Lifetime)
	if _, _, err := d.request("set", first, "complete", nil); err != adhoc.SessionExpired {
		t.Errorf("after %v: %v", adhoc.Lifetime, err)
	}

	sessions := make([]string, 9)
	for i := range sessions {
		d.now = d.now.Add(time.Second)
		sessions[i] = d.ask("set", "", "", nil).Answer.Session
	}
	if _, _, err := d.request("set", sessions[0], "complete", nil); err != adhoc.SessionExpired {
		t.Errorf("the oldest of nine: %v", err)
	}
	d.ask("set", sessions[1], "complete", nil)
	for i := range 1001 {
		d.now = d.now.Add(time.Millisecond)
		d.from = fmt.Sprintf("user%d@home.test/x", i)
		d.ask("set", "", "", nil)
	}
	d.from = "anna@home.test/phone"
	if _, _, err := d.request("set", sessions[8], "complete", nil); err != adhoc.SessionExpired {
		t.Errorf("the oldest of a thousand: %v", err)
	}
}

// A device or a house that changed under a session has other forms.
func TestAStageThatIsGoneEndsTheSession(t *testing.T) {
	d := newDesk(t)
	session := d.ask("add", "", "", nil).Answer.Session
	d.ask("add", session, "next", filled("areas", "Hall"))
	d.house.Twins = d.house.Twins[:1]
	if step, _, err := d.request("add", session, "complete", filled("devices", "lamp")); err != adhoc.SessionExpired {
		t.Errorf("%+v, %v", step, err)
	}
}

func TestCheckLocale(t *testing.T) {
	for tag, ok := range map[string]bool{"": true, "de": true, "zh-Hant-TW": true, "de_DE": false, "d e": false, strings.Repeat("a", 36): false, "é": false} {
		if err := adhoc.CheckLocale(tag); (err == nil) != ok {
			t.Errorf("%q: %v", tag, err)
		}
	}
}

// Whatever comes in whatever order: it is answered, and what is given to a command
// can be asked of its device.
func FuzzStep(f *testing.F) {
	f.Add("set", "complete", "target", "22.5")
	f.Add("mode:\x00", "", "", "")
	f.Add("add", "next", "areas", "Hall")
	f.Fuzz(func(t *testing.T, node, action, name, value string) {
		d := newDesk(t)
		command, ok := talk.FindNode(d.device, node)
		if !ok {
			if command, ok = talk.FindHouseNode(d.house, node); !ok {
				return
			}
		}
		from, _ := xmpp.ParseJID(d.from)
		session := ""
		for range 4 {
			step, err := d.sessions.Step(adhoc.Request{From: from, CommandRequest: xep.CommandRequest{
				Node: node, Session: session, Action: action, Form: filled(name, value),
			}}, &command, talk.German, noon)
			if err != nil {
				return
			}
			session = step.Answer.Session
			if step.Answer.Status != "completed" {
				continue
			}
			for _, cmd := range command.Run(step.Given).Commands {
				p, ok := d.device.Twin.Device.Property(cmd.Property)
				if !ok || !p.Writable || p.Check(cmd.Value) != nil {
					t.Fatalf("asks for %+v", cmd)
				}
			}
			return
		}
	})
}
