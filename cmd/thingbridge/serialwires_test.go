package main

import (
	"encoding/hex"
	"strings"
)

// wire is hardware at a serial port, and what people see of it.
type wire struct {
	codec   string // also the name of the adapter
	section string // of the codec, in the configuration
	says    string // what the hardware says when the port was opened
	answers map[string]string

	thing    string // the contact's address, before the @
	presence string
	status   []string // in the answer to "status"

	ask  string // in chat; empty: the hardware takes no commands
	hear string // what arrives at the hardware then
	done string // what chat says when the hardware has confirmed it
	get  string
	got  string // the answer to get
}

// wires has one for each codec, but for Modbus, whose devices only answer.
func wires() []wire { return append(lines(), append(radios(), meters()...)...) }

// lines are boards that somebody has programmed.
func lines() []wire {
	return []wire{
		{
			codec: "json", says: `{"id": "bench", "temperature": 21.4, "target": 20}` + "\n",
			section: `
    line:
      device_key: id
      commands: {ack: '"ok": true', error: '"error": "(?P<error>[^"]*)"'}
      devices:
        - id: bench
          name: Bench
          properties:
            - {name: temperature, unit: °C}
            - {name: target, unit: °C, min: 5, max: 30, step: 0.5, write: '{"target": {value}}'}
`,
			answers: map[string]string{`{"target": 22.5}`: `{"ok": true}` + "\n"},
			thing:   "bench", presence: "21.4 °C → 20.0", status: []string{"Temperature: 21.4 °C", "Target: 20 °C"},
			ask: "set 22.5", hear: `{"target": 22.5}`, done: "Target: 22.5 °C.", get: "get target", got: "Target: 22.5 °C",
		},
		{
			codec: "keyvalue", says: strings.Repeat("T=19.5,FAN=slow\n", 2), // the first could be half a line
			section: `
    line:
      commands: {ack: ^OK}
      devices:
        - id: shed
          name: Shed
          properties:
            - {name: temperature, key: T, unit: °C}
            - {name: fan, key: FAN, type: enum, options: ["off", slow, fast], write: "FAN {value}"}
`,
			answers: map[string]string{"FAN fast": "OK\n"},
			thing:   "shed", presence: "19.5 °C", status: []string{"Temperature: 19.5 °C", "Fan: slow"},
			ask: "set fan fast", hear: "FAN fast", done: "Fan: fast.", get: "get fan", got: "Fan: fast",
		},
		{
			codec: "csv", says: strings.Repeat("temperature,humidity,lamp\n20.5,48,0\n", 2),
			section: `
    line:
      commands: {ack: ^OK}
      devices:
        - id: loft
          name: Loft
          kind: light
          properties:
            - {name: temperature, unit: °C}
            - {name: humidity, unit: "%"}
            - {name: "on", key: lamp, type: boolean, text_on: "1", text_off: "0", write: "L{value}"}
`,
			answers: map[string]string{"L1": "OK\n"},
			thing:   "loft", presence: "off", status: []string{"Temperature: 20.5 °C", "Humidity: 48 %", "Light: off"},
			ask: "on", hear: "L1", done: "Light: on.", get: "get on", got: "Light: on",
		},
		{ // nobody has described it
			codec: "pattern", says: strings.Repeat("Humidity: 44.60% Temperature: 22.40 *C\r\n", 3),
			thing: "pattern", presence: "22.4 °C", status: []string{"Temperature: 22.4 °C", "Humidity: 45 %"},
		},
	}
}

// radios are gateways of radio networks.
func radios() []wire {
	return []wire{
		{
			codec: "mysensors", says: "0;255;3;0;14;Gateway startup complete.\n12;255;0;0;17;2.3.2\n12;255;3;0;11;Thermostat\n" +
				"12;1;0;0;29;Living room\n12;1;1;0;0;18.5\n12;1;1;0;45;19.0\n12;1;1;0;21;HeatOn\n",
			answers: map[string]string{"12;1;1;1;45;22.5": "12;1;1;1;45;22.5\n", "0;255;3;0;2;": "0;255;3;0;2;2.3.2\n"},
			thing:   "mysensors-12", presence: "18.5 °C → 19.0", status: []string{"Temperature: 18.5 °C", "Target: 19 °C"},
			ask: "set 22.5", hear: "12;1;1;1;45;22.5", done: "Target: 22.5 °C.", get: "get target", got: "Target: 22.5 °C",
		},
		{
			codec: "rflink", says: "20;00;Nodo RadioFrequencyLink - RFLink Gateway V1.1 - R48;\r\n20;01;NewKaku;ID=008440e6;SWITCH=1;CMD=OFF;\r\n",
			section: `
    rflink:
      devices: [{key: newkaku 008440e6, switch: "1", id: porch-light, name: Porch light, kind: light}]
`,
			answers: map[string]string{"10;newkaku;008440e6;1;ON;": "20;02;OK;\r\n", "10;PING;": "20;03;PONG;\r\n"},
			thing:   "porch-light", presence: "off", status: []string{"Light: off"},
			ask: "on", hear: "10;newkaku;008440e6;1;ON;", done: "Light: on.", get: "get on", got: "Light: on",
		},
	}
}

// meters are what only tells.
func meters() []wire {
	return []wire{
		{
			codec: "dsmr", says: strings.ReplaceAll(telegram, "\n", "\r\n"),
			thing: "dsmr", presence: "244 W", status: []string{"Power: 244 W"},
		},
		{
			codec: "sml", says: unhex(smlFile),
			section: `
    sml: {id: feed, name: Feed}
`,
			thing: "feed", presence: "-168 W", status: []string{"Power: -168 W"},
		},
	}
}

// telegram is what a Dutch meter says each second.
const telegram = `/ISK5\2M550T-1012

1-3:0.2.8(50)
0-0:1.0.0(260115120000W)
0-0:96.1.1(4530303434303037333832323436303139)
1-0:1.8.1(000004.426*kWh)
1-0:1.8.2(000002.399*kWh)
0-0:96.14.0(0002)
1-0:1.7.0(00.244*kW)
0-1:24.1.0(003)
0-1:96.1.0(4730303331303033333231363931323137)
0-1:24.2.1(260115115500W)(00000.107*m3)
!5BF6
`

// smlFile is what a German meter says each second, in hexadecimal: a reading of
// 22462.4136 kWh, and a power of -168 W.
const smlFile = "1b1b1b1b01010101760500000001620062007263010176010105000000010b0a01454d48000041f045010163d9490076050000000262006200726307" +
	"0177010b0a01454d48000041f045070100620affff72620165000000077577070100603201010101010104454d480177070100600100ff010101010b" +
	"0a01454d48000041f0450177070100010800ff641c01047262016500000007621e52ff59000000000d637e080177070100020800ff0101621e52ff62" +
	"000177070100100700ff0101621b520055ffffff5801010163009a007605000000036200620072630201710163a8e6001b1b1b1b1a004fe1"

func unhex(text string) string {
	raw, err := hex.DecodeString(text)
	if err != nil {
		panic(err)
	}
	return string(raw)
}
