package line_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"thingbridge/adapters/serial/line"
)

// one returns a configuration with a property p.
func one(p line.Property) line.Config {
	return line.Config{Devices: []line.Device{{ID: "a", Properties: []line.Property{p}}}}
}

func TestEachMistakeIsReportedWithItsPath(t *testing.T) {
	long := strings.Repeat("x", 5000)
	var many []line.Device
	for range 65 {
		many = append(many, line.Device{ID: "a"})
	}
	for _, test := range []struct {
		name   string
		format line.Format
		cfg    line.Config
		want   string // path: the beginning of the problem
	}{
		{"no format", "lines", line.Config{}, `codec: "lines" is no format of lines; use json, keyvalue, csv or pattern`},
		{"terminator", line.JSON, line.Config{Terminator: strings.Repeat("x", 17)}, "terminator: 17 bytes, want at most 16"},
		{"checksum", line.JSON, line.Config{Checksum: "md5"}, `checksum: "md5" is no checksum; use nmea, sum8`},
		{"mark alone", line.JSON, line.Config{ChecksumMark: "#"}, "checksum_mark: goes with checksum"},
		{"long mark", line.JSON, line.Config{Checksum: "nmea", ChecksumMark: long}, "checksum_mark: 5000 bytes"},
		{"separator of json", line.JSON, line.Config{Separator: ";"}, "separator: goes with codec keyvalue or csv; this is json"},
		{"separator of two", line.CSV, line.Config{Separator: ";;"}, `separator: ";;"; use one character`},
		{"assign of csv", line.CSV, line.Config{Assign: "="}, "assign: goes with codec keyvalue; this is csv"},
		{"assign and separator alike", line.KeyValue, line.Config{Separator: ";", Assign: ";"}, `assign: ";" is the separator too`},
		{"long assign", line.KeyValue, line.Config{Assign: "->"}, `assign: "->" is longer than one character; give the separator too`},
		{"columns of json", line.JSON, line.Config{Columns: []string{"a"}}, "columns: go with codec csv; this is json"},
		{"too many columns", line.CSV, line.Config{Columns: make([]string, 300)}, "columns: 300 columns, want at most 256"},
		{"a column twice", line.CSV, line.Config{Columns: []string{"a", "", "", "a"}}, `columns[3]: "a" is columns[0] too`},
		{"a long column", line.CSV, line.Config{Columns: []string{long}}, "columns[0]: 5000 bytes, want at most 64"},
		{"patterns of csv", line.CSV, line.Config{Patterns: []string{"a"}}, "patterns: go with codec pattern; this is csv"},
		{"too many patterns", line.Pattern, line.Config{Patterns: make([]string, 65)}, "patterns: 65 patterns, want at most 64"},
		{"a bad pattern", line.Pattern, line.Config{Patterns: []string{`(?P<a>x)`, `(`}}, "patterns[1]: error parsing regexp"},
		{"a pattern without a name", line.Pattern, line.Config{Patterns: []string{`T=(\d+)`}}, "patterns[0]: has no named group"},
		{"a long pattern", line.Pattern, line.Config{Patterns: []string{long}}, "patterns[0]: 5000 bytes, want at most 1024"},
		{"a long device key", line.JSON, line.Config{DeviceKey: long}, "device_key: 5000 bytes"},
		{"unknown devices", line.JSON, line.Config{DeviceKey: "id", UnknownDevices: "no"}, `unknown_devices: "no"; use learn or refuse`},
		{"unknown devices alone", line.JSON, line.Config{UnknownDevices: "learn"}, "unknown_devices: goes with device_key"},
		{"none but unknown devices", line.JSON, line.Config{DeviceKey: "id", UnknownDevices: "refuse"}, "unknown_devices: refuse leaves no device"},
		{"silent", line.JSON, line.Config{Silent: time.Millisecond}, "silent: 1ms; use a time such as 5m"},
		{"no question", line.JSON, line.Config{Poll: &line.Poll{}}, "poll.command: missing"},
		{"a long question", line.JSON, line.Config{Poll: &line.Poll{Command: long}}, "poll.command: 5000 bytes, want at most 512"},
		{"too often", line.JSON, line.Config{Poll: &line.Poll{Command: "x", Every: time.Millisecond, Answer: time.Millisecond}}, "poll.every: 1ms; use at least 100ms"},
		{"a negative answer", line.JSON, line.Config{Poll: &line.Poll{Command: "x", Answer: -1}}, "poll.answer: -1ns; use a time"},
		{"an answer that takes too long", line.JSON, line.Config{Poll: &line.Poll{Command: "x", Every: time.Second}}, "poll.answer: 2s is longer than every, 1s"},
		{"a bad ack", line.JSON, line.Config{Commands: line.Commands{Ack: "("}}, "commands.ack: error parsing regexp"},
		{"a bad error", line.JSON, line.Config{Commands: line.Commands{Error: "("}}, "commands.error: error parsing regexp"},
		{"a negative time", line.JSON, line.Config{Commands: line.Commands{Answer: -1}}, "commands.answer: -1ns; use a time"},
		{"retries", line.JSON, line.Config{Commands: line.Commands{Retries: whole(11)}}, "commands.retries: 11; use 0 to 10"},
		{"too many devices", line.JSON, line.Config{Devices: many}, "devices: 65 devices, want at most 64 at one port"},
		{"an id", line.JSON, line.Config{Devices: []line.Device{{ID: "A b"}}}, "devices[0].id: bad device id"},
		{"an id twice", line.JSON, line.Config{DeviceKey: "id", Devices: []line.Device{{ID: "a"}, {ID: "a", Key: "b"}}}, `devices[1].id: "a" is the id of devices[0] too`},
		{"a key twice", line.JSON, line.Config{DeviceKey: "id", Devices: []line.Device{{ID: "a"}, {ID: "b", Key: "a"}}}, `devices[1].key: "a" is the key of devices[0] too`},
		{"a key alone", line.JSON, line.Config{Devices: []line.Device{{ID: "a", Key: "b"}}}, "devices[0].key: goes with device_key"},
		{"a long name", line.JSON, line.Config{Devices: []line.Device{{ID: "a", Name: long}}}, "devices[0].name: 5000 bytes"},
		{"no text", line.JSON, line.Config{Devices: []line.Device{{ID: "a", Area: "\xff"}}}, `devices[0].area: "\xff" is not valid UTF-8`},
		{"several that learn", line.JSON, line.Config{Devices: []line.Device{{ID: "a", Properties: []line.Property{{Name: "x"}}}, {ID: "b"}}}, "devices[1].properties: missing"},
		{"too many properties", line.JSON, line.Config{Devices: []line.Device{{ID: "a", Properties: make([]line.Property, 513)}}}, "devices[0].properties: 513 properties"},
		{"a name twice", line.JSON, line.Config{Devices: []line.Device{{ID: "a", Properties: []line.Property{{Name: "x"}, {Name: "x", Key: "y"}}}}}, `devices[0].properties[1].name: "x" is the name of properties[0] too`},
		{"a field twice", line.JSON, line.Config{Devices: []line.Device{{ID: "a", Properties: []line.Property{{Name: "x", Key: "y"}, {Name: "z", Key: "y"}}}}}, `devices[0].properties[1].key: "y" is the key of properties[0] too`},
		{"no name", line.JSON, one(line.Property{}), "devices[0].properties[0].name: missing"},
		{"a bad name", line.JSON, one(line.Property{Name: "A b"}), `devices[0].properties[0].name: "A b"; use a-z`},
		{"a long name of a property", line.JSON, one(line.Property{Name: long}), "devices[0].properties[0].name: 5000 characters"},
		{"type", line.JSON, one(line.Property{Name: "x", Type: "float"}), `devices[0].properties[0].type: "float" is no type`},
		{"a long key", line.JSON, one(line.Property{Name: "x", Key: long}), "devices[0].properties[0].key: 5000 bytes"},
		{"min", line.JSON, one(line.Property{Name: "x", Min: number(2), Max: number(1)}), "devices[0].properties[0].min: 2 is greater than max 1"},
		{"min is no number", line.JSON, one(line.Property{Name: "x", Min: number(math.NaN())}), "devices[0].properties[0].min: is not a number"},
		{"max is no number", line.JSON, one(line.Property{Name: "x", Max: number(math.NaN())}), "devices[0].properties[0].max: is not a number"},
		{"step", line.JSON, one(line.Property{Name: "x", Step: -1}), "devices[0].properties[0].step: -1; use a number above 0"},
		{"deadband", line.JSON, one(line.Property{Name: "x", Deadband: -1}), "devices[0].properties[0].deadband: -1; use 0 or more"},
		{"scale", line.JSON, one(line.Property{Name: "x", Scale: number(0)}), "devices[0].properties[0].scale: 0; use a number other than 0"},
		{"offset", line.JSON, one(line.Property{Name: "x", Offset: math.Inf(1)}), "devices[0].properties[0].offset: +Inf; use a number"},
		{"a unit of a text", line.JSON, one(line.Property{Name: "x", Type: "text", Unit: "m"}), "devices[0].properties[0].unit: goes with type number; this is text"},
		{"a scale of a boolean", line.JSON, one(line.Property{Name: "x", Type: "boolean", Scale: number(2)}), "devices[0].properties[0].scale: goes with type number; this is boolean"},
		{"no options", line.JSON, one(line.Property{Name: "x", Type: "enum"}), "devices[0].properties[0].options: missing"},
		{"options of a text", line.JSON, one(line.Property{Name: "x", Type: "text", Options: []string{"a"}}), "devices[0].properties[0].options: go with type enum; this is text"},
		{"too many options", line.JSON, one(line.Property{Name: "x", Options: make([]string, 300)}), "devices[0].properties[0].options: 300 options"},
		{"an empty option", line.JSON, one(line.Property{Name: "x", Options: []string{""}}), "devices[0].properties[0].options[0]: is empty"},
		{"an option of two lines", line.JSON, one(line.Property{Name: "x", Options: []string{"a\nb"}}), `devices[0].properties[0].options[0]: "a\nb" is no text of one line`},
		{"an option twice", line.JSON, one(line.Property{Name: "x", Options: []string{"a", "A"}}), `devices[0].properties[0].options[1]: "A" is options[0] too`},
		{"on and off alike", line.JSON, one(line.Property{Name: "x", TextOn: "off"}), `devices[0].properties[0].text_on: "off" is text_off too`},
		{"on of a number", line.JSON, one(line.Property{Name: "x", Type: "number", TextOn: "1"}), "devices[0].properties[0].text_on: goes with type boolean; this is number"},
		{"off of a number", line.JSON, one(line.Property{Name: "x", Type: "number", TextOff: "0"}), "devices[0].properties[0].text_off: goes with type boolean; this is number"},
		{"ack alone", line.JSON, one(line.Property{Name: "x", Ack: "OK"}), "devices[0].properties[0].ack: goes with write"},
		{"ack", line.JSON, one(line.Property{Name: "x", Write: "{value}", Ack: "("}), "devices[0].properties[0].ack: error parsing regexp"},
		{"a command without the value", line.JSON, one(line.Property{Name: "x", Write: "T={val}"}), `devices[0].properties[0].write: "T={val}" has no place for the value`},
		{"a bad format", line.JSON, one(line.Property{Name: "x", Write: "T={value:x}"}), `devices[0].properties[0].write: "T={value:x}" has no place for the value`},
		{"a long command", line.JSON, one(line.Property{Name: "x", Write: long}), "devices[0].properties[0].write: 5000 bytes"},
		{"a checksum that is not there", line.JSON, one(line.Property{Name: "x", Write: "{value}*{checksum}"}), "devices[0].properties[0].write: {checksum} goes with the key checksum"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			test.cfg.Validate(test.format, func(path, problem string) { got = append(got, path+": "+problem) })
			if len(got) != 1 && test.name != "too many options" || len(got) == 0 || !strings.HasPrefix(got[0], test.want) {
				t.Errorf("mistakes %.200q, want one that begins with %q", got, test.want)
			}
			if _, err := line.New("attic", test.format, &test.cfg); err == nil {
				t.Error("New takes it")
			}
		})
	}
}

func TestAllMistakesAreReported(t *testing.T) {
	cfg := line.Config{Checksum: "md5", Silent: -1, Devices: []line.Device{{ID: "a", Properties: []line.Property{{Name: "X", Step: -1}}}}}
	var got []string
	cfg.Validate(line.JSON, func(path, _ string) { got = append(got, path) })
	want := []string{"checksum", "silent", "devices[0].properties[0].name", "devices[0].properties[0].step"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("paths (-want +got):\n%s", diff)
	}
}

func TestWhatIsRightHasNoMistake(t *testing.T) {
	cfg := board()
	cfg.Patterns, cfg.Checksum, cfg.DeviceKey, cfg.UnknownDevices = []string{`(?P<id>\w+)`}, "crc16-modbus", "id", "refuse"
	cfg.Poll = &line.Poll{Command: "READ"}
	cfg.Validate(line.Pattern, func(path, problem string) { t.Errorf("%s: %s", path, problem) })
	for _, format := range line.Formats() {
		(&line.Config{}).Validate(format, func(path, problem string) { t.Errorf("nothing: %s: %s", path, problem) })
	}
}
