package homeassistant_test

import (
	"testing"

	"thingbridge/devices"
)

func TestMachines(t *testing.T) {
	playAll(t, []scene{
		{"a fan", "fan", `{"name":"F","cmd_t":"c","stat_t":"s","pct_cmd_t":"p/set","pct_stat_t":"p","spd_rng_min":1,"spd_rng_max":3,"pr_modes":["auto"],"pr_mode_cmd_t":"m",
			"osc_cmd_t":"o/set","osc_stat_t":"o","direction_command_topic":"d"}`, `
			< s ON
			= on true
			< p 2
			= speed 66
			< p 0
			= speed 0
			< p 9
			= speed 0
			< p 1
			= speed 33
			< p None
			= speed
			< o oscillate_on
			= oscillating true
			> on=off : c OFF
			> speed=50 : p/set 2
			> speed=33 : p/set 1
			> speed=100 : p/set 3
			> speed=0 : p/set 0
			> preset=auto : m auto
			= preset auto
			> oscillating=off : o/set oscillate_off
			> direction=reverse : d reverse
			= direction reverse`},
		{"a vacuum cleaner", "vacuum", `{"name":"V","cmd_t":"c","stat_t":"s","sup_feat":["start","pause","return_home","fan_speed","send_command","locate"],"set_fan_spd_t":"f","fanspd_lst":["low","max"],"send_cmd_t":"x","pl_loc":"BEEP"}`, `
			< s {"state":"cleaning","battery_level":61,"fan_speed":"max"}
			= state cleaning
			= command start
			= battery 61
			= fan_speed max
			< s {"state":"docked"}
			= command return_to_base
			> command=start : c start
			> command=pause : c pause
			> command=return_to_base : c return_to_base
			> command=locate : c BEEP
			> fan_speed=low : f low
			> send_command=zone 3 : x zone 3`},
		{"a lawn mower", "lawn_mower", `{"name":"M","activity_state_topic":"s","activity_value_template":"{{ value_json.act }}","start_mowing_command_topic":"go","start_mowing_command_template":"{\"do\":\"{{ value }}\"}","dock_command_topic":"home"}`, `
			< s {"act":"mowing"}
			= state mowing
			= command start_mowing
			< s {"other":1}
			= state mowing
			< s {"act":null}
			= state
			> command=start_mowing : go {"do":"start_mowing"}
			> command=dock : home dock
			= state`},
		{"a lawn mower that reports nothing", "lawn_mower", `{"name":"M","pause_command_topic":"p"}`, `
			> command=pause : p pause
			= state paused`},
		{"a siren", "siren", `{"name":"S","cmd_t":"c","stat_t":"s","av_tones":["fire","burglar"]}`, `
			> tone=fire :
			= tone fire
			> volume=50 :
			> on=on : c {"state":"ON","tone":"fire","volume_level":0.5}
			< s ON
			= on true
			> duration=30 : c {"state":"ON","tone":"fire","volume_level":0.5,"duration":30}
			> on=off : c {"state":"OFF"}
			< s {"state":"OFF","tone":"burglar","volume_level":0.2}
			= on false
			= tone burglar
			= volume 20`},
		{"a siren with templates", "siren", `{"name":"S","cmd_t":"c","cmd_tpl":"{{ value }}:{{ tone | default('any') }}:{{ duration | default(10) }}","cmd_off_tpl":"stop","sup_vol":false,"av_tones":{"1":"loud"}}`, `
			= on false
			> on=on : c ON:any:10
			= on true
			> tone=loud : c ON:loud:10
			> on=off : c stop
			= on false`},
		{"an update", "update", `{"name":"U","stat_t":"s","val_tpl":"{\"installed_version\":\"{{ value_json.v }}\",\"latest_version\":\"{{ value_json.n }}\"}","cmd_t":"c","pl_inst":"{\"id\": \"x\"}","ent_cat":"config"}`, `
			< s {"v":"1.0","n":null}
			= installed_version 1.0
			= latest_version
			= update_available
			< s {"v":"1.0","n":"1.1"}
			= latest_version 1.1
			= update_available true
			< s {"v":"1.1","n":"1.1"}
			= update_available false
			> install=install : c {"id": "x"}`},
		{"an update with two topics", "update", `{"name":"U","stat_t":"s","l_ver_t":"l","l_ver_tpl":"{{ value_json.v }}"}`, `
			< s 1.0
			< l {"v":"1.0"}
			= update_available false`},
	})
}

func TestTwoOfAKindInOneDevice(t *testing.T) {
	h := newHouse()
	h.say("homeassistant/light/x/left/config", `{"name":"Left","schema":"json","cmd_t":"l/set","stat_t":"l","brightness":true,"uniq_id":"l","dev":{"ids":"x","name":"Lamp"}}`)
	h.say("homeassistant/light/x/right/config", `{"name":"Right","schema":"json","cmd_t":"r/set","stat_t":"r","brightness":true,"uniq_id":"r","dev":{"ids":"x"}}`)
	h.say("l", `{"state":"ON","brightness":255}`)
	h.say("r", `{"state":"OFF"}`)
	for name, want := range map[string]devices.Value{
		"lamp/left_on": devices.Boolean(true), "lamp/left_brightness": devices.Number(100), "lamp/right_on": devices.Boolean(false),
	} {
		if got := h.values[name]; got != want {
			t.Errorf("%s is %v, want %v; %v", name, got, want, h.values)
		}
	}
}
