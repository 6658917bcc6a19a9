package adhoc_test

import (
	"fmt"
	"strings"
	"testing"

	"thingbridge/devices"
)

// What was filled in as a secret is not shown again, whatever else was wrong.
func TestSecretsAreNotShownInForms(t *testing.T) {
	d := newDesk(t)
	r := devices.NewRegistry()
	if err := r.Source("test", nil).Apply(devices.Update{Announced: []*devices.Device{{ID: "thermostat", Properties: []devices.Property{
		{Name: "command", Type: devices.TypeEnum, Options: []string{"lock", "unlock"}, Writable: true},
		{Name: "code", Type: devices.TypeText, Class: "code", Writable: true, Secret: true},
	}}}}); err != nil {
		t.Fatal(err)
	}
	d.device.Twin, _ = r.Get("thermostat")
	for _, node := range []string{"set", "command"} {
		step := d.ask(node, "", "", nil)
		for n := range 2 {
			f := field(step, "code")
			if f.Type != "text-private" || len(f.Values) != 0 || f.Required || strings.Contains(fmt.Sprintf("%+v", step), "hunter2") {
				t.Errorf("%s, form %d: %+v", node, n, step.Answer.Form)
			}
			step = d.ask(node, step.Answer.Session, "complete", filled("code", "hunter2", "command", "explode"))
		}
		step = d.ask(node, step.Answer.Session, "complete", filled("code", "hunter2", "command", "unlock"))
		if got := given(step.Given); got != "code=hunter2 command=unlock" {
			t.Errorf("%s: given %q", node, got)
		}
		step = d.ask(node, "", "", nil)
		step = d.ask(node, step.Answer.Session, "complete", filled("code", "", "command", "unlock"))
		if got := given(step.Given); got != "command=unlock" {
			t.Errorf("%s: given %q", node, got)
		}
	}
}
