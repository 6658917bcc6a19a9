package rflink_test

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"thingbridge/adapters/serial/codec"
	"thingbridge/adapters/serial/codec/codectest"
	"thingbridge/adapters/serial/rflink"
	"thingbridge/devices"
)

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

// atOnce takes everybody for a device who is heard.
var atOnce = rflink.Config{Patience: 1}

// gateway is a codec and a registry, played line by line.
type gateway struct {
	t        *testing.T
	it       *rflink.RFLink
	registry *devices.Registry
	source   *devices.Source
	now      time.Time
	kept     map[string][]byte
	r        codec.Result // of the last step
	said     []string     // readings, presences and faults since the last take
	sent     []string
	done     []string
}

func play(t *testing.T, cfg rflink.Config, kept map[string][]byte) *gateway {
	it, err := rflink.New("attic", cfg)
	if err != nil {
		t.Fatal(err)
	}
	g := &gateway{t: t, it: it, registry: devices.NewRegistry(), now: noon, kept: make(map[string][]byte)}
	g.source = g.registry.Source("attic", nil)
	for key, value := range kept {
		g.kept[key] = value
		g.step(func(r *codec.Result) { it.Recall(r, codec.Record{Key: key, Value: value}) })
	}
	g.step(func(r *codec.Result) { it.Opened(r, g.now) })
	return g
}

// step runs one call and applies what it gives.
func (g *gateway) step(call func(r *codec.Result)) {
	g.t.Helper()
	g.r.Reset()
	call(&g.r)
	if err := g.source.Apply(g.r.Update); err != nil {
		g.t.Error(err)
	}
	for _, d := range g.r.Announced {
		var names []string
		for i := range d.Properties {
			names = append(names, d.Properties[i].Name)
		}
		g.said = append(g.said, fmt.Sprintf("%s is a %s: %s", d.ID, d.Kind, strings.Join(names, " ")))
	}
	for _, reading := range g.r.Readings {
		g.said = append(g.said, fmt.Sprintf("%s %s %s", reading.Device, reading.Property, reading.Value))
	}
	for _, id := range g.r.Removed {
		g.said = append(g.said, fmt.Sprintf("%s is gone", id))
	}
	for i := range g.r.Faults {
		g.said = append(g.said, g.r.Faults[i].Error())
	}
	for _, f := range g.r.Send {
		g.sent = append(g.sent, strings.TrimSuffix(string(f.Bytes), "\r\n"))
	}
	for _, o := range g.r.Done {
		g.done = append(g.done, fmt.Sprint(o.Ticket, " ", o.Err))
	}
	for _, k := range g.r.Keep {
		if g.kept[k.Key] = k.Value; k.Value == nil {
			delete(g.kept, k.Key)
		}
	}
}

// hear plays lines, a second apart.
func (g *gateway) hear(lines ...string) {
	g.t.Helper()
	for _, line := range lines {
		g.now = g.now.Add(time.Second)
		g.step(func(r *codec.Result) { g.it.Decode(r, []byte(line), g.now) })
	}
}

// wait lets time pass.
func (g *gateway) wait(d time.Duration) {
	g.t.Helper()
	g.now = g.now.Add(d)
	g.step(func(r *codec.Result) { g.it.Due(r, g.now) })
}

// tell gives a command with a ticket, and returns why it was refused.
func (g *gateway) tell(device, property string, v devices.Value, ticket codec.Ticket) (err error) {
	g.t.Helper()
	g.step(func(r *codec.Result) {
		err = g.it.Encode(r, devices.Command{Device: devices.ID(device), Property: property, Value: v}, ticket, g.now)
	})
	return err
}

// expect compares what was said since the last call.
func (g *gateway) expect(want ...string) {
	g.t.Helper()
	if diff := cmp.Diff(want, g.said); diff != "" {
		g.t.Errorf("what was said (-want +got):\n%s", diff)
	}
	g.said = nil
}

// expectSent compares what was sent since the last call.
func (g *gateway) expectSent(want ...string) {
	g.t.Helper()
	if diff := cmp.Diff(want, g.sent); diff != "" {
		g.t.Errorf("what was sent (-want +got):\n%s", diff)
	}
	g.sent = nil
}

func (g *gateway) expectDone(want ...string) {
	g.t.Helper()
	if diff := cmp.Diff(want, g.done); diff != "" {
		g.t.Errorf("what became of commands (-want +got):\n%s", diff)
	}
	g.done = nil
}

func (g *gateway) expectState(id string, want devices.Availability) {
	g.t.Helper()
	if twin, ok := g.registry.Get(devices.ID(id)); !ok || twin.Availability != want {
		g.t.Errorf("%s is %v, want %v", id, twin.Availability, want)
	}
}

// opened forgets what opening the port has brought.
func (g *gateway) opened() *gateway {
	g.said, g.sent, g.done = nil, nil, nil
	return g
}

func newGateway() codec.Codec {
	it, err := rflink.New("attic", rflink.Config{Patience: 1, Devices: []rflink.Device{
		{Key: "newkaku 17b2f2", Switch: "2", ID: "hall", Kind: "light", Dims: true},
		{Key: "rts 1a2b3c", Switch: "01", Kind: "cover"},
		{Key: "newkaku 99", Switch: "a", ID: "door", Kind: "door"},
	}})
	if err != nil {
		panic(err)
	}
	return it
}

func TestContract(t *testing.T) {
	stream, err := os.ReadFile("testdata/stream.txt")
	if err != nil {
		t.Fatal(err)
	}
	codectest.Run(t, codectest.Case{
		New: newGateway, Stream: bytes.ReplaceAll(stream, []byte("\n"), []byte("\r\n")),
		Noise: [][]byte{
			[]byte("\n"), []byte("20;0C;NewKaku;ID=00\r\n"), bytes.Repeat([]byte{0}, 100), bytes.Repeat([]byte("x"), 9000),
			[]byte(strings.Repeat("y", 3000) + "\r\n"), {0xff, 0x80, '\r', '\n'},
		},
		Lost: 1, // the banner, whose line noise can have begun
		Commands: []devices.Command{
			{Device: "hall", Property: "on", Value: devices.Boolean(true)},
			{Device: "hall", Property: "brightness", Value: devices.Number(40)},
			{Device: "attic-newkaku-0017b2f2", Property: "on", Value: devices.Boolean(false)},
			{Device: "attic-rts-1a2b3c-01", Property: "command", Value: devices.Text("stop")},
			{Device: "attic-milightv1-e1d2", Property: "color", Value: devices.Text("#00ff00")},
		},
	})
}

func FuzzRFLink(f *testing.F) {
	stream, err := os.ReadFile("testdata/stream.txt")
	if err != nil {
		f.Fatal(err)
	}
	codectest.Fuzz(f, newGateway, stream, []byte("20;0A;X;ID=1;KWATT=1;WATT=ffffffff;RGBW=1;SWITCH=2;CMD=MODE1;\n20;"), []byte("11;20;0B;NewKaku;ID=000005;SWITCH=2;CMD=ON;\n"))
}

// What is sent is what its device understands: heard as from a remote control, it says
// what was asked for.
func FuzzWhatIsSentIsHeard(f *testing.F) {
	f.Add(true, uint8(50), uint8(0), uint32(0x00ff80))
	f.Fuzz(func(t *testing.T, on bool, brightness, move uint8, color uint32) {
		cfg := rflink.Config{Devices: []rflink.Device{
			{Key: "NewKaku 17b2f2", Switch: "2", ID: "hall", Kind: "light", Dims: true},
			{Key: "RTS 1a2b3c", Switch: "01", ID: "blind", Kind: "cover", Inverted: move&1 != 0},
			{Key: "MiLightv1 e1d2", Switch: "01", ID: "bulb", Kind: "light"},
		}}
		g := play(t, cfg, nil).opened()
		order := []string{"open", "close"}[move>>1&1]
		for _, cmd := range []devices.Command{
			{Device: "hall", Property: "on", Value: devices.Boolean(on)},
			{Device: "hall", Property: "brightness", Value: devices.Number(float64(brightness % 101))},
			{Device: "blind", Property: "command", Value: devices.Text(order)},
			{Device: "bulb", Property: "color", Value: devices.Text(fmt.Sprintf("#%06x", color&0xffffff))},
			{Device: "bulb", Property: "brightness", Value: devices.Number(float64(brightness % 101))},
		} {
			if err := g.tell(string(cmd.Device), cmd.Property, cmd.Value, 1); err != nil {
				if cmd.Property != "color" {
					t.Fatal(err)
				}
				continue
			}
			for len(g.sent) > 0 {
				sent := g.sent[len(g.sent)-1]
				g.opened()
				g.hear("20;00;OK;")
				proved := readings(&g.r)
				other := play(t, cfg, nil).opened()
				other.hear(heard(sent))
				if proved == "" { // the ON before a colour
					continue
				}
				for _, line := range strings.Split(proved, "\n") {
					dark := strings.HasSuffix(line, " brightness 0") // which is sent as OFF
					if !dark && !strings.Contains(line, " command ") && !strings.Contains("\n"+readings(&other.r)+"\n", "\n"+line+"\n") {
						t.Fatalf("%v is sent as %q, which says %q, want %q", cmd, sent, readings(&other.r), line)
					}
				}
			}
		}
	})
}

func readings(r *codec.Result) string {
	var out []string
	for _, reading := range r.Readings {
		v := reading.Value
		if text, ok := v.Text(); ok && strings.HasPrefix(text, "#") {
			v = devices.Text("a colour") // a byte of it cannot say all
		}
		out = append(out, fmt.Sprintf("%s %s %s", reading.Device, reading.Property, v))
	}
	return strings.Join(out, "\n")
}

// heard is how a gateway writes what a remote control has sent.
func heard(sent string) string {
	p := strings.Split(strings.Trim(strings.TrimPrefix(sent, "10;"), ";"), ";")
	word := p[len(p)-1]
	out := "20;01;" + p[0] + ";ID=" + p[1] + ";SWITCH=" + p[2] + ";"
	if len(p) == 5 {
		out += "RGBW=" + p[3] + ";"
	}
	if strings.Trim(word, "0123456789") == "" {
		word = "SET_LEVEL=" + word
	}
	return out + "CMD=" + word + ";"
}
