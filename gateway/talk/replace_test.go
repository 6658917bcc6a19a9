package talk_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"thingbridge/devices"
	"thingbridge/gateway/access"
	"thingbridge/gateway/talk"
)

// radioHouse has a garden sensor that fell silent, and what is heard since.
func radioHouse(t *testing.T) talk.HouseRequest {
	sensor := func(id devices.ID, name, model string, a devices.Availability) devices.Twin {
		twin := twinOf(t, &devices.Device{ID: id, Name: name, Model: model}, nil)
		twin.Source, twin.Availability = "radio", a
		return twin
	}
	req := houseOf(t, access.Admin)
	req.Twins = append(req.Twins,
		sensor("garden-sensor", "Garden with pond", "Oregon", devices.Unknown),
		sensor("radio-oregon-2a4b", "Oregon 2a4b", "Oregon", devices.Online),
		sensor("radio-oregon-77", "Oregon 77", "Oregon", devices.Unknown),
		sensor("radio-cresta-1", "Cresta 1", "Cresta", devices.Online),
		sensor("cellar", "Cellar", "Cresta", devices.Online),
	)
	return req
}

func TestReplace(t *testing.T) {
	order := &talk.Order{Verb: talk.Replace, Devices: []devices.ID{"garden-sensor", "radio-oregon-2a4b"}}
	for _, test := range []struct {
		text    string
		lang    talk.Lang
		order   *talk.Order
		answer  string // in it
		choices []string
	}{
		{text: "replace", answer: "Which thing has got a new address?", choices: []string{"replace garden-sensor", "replace radio-oregon-77"}},
		{text: "replace garden-sensor", answer: "As which of these is Garden with pond heard now?", choices: []string{"replace garden-sensor with radio-oregon-2a4b"}},
		{text: "replace Garden with pond", answer: "As which of these is Garden with pond heard now?", choices: []string{"replace garden-sensor with radio-oregon-2a4b"}},
		{text: "replace garden with pond with Oregon 2a4b", answer: "Shall Garden with pond go on as what is heard as Oregon 2a4b? Its address",
			choices: []string{"replace garden-sensor with radio-oregon-2a4b really", "replace nothing"}},
		{text: "replace garden-sensor with radio-oregon-2a4b really", order: order},
		{text: "ersetze garden-sensor durch radio-oregon-2a4b", answer: "Soll Garden with pond mit dem weitermachen, was als Oregon 2a4b zu hören ist?",
			choices: []string{"ersetze garden-sensor durch radio-oregon-2a4b wirklich", "ersetze nichts"}},
		{text: "Ersetze garden-sensor mit Oregon 2a4b wirklich", order: order},
		{text: "replace nothing", answer: "Nothing was changed."},
		{text: "replace cellar with radio-cresta-1", answer: "Mind that Cellar is still heard itself. Shall Cellar go on as", choices: []string{"replace cellar with radio-cresta-1 really", "replace nothing"}},
		{text: "replace garden-sensor with radio-cresta-1 really", answer: "Garden with pond cannot go on as Cresta 1: they are not of one kind"},
		{text: "replace garden-sensor with lamp really", answer: "Garden with pond cannot go on as Lamp"},
		{text: "replace garden-sensor with garden-sensor really", answer: "Garden with pond is what it is."},
		{text: "replace garden-sensor with spaceship really", answer: `I do not understand "spaceship".`},
		{text: "replace spaceship with lamp", answer: `I do not understand "spaceship".`},
		{text: "replace lamp with living room", answer: "Lamp keeps its address"},
	} {
		req := radioHouse(t)
		req.Text, req.Lang = test.text, test.lang
		plan, ok := talk.DecideHouse(req)
		var choices []string
		for _, choice := range plan.Choices {
			choices = append(choices, choice.Say)
		}
		if !ok || !strings.Contains(plan.Answer, test.answer) || (plan.Answer == "") != (test.order != nil) {
			t.Errorf("%q: %v, %q, want %q", test.text, ok, plan.Answer, test.answer)
		}
		if diff := cmp.Diff(test.order, plan.Order) + cmp.Diff(test.choices, choices); diff != "" {
			t.Errorf("%q (-want +got):\n%s", test.text, diff)
		}
	}
}

// What waits to be let in can be what a device was, too.
func TestReplaceByANewcomer(t *testing.T) {
	req := radioHouse(t)
	req.House = waitingHouse{}
	req.Text = "replace garden-sensor"
	plan, _ := talk.DecideHouse(req)
	var labels []string
	for _, choice := range plan.Choices {
		labels = append(labels, choice.Label)
	}
	if diff := cmp.Diff([]string{"Oregon 2a4b", "Oregon 9"}, labels); diff != "" {
		t.Errorf("choices (-want +got):\n%s", diff)
	}
	req.Text = "replace garden-sensor with radio-oregon-9 really"
	if plan, _ = talk.DecideHouse(req); plan.Order == nil || plan.Order.Devices[1] != "radio-oregon-9" {
		t.Errorf("got %+v", plan)
	}
}

type waitingHouse struct{ lodge }

func (waitingHouse) Newcomers() ([]talk.Newcomer, bool) {
	return []talk.Newcomer{
		{Adapter: "radio", Device: &devices.Device{ID: "radio-oregon-9", Name: "Oregon 9", Model: "Oregon"}},
		{Adapter: "radio", Device: &devices.Device{ID: "radio-oregon-8", Name: "Oregon 8", Model: "Oregon"}, Refused: true},
		{Adapter: "house", Device: &devices.Device{ID: "x", Name: "X", Model: "Oregon"}},
	}, true
}

func TestReplaceForm(t *testing.T) {
	req := radioHouse(t)
	node, ok := talk.FindHouseNode(req, "replace")
	if !ok || node.Role != access.Admin || node.Stages != 2 {
		t.Fatalf("got %+v, %v", node, ok)
	}
	first := node.Stage(0, nil).Fields[0]
	if got := first.Options[0]; got.Value != "garden-sensor" || got.Label != "Garden with pond – offline" {
		t.Errorf("first of the form: %+v", got)
	}
	given := make(talk.Values)
	for n, value := range []string{"garden-sensor", "radio-oregon-2a4b"} {
		field := node.Stage(n, given).Fields[0]
		values, problem := field.Read([]string{value}, talk.English)
		if problem != "" {
			t.Fatal(problem)
		}
		if _, problem := field.Read([]string{"lamp"}, talk.English); problem == "" {
			t.Errorf("the lamp is taken for %s", field.Name)
		}
		given[field.Name] = values
	}
	if plan := node.Run(given); plan.Order == nil || plan.Order.Verb != talk.Replace {
		t.Errorf("got %+v", plan)
	}
	if plan := node.Run(nil); !plan.Refused {
		t.Errorf("without an answer: %+v", plan)
	}
	if node, ok := talk.FindHouseNode(req, "replace:radio-oregon-2a4b"); ok && !node.Run(nil).Refused {
		t.Error("a thing is replaced without a form")
	}
	for role, want := range map[access.Role]bool{access.View: false, access.Admin: true} {
		req.Role = role
		if got := strings.Contains(namesOf(talk.HouseNodes(req)), "replace"); got != want {
			t.Errorf("%v is offered it: %v", role, got)
		}
	}
}

func TestReplaced(t *testing.T) {
	order := &talk.Order{Verb: talk.Replace}
	if got := talk.Ordered(order, nil, talk.English); got != "Done: it goes on under its old name." {
		t.Error(got)
	}
	if got := talk.Ordered(order, devices.ErrNoDevice, talk.German); !strings.HasPrefix(got, "Das hat nicht geklappt") {
		t.Error(got)
	}
}
