package mysensors_test

import (
	"strings"
	"testing"
	"time"

	"thingbridge/adapters/serial/codec"
	"thingbridge/adapters/serial/codec/codectest"
	"thingbridge/adapters/serial/mysensors"
	"thingbridge/devices"
)

const stream = "0;255;3;0;14;Gateway startup complete.\r\n0;255;0;0;17;2.3.2\n12;255;0;0;17;2.3.2\n12;255;3;0;6;0\n12;255;3;0;11;Relay\n" +
	"12;6;0;0;3;Pump\n12;7;0;0;6;\n12;8;0;0;29;\n12;9;0;0;5;\n12;10;0;0;27;\n12;11;0;0;36;\n12;6;1;0;2;1\n12;7;1;0;0;21.4\n12;8;1;0;45;20.5\n12;8;1;0;21;HeatOn\n" +
	"12;9;1;0;3;40\n12;10;1;0;41;ff880000\n12;11;1;0;47;hello\n12;255;3;0;0;88\n0;255;3;0;9;TSF:MSG:READ,12-12-0,s=6,c=1,t=2,pt=1,l=1,sg=0:1\n"

func newCodec() codec.Codec {
	it, err := mysensors.New("attic", mysensors.Config{})
	if err != nil {
		panic(err)
	}
	return it
}

func TestCodec(t *testing.T) {
	command := func(property string, v devices.Value) devices.Command {
		return devices.Command{Device: "attic-12", Property: property, Value: v, By: "anna@home.test"}
	}
	codectest.Run(t, codectest.Case{
		New: newCodec, Stream: []byte(stream),
		Noise: [][]byte{
			[]byte("\x00\xff\xfe;;;;\n"), []byte("12;6;1;0\n"), []byte("12;6;1;0;2;1\r\x00\x00"), []byte(strings.Repeat("x", 1<<20) + "\n"),
			[]byte("300;6;1;0;2;1\n"), []byte("\n\n\r\n"),
		},
		Commands: []devices.Command{
			command("on", devices.Boolean(false)), command("on", devices.Boolean(true)), command("target", devices.Number(21)),
			command("mode", devices.Text("off")), command("command", devices.Text("open")), command("command", devices.Text("stop")),
			command("position", devices.Number(30)), command("color", devices.Text("#102030")), command("text", devices.Text("good night")),
		},
	})
}

func FuzzMySensors(f *testing.F) {
	codectest.Fuzz(f, newCodec, []byte(stream), []byte("255;255;3;0;3;\n255;255;3;0;3;\n1;255;3;0;33;1000\n1;255;3;0;32;500\n"),
		[]byte("1;1;0;0;38;\n1;1;1;0;49;1;2;3\n1;1;0;0;3;x\n1;1;1;0;2;1\n1;1;0;0;4;x\n1;1;1;0;3;9\n"),
		[]byte("1;1;0;0;29;\n1;1;1;0;45;1\n1;1;1;0;44;1\n1;1;1;0;43;cm\n1;1;1;0;0;nan\n0;255;3;0;5;1\n1;255;4;0;2;0011\n"))
}

// FuzzCommands holds that what is sent decodes to what was asked: the echo of a command is
// the value, and a controller that finds what another has kept has the same devices.
func FuzzCommands(f *testing.F) {
	for kind := range uint8(40) {
		f.Add(kind, kind, "1", 21.5, "off")
		f.Add(kind, uint8(vValues[int(kind)%len(vValues)]), "#10ff20", 55.0, "a text")
	}
	f.Fuzz(func(t *testing.T, child, kind uint8, payload string, number float64, text string) {
		if strings.ContainsAny(payload, "\n\r\x00") || len(payload) > 25 {
			return
		}
		g := opened(t, mysensors.Config{}, nil)
		g.hears("7;255;0;0;17;2.3.2", "7;3;0;0;"+decimal(child)+";", "7;3;1;0;"+decimal(kind)+";"+payload)
		g.pass(3 * time.Second)
		again := newRig(t, mysensors.Config{}, g.kept)
		twin, ok := g.registry.Get("attic-7")
		if other, known := again.registry.Get("attic-7"); ok != known || ok && names(twin.Device) != names(other.Device) {
			t.Fatalf("after a restart it is another: %t, %t", ok, known)
		}
		if !ok {
			return
		}
		for i := range twin.Device.Properties {
			p := &twin.Device.Properties[i]
			for _, v := range []devices.Value{devices.Boolean(number > 0), p.Round(devices.Number(number)), devices.Text(text), devices.Text("#" + text)} {
				g.takes()
				if _, err := g.order("attic-7", p.Name, v); err != nil {
					if sent := g.takes(); len(sent) > 0 {
						t.Fatalf("%v, and yet it sent %q", err, sent)
					}
					continue
				}
				g.pass(100 * time.Millisecond)
				sent := g.takes()
				if len(sent) != 1 || strings.Count(sent[0], ";") != 5 {
					t.Fatalf("%s=%s sent %q", p.Name, v, sent)
				}
				g.hears(sent[0])
				state, _ := g.registry.Get("attic-7")
				if got := state.Reported(p.Name); p.Name != "command" && !same(got, v) {
					t.Fatalf("%s=%s was sent as %q and is read as %s", p.Name, v, sent[0], got)
				}
			}
		}
	})
}

// vValues are the kinds of values that can be told.
var vValues = []int{2, 3, 15, 21, 22, 24, 29, 32, 36, 40, 41, 44, 45, 46, 47, 48, 50}

func decimal(n uint8) string { return string(appendDecimal(nil, n)) }

func appendDecimal(dst []byte, n uint8) []byte {
	if n >= 10 {
		dst = appendDecimal(dst, n/10)
	}
	return append(dst, '0'+n%10)
}

// same reports whether a value is what was asked for. A color can be written with and
// without #, and has a white where the light has one; a setpoint has one decimal.
func same(got, asked devices.Value) bool {
	a, ok := asked.Text()
	if !ok {
		return got == asked
	}
	b, _ := got.Text()
	clean := func(s string) string { return strings.ToLower(strings.TrimPrefix(strings.TrimSpace(s), "#")) }
	return a == b || clean(a) == clean(b) || clean(a)+"00" == clean(b) || strings.TrimRight(a, " \t") == b
}

func BenchmarkMySensors(b *testing.B) {
	it, err := mysensors.New("attic", mysensors.Config{})
	if err != nil {
		b.Fatal(err)
	}
	var r codec.Result
	at := start
	play := func(line string) {
		r.Reset()
		it.Decode(&r, []byte(line), at)
	}
	for _, line := range strings.Split(strings.TrimSpace(stream), "\n") {
		play(strings.TrimSuffix(line, "\r"))
	}
	lines := [][]byte{[]byte("12;7;1;0;0;21.4"), []byte("12;6;1;0;2;1"), []byte("12;7;1;0;0;21.5"), []byte("12;8;1;0;21;HeatOn"), []byte("12;255;3;0;0;87"), []byte("12;9;1;0;3;41")}
	size, i := 0, 0
	b.ReportAllocs()
	for b.Loop() {
		r.Reset()
		at = at.Add(time.Millisecond)
		it.Decode(&r, lines[i], at)
		it.Due(&r, at)
		size += len(lines[i]) + 1
		i = (i + 1) % len(lines)
	}
	perFrame := b.Elapsed().Seconds() / float64(b.N)
	b.ReportMetric(1/perFrame, "frames/s")
	full := 11520 * float64(b.N) / float64(size) // frames/s of 115,200 baud
	b.ReportMetric(100*full*perFrame, "%core@115200")
}
