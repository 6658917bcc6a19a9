package mqtt

import (
	"testing"
	"time"

	"thingbridge/devices"
)

// What has a scheme of its own is told what to do once: a relay that finds an old command
// at the broker when it comes back would do it again.
func TestCommandsToTheirOwnSchemesAreNotRetained(t *testing.T) {
	more := map[string]string{"homie": "\nhomie/tank/water/level/$settable true"}
	for _, name := range []string{"homie", "tasmota", "shelly"} {
		a, n := neighbours(t, &shelf{kept: make(map[string]string)}, name)
		n.hear(talkative[name] + more[name])
		sent := 0
		for _, d := range n.devices {
			for i := range d.Properties {
				p := &d.Properties[i]
				if d.ID == "boiler" || !p.Writable {
					continue
				}
				v := map[devices.Type]devices.Value{devices.TypeBoolean: devices.Boolean(true), devices.TypeNumber: devices.Number(20)}[p.Type]
				messages, _, err := a.spoken.command(devices.Command{Device: d.ID, Property: p.Name, Value: v}, time.Now())
				if err != nil {
					t.Errorf("%s: %s: %v", name, p.Name, err)
				}
				for _, m := range messages {
					sent++
					if m.Retain {
						t.Errorf("%s: the command for %s is retained", name, p.Name)
					}
				}
			}
		}
		if sent == 0 {
			t.Errorf("%s: no command", name)
		}
	}
}
