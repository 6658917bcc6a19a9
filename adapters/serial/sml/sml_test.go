package sml_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"thingbridge/adapters/serial/codec"
	"thingbridge/adapters/serial/codec/codectest"
	"thingbridge/adapters/serial/sml"
	"thingbridge/devices"
)

func newCodec() codec.Codec {
	c, err := sml.New("meter", sml.Config{})
	if err != nil {
		panic(err)
	}
	return c
}

func TestContract(t *testing.T) {
	good := file(maker, serial, imported, exported, power)
	codectest.Run(t, codectest.Case{
		New:    newCodec,
		Stream: bytes.Join([][]byte{good, file(imported), {0, 0, 0}, good}, nil),
		Noise: [][]byte{
			good[:100], good[50:], raw("1b1b1b1b"), raw("1b1b1b1b01"), raw("1b1b1b1b 01010101 1b1b1b1b 02"), bytes.Repeat([]byte{'x'}, 1<<20),
			raw("1b1b1b1b 01010101 1b1b1b1b1b1b1b1b"), bytes.Repeat([]byte{0x1b}, 13),
		},
	})
}

func TestAMeter(t *testing.T) {
	p := open(t, sml.Config{Area: "Cellar"})
	p.hear(start, file(maker, serial, imported, exported, power,
		"77 070100240700ff 01 01 621b 52ff 63 0100 01", "77 070100200700ff 01 01 6223 52ff 63 0913 01", "77 0701001f0700ff 01 01 6221 52fe 6269 01",
		"77 070100510701ff 01 01 6208 5200 6278 01", "77 0701000e0700ff 01 01 622c 52ff 63 01f4 01", "77 070100000200 00 01 01 01 01 08 312e30322e3037 01",
		"77 070100010800 60 01 01 621e 52ff 63 0100 01"))
	p.want("energy=22462.4136", "energy_export=0", "power=-168", "power_l1=25.6", "voltage_l1=232.3", "current_l1=1.05", "angle_l2=120", "frequency=50",
		"firmware=1.02.07", "energy_last_day=0.0256", "status_word=0x1c0104")
	if d := p.device; d == nil || d.ID != "meter" || d.Manufacturer != "EMH metering" || d.Serial != "1EMH0004321349" || d.Kind != "meter" || d.Area != "Cellar" {
		t.Errorf("the meter is %+v", p.device)
	}
	for name, want := range map[string][2]string{"energy": {"energy", "kWh"}, "power": {"power", "W"}, "voltage_l1": {"voltage", "V"}} {
		if property, ok := p.device.Property(name); !ok || property.Class != want[0] || property.Unit != want[1] {
			t.Errorf("%s: got %+v, want class and unit %v", name, property, want)
		}
	}
}

// A meter with two tariffs and no total, and one whose power has no direction.
func TestMetersWithoutATotal(t *testing.T) {
	p := open(t, sml.Config{})
	p.hear(start, file("77 070100010801ff 01 01 621e 52ff 63 0064 01", "77 070100010802ff 01 01 621e 52ff 63 000a 01", "77 0701000f0700ff 01 01 621b 52ff 63 0555 01"))
	p.want("energy=0.011", "energy_t1=0.01", "energy_t2=0.001", "power=136.5")
}

// What is fed in is told apart where the meter does.
func TestPowersOfBothDirections(t *testing.T) {
	p := open(t, sml.Config{})
	p.hear(start, file("77 070100010700ff 01 01 621b 5200 6205 01", "77 070100020700ff 01 01 621b 5200 6207 01"))
	p.want("power=5", "power_export=7")
	p.hear(start.Add(time.Second), file("77 070100010700ff 01 01 621b 5200 6263 01", "77 070100100700ff 01 01 621b 5200 53 ff38 01"))
	p.want("power=-200", "power_import=99")
}

func TestCRCs(t *testing.T) {
	good := file(imported, power)
	for i := range good {
		bad := bytes.Clone(good)
		bad[i] ^= 1
		p := open(t, sml.Config{})
		p.hear(start, bad)
		if p.told > 0 {
			t.Fatalf("byte %d of %d is wrong, and %d values are told", i, len(good), p.told)
		}
	}
	bad := bytes.Clone(good)
	bad[60] ^= 1
	p := open(t, sml.Config{})
	p.hear(start, bad)
	if len(p.errs) != 1 || !strings.Contains(p.errs[0], fmt.Sprintf("CRC: got %x, want ", good[len(good)-2:])) {
		t.Errorf("errors %q, want what was got and wanted", p.errs)
	}
	p.hear(start, good)
	p.want("power=-168")
	if f := p.result.Faults; len(f) != 1 || f[0].Err != nil {
		t.Errorf("faults %v, want that it works again", f)
	}
}

// The CRC of a message counts, too; the other messages of the file stay.
func TestTheCRCOfAMessage(t *testing.T) {
	list := listOf(x25, server, imported)
	list[len(list)-2] ^= 1
	p := open(t, sml.Config{})
	p.hear(start, wrap(x25, list, listOf(x25, server, power)))
	if len(p.errs) != 1 || !strings.Contains(p.errs[0], "CRC: got ") || !strings.Contains(p.errs[0], "want ") {
		t.Errorf("errors %q", p.errs)
	}
	p.errs = nil
	p.want("power=-168")
	if _, ok := p.values["energy"]; ok {
		t.Error("a value of a message with a wrong CRC")
	}
}

// The Holley DTZ541 has another CRC, and writes a time as a bare number.
func TestHolley(t *testing.T) {
	p := open(t, sml.Config{})
	p.hear(start, wrap(x25, listOf(kermit, "0b 0a01484c590200 0d6be6", "77 070100010800ff 65001c0104 65011c1eb7 621e 52ff 6500dc5328 01", power)))
	p.want("energy=1443.9208", "power=-168")
	if p.device.Manufacturer != "" && p.device.Manufacturer != "Holley" || p.device.Serial != "1HLY0200879590" {
		t.Errorf("the meter is %+v", p.device)
	}
	p.hear(start.Add(time.Minute), wrap(kermit, listOf(kermit, server, power)))
	p.want("power=-168")
}

func TestDZGPowersHaveTheSignOfTheirDirection(t *testing.T) {
	const (
		old   = "77 0701006001 00ff 01 01 01 01 0b 0a01445a470002 82225e 01" // 42082910
		young = "77 0701006001 00ff 01 01 01 01 0b 0a01445a470003 9e2053 01" // 60694611
	)
	draws, feeds := strings.Replace(imported, "1c0104", "1c0104", 1), strings.Replace(imported, "1c0104", "1c6904", 1)
	silent := strings.Replace(imported, "64 1c0104", "01", 1)
	at := func(value string) string { return "77 070100100700ff 01 01 621b 52fe " + value + " 01" }
	for _, tt := range []struct {
		name    string
		entries []string
		want    string
	}{
		{"drawn, written with a sign", []string{old, draws, at("53 8b28")}, "power=356.24"},
		{"drawn, one byte", []string{old, draws, at("52 ff")}, "power=2.55"},
		{"fed in", []string{young, feeds, at("53 d6ca")}, "power=-105.5"},
		{"fed in, without the byte that makes it negative", []string{young, feeds, at("55 00fc9a4b")}, "power=-2226.45"},
		{"no status, an old meter", []string{old, silent, at("53 8b28")}, "power=356.24"},
		{"no status, a younger one", []string{young, silent, at("53 8b28")}, "power=-299.12"},
		{"four bytes are right", []string{old, silent, at("55 fffe1393")}, "power=-1260.61"},
		{"another maker", []string{serial, draws, at("53 8b28")}, "power=-299.12"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := open(t, sml.Config{})
			p.hear(start, file(tt.entries...))
			p.want(tt.want)
		})
	}
}

// Escape sequences in the values, and lists of more than 15.
func TestEscapedAndLong(t *testing.T) {
	entries := []string{"77 070100010800ff 01 01 621e 5200 69 000000001b1b1b1b 01", "77 07818 1c78205ff 01 01 01 01 8302" + strings.Repeat("1b", 48) + "01"}
	for len(entries) < 20 {
		entries = append(entries, power)
	}
	p := open(t, sml.Config{})
	p.hear(start, file(entries...))
	p.want("energy=454761.243", "power=-168")
}

func TestMalformedFiles(t *testing.T) {
	nested := strings.Repeat("71", 200) + "01"
	for _, tt := range []struct{ name, body, want string }{
		{"not six elements", "75 01 01 01 01 01", "want a list of 6"},
		{"nested without end", "76 01 01 01 72 630701 " + nested, "too many elements within"},
		{"an element that is too long", "76 01 01 01 72 630701 77 8f0f", "longer than the file"},
		{"a list that is too long", "76 01 01 01 72 630701 ff0f", "longer than the file"},
		{"a type that is none", "76 01 01 01 72 630701 11", "of type 1"},
		{"a length below its own", "76 01 01 01 72 630701 8001", "want at least"},
		{"lengths without end", "76 01 01 01 72 630701 8f8f8f8f8f", "longer than the file"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := open(t, sml.Config{})
			p.hear(start, wrap(x25, raw(tt.body)))
			if len(p.errs) != 1 || !strings.Contains(p.errs[0], tt.want) {
				t.Errorf("errors %q, want %q", p.errs, tt.want)
			}
		})
	}
	for name, entry := range map[string]string{
		"six elements":              "76 070100010800ff 01 01 621e 52ff 6205",
		"a number of nine bytes":    "77 070100010800ff 01 01 621e 52ff 6a 010203040506070809 01",
		"the wrong unit":            "77 070100010800ff 01 01 6223 52ff 6205 01",
		"a scaler without sense":    "77 070100010800ff 01 01 621e 5280 6205 01",
		"greater than all counters": "77 070100010800ff 01 01 621e 52ff 69 ffffffffffffffff 01",
	} {
		p := open(t, sml.Config{})
		p.hear(start, file(entry, power))
		if _, ok := p.values["energy"]; ok || len(p.errs) == 0 {
			t.Errorf("%s: energy %q, errors %q", name, p.values["energy"], p.errs)
		}
	}
}

func TestSilenceAndRestart(t *testing.T) {
	p := open(t, sml.Config{Silent: 20 * time.Second})
	p.hear(start, file(imported, power))
	if p.online != devices.Online {
		t.Error("not online")
	}
	p.hear(start.Add(20*time.Second), nil)
	if p.online != devices.Offline {
		t.Error("not offline after 20 seconds of silence")
	}
	again := open(t, sml.Config{Name: "Main"}, p.kept...)
	if again.device == nil || len(again.device.Properties) != 3 || again.device.Name != "Main" {
		t.Errorf("known before the first file: %+v", again.device)
	}
}

func TestMoreIsHeardThanTold(t *testing.T) {
	p := open(t, sml.Config{})
	for i := range 600 {
		p.hear(start.Add(time.Duration(i)*time.Second), file(fmt.Sprintf("77 070100010800ff 01 01 621e 52ff 65 %08x 01", 1000000+i), fmt.Sprintf("77 070100100700ff 01 01 621b 5200 63 %04x 01", 400+i%5)))
	}
	if p.told > 60 || p.values["energy"] == "100" {
		t.Errorf("%d readings of 600 files with two values, want one in 10 seconds at most", p.told)
	}
}

func TestExplain(t *testing.T) {
	got := string(newCodec().Explain(nil, file(maker, serial, imported, power, "77 0701004a0700ff 01 01 621b 5200 6205 01")))
	for _, want := range []string{"SML file of", "EMH 1EMH0004321349", "energy 22462.41 kWh", "power -168 W", "status_word 0x1c0104"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q lacks %q", got, want)
		}
	}
}

func TestNoiseIsNamed(t *testing.T) {
	for _, tt := range []struct {
		name string
		data []byte
		want string
	}{
		{"another protocol", bytes.Repeat([]byte("/ISK5"), 600), "9600"},
		{"no end", append(raw("1b1b1b1b01010101"), make([]byte, 9000)...), "no end of an SML file"},
		{"an escape that is none", raw("1b1b1b1b01010101 00000000 1b1b1b1b 05000000"), "want 1a"},
		{"the next before the end", append(raw("1b1b1b1b01010101 0000"), raw("1b1b1b1b01010101")...), "without an end"},
	} {
		p := open(t, sml.Config{})
		p.hear(start, tt.data)
		if len(p.errs) == 0 || !strings.Contains(p.errs[0], tt.want) {
			t.Errorf("%s: errors %q, want %q", tt.name, p.errs, tt.want)
		}
	}
}

func FuzzSML(f *testing.F) {
	codectest.Fuzz(f, newCodec, file(maker, serial, imported, exported, power), wrap(kermit, listOf(kermit, server, power)), raw("1b1b1b1b01010101 1b1b1b1b1b1b1b1b 1b1b1b1b1a000000"))
}

// FuzzMessages gives the decoder whatever there is behind a CRC that is right.
func FuzzMessages(f *testing.F) {
	f.Add(bytes.Join([][]byte{message(x25, opened), listOf(x25, server, maker, imported, power)}, nil))
	f.Fuzz(func(t *testing.T, messages []byte) {
		if len(messages) > 4096 {
			return
		}
		source := devices.NewRegistry().Source("test", nil)
		c := newCodec()
		var r codec.Result
		c.Decode(&r, wrap(x25, messages), start)
		if err := source.Apply(r.Update); err != nil {
			t.Fatal(err)
		}
		c.Explain(nil, wrap(x25, messages))
	})
}

func BenchmarkSML(b *testing.B) {
	data := file(maker, serial, imported, exported, power, "77 070100240700ff 01 01 621b 52ff 63 0100 01", "77 070100200700ff 01 01 6223 52ff 63 0913 01")
	c := newCodec()
	var buffer codec.Buffer
	var r codec.Result
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		for frame, err := range buffer.Take(c, data) {
			if err != nil {
				b.Fatal(err)
			}
			r.Reset()
			c.Decode(&r, frame, start.Add(time.Duration(n)*time.Second))
		}
		n++
	}
	perFile := b.Elapsed().Seconds() / float64(n)
	b.ReportMetric(1/perFile, "frames/s")
	b.ReportMetric(100*perFile, "%core-at-1Hz")
}
