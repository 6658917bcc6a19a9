package line_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"thingbridge/adapters/serial/codec"
	"thingbridge/adapters/serial/line"
	"thingbridge/devices"
)

func TestCommandsAreWritten(t *testing.T) {
	for _, test := range []struct {
		name     string
		format   line.Format
		cfg      line.Config
		property line.Property
		value    devices.Value
		want     string
	}{
		{"a number", line.KeyValue, line.Config{}, line.Property{Write: "T={value}"}, devices.Number(21.5), "T=21.5\n"},
		{"decimals", line.KeyValue, line.Config{}, line.Property{Write: "T={value:2}"}, devices.Number(21.5), "T=21.50\n"},
		{"a scale", line.KeyValue, line.Config{}, line.Property{Write: "T={value}", Scale: number(0.1), Offset: -40}, devices.Number(21.4), "T=614\n"},
		{"a step", line.KeyValue, line.Config{}, line.Property{Write: "T={value}", Step: 0.5}, devices.Number(21.4), "T=21.5\n"},
		{"words of one's own", line.KeyValue, line.Config{}, line.Property{Write: "{value}", TextOn: "R1", TextOff: "R0"}, devices.Boolean(false), "R0\n"},
		{"a boolean", line.KeyValue, line.Config{}, line.Property{Type: "boolean", Write: "relay {value}"}, devices.Boolean(true), "relay on\n"},
		{"an end of line", line.KeyValue, line.Config{Terminator: `\r`}, line.Property{Write: "T={value}"}, devices.Number(1), "T=1\r"},
		{"an end of line that is there", line.KeyValue, line.Config{}, line.Property{Write: `T={value}\r\n`}, devices.Number(1), "T=1\r\n"},
		{"an object", line.JSON, line.Config{}, line.Property{Write: `{"set":{"t":{value}}}`}, devices.Number(1), `{"set":{"t":1}}` + "\n"},
		{"a text in an object", line.JSON, line.Config{}, line.Property{Type: "text", Write: `{"t":"{value}"}`}, devices.Text(`a"b\`), `{"t":"a\"b\\"}` + "\n"},
		{"the key of the device", line.KeyValue, line.Config{DeviceKey: "id"}, line.Property{Write: "{device}:{value}"}, devices.Number(1), "board:1\n"},
		{"a checksum", line.KeyValue, line.Config{Checksum: "nmea"}, line.Property{Write: "$T,{value}*{checksum}"}, devices.Number(1), "$T,1*49\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.property.Name = "it"
			test.cfg.Devices = []line.Device{{ID: "board", Properties: []line.Property{test.property}}}
			b := newBench(t, test.format, test.cfg)
			ticket, err := b.set("board", "it", test.value)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]string{test.want}, b.sent); diff != "" {
				t.Errorf("sent (-want +got):\n%s", diff)
			}
			if _, settled := b.done[ticket]; !settled {
				t.Error("the ticket is not settled")
			}
			if len(b.values()) != 1 {
				t.Errorf("values %q, want what it was told, for it never reports", b.values())
			}
		})
	}
}

func TestCommandsAreRefused(t *testing.T) {
	cfg := board()
	cfg.Devices[0].Properties = append(cfg.Devices[0].Properties, line.Property{Name: "text", Type: "text", Write: "say {value}"})
	b := newBench(t, line.KeyValue, cfg)
	for _, test := range []struct {
		device   devices.ID
		property string
		value    devices.Value
		want     error
	}{
		{"nobody", "on", devices.Boolean(true), codec.ErrNoSuchDevice},
		{"board", "off", devices.Boolean(true), codec.ErrNoSuchProperty},
		{"board", "temperature", devices.Number(1), devices.ErrNotWritable},
		{"board", "target", devices.Number(99), devices.ErrRange},
		{"board", "target", devices.Text("hot"), devices.ErrType},
		{"board", "text", devices.Text("a\nrelay=on"), devices.ErrRange},
		{"board", "text", devices.Text(strings.Repeat("x", 600)), devices.ErrRange},
	} {
		if _, err := b.set(test.device, test.property, test.value); !errors.Is(err, test.want) {
			t.Errorf("%s %s %s: %v, want %v", test.device, test.property, test.value, err, test.want)
		}
	}
	if len(b.sent) > 0 {
		t.Errorf("sent %q", b.sent)
	}
}

func TestConfirmations(t *testing.T) {
	for _, test := range []struct {
		name   string
		answer string
		want   string
	}{
		{"confirmed", "OK", ""},
		{"refused", "ERR: valve is stuck", `the device refuses: "valve is stuck"`},
		{"refused without a word", "NAK", `the device refuses: "NAK"`},
		{"refused in many words", "ERROR " + strings.Repeat("x", 100), `the device refuses: "` + strings.Repeat("x", 80) + `…"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := newBench(t, line.KeyValue, board())
			first, _ := b.set("board", "target", devices.Number(21))
			second, _ := b.set("board", "target", devices.Number(22))
			if diff := cmp.Diff([]string{"target=21.0\n"}, b.sent); diff != "" {
				t.Errorf("sent before the answer (-want +got):\n%s", diff)
			}
			b.hear(lines("target=21.0", "temp=20", test.answer))
			err, settled := b.done[first]
			if got := errorText(err); !settled || got != test.want {
				t.Errorf("outcome %v %q, want %q", settled, got, test.want)
			}
			if _, settled := b.done[second]; settled {
				t.Error("the second command is settled with the first one's answer")
			}
			if diff := cmp.Diff([]string{"target=21.0\n", "target=22.0\n"}, b.sent); diff != "" {
				t.Errorf("sent after the answer (-want +got):\n%s", diff)
			}
		})
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestCommandsAreTriedAgain(t *testing.T) {
	cfg := board()
	cfg.Commands = line.Commands{Answer: time.Second, Retries: whole(1)}
	b := newBench(t, line.KeyValue, cfg)
	ticket, _ := b.set("board", "target", devices.Number(21))
	b.pass(1500 * time.Millisecond)
	if diff := cmp.Diff([]string{"target=21.0\n", "target=21.0\n"}, b.sent); diff != "" {
		t.Errorf("sent (-want +got):\n%s", diff)
	}
	b.pass(time.Second)
	if err := b.done[ticket]; !errors.Is(err, codec.ErrNoAnswer) || !strings.Contains(err.Error(), "sent 2 times") {
		t.Errorf("outcome %v, want no answer to 2", err)
	}
	again, _ := b.set("board", "target", devices.Number(22))
	b.hear(lines("OK"))
	if err, settled := b.done[again]; !settled || err != nil {
		t.Errorf("outcome of the next: %v, %v", settled, err)
	}
	if diff := cmp.Diff([]string{"board target 22 °C"}, b.values()); diff != "" {
		t.Errorf("values (-want +got):\n%s", diff)
	}
}

func TestCommandsThatWait(t *testing.T) {
	b := newBench(t, line.KeyValue, board())
	for i := range 33 {
		if _, err := b.set("board", "target", devices.Number(float64(5+i%20))); err != nil {
			t.Fatalf("command %d: %v", i, err)
		}
	}
	if _, err := b.set("board", "target", devices.Number(21)); !errors.Is(err, line.ErrBusy) {
		t.Errorf("one too many: %v", err)
	}
	b.step(b.codec.Lost)
	if len(b.done) != 33 {
		t.Errorf("%d of 33 are settled when the port is lost", len(b.done))
	}
	for ticket, err := range b.done {
		if !errors.Is(err, codec.ErrLost) {
			t.Errorf("ticket %d: %v, want that the port was lost", ticket, err)
		}
	}
}

func TestAReportIsNotGuessedOnceTheDeviceReports(t *testing.T) {
	b := newBench(t, line.KeyValue, board())
	b.hear(lines("x", "relay=off"))
	if _, err := b.set("board", "on", devices.Boolean(true)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"board on false"}, b.values()); diff != "" {
		t.Errorf("values before its report (-want +got):\n%s", diff)
	}
	b.hear(lines("relay=on"))
	if diff := cmp.Diff([]string{"board on true"}, b.values()); diff != "" {
		t.Errorf("values after it (-want +got):\n%s", diff)
	}
}

func TestChecksums(t *testing.T) {
	for _, test := range []struct {
		checksum, line, want string
	}{
		{"nmea", "$T=21.5*71", ""},
		{"nmea", "$T=21.6*71", "checksum 71, want 72"},
		{"nmea", "T=21.5", `no checksum in "T=21.5", want * and 2 hexadecimal digits at its end`},
		{"nmea", "T=21.5*xy", `checksum "xy" is no hexadecimal number`},
		{"sum8", "123456789*DD", ""},
		{"sum8", "123456789*00", "checksum 00, want DD"},
		{"crc16-modbus", "123456789*4B37", ""}, // the check value of the catalogue of CRCs
		{"crc16-modbus", "123456789*0000", "checksum 0000, want 4B37"},
		{"crc16-ccitt", "123456789*29B1", ""},
		{"crc16-ccitt", "123456789*29B2", "checksum 29B2, want 29B1"},
	} {
		b := newBench(t, line.KeyValue, line.Config{Checksum: test.checksum})
		b.hear(test.line + "\n")
		want := []string{test.want}
		if test.want == "" {
			want = nil
		}
		if diff := cmp.Diff(want, b.faults); diff != "" {
			t.Errorf("%s %s (-want +got):\n%s", test.checksum, test.line, diff)
		}
	}
	b := newBench(t, line.KeyValue, line.Config{Checksum: "nmea"})
	b.hear("$T=21.5*71\n") // what is proved need not come twice
	if diff := cmp.Diff([]string{"attic t 21.5"}, b.values()); diff != "" {
		t.Errorf("values (-want +got):\n%s", diff)
	}
}

func TestExplain(t *testing.T) {
	cfg := polled()
	cfg.DeviceKey = "id"
	b := newBench(t, line.KeyValue, cfg)
	b.hear(lines("id=board temp=21.5"))
	if _, err := b.set("board", "target", devices.Number(21)); err != nil {
		t.Fatal(err)
	}
	for frame, want := range map[string]string{
		"READ\r\n":                        "question for values",
		"target=21.0\n":                   "command target=21.0",
		"id=board temp=21.5 relay=on x=1": "device board (board): temperature 21.5 °C, on true, x 1",
		"id=board temp=hot":               `device board (board): temperature got "hot", want a number`,
		"id=9 temp=nan":                   "device 9: temp nan",
		"Sensor ready":                    "text: Sensor ready",
		"I (31) boot: chip v3":            "a message of the system",
		"\xff\xff\x01":                    "3 of 3 bytes of a line are no text; is the baud rate right, and the port of the right device?",
	} {
		if got := string(b.codec.Explain(nil, []byte(frame))); got != want {
			t.Errorf("%q: %q, want %q", frame, got, want)
		}
	}
}
