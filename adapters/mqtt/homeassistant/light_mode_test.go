package homeassistant_test

import "testing"

func TestLightsInSeveralModes(t *testing.T) {
	playAll(t, []scene{
		{"the last that is told counts", "light", `{"name":"L","cmd_t":"c","stat_t":"s","bri_cmd_t":"b/set","bri_stat_t":"b","clr_temp_cmd_t":"t/set","clr_temp_stat_t":"t","hs_cmd_t":"h/set","hs_stat_t":"h"}`, `
			< b 255
			= brightness 100
			= color_mode
			< t 250
			= color_mode color_temp
			= color_temp 4000
			< h 240,100
			= color_mode hs
			= color #0000ff
			= color_temp
			< t 200
			= color
			= color_temp 5000`},
		{"the mode comes last", "light", `{"name":"L","cmd_t":"c","clr_temp_cmd_t":"t/set","clr_temp_stat_t":"t","rgb_cmd_t":"r/set","rgb_stat_t":"r","clrm_stat_t":"m"}`, `
			< m color_temp
			< t 250
			< r 0,0,255
			= color
			= color_temp 4000
			< m rgb
			= color #0000ff
			= color_temp
			< t 200
			= color_temp
			< m color_temp
			= color_temp 5000`},
		{"one message tells of all, and not of the mode", "light", `{"name":"L","cmd_t":"c","clr_temp_cmd_t":"t","clr_temp_stat_t":"s","clr_temp_val_tpl":"{{ value_json.ct }}","rgb_cmd_t":"r","rgb_stat_t":"s","rgb_val_tpl":"{{ value_json.rgb }}"}`, `
			< s {"ct":250,"rgb":"0,0,255"}
			= color_temp 4000
			= color #0000ff`},
		{"what is told shows the mode where nothing else does", "light", `{"name":"L","cmd_t":"c","bri_cmd_t":"b","clr_temp_cmd_t":"t","rgb_cmd_t":"r","whit_cmd_t":"w"}`, `
			> color=#ff0000 : r 255,0,0 | c ON
			= color_mode rgb
			> color_temp=4000 : t 250 | c ON
			= color_mode color_temp
			= color
			> white=40 : w 102 | c ON
			= color_mode white
			= white 40
			> brightness=20 : b 51 | c ON
			= white 20
			> color=#00ff00 : r 0,255,0 | c ON
			= white 0
			> white=0 : c OFF
			= on false`},
		{"whites apart", "light", `{"name":"L","cmd_t":"c","stat_t":"s","rgbw_cmd_t":"w/set","rgbw_stat_t":"w"}`, `
			> color=#ff804020 : w/set 255,128,64,32 | c ON
			< w 255,128,64,32
			= color #ff804020
			> brightness=50 : w/set 128,64,32,16 | c ON
			< w 127,0,0,128
			= color #ff8080
			= brightness 50
			! color=#ff80 : want a colour such as`},
		{"of two ways to have whites, the one that is meant", "light", `{"name":"L","cmd_t":"c","bri_cmd_t":"b","rgbw_cmd_t":"w","rgbww_cmd_t":"ww"}`, `
			> color=#0a141e28 : w 10,20,30,40 | c ON
			= color_mode rgbw
			> color=#0a141e2832 : ww 10,20,30,40,50 | c ON
			= color_mode rgbww`},
		{"white in JSON", "light", `{"schema":"json","name":"L","cmd_t":"c","stat_t":"s","brightness":true,"bri_scl":99,"white_scale":50,"sup_clrm":["hs","white"]}`, `
			< s {"state":"ON","color_mode":"white","brightness":50}
			= color_mode white
			= white 50.5
			> white=40 : c {"state":"ON","white":20}
			< s {"state":"ON","color_mode":"hs","color":{"h":180,"s":100}}
			= white 0
			= color #00ffff`},
		{"a mode that was not announced", "light", `{"schema":"json","name":"L","cmd_t":"c","stat_t":"s","sup_clrm":["xy","color_temp"]}`, `
			< s {"state":"ON","color_mode":"color_temp","color_temp":250}
			= color_mode color_temp
			< s {"state":"ON","color_mode":"hs","color":{"h":240,"s":100}}
			= color_mode xy
			= color #0000ff
			< s {"state":"ON","color_mode":"party"}
			= color_mode xy`},
		{"JSON from before there were modes", "light", `{"schema":"json","name":"L","cmd_t":"c","brightness":true,"color_temp":true,"rgb":true,"xy":true}`, `
			> color=#0000ff : c {"state":"ON","color":{"r":0,"g":0,"b":255,"x":0.136,"y":0.04}}
			= color_mode hs
			> color_temp=4000 : c {"state":"ON","color_temp":250}
			= color_mode color_temp`},
		{"what is said back is what was asked", "light", `{"schema":"json","name":"L","cmd_t":"c","stat_t":"s","brightness":true,"bri_scl":254,"sup_clrm":["xy","color_temp"]}`, `
			> color=#ff8000 : c {"state":"ON","color":{"x":0.611,"y":0.375}}
			< s {"color_mode":"xy","color":{"x":0.6108,"y":0.3752}}
			= color #ff8000
			> color_temp=2700 : c {"state":"ON","color_temp":370}
			< s {"color_mode":"color_temp","color_temp":370}
			= color_temp 2700
			> brightness=20 : c {"state":"ON","brightness":51}
			< s {"brightness":51}
			= brightness 20
			< s {"brightness":52}
			= brightness 20.5`},
	})
}

func TestLightsThatFadeAndFlash(t *testing.T) {
	playAll(t, []scene{
		{"JSON", "light", `{"schema":"json","name":"L","cmd_t":"c","stat_t":"s","brightness":true,"flash_time_long":15}`, `
			> brightness=100 : c {"state":"ON","brightness":255}
			> transition=10 :
			= transition 10
			> brightness=20 : c {"state":"ON","transition":10,"brightness":51}
			> on=off : c {"state":"OFF","transition":10}
			> flash=short : c {"state":"ON","flash":2}
			> flash=long : c {"state":"ON","flash":15}
			= flash long
			> transition=0 :
			> on=on : c {"state":"ON","transition":0}
			! transition=-1 : out of range`},
		{"templates", "light", `{"schema":"template","name":"L","cmd_t":"c","cmd_on_tpl":"on,{{ transition }},{{ flash }}","cmd_off_tpl":"off,{{ transition|int|d }}"}`, `
			> on=on : c on,,
			> transition=10 :
			> on=on : c on,10.0,
			> on=off : c off,10
			> flash=short : c on,,short`},
	})
}

func TestALightOffersOnlyWhatItsTemplatesKnow(t *testing.T) {
	h := newHouse()
	h.say("homeassistant/light/thing/config", `{"schema":"template","name":"L","cmd_t":"c","cmd_on_tpl":"on","cmd_off_tpl":"off"}`)
	for _, name := range []string{"transition", "flash", "color_mode"} {
		if _, ok := h.only(t).Property(name); ok {
			t.Errorf("it has %s", name)
		}
	}
}
