package talk_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"thingbridge/devices"
	"thingbridge/gateway/access"
	"thingbridge/gateway/talk"
)

func namesOf(nodes []talk.Node) string {
	var names []string
	for _, node := range nodes {
		names = append(names, node.Name)
	}
	return strings.Join(names, " ")
}

func TestNodesFitTheDeviceAndItsUser(t *testing.T) {
	tests := []struct {
		name string
		twin devices.Twin
		role access.Role
		want string
	}{
		{"a thermostat", livingRoom(t), access.Control, "status set warmer cooler on off boost why help mode mode:off mode:heat mode:cool mode:auto preset preset:none preset:comfort preset:eco preset:boost"},
		{"a thermostat to look at", livingRoom(t), access.View, "status why help"},
		{"a lamp", lamp(t), access.Control, "status set on off brighter darker help"},
		{"a lamp to look at", lamp(t), access.View, "status help"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := namesOf(talk.Nodes(talk.Request{Twin: test.twin, Role: test.role}))
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestNodesAreNamedInTheReadersLanguage(t *testing.T) {
	for lang, want := range map[talk.Lang]string{talk.English: "Mode: heat", talk.German: "Betriebsart: heizen", "fr": "Mode: heat"} {
		nodes := talk.Nodes(talk.Request{Twin: livingRoom(t), Role: access.Control, Lang: lang})
		if !slices.ContainsFunc(nodes, func(n talk.Node) bool { return n.Name == "mode:heat" && n.Label == want }) {
			t.Errorf("%s: no %q", lang, want)
		}
	}
}

// A command does what its sentence does.
func TestNodesAndSentencesLeadToTheSame(t *testing.T) {
	for name, sentence := range map[string]string{
		"warmer": "warmer", "warmer:0.5": "warmer 0.5", "cooler": "cooler", "on": "on", "off": "off", "boost": "boost", "boost:1h": "boost 1h",
		"boost:60": "boost 60m", "mode:cool": "set mode cool", "mode:party": "set mode party", "preset:eco": "eco", "why": "why?", "status": "status", "help": "help",
	} {
		req := talk.Request{Twin: livingRoom(t), Role: access.Control, By: "anna@home.test", Now: noon, Lang: talk.English}
		node, ok := talk.FindNode(req, name)
		if !ok || node.Asks {
			t.Errorf("%s: not a command that runs at once", name)
			continue
		}
		got, want := node.Run(nil), ask(livingRoom(t), sentence)
		want.Spoken, want.Lang = "", got.Lang
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(devices.Value{})); diff != "" {
			t.Errorf("%s and %q: -sentence +command:\n%s", name, sentence, diff)
		}
	}
	for _, name := range []string{"", "get", "mode:", "dance", "set:21", "why:not", "temperature", "temperature:5", "devices"} {
		node, ok := talk.FindNode(talk.Request{Twin: livingRoom(t), Role: access.Control}, name)
		if name == "mode:" { // a choice of nothing is refused when it is run
			if plan := node.Run(nil); !plan.Refused {
				t.Errorf("%s: %+v", name, plan)
			}
		} else if ok {
			t.Errorf("%q is a command", name)
		}
	}
}

// A form that was filled in for long meets the device as it is now.
func TestRunChecksAgain(t *testing.T) {
	req := talk.Request{Twin: livingRoom(t), Role: access.Control}
	node, _ := talk.FindNode(req, "set")
	for name, value := range map[string]devices.Value{"target": devices.Number(99), "temperature": devices.Number(20), "mode": devices.Text("party")} {
		if plan := node.Run(talk.Values{name: {value}}); !plan.Refused || len(plan.Commands) != 0 {
			t.Errorf("%s: %+v", name, plan)
		}
	}
	req.Role = access.View
	node, _ = talk.FindNode(req, "set")
	if plan := node.Run(talk.Values{"target": {devices.Number(20)}}); node.Role != access.Control || !plan.Refused || len(plan.Commands) != 0 {
		t.Errorf("whoever may only look: %+v", plan)
	}
}

func TestEveryActionHasItsWords(t *testing.T) {
	twins := []devices.Twin{livingRoom(t), lamp(t)}
	for _, lang := range []talk.Lang{talk.English, talk.German} {
		house := talk.HouseRequest{Twins: twins, Role: access.Admin, House: lodge{}, Reloads: true, Lang: lang}
		all := slices.Concat(talk.HouseNodes(house), talk.Nodes(talk.Request{Twin: twins[0], Role: access.Admin, Lang: lang}))
		if len(all) < 20 {
			t.Fatalf("%d commands", len(all))
		}
		for _, node := range all {
			if strings.TrimSpace(node.Label) == "" {
				t.Errorf("%s: %s has no name", lang, node.Name)
			}
			given := talk.Values{}
			for n := range node.Stages {
				for _, f := range node.Stage(n, given).Fields {
					if f.Label == "" {
						t.Errorf("%s: %s: field %s has no name", lang, node.Name, f.Name)
					}
				}
			}
		}
	}
}
