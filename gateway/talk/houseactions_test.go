package talk_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"thingbridge/devices"
	"thingbridge/gateway/access"
	"thingbridge/gateway/talk"
)

// lodge is a house whose user has the lamp.
type lodge struct{}

func (lodge) Contact(id devices.ID) (string, bool) {
	return string(id) + "@things.home.test", id == "lamp"
}

func (lodge) Stats() talk.Stats {
	return talk.Stats{Version: "1.2", Uptime: 3 * time.Hour, In: 7, Out: 9, Reconnects: 1}
}

func (lodge) Subscribers() []talk.Subscriber {
	return []talk.Subscriber{{Contact: "lamp@things.home.test", User: "anna@home.test"}}
}

// Newcomers are a plug that waits and a bulb that was refused.
func (lodge) Newcomers() ([]talk.Newcomer, bool) {
	return []talk.Newcomer{
		{Adapter: "house", Device: &devices.Device{ID: "new-plug", Name: "New plug", Manufacturer: "Maker", Model: "P1"}},
		{Adapter: "house", Device: &devices.Device{ID: "meter", Name: "Meter"}},
		{Adapter: "attic", Device: &devices.Device{ID: "bulb", Name: "Bulb"}, Refused: true},
	}, true
}

// Written says that the plug stands in a file, and the lamp only in the configuration.
func (lodge) Written(id devices.ID) (string, bool) {
	places := map[devices.ID]string{"plug": "thingbridge.yml:12", "lamp": ""}
	place, ok := places[id]
	return place, ok
}

// Adopts says that the radio's sensors have other addresses with other batteries.
func (lodge) Adopts(adapter string) bool { return adapter == "radio" }

func houseOf(t *testing.T, role access.Role) talk.HouseRequest {
	plug := twinOf(t, &devices.Device{ID: "plug", Name: "Plug", Area: "Attic"}, nil)
	return talk.HouseRequest{Twins: []devices.Twin{livingRoom(t), lamp(t), plug}, Role: role, House: lodge{}, Reloads: true, Forgets: true}
}

func TestDecideHouse(t *testing.T) {
	order := func(verb talk.Verb, ids ...devices.ID) *talk.Order { return &talk.Order{Verb: verb, Devices: ids} }
	newcomers := func(verb talk.Verb, refs ...string) *talk.Order { return &talk.Order{Verb: verb, Newcomers: refs} }
	tests := []struct {
		text   string
		role   access.Role
		order  *talk.Order
		answer string // in it
		not    bool   // it is not for the house itself
	}{
		{text: "devices", answer: "Lamp: on\nLiving room: 21.4 °C"},
		{text: "list", answer: "\nPlug: never heard of yet\n"},
		{text: "geräte", answer: "Ich bin das Haus."},
		{text: "help", answer: "add all – make contacts of things"},
		{text: "hilfe", answer: "hinzufügen alle – Dinge zu Kontakten machen"},
		{text: "add all", order: order(talk.AddContacts, "living-room", "plug")},
		{text: "add plug", order: order(talk.AddContacts, "plug")},
		{text: "Add attic, Living Room, plug.", order: order(talk.AddContacts, "living-room", "plug")},
		{text: "ergänze alles", order: order(talk.AddContacts, "living-room", "plug")},
		{text: "add", answer: "Which?"},
		{text: "add lamp", answer: `I do not understand "lamp".`},
		{text: "remove lamp", order: order(talk.RemoveContacts, "lamp")},
		{text: "entferne lamp", order: order(talk.RemoveContacts, "lamp")},
		{text: "stats", answer: "3 things\nVersion: 1.2\nRuns for: 3 h\nThings: 3\noffline: 0\nStanzas received: 7\nStanzas sent: 9\nReconnects: 1"},
		{text: "statistik", answer: "Läuft seit: 3 h"},
		{text: "reload", answer: "for those who run this house"},
		{text: "reload", role: access.Admin, order: order(talk.Reload)},
		{text: "subscribers", answer: "for those who run this house"},
		{text: "abonnenten", role: access.Admin, answer: "Wer was sieht:\nlamp@things.home.test: anna@home.test"},
		{text: "inbox", answer: "for those who run this house"},
		{text: "accept all", answer: "for those who run this house"},
		{text: "refuse all", answer: "for those who run this house"},
		{text: "inbox", role: access.Admin, answer: "New things that wait to be let in: 2\nNew plug – Maker, P1 (house)\nMeter (house)\nRefused: Bulb. Accept takes one back."},
		{text: "Neue Geräte?", role: access.Admin, answer: "Neue Dinge, die eingelassen werden möchten: 2\nNew plug – Maker, P1 (house)"},
		{text: "neue lamp an", role: access.Admin, not: true},
		{text: "accept new plug", role: access.Admin, order: newcomers(talk.Accept, "house/new-plug")},
		{text: "accept all", role: access.Admin, order: newcomers(talk.Accept, "house/meter", "house/new-plug")},
		{text: "annehmen Bulb, meter", role: access.Admin, order: newcomers(talk.Accept, "attic/bulb", "house/meter")},
		{text: "accept", role: access.Admin, answer: "Which?"},
		{text: "refuse meter", role: access.Admin, order: newcomers(talk.Refuse, "house/meter")},
		{text: "refuse bulb", role: access.Admin, answer: `No new thing is called "bulb".`},
		{text: "ablehnen alle", role: access.Admin, order: newcomers(talk.Refuse, "house/meter", "house/new-plug")},
		{text: "forget living room", answer: "for those who run this house"},
		{text: "forget", role: access.Admin, answer: "Which thing shall I forget?"},
		{text: "forget Living room", role: access.Admin, answer: "Shall I forget Living room? "},
		{text: "vergiss living room", role: access.Admin, answer: "sag ja oder schreib: vergiss living-room wirklich"},
		{text: "forget living-room really", role: access.Admin, order: order(talk.Forget, "living-room")},
		{text: "Vergiss Living Room, living-room wirklich!", role: access.Admin, order: order(talk.Forget, "living-room")},
		{text: "forget nothing", role: access.Admin, answer: "Nothing was changed."},
		{text: "forget really", role: access.Admin, answer: `I do not understand "really".`},
		{text: "forget plug really", role: access.Admin, answer: "Take it out there: thingbridge.yml:12."},
		{text: "forget living room, lamp really", role: access.Admin, answer: "Lamp is described in the configuration, and would be back at once. Take it out there."},
		{text: "forget everything really", role: access.Admin, answer: `I do not understand "everything".`},
		{text: "lamp off", not: true},
		{text: "help lamp", not: true},
		{text: "", not: true},
		{text: "sing", not: true},
	}
	for _, test := range tests {
		t.Run(test.text, func(t *testing.T) {
			req := houseOf(t, max(test.role, access.View))
			req.Text = test.text
			plan, ok := talk.DecideHouse(req)
			if ok == test.not || !strings.Contains(plan.Answer, test.answer) {
				t.Errorf("%v, %q", ok, plan.Answer)
			}
			if diff := cmp.Diff(test.order, plan.Order); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// Each choice of a question of the house is a whole sentence.
func TestChoicesOfTheHouse(t *testing.T) {
	for text, want := range map[string][]string{"add": {"add all", "add living-room", "add plug"}, "remove": {"remove lamp"}, "ergänze": {"hinzufügen alle", "hinzufügen living-room", "hinzufügen plug"},
		"forget living room": {"forget living-room really", "forget nothing"}, "vergiss living room": {"vergiss living-room wirklich", "vergiss nichts"}} {
		req := houseOf(t, access.Admin)
		req.Text = text
		question, _ := talk.DecideHouse(req)
		var said []string
		for _, choice := range question.Choices {
			said = append(said, choice.Say)
			req.Text = choice.Say
			if plan, ok := talk.DecideHouse(req); !ok || plan.Order == nil && !strings.HasSuffix(choice.Say, " nothing") && !strings.HasSuffix(choice.Say, " nichts") {
				t.Errorf("%q leads to %+v", choice.Say, plan)
			}
		}
		if diff := cmp.Diff(want, said); diff != "" {
			t.Errorf("%s: -want +got:\n%s", text, diff)
		}
	}
}

func TestHouseNodes(t *testing.T) {
	for role, want := range map[access.Role]string{
		access.View: "devices add remove stats help", access.Admin: "devices add remove stats reload subscribers inbox accept refuse forget help",
	} {
		if got := namesOf(talk.HouseNodes(houseOf(t, role))); got != want {
			t.Errorf("%v: %s", role, got)
		}
	}
	alone := houseOf(t, access.Admin)
	alone.House, alone.Reloads, alone.Forgets = nil, false, true
	if got := namesOf(talk.HouseNodes(alone)); got != "devices help" {
		t.Errorf("without more: %s", got)
	}
	for name, want := range map[string]int{"add:all": 2, "add:plug": 1, "remove:lamp": 1, "add:lamp": 0, "remove:all": 0} {
		node, ok := talk.FindHouseNode(houseOf(t, access.View), name)
		if !ok {
			t.Errorf("%s is no command", name)
			continue
		}
		plan := node.Run(nil)
		got := 0
		if plan.Order != nil {
			got = len(plan.Order.Devices)
		}
		if got != want || plan.Refused != (want == 0) {
			t.Errorf("%s: %d devices, want %d; refused: %v", name, got, want, plan.Refused)
		}
	}
	if node, ok := talk.FindHouseNode(houseOf(t, access.Admin), "forget:living-room"); !ok || !node.Run(nil).Refused {
		t.Error("a thing can be forgotten without a form that makes sure")
	}
	node, _ := talk.FindHouseNode(houseOf(t, access.View), "devices")
	want := [][]string{
		{"Lamp", "", "on", "lamp@things.home.test"},
		{"Living room", "", "21.4 °C → 21.0 · 45 % · heating", "living-room@things.home.test"},
		{"Plug", "Attic", "", "plug@things.home.test"},
	}
	if diff := cmp.Diff(want, node.Run(nil).Table.Rows); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestOrdered(t *testing.T) {
	for want, got := range map[string]string{
		"Contacts on their way to your list: 2. Should your client ask about them, say yes.": talk.Ordered(&talk.Order{Verb: talk.AddContacts, Devices: make([]devices.ID, 2)}, nil, talk.English),
		"Keine Kontakte mehr: 1.":                                                   talk.Ordered(&talk.Order{Verb: talk.RemoveContacts, Devices: make([]devices.ID, 1)}, nil, talk.German),
		"The configuration has no mistakes and is being put in force.":              talk.Ordered(&talk.Order{Verb: talk.Reload}, nil, talk.English),
		"Die Konfiguration hat Fehler; die alte bleibt in Kraft.\nx.yml:3: oh dear": talk.Ordered(&talk.Order{Verb: talk.Reload}, errors.New("x.yml:3: oh dear"), talk.German),
		"That did not work; try again in a moment.":                                 talk.Ordered(&talk.Order{Verb: talk.AddContacts}, errors.New("no stream"), talk.English),
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
