package homeassistant_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"thingbridge/devices"
)

func TestCodes(t *testing.T) {
	playAll(t, []scene{
		{"a lock with a form for codes", "lock", `{"name":"L","cmd_t":"c","stat_t":"s","code_format":"^\\d{4}$","cmd_tpl":"{{ value }} {{ code }}"}`, `
			< s LOCKED
			= state locked
			! command=unlock : say the code first: set code 1234
			! code=12 : a code of another form
			! command=unlock : say the code first
			> code=1234 :
			= code
			> command=unlock : c UNLOCK 1234
			! command=lock : say the code first
			> code=1234 :
			> code=5678 :
			> command=lock : c LOCK 5678`},
		{"a lock that only wants to be sure", "lock", `{"name":"L","cmd_t":"c","code_format":"\\d+"}`, `
			! command=lock : say the code first
			= state unlocked
			> code=1 :
			> command=lock : c LOCK
			= state locked
			= code`},
		{"a lock with a form of Python's", "lock", `{"name":"L","cmd_t":"c","code_format":"(?=1)\\d+"}`, `
			! command=lock : say the code first
			> code=1 :
			> command=lock : c LOCK`},
		{"a lock that takes a code and wants none", "lock", `{"name":"L","cmd_t":"c","cmd_tpl":"{{ value }}/{{ code }}"}`, `
			> command=lock : c LOCK/None
			> code=77 :
			> command=lock : c LOCK/77
			> command=lock : c LOCK/None`},
		{"an alarm that wants a code to disarm", "alarm_control_panel", `{"name":"A","cmd_t":"c","stat_t":"s","code":"1234","cod_arm_req":false,"cod_trig_req":true,"cmd_tpl":"{{ action }}/{{ code }}"}`, `
			> command=arm_night : c ARM_NIGHT/None
			! command=disarm : say the code first
			! command=trigger : say the code first
			> code=4321 :
			! command=disarm : is wrong
			! command=disarm : say the code first
			> code=1234 :
			> command=disarm : c DISARM/1234
			! code=abcd : another form
			! state=disarmed : not writable`},
		{"an alarm whose code is a word", "alarm_control_panel", `{"name":"A","cmd_t":"c","stat_t":"s","code":"open sesame"}`, `
			> code=open :
			! command=disarm : is wrong
			> code=open sesame :
			> command=disarm : c DISARM`},
		{"an alarm that knows its code", "alarm_control_panel", `{"name":"A","cmd_t":"c","stat_t":"s","code":"REMOTE_CODE","cmd_tpl":"{{ action }}/{{ code }}"}`, `
			! command=arm_home : say the code first
			! code=abcd : another form
			> code=99 :
			> command=arm_home : c ARM_HOME/99`},
		{"an alarm that knows its word", "alarm_control_panel", `{"name":"A","cmd_t":"c","stat_t":"s","code":"REMOTE_CODE_TEXT","cmd_tpl":"{{ action }}/{{ code }}"}`, `
			> code=abcd :
			> command=disarm : c DISARM/abcd`},
	})
}

func TestWhatWantsNoCodeTakesNone(t *testing.T) {
	for component, config := range map[string]string{
		"lock":                `{"name":"A","cmd_t":"c","code_format":"\\d*"}`,
		"alarm_control_panel": `{"name":"A","cmd_t":"c","stat_t":"s","code":"1","cod_arm_req":false,"cod_dis_req":false,"cod_trig_req":false}`,
	} {
		h := newHouse()
		h.say("homeassistant/"+component+"/thing/config", config)
		if p, ok := h.only(t).Property("code"); ok {
			t.Errorf("%s has %+v", component, p)
		}
	}
}

func TestACodeIsForWhoSaidItAndForAMinute(t *testing.T) {
	h := newHouse()
	h.say("homeassistant/lock/thing/config", `{"name":"Front","cmd_t":"c","code_format":"^\\d{4}$","dev":{"ids":"d","name":"Door"}}`)
	h.say("homeassistant/lock/other/config", `{"name":"Back","cmd_t":"b","code_format":"^\\d{4}$","dev":{"ids":"d"}}`)
	d := h.only(t)
	p, ok := d.Property("front_code")
	if !ok || !p.Secret || !p.Writable || p.Class != "code" || p.Type != devices.TypeText {
		t.Fatalf("%+v in %+v", p, d.Properties)
	}
	ask := func(property, value, by string, after time.Duration) error {
		_, err := h.Command(devices.Command{Device: d.ID, Property: property, Value: devices.Text(value), By: by}, noon.Add(after))
		return err
	}
	wants := func(err error) {
		t.Helper()
		code := (*devices.CodeError)(nil)
		if !errors.As(err, &code) || code.Property != "front_code" || code.Wrong || strings.Contains(err.Error(), "4711") {
			t.Errorf("%v, want that front_code is wanted", err)
		}
	}
	say := func(value string) {
		t.Helper()
		if err := ask("front_code", value, "anna", 0); err != nil {
			t.Fatal(err)
		}
	}
	say("4711")
	if err := ask("back_command", "lock", "anna", 0); !errors.Is(err, devices.ErrCode) {
		t.Errorf("the code of another lock: %v", err)
	}
	if err := ask("front_command", "unlock", "anna", time.Minute-1); err != nil {
		t.Error(err)
	}
	say("4711")
	wants(ask("front_command", "unlock", "anna", time.Minute))
	say("4711")
	wants(ask("front_command", "unlock", "bert", 0))
	if err := ask("front_command", "unlock", "anna", 0); err != nil {
		t.Error("somebody else's command takes the code away:", err)
	}
	if err := ask("front_code", "47119", "anna", 0); !errors.Is(err, devices.ErrRange) || strings.Contains(err.Error(), "47119") {
		t.Errorf("%v, want another form, without the code", err)
	}
}

func TestAPasswordIsSecret(t *testing.T) {
	h, p := one(t, "text", `"cmd_t":"c","stat_t":"s","mode":"password","pattern":"[a-z]+"`)
	h.say("s", "hunter")
	if !p.Secret || len(h.values) != 0 {
		t.Errorf("%+v, values %v", p, h.values)
	}
	_, err := h.Command(devices.Command{Device: "box", Property: p.Name, Value: devices.Text("4711")}, noon)
	if !errors.Is(err, devices.ErrRange) || strings.Contains(err.Error(), "4711") {
		t.Errorf("%v, want another form, without the password", err)
	}
}
