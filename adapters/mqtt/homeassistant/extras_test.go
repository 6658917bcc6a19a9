package homeassistant_test

import "testing"

// What an announcement may have besides what its kind is known for.
func TestWhatIsToldBesides(t *testing.T) {
	playAll(t, []scene{
		{"slats that open and close within their range", "cover", `{"name":"B","tilt_cmd_t":"t","tilt_min":5,"tilt_max":95,"tilt_clsd_val":15,"tilt_opnd_val":85}`, `
			> tilt=0 : t 5
			= tilt 0
			> tilt_command=open_tilt : t 85
			= tilt 88
			= tilt_command open_tilt
			> tilt_command=close_tilt : t 15
			= tilt 11
			> tilt_command=stop_tilt : t STOP
			= tilt 11`},
		{"slats that report", "cover", `{"name":"B","tilt_cmd_t":"t/set","tilt_status_t":"t","pl_stop_tilt":"HALT"}`, `
			> tilt_command=open_tilt : t/set 100
			= tilt
			< t 100
			= tilt 100
			= tilt_command open_tilt
			< t 40
			= tilt_command open_tilt
			< t 0
			= tilt_command close_tilt
			> tilt_command=stop_tilt : t/set HALT`},
		{"auxiliary heat", "climate", `{"name":"H","mode_cmd_t":"m","modes":["off","heat"],"aux_cmd_t":"a"}`, `
			= aux_heat false
			> aux_heat=on : a ON
			= aux_heat true`},
		{"auxiliary heat that is reported", "climate", `{"name":"H","mode_cmd_t":"m","modes":["off","heat"],"aux_cmd_t":"a/set","aux_stat_t":"a"}`, `
			> aux_heat=on : a/set ON
			= aux_heat
			< a ON
			= aux_heat true
			< a None
			= aux_heat`},
		{"the battery of an older vacuum cleaner", "vacuum", `{"name":"V","cmd_t":"c","bat_lev_t":"b","bat_lev_tpl":"{{ value }}"}`, `
			< b 54
			= battery 54`},
		{"where a tracker is", "device_tracker", `{"name":"T","stat_t":"s","json_attr_t":"a","pl_rst":"gone"}`, `
			< a {"latitude":32.8,"longitude":-117.2,"gps_accuracy":1.5}
			< s home
			= location home
			= latitude 32.8
			= gps_accuracy 1.5
			< s gone
			= location
			= longitude -117.2
			< a {"latitude":50.1,"longitude":-2.1}
			= latitude 50.1
			= gps_accuracy
			< a {"battery":4}
			= latitude`},
		{"since when a meter counts", "sensor", `{"name":"M","stat_t":"s","unit_of_meas":"kWh","stat_cla":"total","val_tpl":"{{ value_json.e }}","lrst_val_tpl":"{{ value_json.r }}"}`, `
			< s {"r":"2020-01-02 08:11:00"}
			= last_reset 2020-01-02 08:11:00
			= m
			< s {"r":null,"e":5}
			= last_reset
			= m 5`},
		{"what else there is to say", "sensor", `{"name":"M","stat_t":"s","json_attr_t":"a","json_attr_tpl":"{{ value_json.more | tojson }}"}`, `
			< a {"more":{"zone":"caf\u00e9","at":{"home":true},"list":[1,2],"gone":null}}
			= details at/home: true, list/0: 1, list/1: 2, zone: café
			< s 5
			= m 5
			< a {"more":{}}
			= details
			< a {"more":{"zone":"b"}}
			= details zone: b
			< a {"more":null}
			= details`},
		{"what is no object", "switch", `{"name":"W","cmd_t":"c","stat_t":"s","json_attr_t":"a"}`, `
			< a {"on":"time","n":1.50}
			= details on: time, n: 1.50
			< a {}
			= details`},
		{"what each state says anyway", "sensor", `{"name":"M","stat_t":"s","json_attr_t":"s","val_tpl":"{{ value_json.m }}"}`, `
			< s {"m":5,"n":6}
			= m 5
			= details`},
		{"what is new", "update", `{"name":"U","stat_t":"s","tit":"Firmware"}`, `
			= title Firmware
			< s {"installed_version":"1","latest_version":"2","title":"Two","release_url":"https://a.test/2","release_summary":"Better"}
			= title Two
			= release_url https://a.test/2
			= release_summary Better
			< s {"installed_version":"2"}
			= title Two`},
	})
}

// An update whose template makes nothing but versions has no notes.
func TestUpdateOfVersionsAlone(t *testing.T) {
	h := newHouse()
	h.say("homeassistant/update/x/config", `{"name":"U","stat_t":"s","val_tpl":"{\"installed_version\":\"{{ value_json.v }}\"}"}`)
	for _, p := range h.only(t).Properties {
		switch p.Name {
		case "title", "release_url", "release_summary":
			t.Errorf("there is a property %s", p.Name)
		}
	}
}
