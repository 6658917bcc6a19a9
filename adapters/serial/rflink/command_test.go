package rflink_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"thingbridge/adapters/serial/codec"
	"thingbridge/adapters/serial/rflink"
	"thingbridge/devices"
)

var house = rflink.Config{Patience: 1, Devices: []rflink.Device{
	{Key: "NewKaku 17b2f2", Switch: "2", ID: "hall", Kind: "light", Dims: true},
	{Key: "Kaku 4d", Switch: "1", ID: "plug", Kind: "plug"},
	{Key: "RTS 1b602b", Switch: "0123", ID: "blind", Kind: "cover"},
	{Key: "MERTIK 64", ID: "fire", Kind: "cover", Inverted: true},
	{Key: "SelectPlus 1c33", ID: "bell", Kind: "chime"},
	{Key: "Byron 112233", Switch: "01", ID: "gong", Kind: "chime"},
	{Key: "MiLightv1 F746", Switch: "01", ID: "bulb", Kind: "light"},
	{Key: "Conrad RSL2 ff0607", Switch: "1", ID: "pump", Kind: "switch"},
	{Key: "newkaku 99", Switch: "1", ID: "remote", Kind: "button"},
}}

// Each command is a line; when it was sent, it counts as done.
func TestCommands(t *testing.T) {
	for _, test := range []struct {
		device, property string
		value            devices.Value
		line             string
		says             string
	}{
		{"hall", "on", devices.Boolean(true), "10;NewKaku;17b2f2;2;ON;", "hall on true"},
		{"hall", "on", devices.Boolean(false), "10;NewKaku;17b2f2;2;OFF;", "hall on false"},
		{"hall", "brightness", devices.Number(60), "10;NewKaku;17b2f2;2;9;", "hall brightness 60, hall on true"},
		{"hall", "brightness", devices.Number(1), "10;NewKaku;17b2f2;2;1;", "hall brightness 7, hall on true"},
		{"hall", "brightness", devices.Number(100), "10;NewKaku;17b2f2;2;15;", "hall brightness 100, hall on true"},
		{"hall", "brightness", devices.Number(0), "10;NewKaku;17b2f2;2;OFF;", "hall brightness 0, hall on false"},
		{"plug", "on", devices.Boolean(false), "10;Kaku;00004d;1;OFF;", "plug on false"},
		{"blind", "command", devices.Text("open"), "10;RTS;1b602b;0123;UP;", "blind command open, blind state open"},
		{"blind", "command", devices.Text("stop"), "10;RTS;1b602b;0123;STOP;", "blind command stop"},
		{"blind", "pair", devices.Boolean(true), "10;RTS;1b602b;0123;PAIR;", "blind pair true"},
		{"fire", "command", devices.Text("close"), "10;MERTIK;64;UP;", "fire command close, fire state closed"},
		{"bell", "chime", devices.Number(1), "10;SelectPlus;001c33;", "bell chime 1"},
		{"gong", "chime", devices.Number(9), "10;Byron;112233;09;ON;", "gong chime 9"},
		{"bulb", "on", devices.Boolean(true), "10;MiLightv1;F746;01;00ff;ON;", "bulb on true"},
		{"bulb", "pair", devices.Boolean(true), "10;MiLightv1;F746;01;00ff;PAIR;", "bulb pair true"},
		{"pump", "on", devices.Boolean(true), "10;Conrad;ff0607;1;ON;", "pump on true"},
	} {
		g := play(t, house, nil).opened()
		if err := g.tell(test.device, test.property, test.value, 7); err != nil {
			t.Error(err)
			continue
		}
		g.expectSent(test.line)
		g.expectDone()
		g.hear("20;01;OK;")
		g.expectDone("7 <nil>")
		if got := strings.Join(g.said, ", "); got != test.says {
			t.Errorf("%s says %q, want %q", test.line, got, test.says)
		}
	}
}

// Lamps of Milight listen to the one who has switched them last.
func TestColours(t *testing.T) {
	g := play(t, house, nil).opened()
	for _, step := range []struct {
		property string
		value    devices.Value
		lines    []string
	}{
		{"color", devices.Text("#ff0000"), []string{"10;MiLightv1;F746;01;b0ff;ON;", "10;MiLightv1;F746;01;b0ff;COLOR;"}},
		{"brightness", devices.Number(73.7), []string{"10;MiLightv1;F746;01;b0bc;ON;", "10;MiLightv1;F746;01;b0bc;BRIGHT;"}},
	} {
		if err := g.tell("bulb", step.property, step.value, 1); err != nil {
			t.Fatal(err)
		}
		g.hear("20;01;OK;", "20;02;OK;")
		g.expectSent(step.lines...)
		g.expectDone("1 <nil>")
	}
	for _, grey := range []string{"#808080", "red", "#12345", ""} {
		if err := g.tell("bulb", "color", devices.Text(grey), 1); err == nil {
			t.Errorf("%q is taken for a colour", grey)
		}
	}
	g.expectSent()
}

func TestCommandsThatAreRefused(t *testing.T) {
	g := play(t, house, nil)
	g.hear("20;01;X;ID=1;TEMP=00d7;", "20;01;NewKaku;ID=99;SWITCH=1;CMD=ON;")
	g.opened()
	for _, test := range []struct {
		device, property string
		value            devices.Value
		want             error
	}{
		{"nobody", "on", devices.Boolean(true), codec.ErrNoSuchDevice},
		{"hall", "colour", devices.Boolean(true), codec.ErrNoSuchProperty},
		{"hall", "on", devices.Number(1), devices.ErrType},
		{"hall", "brightness", devices.Number(101), devices.ErrRange},
		{"blind", "command", devices.Text("ajar"), devices.ErrOption},
		{"blind", "state", devices.Text("open"), devices.ErrNotWritable},
		{"remote", "on", devices.Boolean(true), devices.ErrNotWritable},
		{"attic-x-1", "temperature", devices.Number(1), devices.ErrNotWritable},
	} {
		if err := g.tell(test.device, test.property, test.value, 1); !errors.Is(err, test.want) {
			t.Errorf("%s %s %s: got %v, want %v", test.device, test.property, test.value, err, test.want)
		}
	}
	g.expectSent()
}

// One command is under way at a time; what is not confirmed is sent again, and given up.
func TestConfirmations(t *testing.T) {
	g := play(t, house, nil).opened()
	for i := range 3 {
		if err := g.tell("plug", "on", devices.Boolean(i%2 == 0), codec.Ticket(i+1)); err != nil {
			t.Fatal(err)
		}
	}
	on, off := "10;Kaku;00004d;1;ON;", "10;Kaku;00004d;1;OFF;"
	g.expectSent(on)
	g.hear("20;01;CMD UNKNOWN;")
	g.expectDone("1 the gateway does not know this command; is the protocol one that it can send, and the address as long as it wants it?")
	g.expectSent(off)
	g.wait(3 * time.Second)
	g.expectSent()
	g.wait(time.Second)
	g.wait(4 * time.Second)
	g.expectSent(off, off)
	g.wait(4 * time.Second)
	g.expectDone("2 the gateway was told 3 times: it does not answer")
	g.expectSent(on)
	g.expect()
	g.step(func(r *codec.Result) { g.it.Lost(r) })
	g.expectDone("3 the port was lost before the device confirmed")
	g.hear("20;01;OK;")
	g.expect()
	g.expectState("plug", devices.Offline)
	for i := range 100 {
		if err := g.tell("plug", "on", devices.Boolean(true), codec.Ticket(i+1)); err != nil {
			if i != 64 || !strings.Contains(err.Error(), "64 commands wait for the radio") {
				t.Errorf("command %d: %v", i+1, err)
			}
			break
		}
	}
}

func TestAGatewayThatHangs(t *testing.T) {
	g := play(t, house, nil)
	g.expectSent("10;PING;")
	g.hear("20;01;PONG;")
	g.wait(59 * time.Second)
	g.expectSent()
	g.wait(time.Second)
	g.hear("20;01;X;ID=1;TEMP=00d7;") // any line is an answer
	g.wait(time.Minute)
	g.wait(10 * time.Second)
	g.wait(10 * time.Second)
	g.expectSent("10;PING;", "10;PING;", "10;PING;", "10;PING;")
	if g.r.Hung != nil {
		t.Fatal(g.r.Hung)
	}
	g.wait(10 * time.Second)
	if want := "the gateway has not answered 3 times in 1m30s; is it an RFLink gateway, at 57600 baud?"; fmt.Sprint(g.r.Hung) != want {
		t.Errorf("got %v, want %s", g.r.Hung, want)
	}
}
