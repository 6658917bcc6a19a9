package talk_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"thingbridge/devices"
	"thingbridge/gateway/access"
	"thingbridge/gateway/talk"
)

func frontDoor(t *testing.T) devices.Twin {
	t.Helper()
	return twinOf(t, &devices.Device{ID: "front-door", Name: "Front door", Kind: "lock", Properties: []devices.Property{
		{Name: "state", Type: devices.TypeEnum, Options: []string{"locked", "unlocked"}},
		{Name: "command", Type: devices.TypeEnum, Options: []string{"lock", "unlock"}, Writable: true},
		{Name: "code", Type: devices.TypeText, Class: "code", Writable: true, Secret: true},
		{Name: "wifi_key", Type: devices.TypeText, Label: "WiFi key", Writable: true, Secret: true},
	}}, []devices.Reading{{Device: "front-door", Property: "state", Value: devices.Text("locked")}})
}

func TestSecretsAreTakenAsTheyAreWritten(t *testing.T) {
	twin := frontDoor(t)
	for text, want := range map[string]string{
		"code 1234": "code 1234", "set code 1234": "code 1234", "set code to 1234": "code 1234", "setze code auf 1234": "code 1234", "code=1234": "code 1234",
		"Code: 1234": "code 1234", "code=code": "code code", "code code": "code code", "code 1!": "code 1!", "set code = a  b ?!": "code a  b ?!",
		"  set   wifi key   Pass  Word. ": "wifi_key Pass  Word.",
	} {
		plan := ask(twin, text)
		if len(plan.Commands) != 1 || plan.Commands[0].Property+" "+plan.Commands[0].Value.String() != want {
			t.Errorf("%q: %+v, want %s", text, plan, want)
		}
	}
	_, rest, _ := talk.AskHouse(talk.HouseRequest{Text: "set the front door code Secret!", Twins: []devices.Twin{twin}})
	if plan := ask(twin, rest); len(plan.Commands) != 1 || plan.Commands[0].Value != devices.Text("Secret!") {
		t.Errorf("by the house: %q, %+v", rest, plan)
	}
}

func TestSecretsAreNotAnswered(t *testing.T) {
	twin := frontDoor(t)
	twin.States[2] = devices.State{Reported: devices.Text("hunter1"), Desired: devices.Text("hunter2")} // which a registry never says
	cmd := devices.Command{Device: "front-door", Property: "code", Value: devices.Text("hunter3")}
	refused := fmt.Errorf("code: %w: hunter3", devices.ErrRange)
	texts := map[string]string{
		"StatusLine": talk.StatusLine(&twin, talk.English), "Done": talk.Done(cmd, &twin, nil, talk.German), "refused": talk.Done(cmd, &twin, refused, talk.English),
		"of another type": talk.Done(cmd, &twin, devices.ErrType, talk.English), "unavailable": talk.Done(cmd, &twin, errors.New("hunter3"), talk.English),
		"Interrupted": talk.Interrupted(&twin, "code", "hunter3", talk.English), "Facts": fmt.Sprint(talk.Facts(&twin, talk.English)),
	}
	for _, text := range []string{"", "status", "status all", "status alles", "code?", "get code", "diagnostics", "help all", "what", "set code"} {
		plan := ask(twin, text)
		texts[text] = fmt.Sprint(plan.Answer, plan.Facts, plan.Choices)
	}
	for what, text := range texts {
		if strings.Contains(text, "hunter") {
			t.Errorf("%s: %s", what, text)
		}
	}
	if all := texts["status all"]; strings.Contains(all, "Code") {
		t.Errorf("what nobody is shown is described: %s", all)
	}
	for text, want := range map[string]string{"code?": "Code: is shown to nobody", "zeige code": "Code: wird niemandem gezeigt"} {
		if got := ask(twin, text).Answer; got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
	for lang, want := range map[talk.Lang]string{talk.English: "Code: handed over. ", talk.German: "Code: weitergegeben. "} {
		if got := talk.Done(cmd, &twin, nil, lang); !strings.HasPrefix(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestWhoForgetsTheCodeIsToldWhatToDo(t *testing.T) {
	twin := frontDoor(t)
	plan := ask(twin, "unlock")
	if len(plan.Commands) != 1 || plan.Commands[0].Value != devices.Text("unlock") {
		t.Fatalf("%+v", plan)
	}
	for _, test := range []struct {
		wrong bool
		lang  talk.Lang
		want  string
	}{
		{false, talk.English, "Front door wants a code for that. Say it first: set code 1234. "},
		{false, talk.German, "Front door will dafür einen Code. Sage ihn zuerst: setze code 1234. "},
		{true, talk.English, "That is not the code of Front door. Nothing was changed. Say the right one first: set code 1234"},
		{true, talk.German, "Das ist nicht der Code von Front door. Es wurde nichts geändert. Sage zuerst den richtigen: setze code 1234"},
	} {
		err := fmt.Errorf("front-door: command: %w", &devices.CodeError{Property: "code", Wrong: test.wrong})
		if got := talk.Done(plan.Commands[0], &twin, err, test.lang); !strings.HasPrefix(got, test.want) {
			t.Errorf("%q, want %q", got, test.want)
		}
	}
}

func TestTheCodeOfALockWithANameIsCalledAfterIt(t *testing.T) {
	twin := twinOf(t, &devices.Device{ID: "gate", Name: "Gate", Properties: []devices.Property{
		{Name: "left_code", Type: devices.TypeText, Class: "code", Label: "Left", Writable: true, Secret: true},
		{Name: "left_command", Type: devices.TypeEnum, Label: "Left", Options: []string{"lock", "unlock"}, Writable: true},
	}}, nil)
	cmd := devices.Command{Device: "gate", Property: "left_command", Value: devices.Text("lock")}
	got := talk.Done(cmd, &twin, &devices.CodeError{Property: "left_code"}, talk.English)
	if !strings.Contains(got, "set left code 1234") {
		t.Error(got)
	}
	if plan := ask(twin, "set left code 1234"); len(plan.Commands) != 1 || plan.Commands[0].Property != "left_code" {
		t.Errorf("%+v", plan)
	}
}

func TestAFormSaysTheCodeFirst(t *testing.T) {
	req := talk.Request{Twin: frontDoor(t), Role: access.Control, Lang: talk.English}
	for _, name := range []string{"set", "command"} {
		node, ok := talk.FindNode(req, name)
		if !ok {
			t.Fatalf("there is no %s", name)
		}
		secret := 0
		for _, f := range node.Stage(0, nil).Fields {
			if f.Secret && f.Name == "code" && len(f.Default) == 0 && !f.Required {
				secret++
			}
		}
		plan := node.Run(talk.Values{"command": {devices.Text("unlock")}, "code": {devices.Text("1234")}})
		var got []string
		for _, cmd := range plan.Commands {
			got = append(got, cmd.Property)
		}
		if diff := cmp.Diff([]string{"code", "command"}, got); diff != "" || secret != 1 {
			t.Errorf("%s: %d fields for the code; commands (-want +got):\n%s", name, secret, diff)
		}
	}
	secret := talk.Request{Twin: twinOf(t, &devices.Device{ID: "x", Properties: []devices.Property{{Name: "key", Type: devices.TypeText, Writable: true, Secret: true}}}, nil)}
	if node, ok := talk.FindNode(secret, "set:hunter2"); ok {
		t.Errorf("the name of a command has a secret: %+v", node)
	}
}
