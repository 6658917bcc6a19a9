package homeassistant_test

import "testing"

func TestLights(t *testing.T) {
	playAll(t, []scene{
		{"topics for all", "light", `{"name":"L","cmd_t":"c","stat_t":"s","bri_cmd_t":"b/set","bri_stat_t":"b","bri_scl":100,"clr_temp_cmd_t":"t/set","clr_temp_stat_t":"t",
			"min_mirs":153,"max_mirs":500,"rgb_cmd_t":"r/set","rgb_stat_t":"r","fx_cmd_t":"f/set","fx_stat_t":"f","fx_list":["sun","storm"]}`, `
			< s ON
			= on true
			< b 50
			= brightness 50
			< b 0
			= brightness 50
			< t 250
			= color_temp 4000
			< r 255,128,0
			= color #ff8000
			< f storm
			= effect storm
			< r loud
			= color #ff8000
			> on=off : c OFF
			> on=on : c ON
			> brightness=20 : b/set 20 | c ON
			> brightness=0 : c OFF
			> color_temp=2700 : t/set 370 | c ON
			! color_temp=9000 : out of range
			> color=#0080ff : r/set 0,128,255 | c ON
			! color=blue : want a colour such as
			> effect=sun : f/set sun | c ON
			= effect storm`},
		{"brightness turns it on", "light", `{"name":"L","cmd_t":"c","bri_cmd_t":"b","on_cmd_type":"brightness"}`, `
			> on=on : b 255
			= on true
			= brightness 100
			> brightness=50 : b 128
			> on=off : c OFF
			= on false
			> on=on : b 128
			> brightness=0 : c OFF
			= on false`},
		{"on comes first", "light", `{"name":"L","cmd_t":"c","bri_cmd_t":"b","on_cmd_type":"first"}`, `
			> brightness=100 : c ON | b 255`},
		{"colours carry the brightness", "light", `{"name":"L","cmd_t":"c","rgb_cmd_t":"r/set","rgb_stat_t":"r"}`, `
			< r 128,64,32
			= brightness 50.2
			= color #ff8040
			< r 0,0,0
			= color #ff8040
			> brightness=75 : r/set 191,95,47 | c ON`},
		{"hue and saturation", "light", `{"name":"L","cmd_t":"c","hs_cmd_t":"h/set","hs_stat_t":"h","hs_cmd_tpl":"{{ hue }}/{{ sat }}"}`, `
			< h 240,100
			= color #0000ff
			> color=#ff0000 : h/set 0/100 | c ON`},
		{"x and y", "light", `{"name":"L","cmd_t":"c","xy_cmd_t":"x/set","xy_stat_t":"x"}`, `
			< x 0.675,0.322
			= color #ff4600
			> color=#00ff00 : x/set 0.172,0.747 | c ON`},
		{"red, green, blue and white", "light", `{"name":"L","cmd_t":"c","bri_cmd_t":"b","rgbw_cmd_t":"w"}`, `
			> color=#ff8080 : w 253,0,0,255 | c ON`},
		{"two whites", "light", `{"name":"L","cmd_t":"c","bri_cmd_t":"b","rgbww_cmd_t":"w","rgbww_cmd_tpl":"{{ red }} {{ cold_white }} {{ warm_white }}"}`, `
			> color=#ffffff : w 0 255 255 | c ON`},
		{"white of its own", "light", `{"name":"L","cmd_t":"c","bri_cmd_t":"b","whit_cmd_t":"w","whit_scl":100}`, `
			> white=40 : w 40 | c ON
			= brightness 40`},
		{"the mode says which colour counts", "light", `{"name":"L","cmd_t":"c","bri_cmd_t":"b","rgb_cmd_t":"r/set","rgb_stat_t":"r","hs_cmd_t":"h/set","hs_stat_t":"h","clrm_stat_t":"m"}`, `
			< m rgb
			< r 255,0,0
			< h 120,100
			= color #ff0000
			< m hs
			= color #00ff00`},
		{"JSON", "light", `{"schema":"json","name":"L","cmd_t":"c","stat_t":"s","brightness":true,"bri_scl":254,"sup_clrm":["xy","color_temp"],"effect":true,"fx_list":["blink"],"min_mirs":200,"max_mirs":400}`, `
			< s {"state":"ON","brightness":127,"color_mode":"color_temp","color_temp":250,"color":{"x":0.3,"y":0.3}}
			= on true
			= brightness 50
			= color_temp 4000
			= color
			< s {"state":"ON","brightness":0,"color_mode":"xy","color":{"x":0.675,"y":0.322},"effect":null}
			= brightness 50
			= color #ff4600
			= color_temp
			= color_mode xy
			< s {"state":null,"brightness":"bright"}
			= on
			= brightness 50
			< s {"state":"OFF"}
			= on false
			> on=on : c {"state":"ON"}
			> on=off : c {"state":"OFF"}
			> brightness=100 : c {"state":"ON","brightness":254}
			> color_temp=4000 : c {"state":"ON","color_temp":250}
			> color=#00ff00 : c {"state":"ON","color":{"x":0.172,"y":0.747}}
			> effect=blink : c {"state":"ON","effect":"blink"}
			= on false`},
		{"JSON with hue in K", "light", `{"schema":"json","name":"L","cmd_t":"c","stat_t":"s","brightness":true,"sup_clrm":["hs","color_temp"],"color_temp_kelvin":true,"min_kelvin":2000,"max_kelvin":6000}`, `
			< s {"state":"ON","color":{"h":180,"s":100}}
			= color #00ffff
			< s {"state":"ON","color_mode":"color_temp","color_temp":3000}
			= color_temp 3000
			> color_temp=2500 : c {"state":"ON","color_temp":2500}
			> color=#ff0000 : c {"state":"ON","color":{"h":0.0,"s":100.0}}`},
		{"JSON that reports nothing", "light", `{"schema":"json","name":"L","cmd_t":"c","sup_clrm":["rgbw"]}`, `
			> color=#ff8080 : c {"state":"ON","color":{"r":253,"g":0,"b":0,"w":255}}
			= on true
			= color #ff8080
			> brightness=0 : c {"state":"OFF"}
			= on false`},
		{"templates", "light", `{"schema":"template","name":"L","cmd_t":"c","stat_t":"s","cmd_on_tpl":"on,{{ brightness|d }},{{ color_temp|d }},{{ red|d }}-{{ green|d }}-{{ blue|d }},{{ effect|d }}",
			"cmd_off_tpl":"off","stat_tpl":"{{ value.split(',')[0] }}","bri_tpl":"{{ value.split(',')[1] }}","clr_temp_tpl":"{{ value.split(',')[2] }}",
			"r_tpl":"{{ value.split(',')[3].split('-')[0] }}","g_tpl":"{{ value.split(',')[3].split('-')[1] }}","b_tpl":"{{ value.split(',')[3].split('-')[2] }}",
			"fx_tpl":"{{ value.split(',')[4] }}","fx_list":["rain"]}`, `
			< s on,255,200,,rain
			= on true
			= brightness 100
			= color_temp 5000
			= effect rain
			< s on,,,0-128-128
			= color #00ffff
			< s off
			= on false
			> on=off : c off
			> on=on : c on,,,--,
			> brightness=50 : c on,128,,--,
			> color=#ff8000 : c on,,,255-128-0,
			> color_temp=5000 : c on,,200,--,
			> effect=rain : c on,,,--,rain`},
	})
}
