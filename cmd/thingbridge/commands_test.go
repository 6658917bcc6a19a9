package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"thingbridge/deploy/lab/labtest"
)

// commandHouse is a house with things that confirm what they are told, and one that
// does not. Anna may control them, scripts look at the boiler, and boiler (a person,
// for once) runs the house.
func (h *testHouse) commandHouse(extra string) {
	h.t.Helper()
	h.write("thingbridge.yml", fmt.Sprintf(`
xmpp:
  %s
presence: {interval: 0s}
adapters:
  - name: house
    kind: mqtt
    broker: %s
    devices:
      - id: boiler
        name: Boiler
        area: Cellar
        properties:
          - {name: temperature, topic: boiler/state, value: "{{ value_json.temp }}", unit: °C}
          - {name: target, topic: boiler/target, command_topic: boiler/target, unit: °C, min: 5, max: 80, step: 0.5}
          - {name: mode, topic: boiler/mode, command_topic: boiler/mode, type: enum, options: ["off", heat, auto]}
          - {name: boost, topic: boiler/boost, command_topic: boiler/boost, unit: min, min: 0, max: 720}
      - id: mute
        name: Mute
        area: Hall
        properties:
          - {name: level, topic: mute/level, command_topic: mute/level/set, min: 0, max: 10, step: 1}
access:
  admins: [boiler@home.test]
  grants:
    - {who: anna@home.test, devices: "*", role: control}
    - {who: scripts@home.test, devices: boiler, role: view}
log: {level: debug}
%s`, h.links, h.broker.URL, extra))
}

func TestCommandsWithForms(t *testing.T) {
	for _, at := range servers() {
		t.Run(at.name, func(t *testing.T) {
			t.Parallel()
			h := newTestHouseAt(t, at, "")
			h.commandHouse("")
			h.publish("boiler/state", `{"temp": 21.4}`)
			h.publish("boiler/target", "21")
			h.publish("boiler/mode", "heat")
			h.publish("boiler/boost", "0")
			h.start()
			anna := h.client("anna")
			h.await("connected to the XMPP server")
			anna.Subscribe(h.thing)
			anna.Expect(presenceFrom(h.thing, "21.4 °C → 21.0"))

			h.listsCommands(anna)
			h.fillsInAForm(anna)
			h.runsAtOnce(anna)
			h.stagesAndCancels(anna)
			h.keepsSessionsApart(anna)
			h.keepsRolesApart(h.client("scripts"))
			h.administers(h.client("boiler"))
			german := labtest.Slixmpp(t, labtest.Login{Account: h.server.Account("anna"), Resource: "de", Lang: "de"})
			if step := german.Command(h.full(), "set", "", "", nil); step.Title != "Werte ändern" || step.Field("target").Label != "Sollwert (°C)" {
				t.Errorf("in German: %+v", step)
			}
		})
	}
}

// An account's server answers for its bare address; the commands are behind the
// resource, which its presence tells.
func TestCommandsOfAnAccount(t *testing.T) {
	for _, at := range places() {
		if !at.accounts {
			continue
		}
		t.Run(at.name, func(t *testing.T) {
			t.Parallel()
			h := newTestHouseAt(t, at, "")
			h.publish("boiler/target", "21")
			h.start()
			anna := h.client("anna")
			h.await("connected to the XMPP server")
			anna.Subscribe(h.thing)
			full := anna.Expect(presenceFrom(h.thing, "21")).From
			if got := anna.Commands(full); len(got) != 5 {
				t.Errorf("commands: %v", got)
			}
			step := anna.Command(full, "set", "", "", nil)
			if got := step.Field("target").Values; !slices.Equal(got, []string{"21"}) {
				t.Fatalf("the form: %+v", step)
			}
			h.noted(anna.Command(full, "set", step.Session, "complete", map[string][]string{"target": {"30"}}), "warn", "Target: 30 °C is asked for")
			h.noted(anna.Command(full, "say:target", "", "", nil), "info", "Target: 21 °C (30 °C asked, not confirmed yet)")
		})
	}
}

func (h *testHouse) full() string { return h.thing + "/gw" }

// noted shows that a command is completed with a note.
func (h *testHouse) noted(step labtest.CommandStep, kind, text string) {
	h.t.Helper()
	if step.Status != "completed" || len(step.Notes) != 1 || step.Notes[0].Type != kind || !strings.Contains(step.Notes[0].Text, text) {
		h.t.Errorf("%+v, want completed and %s: %s", step, kind, text)
	}
}

func (h *testHouse) listsCommands(anna *labtest.Client) {
	h.t.Helper()
	nodes := func(jid string) string {
		var all []string
		for _, command := range anna.Commands(jid) {
			all = append(all, command.Node)
		}
		return strings.Join(all, " ")
	}
	const ofBoiler = "boost cooler help mode mode:auto mode:heat mode:off off on set status warmer"
	for jid, want := range map[string]string{h.full(): ofBoiler, h.thing: ofBoiler, "things.home.test": "add devices help remove stats"} {
		if got := nodes(jid); got != want {
			h.t.Errorf("%s: %s, want %s", jid, got, want)
		}
		if info := anna.Get(jid, "<query xmlns='http://jabber.org/protocol/disco#info'/>"); !strings.Contains(info.XML, "http://jabber.org/protocol/commands") {
			h.t.Errorf("%s does not announce commands: %s", jid, info.XML)
		}
	}
	info := anna.Get(h.full(), "<query xmlns='http://jabber.org/protocol/disco#info' node='set'/>")
	if !strings.Contains(info.XML, "command-node") || !strings.Contains(info.XML, "jabber:x:data") {
		h.t.Errorf("set is %s", info.XML)
	}
}

func (h *testHouse) fillsInAForm(anna *labtest.Client) {
	h.t.Helper()
	step := anna.Command(h.full(), "set", "", "", nil)
	target, mode := step.Field("target"), step.Field("mode")
	if step.Status != "executing" || step.Default != "complete" || target.Datatype != "xs:decimal" || target.Min != "5" || target.Max != "80" ||
		!slices.Equal(target.Values, []string{"21"}) || mode.Type != "list-single" || !slices.Equal(mode.Options, []string{"off", "heat", "auto"}) {
		h.t.Fatalf("%+v", step)
	}
	session := step.Session
	step = anna.Command(h.full(), "set", session, "complete", map[string][]string{"target": {"99"}, "mode": {"heat"}})
	if step.Status != "executing" || step.Session != session || len(step.Notes) != 1 || step.Notes[0].Type != "error" ||
		!strings.Contains(step.Notes[0].Text, "99 °C is too high: Target can be 5 to 80 °C.") || !slices.Equal(step.Field("target").Values, []string{"99"}) {
		h.t.Fatalf("a value that cannot be: %+v", step)
	}
	step = anna.Command(h.full(), "set", session, "complete", map[string][]string{"target": {"22.5"}, "mode": {"heat"}, "boost": {"0"}})
	h.noted(step, "info", "Target: 22.5 °C.")
	if step.Form != "" {
		h.t.Errorf("what was set opens a window of its own: %+v", step)
	}
	if step = anna.Command(h.full(), "set", session, "complete", nil); step.Condition != "not-allowed" || step.Specific != "session-expired" {
		h.t.Errorf("once more: %+v", step)
	}
}

func (h *testHouse) runsAtOnce(anna *labtest.Client) {
	h.t.Helper()
	at := func(jid, node string, form map[string][]string) labtest.CommandStep {
		h.t.Helper()
		return anna.Command(jid, node, "", "", form)
	}
	h.noted(at(h.full(), "warmer", nil), "info", "Target: 23.5 °C.")
	h.noted(at(h.full(), "mode:auto", nil), "info", "Mode: auto.")
	h.noted(at(h.full(), "boost", nil), "info", "Boost: 30 min.")
	h.noted(at(h.full(), "boost", map[string][]string{"boost": {"1h"}}), "info", "Boost: 60 min.")
	h.noted(at(h.full(), "set", map[string][]string{"target": {"25"}, "mode": {"heat"}}), "info", "Target: 25 °C.\nMode: heat.")
	h.noted(at(h.full(), "say:set 26", nil), "info", "Target: 26 °C.")
	h.noted(at(h.full(), "say:sing", nil), "error", "I do not understand")
	h.noted(at("things.home.test", "say:boiler cooler", nil), "info", "Target: 25 °C.")
	if step := at("things.home.test", "say:devices", nil); step.Form != "" || !strings.Contains(step.Notes[0].Text, "Boiler: 21.4 °C") {
		h.t.Errorf("a sentence is answered with %+v", step)
	}
	if step := at(h.full(), "status", nil); step.Form != "result" || !slices.Equal(step.Field("temperature").Values, []string{"21.4 °C"}) {
		h.t.Errorf("status: %+v", step)
	}
	began := time.Now()
	h.noted(at("mute@things.home.test/gw", "set", map[string][]string{"level": {"7"}}), "warn", "Level: 7 is asked for; the device has not confirmed it yet.")
	if took := time.Since(began); took > 10*time.Second {
		h.t.Errorf("a device that confirms nothing: %v", took)
	}
}

func (h *testHouse) stagesAndCancels(anna *labtest.Client) {
	h.t.Helper()
	const house = "things.home.test"
	// The boiler is a contact already; the only area left needs no stage.
	step := anna.Command(house, "add", "", "", nil)
	if got := step.Field("devices"); step.Default != "complete" || got.Type != "list-multi" || !slices.Equal(got.Options, []string{"mute"}) {
		h.t.Errorf("add: %+v", step)
	}
	if step = anna.Command(house, "add", step.Session, "cancel", nil); step.Status != "canceled" {
		h.t.Errorf("cancel: %+v", step)
	}
	step = anna.Command(house, "remove", "", "", nil)
	if step = anna.Command(house, "remove", step.Session, "complete", map[string][]string{"devices": {"boiler"}}); step.Status != "completed" {
		h.t.Fatalf("remove: %+v", step)
	}
	anna.ExpectAll(unavailableFrom(h.thing), subscriptionOf("unsubscribed"))

	step = anna.Command(house, "add", "", "", nil)
	session := step.Session
	if !slices.Equal(step.Actions, []string{"next"}) || !slices.Equal(step.Field("areas").Options, []string{"Cellar", "Hall"}) {
		h.t.Fatalf("first stage: %+v", step)
	}
	if step = anna.Command(house, "add", session, "prev", nil); step.Specific != "bad-action" {
		h.t.Errorf("prev in the first stage: %+v", step)
	}
	step = anna.Command(house, "add", session, "next", map[string][]string{"areas": {"Hall"}})
	if !slices.Equal(step.Actions, []string{"complete", "prev"}) || !slices.Equal(step.Field("devices").Options, []string{"mute"}) {
		h.t.Fatalf("second stage: %+v", step)
	}
	anna.Command(house, "add", session, "prev", nil)
	step = anna.Command(house, "add", session, "", map[string][]string{"areas": {"Cellar"}})
	if !slices.Equal(step.Field("devices").Options, []string{"boiler"}) {
		h.t.Fatalf("second stage again: %+v", step)
	}
	h.noted(anna.Command(house, "add", session, "complete", map[string][]string{"devices": {"boiler"}}), "info", "Contacts on their way to your list: 1.")
	if e := anna.Expect(subscriptionOf("subscribe")); !strings.HasPrefix(e.From, h.thing) {
		h.t.Errorf("%s asks", e.From)
	}
	anna.Send(house, "add mute")
	anna.ExpectAll(subscriptionOf("subscribe"), messageWith("Contacts on their way to your list: 1."))
	if step = anna.Command(house, "devices", "", "", nil); len(step.Rows) != 2 || step.Rows[0]["jid"] != h.thing || step.Rows[0]["area"] != "Cellar" || step.Rows[1]["name"] != "Mute" {
		h.t.Errorf("devices: %+v", step)
	}
}

func (h *testHouse) keepsSessionsApart(anna *labtest.Client) {
	h.t.Helper()
	desk := labtest.Slixmpp(h.t, labtest.Login{Account: h.server.Account("anna"), Resource: "desk"})
	first := anna.Command(h.full(), "set", "", "", nil).Session
	second := desk.Command(h.full(), "set", "", "", nil).Session
	if step := desk.Command(h.full(), "set", first, "complete", map[string][]string{"target": {"60"}}); step.Specific != "bad-sessionid" {
		h.t.Errorf("a session of another client: %+v", step)
	}
	h.noted(desk.Command(h.full(), "set", second, "complete", map[string][]string{"target": {"41"}}), "info", "Target: 41 °C.")
	h.noted(anna.Command(h.full(), "set", first, "complete", map[string][]string{"mode": {"off"}}), "info", "Mode: off.")
}

func (h *testHouse) keepsRolesApart(viewer *labtest.Client) {
	h.t.Helper()
	if got := viewer.Commands(h.full()); len(got) != 2 || got[0].Node != "help" || got[1].Node != "status" {
		h.t.Errorf("who may only look is offered %v", got)
	}
	for _, node := range []string{"set", "warmer", "mode:off"} {
		if step := viewer.Command(h.full(), node, "", "", nil); step.Condition != "forbidden" {
			h.t.Errorf("%s of who may only look: %+v", node, step)
		}
	}
	h.noted(viewer.Command(h.full(), "say:set 60", "", "", nil), "error", "You may look at me, but not change anything.")
	for _, node := range []string{"reload", "subscribers"} {
		if step := viewer.Command("things.home.test", node, "", "", nil); step.Condition != "forbidden" {
			h.t.Errorf("%s of who is no admin: %+v", node, step)
		}
	}
	if step := viewer.Command("mute@things.home.test/gw", "status", "", "", nil); step.Condition != "item-not-found" {
		h.t.Errorf("what may not be seen: %+v", step)
	}
}

func (h *testHouse) administers(admin *labtest.Client) {
	h.t.Helper()
	const house = "things.home.test"
	admin.Subscribe(h.thing)
	admin.Expect(presenceFrom(h.thing, ""))
	step := admin.Command(house, "subscribers", "", "", nil)
	if len(step.Rows) == 0 || step.Rows[0]["contact"] != h.thing || !slices.ContainsFunc(step.Rows, func(r map[string]string) bool { return r["user"] == "boiler@home.test" }) {
		h.t.Errorf("subscribers: %+v", step)
	}
	step = admin.Command(house, "stats", "", "", nil)
	if got := step.Field("devices").Values; !slices.Equal(got, []string{"2"}) || !slices.Equal(step.Field("reconnects").Values, []string{"0"}) || slices.Equal(step.Field("in").Values, []string{"0"}) {
		h.t.Errorf("stats: %+v", step)
	}
	h.commandHouse("feeds: [{to: scripts@home.test, every: soon}]\n")
	h.noted(admin.Command(house, "reload", "", "", nil), "error", "The configuration has mistakes; the old one stays in force.")
	h.commandHouse("")
	h.noted(admin.Command(house, "reload", "", "", nil), "info", "is being put in force")
	h.await("the new configuration is in force")
}
