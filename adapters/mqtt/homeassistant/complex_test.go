package homeassistant_test

import (
	"testing"

	"thingbridge/adapters/mqtt/convention"
)

// complexSeeds are announcements of entities with several properties; they tell all on
// the topic s.
var complexSeeds = [][2]string{
	{"climate/x/config", `{"temp_cmd_t":"c","temp_stat_t":"s","temp_unit":"F","mode_cmd_t":"c","mode_stat_t":"s","pow_cmd_t":"c","pr_modes":["eco"],"pr_mode_cmd_t":"c","pr_mode_stat_t":"s","hum_cmd_t":"c","hum_stat_t":"s","act_t":"s","curr_temp_t":"s","opt":true}`},
	{"water_heater/x/config", `{"temp_cmd_t":"c","temp_stat_t":"s","mode_cmd_t":"c","min_temp":"1"}`},
	{"light/x/config", `{"cmd_t":"c","stat_t":"s","bri_cmd_t":"c","bri_stat_t":"s","rgb_cmd_t":"c","rgb_stat_t":"s","hs_cmd_t":"c","hs_stat_t":"s","xy_cmd_t":"c","xy_stat_t":"s","rgbww_cmd_t":"c","rgbww_stat_t":"s","clr_temp_cmd_t":"c","clr_temp_stat_t":"s","fx_cmd_t":"c","fx_stat_t":"s","whit_cmd_t":"c","clrm_stat_t":"s"}`},
	{"light/x/config", `{"schema":"json","cmd_t":"c","stat_t":"s","brightness":true,"sup_clrm":["rgbw","color_temp"],"effect":true,"fx_list":["a"]}`},
	{"light/x/config", `{"schema":"template","cmd_t":"c","stat_t":"s","cmd_on_tpl":"{{ red }}{{ brightness }}","cmd_off_tpl":"off","stat_tpl":"{{ value }}","bri_tpl":"{{ value_json.a }}","r_tpl":"{{ value }}","g_tpl":"{{ value }}","b_tpl":"{{ value }}","clr_temp_tpl":"{{ value }}"}`},
	{"cover/x/config", `{"cmd_t":"c","stat_t":"s","pos_t":"s","set_pos_t":"c","tilt_cmd_t":"c","tilt_status_t":"s","opt":true}`},
	{"cover/x/config", `{"cmd_t":"c","pos_t":"s","tilt_cmd_t":"c"}`},
	{"valve/x/config", `{"cmd_t":"c","stat_t":"s","reports_position":true,"pl_stop":"STOP"}`},
	{"valve/x/config", `{"cmd_t":"c","stat_t":"s","opt":true}`},
	{"fan/x/config", `{"cmd_t":"c","stat_t":"s","pct_cmd_t":"c","pct_stat_t":"s","spd_rng_max":3,"osc_cmd_t":"c","direction_command_topic":"c"}`},
	{"humidifier/x/config", `{"cmd_t":"c","stat_t":"s","hum_cmd_t":"c","hum_stat_t":"s"}`},
	{"lock/x/config", `{"cmd_t":"c","stat_t":"s","pl_open":"OPEN","code_format":"^x?$"}`},
	{"vacuum/x/config", `{"cmd_t":"c","stat_t":"s","fanspd_lst":["a"],"set_fan_spd_t":"c","send_cmd_t":"c","sup_feat":["send_command","start","fan_speed"]}`},
	{"lawn_mower/x/config", `{"dock_command_topic":"c","pause_command_topic":"c","activity_state_topic":"s"}`},
	{"siren/x/config", `{"cmd_t":"c","stat_t":"s","av_tones":{"1":"a"}}`},
	{"alarm_control_panel/x/config", `{"cmd_t":"c","stat_t":"s","code":"1","cod_arm_req":false,"cmd_tpl":"{{ action }}{{ code }}"}`},
	{"update/x/config", `{"cmd_t":"c","stat_t":"s","l_ver_t":"s","pl_inst":"go"}`},
}

// complexStates are what such entities may say.
var complexStates = []string{
	`{"state":"ON","brightness":10,"color_mode":"rgbw","color":{"r":1,"g":2,"b":3,"w":4},"color_temp":300,"effect":"a","position":50,"tone":"a","volume_level":0.5,"battery_level":9,"installed_version":"1","latest_version":"2"}`,
	"1,2,3,4,5", "-1e999,nan", "opening", "OPEN", "0", "255", "None", `{"color":[],"position":{}}`, "rgb", "\x01\x01", `{"state":"\u0001","color":{"h":1e300,"s":1}}`,
}

func TestWhatComplexEntitiesSayIsReadWithFewAllocations(t *testing.T) {
	h := newHouse()
	h.say("homeassistant/light/a/config", `{"name":"L","schema":"json","cmd_t":"c","stat_t":"l","brightness":true,"sup_clrm":["xy","color_temp"],"effect":true,"fx_list":["a"]}`)
	h.say("homeassistant/climate/b/config", `{"name":"C","temp_cmd_t":"c","temp_stat_t":"t","temp_stat_tpl":"{{ value_json.set }}","curr_temp_t":"t","curr_temp_tpl":"{{ value_json[\"now\"] }}","mode_cmd_t":"c","mode_stat_t":"t","mode_stat_tpl":"{{ value_json.mode }}"}`)
	h.say("homeassistant/cover/d/config", `{"name":"D","cmd_t":"c","stat_t":"p","val_tpl":"{{ value_json.state }}","pos_t":"p","pos_tpl":"{{ value_json.position }}"}`)
	h.say("homeassistant/update/e/config", `{"name":"E","stat_t":"u","val_tpl":"{\"latest_version\":\"{{ value_json.l }}\",\"installed_version\":\"{{ value_json.i }}\"}"}`)
	const most = 4
	for _, test := range []struct {
		topic, payload string
		readings       int
	}{
		{"l", `{"state":"ON","brightness":100,"color_mode":"xy","color":{"x":0.3,"y":0.4},"color_temp":300,"effect":"a"}`, 5},
		{"l", `{"state":"ON","brightness":100,"color_mode":"color_temp","color_temp":300}`, 4},
		{"t", `{"set":21,"now":20.5,"mode":"heat"}`, 3},
		{"p", `{"state":"open","position":50}`, 2},
		{"u", `{"i":"1.0","l":"1.1"}`, 3},
	} {
		var r convention.Result
		m := convention.Received{Topic: []byte(test.topic), Payload: []byte(test.payload), At: noon}
		allocs := testing.AllocsPerRun(100, func() {
			r.Reset()
			h.Decode(&r, m)
		})
		if allocs > most || len(r.Readings) != test.readings || len(r.Faults) > 0 {
			t.Errorf("%s: %v allocations, readings %v, faults %v; want at most %d and %d readings", test.payload, allocs, r.Readings, r.Faults, most, test.readings)
		}
	}
}
