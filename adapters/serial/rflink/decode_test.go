package rflink_test

import (
	"testing"
	"time"

	"thingbridge/adapters/serial/rflink"
	"thingbridge/devices"
)

// What a label says, in a line of a device that is known by its first one.
func TestLabels(t *testing.T) {
	for field, want := range map[string]string{
		"TEMP=00d7": "temperature 21.5", "TEMP=8019": "temperature -2.5", "TEMP=8000": "temperature 0", "TEMP=d7": "temperature 21.5",
		"TEMP=ffff": "temperature: temperature: out of range: got -3276.7 °C, want -60 to 350 °C", "TEMP=12345": `temperature: got "12345", want at most 4 hexadecimal digits`,
		"TEMP=0x1": `temperature: got "0x1", want hexadecimal digits`, "TEMP=": `temperature: got "", want 1 to 8 hexadecimal digits`,
		"HUM=61": "humidity 61", "HUM=3d": `humidity: got "3d", want decimal digits`, "HUM=101": "humidity: humidity: out of range: got 101 %, want 0 to 100 %",
		"BARO=03e8": "pressure 1000", "BARO=0001": "pressure: pressure: out of range: got 1 hPa, want 300 to 1200 hPa",
		"HSTATUS=2": "humidity_status too_dry", "HSTATUS=04": "humidity_status: got 04, want 0 to 3", "BFORECAST=1": "forecast sunny",
		"UV=0021": "uv_index 3.3", "LUX=0fa0": "illuminance 4000", "RAIN=008d": "rain 14.1", "RAINTOT=0012": "rain_today 1.8", "RAINRATE=000a": "rain_rate 1",
		"WINSP=0041": "wind_speed 6.5", "AWINSP=0050": "wind_speed_average 8", "WINGS=0088": "wind_gust 13.6",
		"WINDIR=0015": "wind_direction 337.5", "WINDIR=4": "wind_direction 90", "WINDIR=0016": "wind_direction: got 0016, want 0 to 15",
		"WINDIR=5A": `wind_direction: got "5A", want decimal digits`, "WDIR=0045": "wind_direction 45", "WINDIR_DEG=315": "wind_direction 315",
		"WINCHL=8037": "wind_chill -5.5", "WINTMP=00c3": "temperature 19.5",
		"WATT=00fa": "power 250", "KWATT=00fa": "power 0.25", "CURRENT=0012": "current 12", "CURRENT2=0001": "current_2 1", "CURRENT3=0002": "current_3 2", "VOLT=0231": "voltage 231",
		"CO2=0800": "carbon_dioxide 800", "SOUND=0042": "sound_pressure 42", "DIST=0123": "distance 123", "METER=1234": "meter 1234", "CHIME=09": "chime 9",
		"PIR=ON": "motion true", "PIR=OFF": "motion false", "SMOKEALERT=ON": "smoke true", "SMOKEALERT=on": `smoke: got "on", want ON or OFF`,
		"BAT=OK": "battery_low false", "BAT=LOW": "battery_low true", "BAT=0": `battery_low: got "0", want LOW or OK`,
	} {
		g := play(t, atOnce, nil)
		g.hear("20;01;X;ID=1;" + field + ";")
		g.opened()
		g.hear("20;02;X;ID=1;" + field + ";")
		if len(g.said) != 1 || g.said[0] != "attic-x-1 "+want && g.said[0] != "device attic-x-1: "+want {
			t.Errorf("%s says %q, want %q", field, g.said, want)
		}
	}
}

func TestLines(t *testing.T) {
	thermometer := "attic-x-1 is a sensor: temperature"
	for _, test := range []struct {
		name string
		line string
		want []string
	}{
		{"a half line before it", "20;01;Cresta;ID=3020;02;X;ID=1;TEMP=00d7;", []string{thermometer, "attic-x-1 temperature 21.5"}},
		{"noise before it", "\x80;4720;02;X;ID=1;TEMP=00d7;", []string{thermometer, "attic-x-1 temperature 21.5"}},
		{"empty fields and pulses behind it", "20;02;X;ID=1;TEMP=00d7;;DEBUG=0D03 1a89;", []string{thermometer, "attic-x-1 temperature 21.5"}},
		{"a number that may be cut", "20;02;X;ID=1;TEMP=00d7;HUM=5", []string{thermometer, "attic-x-1 temperature 21.5", "device attic-x-1: HUM: the line is cut"}},
		{"a word that cannot be cut", "20;02;X;ID=1;TEMP=00d7;BAT=OK", []string{"attic-x-1 is a sensor: temperature battery_low", "attic-x-1 temperature 21.5", "attic-x-1 battery_low false"}},
		{"a label that nobody knows", "20;02;X;ID=1;TEMP=00d7;SOIL=12;", []string{thermometer, "attic-x-1 temperature 21.5", "device attic-x-1: SOIL is not known, and passed over"}},
		{"only such labels", "20;02;X;ID=1;SOIL=12;", []string{"X 1 says nothing that is known: SOIL"}},
		{"watt-hours beside watts", "20;02;X;ID=1;WATT=00fa;KWATT=000004d2;", []string{"attic-x-1 is a meter: power energy", "attic-x-1 power 250", "attic-x-1 energy 1.234"}},
		{"pulses", "20;02;DEBUG;Pulses=50;Pulses(uSec)=1725,325;", []string{"the gateway writes what its radio did not understand; it stops when it is sent 10;RFDEBUG=OFF;"}},
		{"nobody", "20;02;Oregon Unknown;DEBUG=8A EC;", []string{"it does not say who has sent it"}},
		{"another baud rate", "\xff\xfe\x80\x00\xf8", []string{"no line of a gateway, or a part of one; it begins with 20; and two hexadecimal digits"}},
		{"a strange address", "20;02;X;ID=1/2;TEMP=00d7;", []string{`"1/2" is no address`}},
		{"a strange switch", "20;02;X;ID=1;SWITCH=a b;CMD=ON;", []string{`"a b" is no switch`}},
		{"what we said ourselves", "10;X;1;1;ON;", nil},
		{"settings", "20;02;STATUS;setRF433=ON;setNodoNRF=OFF;", nil},
		{"an unknown command", "20;02;X;ID=1;SWITCH=1;CMD=UNKOWN;", []string{`X 1: command: got "UNKOWN", want ON, OFF, ALLON, ALLOFF, UP, DOWN, STOP or SET_LEVEL=0 to 15`}},
		{"a level that is none", "20;02;X;ID=1;SWITCH=1;CMD=SET_LEVEL=16;", []string{`X 1: command: got "SET_LEVEL=16", want ON, OFF, ALLON, ALLOFF, UP, DOWN, STOP or SET_LEVEL=0 to 15`}},
		{"a level as a label", "20;02;X;ID=1;SWITCH=1;SET_LEVEL=15;", []string{"attic-x-1 is a light: on brightness", "attic-x-1 brightness 100", "attic-x-1 on true"}},
		{"an effect", "20;02;MiLightv1;ID=1;SWITCH=1;CMD=MODE3;", nil},
		{"a lamp with colours", "20;02;MiLightv1;ID=1;SWITCH=1;RGBW=b080;CMD=ON;", []string{
			"attic-milightv1-1 is a light: on brightness color", "attic-milightv1-1 color #ff0000", "attic-milightv1-1 brightness 50", "attic-milightv1-1 on true"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			g := play(t, atOnce, nil).opened()
			g.hear(test.line)
			g.expect(test.want...)
		})
	}
}

func TestFaultsEnd(t *testing.T) {
	g := play(t, atOnce, nil).opened()
	g.hear("20;01;X;ID=1;TEMP=00d7;HUM=200;", "20;02;X;ID=1;TEMP=00d7;HUM=20;")
	g.expect("attic-x-1 is a sensor: temperature humidity", "attic-x-1 temperature 21.5", "device attic-x-1: humidity: humidity: out of range: got 200 %, want 0 to 100 %",
		"attic-x-1 temperature 21.5", "attic-x-1 humidity 20", "device attic-x-1: humidity: <nil>")
	g.hear("20;01;X;ID=1;TEMP=00d7;SOIL=1;", "20;02;X;ID=1;TEMP=00d7;", "noise", "20;02;OK;", "20;02;PONG;")
	g.expect("attic-x-1 temperature 21.5", "device attic-x-1: SOIL is not known, and passed over", "attic-x-1 temperature 21.5", "device attic-x-1: <nil>",
		"no line of a gateway, or a part of one; it begins with 20; and two hexadecimal digits", "<nil>")
}

func TestHumidityOfOldGateways(t *testing.T) {
	g := play(t, rflink.Config{Patience: 1, Humidity: "hex"}, nil).opened()
	g.hear("20;01;X;ID=1;HUM=3d;")
	g.expect("attic-x-1 is a sensor: humidity", "attic-x-1 humidity 61")
}

// Each switch of a remote control is a property; ALLOFF is for all of them.
func TestSwitches(t *testing.T) {
	g := play(t, rflink.Config{Patience: 1, Devices: []rflink.Device{
		{Key: "newkaku cac142", Switch: "3", ID: "hall", Name: "Hall", Area: "Ground floor", Kind: "light"},
		{Key: "NewKaku cac142", Switch: "0b", ID: "front-door", Kind: "door"},
	}}, nil)
	g.expect("hall is a light: on", "front-door is a door: ")
	g.hear("20;01;NewKaku;ID=00cac142;SWITCH=1;CMD=ON;", "20;02;NewKaku;ID=cac142;SWITCH=2;CMD=ON;", "20;03;NewKaku;ID=CAC142;SWITCH=3;CMD=ON;",
		"20;03;NewKaku;ID=CAC142;SWITCH=B;CMD=ON;", "20;04;NewKaku;ID=cac142;SWITCH=1;CMD=ALLOFF;")
	g.expect("attic-newkaku-00cac142 is a switch: on", "attic-newkaku-00cac142 on true", "attic-newkaku-00cac142 is a switch: on on_2", "attic-newkaku-00cac142 on_2 true",
		"hall on true", "front-door is a door: open", "front-door open true", "hall on false", "attic-newkaku-00cac142 on false", "attic-newkaku-00cac142 on_2 false")
	if twin, _ := g.registry.Get("hall"); twin.Device.Area != "Ground floor" || twin.Device.Name != "Hall" || twin.Availability != devices.Online {
		t.Errorf("the hall is %+v, %v", twin.Device, twin.Availability)
	}
}

// Who never says OFF is off after a while; who says it is believed.
func TestMotionEnds(t *testing.T) {
	g := play(t, atOnce, nil).opened()
	g.hear("20;12;Pir;ID=aa66;PIR=ON;")
	g.wait(time.Minute)
	g.hear("20;13;Pir;ID=aa66;PIR=ON;")
	g.wait(119 * time.Second)
	g.expect("attic-pir-aa66 is a motion: motion", "attic-pir-aa66 motion true", "attic-pir-aa66 motion true")
	g.wait(2 * time.Second)
	g.expect("attic-pir-aa66 motion false")
	g.hear("20;13;Pir;ID=aa66;PIR=OFF;", "20;13;Pir;ID=aa66;PIR=ON;", "20;14;PONG;")
	g.wait(time.Hour)
	g.expect("attic-pir-aa66 motion false", "attic-pir-aa66 motion true")
}

func TestCovers(t *testing.T) {
	g := play(t, rflink.Config{Patience: 1, Devices: []rflink.Device{{Key: "newkaku 12", Switch: "1", ID: "awning", Kind: "cover", Inverted: true}}}, nil)
	g.opened()
	g.hear("20;39;RTS;ID=1a602a;SWITCH=01;CMD=DOWN;", "20;39;RTS;ID=1a602a;SWITCH=01;CMD=STOP;", "20;39;NewKaku;ID=12;SWITCH=1;CMD=OFF;")
	g.expect("attic-rts-1a602a is a cover: state command", "attic-rts-1a602a state closed", "awning state open")
}

func TestExplain(t *testing.T) {
	it, err := rflink.New("attic", rflink.Config{})
	if err != nil {
		t.Fatal(err)
	}
	for line, want := range map[string]string{
		"20;2D;UPM/Esic;ID=0001;TEMP=00cf;HUM=16;BAT=OK;":            "UPM/Esic 0001: temperature 20.7 °C, humidity 16 %, battery_low false",
		"20;06;NewKaku;ID=008440e6;SWITCH=a;CMD=OFF;":                "NewKaku 008440e6, switch a: OFF",
		"20;01;MiLightv1;ID=F746;SWITCH=00;RGBW=3c00;":               "MiLightv1 F746, switch 00: colour and brightness 3c00",
		"20;AD;FA500;ID=0d;SWITCH=0001;CMD=UNKOWN;":                  "FA500 0d, switch 0001: UNKOWN (not known)",
		"20;6A;UPM/Esic;ID=1002;WINDIR=5A;SOIL=1;":                   `UPM/Esic 1002: wind_direction not understood (got "5A", want decimal digits), SOIL is not known`,
		"20;00;Nodo RadioFrequencyLink - RFLink Gateway V1.1 - R46;": "the gateway has started: Nodo RadioFrequencyLink - RFLink Gateway V1.1 - R46",
		"20;01;VER=1.1;REV=45;BUILD=04;":                             "the gateway about itself: VER=1.1 REV=45 BUILD=04",
		"20;02;STATUS;setRF433=ON;":                                  "the gateway about itself: setRF433=ON",
		"20;01;PONG;":                                                "the gateway is there",
		"20;01;OK;":                                                  "the gateway has sent it",
		"20;01;CMD UNKNOWN;":                                         "the gateway does not know the command",
		"20;01;DEBUG;Pulses=2;":                                      "passed over: pulses that the radio did not understand, because RFDEBUG is on",
		"20;01;Oregon Unknown;DEBUG=8A;":                             "passed over, for it does not say who has sent it: Oregon Unknown",
		"\x80\x81":                                                   "not understood: no line of a gateway, or a part of one; it begins with 20; and two hexadecimal digits",
		"10;PING;\r\n":                                               "to the gateway: are you there?",
		"10;RTSRECCLEAN=9;":                                          "to the gateway: forget the rolling code 9",
		"10;setGPIO=ON;":                                             "to the gateway: set setGPIO=ON",
		"10;Selectplus;001c33;":                                      "to the gateway: send Selectplus 001c33: ring",
		"10;MERTIK;64;UP;":                                           "to the gateway: send MERTIK 64: UP",
		"10;NewKaku;00c142;1;ON;":                                    "to the gateway: send NewKaku 00c142, switch 1: ON",
		"10;MiLightv1;F746;00;3c00;ON;":                              "to the gateway: send MiLightv1 F746, switch 00, 3c00: ON",
		"11;20;0B;NewKaku;ID=5;SWITCH=2;CMD=ON;":                     "say as if it had been heard: NewKaku 5, switch 2: ON",
	} {
		if got := string(it.Explain(nil, []byte(line))); got != want {
			t.Errorf("%q: got %q, want %q", line, got, want)
		}
	}
}
