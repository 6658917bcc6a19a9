package homeassistant_test

import (
	"strings"
	"testing"
)

func TestClimates(t *testing.T) {
	playAll(t, []scene{
		{"a thermostat that reports all", "climate", `{"name":"Hall","temp_cmd_t":"h/t/set","temp_stat_t":"h","temp_stat_tpl":"{{ value_json.set }}",
			"curr_temp_t":"h","curr_temp_tpl":"{{ value_json.now }}","mode_cmd_t":"h/m/set","mode_stat_t":"h","mode_stat_tpl":"{{ value_json.mode }}",
			"modes":["off","heat"],"act_t":"h","act_tpl":"{{ value_json.act }}","min_temp":"5","max_temp":"30","temp_step":0.5,
			"pr_mode_cmd_t":"h/p/set","pr_mode_stat_t":"h","pr_mode_val_tpl":"{{ value_json.pre }}","pr_modes":["eco","boost"]}`, `
			< h {"set":20.5,"now":19.2,"mode":"heat","act":"heating","pre":"eco"}
			= target 20.5
			= temperature 19.2
			= mode heat
			= action heating
			= preset eco
			> target=21 : h/t/set 21.0
			= target 20.5
			> target=21.6 : h/t/set 21.5
			! target=4 : out of range
			> mode=off : h/m/set off
			> preset=boost : h/p/set boost
			> preset=none : h/p/set none
			< h {"set":null,"now":19.3,"mode":"party","act":"idle","pre":null}
			= target
			= temperature 19.3
			= mode heat
			= action idle
			= preset none`},
		{"one that reports nothing", "climate", `{"name":"Heater","temp_cmd_t":"h/t","mode_cmd_t":"h/m","fan_mode_cmd_t":"h/f","swing_mode_cmd_t":"h/s",
			"swing_h_mode_cmd_t":"h/sh","hum_cmd_t":"h/h","initial":22,"min_hum":40,"max_hum":70}`, `
			= target 22
			= mode off
			= fan_mode low
			= swing_mode off
			= swing_horizontal_mode off
			= target_humidity
			> target=23.67 : h/t 23.7
			= target 23.7
			> mode=heat : h/m heat
			= mode heat
			> fan_mode=high : h/f high
			= fan_mode high
			> swing_mode=on : h/s on
			> swing_horizontal_mode=on : h/sh on
			> target_humidity=55 : h/h 55
			= target_humidity 55
			! target_humidity=80 : out of range`},
		{"one in Fahrenheit with two setpoints", "climate", `{"name":"AC","temp_unit":"F","curr_temp_t":"n","temp_lo_cmd_t":"lo/set","temp_lo_stat_t":"lo",
			"temp_hi_cmd_t":"hi/set","temp_hi_stat_t":"hi","min_temp":50,"max_temp":86}`, `
			< n 77
			= temperature 25
			< lo 68
			= target_low 20
			< hi 75
			= target_high 23.89
			> target_low=21 : lo/set 69.8
			! target_high=31 : out of range
			< n warm
			= temperature 25`},
		{"a power switch besides the mode", "climate", `{"name":"AC","mode_cmd_t":"m/set","mode_stat_t":"m","pow_cmd_t":"p/set","pow_cmd_tpl":"P{{ value }}","modes":["off","cool"],"opt":true}`, `
			= mode off
			> on=on : p/set PON
			= on true
			< m cool
			= on true
			> on=off : p/set POFF
			= mode off
			= on false`},
		{"templates that count on", "climate", `{"name":"AC","temp_cmd_t":"t/set","temp_cmd_tpl":"{\"v\": {{ (value * 10) | int }}, \"w\": {{ value }}}"}`, `
			> target=21 : t/set {"v": 210, "w": 21.0}`},
		{"a water heater", "water_heater", `{"name":"Boiler","temp_cmd_t":"t/set","temp_stat_t":"t","mode_cmd_t":"m/set","pow_cmd_t":"p","modes":["off","eco"],"min_temp":30,"max_temp":70}`, `
			= mode off
			> mode=eco : m/set eco
			= mode eco
			< t 51.5
			= target 51.5
			> target=60 : t/set 60.0
			> on=off : p OFF
			! target=80 : out of range`},
		{"a humidifier", "humidifier", `{"name":"H","cmd_t":"c","stat_t":"s","hum_cmd_t":"h/set","hum_stat_t":"h","curr_hum_t":"n","modes":["auto","sleep"],"mode_cmd_t":"m","act_t":"a","min_hum":30,"max_hum":80}`, `
			< s ON
			= on true
			< h 45
			= target_humidity 45
			< h None
			= target_humidity
			< n 41.5
			= humidity 41.5
			< a humidifying
			= action humidifying
			> on=off : c OFF
			= on true
			> target_humidity=50 : h/set 50
			> mode=sleep : m sleep
			= mode sleep`},
	})
}

func TestAnnouncementsThatContradictThemselves(t *testing.T) {
	for _, test := range []struct{ component, config, why string }{
		{"climate", `{"preset_modes":["none"],"preset_mode_command_topic":"x"}`, "must not have"},
		{"climate", `{"preset_modes":["eco"]}`, "go together"},
		{"climate", `{"mode_command_topic":"x","min_temp":40,"max_temp":30}`, "more than max_temp"},
		{"climate", `{"target_humidity_command_topic":"x","max_humidity":101}`, "want a range"},
		{"climate", `{"target_humidity_state_topic":"x"}`, "needs target_humidity_command_topic"},
		{"climate", `{"mode_command_topic":"x","temperature_unit":"K"}`, "want C or F"},
		{"climate", `{"mode_command_topic":"x","precision":0.2}`, "want 0.1, 0.5 or 1.0"},
		{"climate", `{"name":"x"}`, "needs a topic"},
		{"water_heater", `{"name":"x"}`, "needs a topic"},
		{"light", `{"command_topic":"x","schema":"yaml"}`, "want default, json or template"},
		{"light", `{"command_topic":"x","schema":"json","supported_color_modes":["purple"]}`, "which is none"},
		{"light", `{"command_topic":"x","on_command_type":"soon"}`, "want first, last or brightness"},
		{"light", `{"command_topic":"x","color_temp_command_topic":"y","min_mireds":0}`, "want more than 0"},
		{"cover", `{"set_position_topic":"x"}`, "go together"},
		{"cover", `{"command_topic":"x","position_open":5,"position_closed":5}`, "are both 5"},
		{"valve", `{"command_topic":"x","reports_position":true,"payload_open":"O"}`, "has no payload_open"},
		{"fan", `{"command_topic":"x","speed_range_min":5,"speed_range_max":2,"percentage_command_topic":"y"}`, "the first below the second"},
		{"fan", `{"command_topic":"x","preset_mode_command_topic":"y"}`, "needs preset_modes"},
		{"lock", `{"command_topic":"x","code_format":"("}`, "code_format"},
		{"vacuum", `{"name":"x"}`, "needs state_topic"},
		{"lawn_mower", `{"name":"x"}`, "needs activity_state_topic"},
		{"update", `{"name":"x"}`, "needs state_topic"},
		{"humidifier", `{"command_topic":"x"}`, "needs target_humidity_command_topic"},
		{"alarm_control_panel", `{"command_topic":"x"}`, "needs state_topic"},
	} {
		h := newHouse()
		h.say("homeassistant/"+test.component+"/thing/config", test.config)
		if len(h.devices) > 0 || len(h.faults) != 1 || !strings.Contains(h.faults[0], test.why) {
			t.Errorf("%s %s: devices %v, faults %q, want %q", test.component, test.config, h.devices, h.faults, test.why)
		}
	}
}
