package homeassistant_test

import (
	"fmt"
	"strings"
	"testing"

	"thingbridge/devices"
)

// commanded are components with all topics on which they are told something.
var commanded = []struct{ component, payload string }{
	{"alarm_control_panel", `"cmd_t":"c","stat_t":"s"`},
	{"button", `"cmd_t":"c"`},
	{"climate", `"modes":["off","heat"],"mode_cmd_t":"m","temp_cmd_t":"t","temp_hi_cmd_t":"h","temp_lo_cmd_t":"l","fan_mode_cmd_t":"f","pr_mode_cmd_t":"p","pr_modes":["eco"],"swing_mode_cmd_t":"w","pow_cmd_t":"o","hum_cmd_t":"u"`},
	{"cover", `"cmd_t":"c","pos_t":"p","set_pos_t":"q","tilt_cmd_t":"t"`},
	{"date", `"cmd_t":"c"`},
	{"fan", `"cmd_t":"c","pct_cmd_t":"p","pr_mode_cmd_t":"m","pr_modes":["eco"],"osc_cmd_t":"o","dir_cmd_t":"d"`},
	{"humidifier", `"cmd_t":"c","hum_cmd_t":"h","mode_cmd_t":"m","modes":["eco"]`},
	{"lawn_mower", `"dock_cmd_t":"d","pause_cmd_t":"p","strt_mw_cmd_t":"s"`},
	{"light", `"cmd_t":"c","bri_cmd_t":"b","clr_temp_cmd_t":"t","rgb_cmd_t":"r","fx_cmd_t":"e","fx_list":["a"]`},
	{"light", `"schema":"json","cmd_t":"c","stat_t":"s","sup_clrm":["rgb","color_temp"],"brightness":true,"effect":true,"fx_list":["a"]`},
	{"light", `"schema":"template","cmd_t":"c","stat_t":"s","cmd_on_tpl":"on,{{ brightness }}","cmd_off_tpl":"off","bri_tpl":"{{ value }}"`},
	{"lock", `"cmd_t":"c","pl_open":"OPEN"`},
	{"notify", `"cmd_t":"c"`},
	{"number", `"cmd_t":"c"`},
	{"scene", `"cmd_t":"c","pl_on":"ON"`},
	{"select", `"cmd_t":"c","ops":["a","b"]`},
	{"siren", `"cmd_t":"c","av_tones":["a"]`},
	{"switch", `"cmd_t":"c"`},
	{"text", `"cmd_t":"c"`},
	{"time", `"cmd_t":"c"`},
	{"update", `"cmd_t":"c","stat_t":"s","pl_inst":"GO"`},
	{"vacuum", `"cmd_t":"c","send_cmd_t":"x","set_fan_spd_t":"f","fanspd_lst":["low"],"sup_feat":["start","stop","fan_speed","send_command"]`},
	{"valve", `"cmd_t":"c","pos":true,"rep_pos":true`},
	{"water_heater", `"modes":["off","eco"],"mode_cmd_t":"m","temp_cmd_t":"t","pow_cmd_t":"p"`},
}

// A command is retained where its announcement wants that, and nowhere else: a relay that
// hears an old one when it comes back does what nobody wants.
func TestCommandsAreRetainedAsAnnounced(t *testing.T) {
	manners := []struct {
		payload string
		qos     byte
		retain  bool
	}{
		{"", 0, false},
		{`,"ret":false,"qos":1`, 1, false},
		{`,"retain":true`, 0, true},
		{`,"ret":"true","qos":2`, 2, true},
	}
	for _, one := range commanded {
		for _, manner := range manners {
			h := newHouse()
			h.keep("homeassistant/"+one.component+"/x/config", fmt.Sprintf(`{%s%s,"name":"It","uniq_id":"x"}`, one.payload, manner.payload))
			d := h.only(t)
			sent := 0
			for i := range d.Properties {
				for _, v := range someOf(one.component, &d.Properties[i]) {
					messages, err := h.Command(devices.Command{Device: d.ID, Property: d.Properties[i].Name, Value: v}, noon)
					if err != nil {
						t.Errorf("%s: %s=%s: %v", one.component, d.Properties[i].Name, v, err)
					}
					for _, m := range messages {
						sent++
						if m.Retain != manner.retain || m.QoS != manner.qos {
							t.Errorf("%s%s: %s=%s: %s with QoS %d, retained %v", one.component, manner.payload, d.Properties[i].Name, v, m.Topic, m.QoS, m.Retain)
						}
					}
				}
			}
			if topics := strings.Count(one.payload, "cmd_t"); sent < topics {
				t.Errorf("%s: %d messages on %d topics", one.component, sent, topics)
			}
		}
	}
}

// someOf are values that a property can be told.
func someOf(component string, p *devices.Property) []devices.Value {
	switch {
	case !p.Writable:
		return nil
	case p.Type == devices.TypeBoolean:
		return []devices.Value{devices.Boolean(true), devices.Boolean(false)}
	case p.Type == devices.TypeNumber:
		return []devices.Value{devices.Number(max(p.Min, 1)), devices.Number(max(p.Max, 1))}
	case p.Type == devices.TypeEnum:
		var all []devices.Value
		for _, option := range p.Options {
			all = append(all, devices.Text(option))
		}
		return all
	case strings.HasPrefix(p.Name, "color"):
		return []devices.Value{devices.Text("#ff8000")}
	case component == "date":
		return []devices.Value{devices.Text("2026-03-01")}
	}
	return []devices.Value{devices.Text("18:30:00")}
}
