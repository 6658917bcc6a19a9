package homeassistant_test

import "testing"

func TestCoversValvesAndLocks(t *testing.T) {
	playAll(t, []scene{
		{"a cover with states and a position", "cover", `{"name":"C","cmd_t":"c","stat_t":"s","pos_t":"p","set_pos_t":"p/set","stat_open":"OPEN","stat_clsd":"CLOSE","stat_stopped":"STOP"}`, `
			< s opening
			= state opening
			= command
			< p 40
			= position 40
			= state opening
			< s STOP
			= state open
			= command open
			< p 0
			< s STOP
			= state closed
			= command close
			< s sideways
			= state closed
			> command=open : c OPEN
			> command=close : c CLOSE
			> command=stop : c STOP
			> position=30 : p/set 30
			= position 0
			! position=130 : out of range`},
		{"a cover with a scale the other way round", "cover", `{"name":"C","pos_t":"p","set_pos_t":"p/set","pos_open":0,"pos_clsd":100,"pos_tpl":"{{ value_json.at }}","set_pos_tpl":"{\"to\": {{ value }}, \"percent\": {{ position }}}"}`, `
			< p {"at": 100}
			= position 0
			= state closed
			< p {"at": 62}
			= position 38
			= state open
			> position=38 : p/set {"to": 62, "percent": 38}`},
		{"a cover that reports nothing", "cover", `{"name":"C","cmd_t":"c"}`, `
			> command=open : c OPEN
			= state open
			= command open
			> command=close : c CLOSE
			= state closed
			> command=stop : c STOP
			= state closed`},
		{"a cover that only closes", "cover", `{"name":"C","cmd_t":"c","pl_open":null,"pl_stop":null}`, `
			> command=close : c CLOSE`},
		{"slats", "cover", `{"name":"C","tilt_cmd_t":"t/set","tilt_status_t":"t","tilt_min":0,"tilt_max":50,"tilt_cmd_tpl":"{{ entity_id }} {{ value }} {{ tilt_position }} {{ tilt_max }}"}`, `
			< t 25
			= tilt 50
			< t 60
			= tilt 50
			> tilt=10 : t/set cover.c 5 10 50`},
		{"a position and slats in one object", "cover", `{"name":"C","cmd_t":"c","pos_t":"p","tilt_cmd_t":"t"}`, `
			< p {"position": 20, "tilt_position": 70}
			= position 20
			= tilt 70
			= state open`},
		{"a valve", "valve", `{"name":"V","cmd_t":"c","stat_t":"s","pl_stop":"STOP"}`, `
			< s {"state": "opening"}
			= state opening
			< s open
			= state open
			= command open
			> command=close : c CLOSE
			> command=stop : c STOP`},
		{"a valve with a position", "valve", `{"name":"V","cmd_t":"c","stat_t":"s","reports_position":true,"position_closed":-128,"position_open":127}`, `
			< s 0
			= position 50
			= state open
			< s {"position": -128, "state": "opening"}
			= state opening
			= position 0
			< s {"position": 20}
			= state opening
			< s {"position": 127}
			= state open
			= position 100
			< s half
			= position 100
			> position=50 : c 0`},
		{"a lock", "lock", `{"name":"L","cmd_t":"c","stat_t":"s","pl_open":"UNLATCH","cmd_tpl":"{{ value | lower }}"}`, `
			< s LOCKING
			= state locking
			= command
			< s LOCKED
			= state locked
			= command lock
			< s JAMMED
			= state jammed
			> command=unlock : c unlock
			= command lock
			> command=open : c unlatch
			< s UNLOCKED
			= command unlock`},
		{"a lock that reports nothing", "lock", `{"name":"L","cmd_t":"c"}`, `
			= state unlocked
			> command=lock : c LOCK
			= state locked
			= command lock`},
		{"an alarm", "alarm_control_panel", `{"name":"A","cmd_t":"c","stat_t":"s","pl_arm_away":"AWAY"}`, `
			< s armed_home
			= state armed_home
			= command arm_home
			< s calm
			= state armed_home
			> command=arm_away : c AWAY
			> command=disarm : c DISARM
			> command=trigger : c TRIGGER`},
	})
}
