package mysensors_test

import (
	"strconv"
	"strings"
	"testing"

	"thingbridge/adapters/serial/mysensors"
	"thingbridge/devices"
)

// TestValues presents a child and has it say something: the property, its value, and what
// it is sent for a command. "!" begins what a fault says.
func TestValues(t *testing.T) {
	for _, test := range []struct {
		name           string
		child          string // kind;description
		value          string // kind;payload
		property, want string
		order, sent    string
	}{
		{"a door", "0;", "16;1", "open", "true", "", ""},
		{"its alarm", "0;", "15;1", "armed", "true", "off", "15;0"},
		{"a motion sensor", "1;", "16;0", "motion", "false", "", ""},
		{"a smoke detector", "2;", "16;1", "smoke", "true", "", ""},
		{"a switch", "3;", "2;1", "on", "true", "off", "2;0"},
		{"a switch of neither", "3;", "2;2", "on", `!got "2", want 0 or 1`, "", ""},
		{"its power", "3;", "17;42.5", "power", "42.5", "", ""},
		{"a dimmer", "4;", "3;43", "brightness", "43", "55.4", "3;55"},
		{"a dimmer with too much", "4;", "3;x43", "brightness", `!got "x43", want a number`, "", ""},
		{"a cover", "5;", "29;1", "state", "opening", "", ""},
		{"its position", "5;", "3;100", "position", "100", "30", "3;30"},
		{"its state, by the position", "5;", "3;0", "state", "closed", "", ""},
		{"its state, without a position", "5;", "2;1", "state", "open", "", ""},
		{"its orders", "5;", "31;1", "command", "", "close", "30;1"},
		{"one order more", "5;", "30;1", "command", "", "open", "29;1"},
		{"to stop", "5;", "30;1", "command", "", "stop", "31;1"},
		{"a thermometer", "6;", "0;-4.25", "temperature", "-4.25", "", ""},
		{"one that has come off", "6;", "0;-127.00", "temperature", `!got "-127.00", want -100 to 1000`, "", ""},
		{"one that fails", "6;", "0;nan", "temperature", `!got "nan", want a number`, "", ""},
		{"its number", "6;", "42;28FF641E8C160397", "hardware_id", "28FF641E8C160397", "", ""},
		{"a hygrometer", "7;", "1;55", "humidity", "55", "", ""},
		{"a hygrometer under water", "7;", "1;101", "humidity", `!want 0 to 100`, "", ""},
		{"a barometer", "8;", "4;1013.2", "pressure", "1013.2", "", ""},
		{"its forecast", "8;", "5;thunderstorm", "forecast", "thunderstorm", "", ""},
		{"wind", "9;", "8;3.5", "wind_speed", "3.5", "", ""},
		{"a gust", "9;", "9;7", "wind_gust", "7", "", ""},
		{"where it comes from", "9;", "10;270", "wind_direction", "270", "", ""},
		{"rain", "10;", "6;12", "rain", "12", "", ""},
		{"how much it rains", "10;", "7;0.4", "rain_rate", "0.4", "", ""},
		{"sun", "11;", "11;5.5", "uv_index", "5.5", "", ""},
		{"weight", "12;", "12;70.5", "weight", "70.5", "", ""},
		{"energy", "13;", "18;18000", "energy", "18000", "", ""},
		{"reactive power", "13;", "54;12", "reactive_power", "12", "", ""},
		{"apparent power", "13;", "55;12", "apparent_power", "12", "", ""},
		{"power factor", "13;", "56;-0.95", "power_factor", "-0.95", "", ""},
		{"a power factor of more than one", "13;", "56;1.5", "power_factor", `!want -1 to 1`, "", ""},
		{"a heater", "14;", "45;20", "target", "20", "21.5", "45;21.5"},
		{"its fan", "14;", "22;Max", "fan_mode", "high", "auto", "22;Auto"},
		{"light in percent", "16;", "23;57", "light_level", "57", "", ""},
		{"light in lux", "16;", "37;12000", "illuminance", "12000", "", ""},
		{"a lock", "19;", "36;1", "locked", "true", "off", "36;0"},
		{"infrared", "20;", "33;AB12", "ir_receive", "AB12", "", ""},
		{"infrared that is sent", "20;", "32;test_code", "ir_send", "test_code", "new_code", "32;new_code"},
		{"infrared that is recorded", "20;", "50;x", "ir_record", "x", "learn", "50;learn"},
		{"water", "21;", "35;12.345", "water", "12.345", "", ""},
		{"how it flows", "21;", "34;3", "flow", "3", "", ""},
		{"air", "22;", "37;420", "air_quality", "420", "", ""},
		{"something of its own", "23;", "24;on and off", "var1", "on and off", "7", "24;7"},
		{"something more of its own", "23;", "48;abc", "custom", "abc", "def", "48;def"},
		{"dust", "24;", "37;12", "dust", "12", "", ""},
		{"a scene", "25;", "19;3", "scene_on", "3", "", ""},
		{"a scene that ends", "25;", "20;3", "scene_off", "3", "", ""},
		{"a colour", "26;", "40;FF8800", "color", "#ff8800", "#00ff00", "40;00ff00"},
		{"a colour that is none", "26;", "40;nothex", "color", `!got "nothex", want a colour in 6 digits`, "", ""},
		{"a colour with too much", "26;", "40;ffffff00", "color", `!want a colour in 6 digits`, "", ""},
		{"a colour and white", "27;", "41;ff880080", "color", "#ff880080", "#00ff00", "41;00ff0000"},
		{"white", "27;", "41;00000000", "color", "#00000000", "#000000ff", "41;000000ff"},
		{"a colour that is seen", "28;", "40;ff8800", "color", "#ff8800", "", ""},
		{"a thermostat", "29;", "21;CoolOn", "mode", "cool", "heat", "21;HeatOn"},
		{"one that cools", "29;", "44;24.5", "target", "24.5", "23", "44;23.0"},
		{"a mode that there is not", "29;", "21;Dry", "mode", `!got "Dry", want one of Off, HeatOn, CoolOn, AutoChangeOver`, "", ""},
		{"what is on or off", "29;", "2;1", "on", "true", "off", "2;0"},
		{"volts", "30;", "38;230.1", "voltage", "230.1", "", ""},
		{"amperes", "30;", "39;0.25", "current", "0.25", "", ""},
		{"ohms", "30;", "14;47000", "impedance", "47000", "", ""},
		{"a sprinkler", "31;", "2;1", "on", "true", "off", "2;0"},
		{"fire", "31;", "16;1", "tripped", "true", "", ""},
		{"a leak", "32;", "16;1", "leak", "true", "", ""},
		{"noise", "33;", "16;1", "sound", "true", "", ""},
		{"how loud", "33;", "37;63", "sound_level", "63", "", ""},
		{"shaking", "34;", "16;0", "vibration", "false", "", ""},
		{"how fast", "34;", "37;50", "vibration_level", "50", "", ""},
		{"damp", "35;", "16;1", "moisture", "true", "", ""},
		{"how damp", "35;", "37;33", "moisture_level", "33", "", ""},
		{"a text", "36;", "47;Hello World", "text", "Hello World", "Good night", "47;Good night"},
		{"gas", "37;", "35;1.5", "gas", "1.5", "", ""},
		{"a place with commas", "38;", "49;40.741894,-73.989311,12", "longitude", "-73.989311", "", ""},
		{"a place with semicolons", "38;", "49;55.722526;13.017972;18", "altitude", "18", "", ""},
		{"a place that is none", "38;", "49;bad,format", "latitude", `!want latitude,longitude,altitude`, "", ""},
		{"a place of four", "38;", "49;1,2,3,4", "latitude", `!want latitude,longitude,altitude`, "", ""},
		{"a place beyond the pole", "38;", "49;91,2,3", "latitude", `!want latitude,longitude,altitude`, "", ""},
		{"acid", "39;", "51;6.8", "ph", "6.8", "", ""},
		{"redox", "39;", "52;650", "orp", "650", "", ""},
		{"salt", "39;", "53;1200", "conductivity", "1200", "", ""},
		{"a kind of child that there is not", "77;", "0;20", "temperature", "20", "", ""},
		{"a kind of value that there is not", "3;", "99;20", "on", `!of a type that MySensors does not have`, "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			g := opened(t, mysensors.Config{}, nil)
			g.hears("1;255;0;0;17;2.3.2", "1;9;0;0;"+test.child, "1;9;1;0;"+test.value)
			if problem, ok := strings.CutPrefix(test.want, "!"); ok {
				g.complains(problem)
				return
			}
			g.complains()
			g.has("attic-1", test.property, test.want)
			twin, _ := g.registry.Get("attic-1")
			p, _ := twin.Device.Property(test.property)
			if p == nil || test.order == "" {
				if p != nil && p.Writable && test.property != "state" {
					t.Errorf("%s can be told, and is not", p.Name)
				}
				return
			}
			v, err := p.Parse(test.order)
			if err != nil {
				t.Fatal(err)
			}
			g.takes()
			ticket := g.told("attic-1", test.property, v)
			g.sends("1;9;1;1;" + test.sent)
			g.hears("1;9;1;1;" + test.sent)
			g.settled(ticket, nil)
		})
	}
}

func TestUnitsOfTheirOwn(t *testing.T) {
	g := opened(t, mysensors.Config{}, nil)
	g.hears("1;255;0;0;17;2.3.2", "1;1;0;0;15;", "1;1;1;0;13;15", "1;2;0;0;24;", "1;2;1;0;37;3")
	for unit, line := range map[string]string{"mm": "1;1;1;0;43;mm", "ppm": "1;2;1;0;43;ppm"} {
		g.hears(line)
		g.pass(3e9)
		property := map[string]string{"mm": "distance", "ppm": "dust"}[unit]
		twin, _ := g.registry.Get("attic-1")
		if p, _ := twin.Device.Property(property); p.Unit != unit {
			t.Errorf("%s is in %q, want %q", property, p.Unit, unit)
		}
		if twin.Reported(property).IsZero() {
			t.Errorf("%s has lost its value", property)
		}
	}
	g.complains()
}

func TestACoverOnItsWay(t *testing.T) {
	g := opened(t, mysensors.Config{}, nil)
	g.hears("1;255;0;0;17;2.3.2", "1;1;0;0;5;")
	g.pass(3e9)
	for _, step := range []struct{ line, state string }{
		{"1;1;1;0;3;0", "closed"}, {"1;1;1;1;29;1", "closed"}, {"1;1;1;0;29;1", "opening"}, {"1;1;1;0;3;50", "opening"}, {"1;1;1;0;31;1", "open"},
		{"1;1;1;0;31;0", "open"}, {"1;1;1;0;29;1", "opening"}, {"1;1;1;0;3;100", "open"}, {"1;1;1;0;30;1", "closing"}, {"1;1;1;0;3;20", "closing"},
		{"1;1;1;0;30;0", "open"}, {"1;1;1;0;3;0", "closed"}, {"1;1;1;0;2;1", "open"},
	} {
		g.hears(step.line)
		if twin, _ := g.registry.Get("attic-1"); twin.Reported("state") != devices.Text(step.state) {
			t.Errorf("after %s it is %s, want %s", step.line, twin.Reported("state"), step.state)
		}
	}
}

func TestAChildThatBecomesAnother(t *testing.T) {
	g := opened(t, mysensors.Config{}, nil)
	g.hears("1;255;0;0;17;2.3.2", "1;1;0;0;3;", "1;1;1;0;2;1", "1;1;1;0;17;40", "1;1;0;0;4;", "1;1;1;0;3;70")
	g.has("attic-1", "on", "true")
	g.has("attic-1", "brightness", "70")
	g.has("attic-1", "power", "40")
	g.hears("1;1;0;0;6;", "1;1;1;0;0;20")
	g.has("attic-1", "temperature", "20")
	if twin, _ := g.registry.Get("attic-1"); twin.Device.Kind != "sensor" {
		t.Errorf("it is a %s", twin.Device.Kind)
	}
	g.complains()
}

func TestLinesThatAreNone(t *testing.T) {
	g := opened(t, mysensors.Config{}, nil)
	for line, want := range map[string]string{
		"hello":                  "want node;child;command;ack;type;payload",
		"1;2;3":                  "want node;child;command;ack;type;payload",
		"1;1;1;0;256;1":          `type is "256", want 0 to 255`,
		"-1;1;1;0;2;1":           `node is "-1", want 0 to 255`,
		"1;1;5;0;2;1":            "command is 5, want 0 to 4",
		"1;1;1;2;2;1":            "ack is 2, want 0 or 1",
		"1;255;1;0;2;1":          "child 255, which is the node itself",
		"1;7;3;0;0;50":           "child is 7, want 255 in an internal message",
		"255;1;1;0;2;1":          "node 255, which nobody is",
		"255;255;3;0;4;1":        "node 255, which nobody is",
		"1;255;3;0;19;":          "what only a controller sends (is asked to present itself)",
		"1;255;3;0;6;M":          "what only a controller sends (configuration)",
		"1;255;3;0;1;12345":      "what only a controller sends (time)",
		"1;255;3;0;99;":          "internal message of type 99",
		"1;255;3;0;22;bad":       `a heartbeat of "bad", want a number`,
		"1;255;3;0;32;soon":      `goes to sleep, listens for ms "soon", want milliseconds`,
		"1;255;3;0;0;-1":         `battery: got "-1", want 0 to 100`,
		"1;255;3;0;23;LOCKED":    "node 1 is locked: LOCKED",
		"1;255;0;0;3;":           "presents itself as 3, want 17",
		"1;255;4;0;0;0100":       "a stream was passed over (asks which firmware it is to have)",
		"1;255;4;0;77;":          "a stream was passed over (of type 77)",
		"1;255;3;0;5;1":          "speaks of inclusion, which is the gateway's",
		"1;255;3;0;11;\xff":      "want text in UTF-8",
		"1;255;3;0;3;":           "asks for a number, and has one",
		strings.Repeat("9", 999): "a line of 999 bytes, want at most 256",
	} {
		g.faults = nil
		g.hears(line)
		if len(g.faults) == 0 || !strings.Contains(strings.Join(g.faults, " "), want) {
			t.Errorf("%.40q: faults %q, want %q", line, g.faults, want)
		}
	}
}

func TestExplain(t *testing.T) {
	g := opened(t, mysensors.Config{}, nil)
	g.hears("12;255;0;0;17;2.3.2", "12;6;0;0;6;Attic", "12;7;0;0;15;", "12;7;1;0;43;mm")
	for line, want := range map[string]string{
		"12;6;1;0;0;21.40":           "node 12, child 6 (thermometer): temperature 21.4 °C",
		"12;7;1;0;13;150":            "node 12, child 7 (distance sensor): distance 150 mm",
		"12;3;1;1;2;1\n":             "node 12, child 3: status 1, with echo",
		"12;6;0;0;6;Attic":           `node 12, child 6: is a thermometer "Attic"`,
		"12;6;2;0;0;":                "node 12, child 6 (thermometer): is asked for temperature",
		"255;255;3;0;3;":             "everybody, or a node without a number: asks for a number",
		"0;255;3;0;14;startup done.": "gateway: gateway ready startup done.",
		"12;255;3;0;32;500":          "node 12: goes to sleep, listens for ms 500",
		"12;255;4;0;2;01":            "node 12: asks for a block of firmware 01",
		"12;6;1;0;200;x":             "node 12, child 6 (thermometer): type 200 x",
		"?":                          `no message: got "?", want node;child;command;ack;type;payload`,
	} {
		if got := string(g.it.Explain([]byte("> "), []byte(line))); got != "> "+want {
			t.Errorf("%q: %q, want %q", line, got, want)
		}
	}
}

func TestValidate(t *testing.T) {
	num := func(x float64) *float64 { return &x }
	cfg := mysensors.Config{Nodes: []mysensors.Node{
		{Node: 1, ID: "hall"}, {Node: 255, ID: "hall"}, {Node: 1, ID: "Große Halle"}, {Node: 2, TargetMin: num(30), TargetMax: num(20)},
		{Node: 3, TargetMax: num(500)}, {Node: 4, Silence: 1e9}, {Node: -1, Name: strings.Repeat("x", 5000)},
	}}
	want := []string{
		"nodes[1].node: 255 is no node", `nodes[1].id: "hall" is the id of nodes[0] too`, "nodes[2].node: 1 is nodes[0] too", "nodes[2].id: bad device id",
		"nodes[3].target_max: 20 is not more than target_min, which is 30", "nodes[4].target_max: setpoints of 5 to 500", "nodes[5].silence: 1s; use 1m0s or more",
		"nodes[6].node: -1 is no node", "nodes[6].name: 5000 bytes",
	}
	i := 0
	cfg.Validate(func(path, problem string) {
		if got := path + ": " + problem; i >= len(want) || !strings.HasPrefix(got, want[i]) {
			t.Errorf("mistake %d: %s", i, got)
		}
		i++
	})
	if i != len(want) {
		t.Errorf("%d mistakes, want %d", i, len(want))
	}
	if _, err := mysensors.New("attic", cfg); err == nil {
		t.Error("New takes it")
	}
	if _, err := mysensors.New("attic", mysensors.Config{Nodes: []mysensors.Node{{Node: 3, ID: "attic-4"}}}); err == nil || !strings.Contains(err.Error(), "what node 4 has by default") {
		t.Errorf("an id of another node: %v", err)
	}
	ids := (&mysensors.Config{Nodes: []mysensors.Node{{Node: 1, ID: "hall"}, {Node: 2}, {Node: 3, ID: "x", Ignore: true}}}).Declared()
	if len(ids) != 1 || ids[0] != "hall" {
		t.Errorf("declared are %q", ids)
	}
}

func TestKeptThingsThatAreBroken(t *testing.T) {
	kept := map[string][]byte{
		"node/001": []byte(`{"kind":17,"children":[{"child":1,"kind":6,"values":[0,99,-1]},{"child":1,"kind":3}],"properties":[{"child":1,"kind":0,"name":"Bad Name"},{"child":9,"kind":9,"name":"x"}]}`),
		"node/002": []byte(`{`), "node/300": []byte(`{}`), "order/001/001/045": []byte(`[]`), "order/077/001/045": []byte(`{"kind":45,"payload":"1"}`), "order/x": []byte(`{}`),
	}
	for i := range 3 {
		kept["order/001/001/00"+strconv.Itoa(i)] = []byte(`{"kind":` + strconv.Itoa(i) + `,"payload":"1;2"}`)
	}
	g := opened(t, mysensors.Config{}, kept)
	g.has("attic-1", "temperature", "")
	g.hears("255;255;3;0;3;")
	g.sends("255;255;3;0;4;3") // a broken record is a number that was given, too
	if len(g.faults) != 8 {
		t.Errorf("%d faults, want 8: %q", len(g.faults), g.faults)
	}
}
