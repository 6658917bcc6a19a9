package line_test

import (
	"strings"
	"testing"

	"thingbridge/adapters/serial/codec"
	"thingbridge/adapters/serial/codec/codectest"
	"thingbridge/adapters/serial/line"
	"thingbridge/devices"
)

// board is a device whose relay and target can be set.
func board() line.Config {
	return line.Config{
		Devices: []line.Device{{ID: "board", Properties: []line.Property{
			{Name: "temperature", Unit: "°C"},
			{Name: "target", Unit: "°C", Min: number(5), Max: number(30), Step: 0.5, Write: `target={value:1}`, Ack: "^OK"},
			{Name: "on", Type: "boolean", Key: "relay", Write: `relay={value}`},
		}}},
	}
}

var orders = []devices.Command{
	{Device: "board", Property: "target", Value: devices.Number(21)},
	{Device: "board", Property: "on", Value: devices.Boolean(true)},
	{Device: "board", Property: "target", Value: devices.Number(22)},
}

var noises = [][]byte{
	{}, []byte("\n"), []byte("half a li\n"), []byte(strings.Repeat("\xff\x00\x13", 50) + "\n"), []byte(strings.Repeat("x", 20_000) + "\n"),
	[]byte(strings.Repeat("U", 8<<10+1) + "\r\n"), []byte("\x00\x00\x00"),
}

func TestContractJSON(t *testing.T) {
	codectest.Run(t, codectest.Case{
		New:    func() codec.Codec { return mustNew(line.JSON, board()) },
		Stream: []byte(lines(`{"temperature":21.5,"relay":false,"target":20}`, `{"temperature":21.6,"relay":true}`)),
		Noise:  noises, Commands: orders,
	})
}

func TestContractKeyValue(t *testing.T) {
	codectest.Run(t, codectest.Case{
		New:    func() codec.Codec { return mustNew(line.KeyValue, board()) },
		Stream: []byte(lines(`Temp=21.5 relay=off`, `Temp=21.6 relay=on target=20.0`)),
		Noise:  noises, Commands: orders,
	})
}

func TestContractCSV(t *testing.T) {
	cfg := board()
	cfg.Columns = []string{"temperature", "relay", "target"}
	codectest.Run(t, codectest.Case{
		New:    func() codec.Codec { return mustNew(line.CSV, cfg) },
		Stream: []byte(lines(`21.5,off,20`, `"21.6",on,20`)),
		Noise:  noises, Commands: orders,
	})
}

func TestContractPattern(t *testing.T) {
	cfg := board()
	cfg.Patterns = []string{`temp (?P<temperature>\S+)`, `relay is (?P<relay>\w+)`}
	codectest.Run(t, codectest.Case{
		New:    func() codec.Codec { return mustNew(line.Pattern, cfg) },
		Stream: []byte(lines(`temp 21.5`, `relay is on`, `temp 21.7`)),
		Noise:  noises, Commands: orders,
	})
}

func TestContractOfOneThatLearns(t *testing.T) {
	codectest.Run(t, codectest.Case{
		New:    func() codec.Codec { return mustNew(line.JSON, line.Config{DeviceKey: "id"}) },
		Stream: []byte(lines(`{"id":7,"t":21.5,"h":40}`, `{"id":8,"t":19}`, `{"id":7,"t":21.6,"h":41}`, `{"id":8,"t":19}`)),
		Noise:  noises,
	})
}

func fuzz(f *testing.F, format line.Format, cfg line.Config, seeds ...string) {
	all := [][]byte{[]byte(strings.Repeat("x", 8192) + "\nT=1\n"), []byte("\xb0\xff\n\x1b[0;32mI (1) a: T: 1 \xb0C\x1b[0m\n")}
	for _, seed := range seeds {
		all = append(all, []byte(seed))
	}
	codectest.Fuzz(f, func() codec.Codec { return mustNew(format, cfg) }, all...)
}

func FuzzJSON(f *testing.F) {
	fuzz(f, line.JSON, line.Config{DeviceKey: "id", UnknownDevices: "learn"}, lines(`{"id":7,"a":{"b":[1,"2 V",null]}}`, `{"id":7,"a":{"b":[1,"2 V",null]}}`, `{"id":"7`))
}

func FuzzKeyValue(f *testing.F) {
	fuzz(f, line.KeyValue, line.Config{}, twice(`T=21.5 H=40`), twice(`Humidity: 49.00%  Temperature: 24.10°C 75.38°F  Heat index: 23.84°C 74.92°F`), twice(`name="a b", x=on; y=12:30:11`))
}

func FuzzKeyValueExact(f *testing.F) {
	fuzz(f, line.KeyValue, line.Config{Separator: ";", Assign: "->", Terminator: "\r\n", Checksum: "nmea"}, "$a->1;b->2*48\r\n")
}

func FuzzCSV(f *testing.F) {
	fuzz(f, line.CSV, line.Config{}, lines("temp;hum", "21,5;40", `"21.6";41`, `"a""b`, "temp", "1"))
}

func FuzzPattern(f *testing.F) {
	cfg := board()
	cfg.Patterns = []string{`temp (?P<temperature>\S+)`, `(?P<on>on|off)`, `id (?P<id>\w+)`}
	cfg.DeviceKey = "id"
	fuzz(f, line.Pattern, cfg, lines("id board temp 21.5 on", "id x temp 2 °C", "id x temp 2"))
}
