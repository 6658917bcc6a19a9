package rflink_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"thingbridge/adapters/serial/codec"
	"thingbridge/adapters/serial/rflink"
	"thingbridge/devices"
)

// What only passes by stays out; what is there for longer comes in.
func TestPatience(t *testing.T) {
	g := play(t, rflink.Config{}, nil).opened()
	const line = "20;01;Oregon TempHygro;ID=1a2d;TEMP=00dd;HUM=43;"
	for range 10 { // a car
		g.hear(line)
	}
	g.expect()
	g.wait(5 * time.Minute)
	g.hear(line)
	g.expect("attic-oregon-temphygro-1a2d is a sensor: temperature humidity", "attic-oregon-temphygro-1a2d temperature 22.1", "attic-oregon-temphygro-1a2d humidity 43")

	const press = "20;01;NewKaku;ID=5;SWITCH=2;CMD=ON;"
	g.hear(press, press, press)
	g.expect()
	g.wait(2 * time.Second)
	g.hear(press)
	g.expect("attic-newkaku-5 is a switch: on", "attic-newkaku-5 on true")

	strict := play(t, rflink.Config{Strangers: new(bool)}, nil).opened()
	for range 10 {
		strict.hear(line, "20;01;PONG;")
		strict.wait(5 * time.Minute)
	}
	strict.expect()
}

// A flood of addresses costs a bounded amount of memory, and is said.
func TestFlood(t *testing.T) {
	g := play(t, rflink.Config{}, nil).opened()
	for i := range 10_000 {
		g.hear(fmt.Sprintf("20;01;X;ID=%04x;TEMP=00d7;", i))
	}
	g.expect()
	g = play(t, atOnce, nil).opened()
	for i := range 501 {
		g.hear(fmt.Sprintf("20;01;X;ID=%04x;TEMP=00d7;", i))
	}
	if n := len(g.registry.All()); n != 500 {
		t.Errorf("%d devices, want 500", n)
	}
	if got, want := g.said[len(g.said)-1], "X 01f4: there are 500 devices, and there cannot be more; forget some, or list those that are yours and set strangers to false"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	for i := range 100 {
		g.hear(fmt.Sprintf("20;01;Y;ID=1;SWITCH=%x;CMD=ON;", i), fmt.Sprintf("20;01;X;ID=1;SWITCH=%x;CMD=ON;", i))
	}
	if twin, _ := g.registry.Get("attic-x-0001"); len(twin.Device.Properties) != 33 {
		t.Errorf("%d properties of a remote control with 100 keys, want 32 and a temperature", len(twin.Device.Properties))
	}
}

// A sensor in a rhythm is missed; a remote control is not.
func TestSilence(t *testing.T) {
	g := play(t, atOnce, nil)
	const beat, sensor, remote = "20;01;X;ID=1;TEMP=00d7;", "attic-x-1", "attic-newkaku-5"
	g.hear("20;01;NewKaku;ID=5;SWITCH=2;CMD=ON;")
	for range 5 {
		g.hear(beat, beat)
		g.wait(5 * time.Minute)
	}
	g.expectState(sensor, devices.Online)
	g.wait(24 * time.Minute)
	g.expectState(sensor, devices.Online)
	g.wait(2 * time.Minute)
	g.expectState(sensor, devices.Unknown)
	g.hear(beat)
	g.expectState(sensor, devices.Online)
	g.wait(48 * time.Hour)
	g.expectState(remote, devices.Online)

	g.step(func(r *codec.Result) { g.it.Lost(r) })
	g.expectState(sensor, devices.Offline)
	g.expectState(remote, devices.Offline)
	g.step(func(r *codec.Result) { g.it.Opened(r, g.now) })
	g.expectState(sensor, devices.Unknown)
	g.expectState(remote, devices.Online)
}

// What was met is there after a restart, with all that it can.
func TestRestart(t *testing.T) {
	g := play(t, house, nil)
	g.hear("20;01;X;ID=1;TEMP=00d7;HUM=43;", "20;01;X;ID=1;BAT=OK;", "20;01;NewKaku;ID=5;SWITCH=2;CMD=SET_LEVEL=3;", "20;01;NewKaku;ID=5;SWITCH=3;CMD=ON;",
		"20;01;RTS;ID=77;SWITCH=1;CMD=UP;", "20;01;Y;ID=1;WATT=0001;KWATT=00000001;", "20;01;MiLightv1;ID=1;SWITCH=02;RGBW=b0ff;CMD=ON;")
	again := play(t, house, g.kept)
	for _, twin := range g.registry.All() {
		other, ok := again.registry.Get(twin.Device.ID)
		if !ok || fmt.Sprint(other.Device) != fmt.Sprint(twin.Device) {
			t.Errorf("%+v is %+v after a restart", twin.Device, other.Device)
		}
	}
	again.expectState("attic-x-1", devices.Unknown)
	again.expectState("attic-newkaku-5", devices.Online)
	if err := again.tell("attic-newkaku-5", "brightness", devices.Number(20), 1); err != nil {
		t.Error(err)
	}
	for _, kept := range []string{"{", `{"id":"A B","protocol":"x","address":"7"}`, `{"id":"a","protocol":";","address":"1"}`, `{}`} {
		again.step(func(r *codec.Result) { again.it.Recall(r, codec.Record{Key: "x", Value: []byte(kept)}) })
		if len(again.r.Faults) != 1 {
			t.Errorf("%s is taken for a record", kept)
		}
	}
}

// A battery was changed, and the sensor has another address: it goes on as what it was.
func TestAdopt(t *testing.T) {
	cfg := rflink.Config{Patience: 1, Devices: []rflink.Device{{Key: "Oregon TempHygro 1a2d", ID: "garden-sensor", Name: "Garden", Area: "Garden"}}}
	const before, after, stranger = "20;01;Oregon TempHygro;ID=1a2d;TEMP=00dd;HUM=43;", "20;01;Oregon TempHygro;ID=2a4b;TEMP=00de;HUM=44;BAT=OK;", "attic-oregon-temphygro-2a4b"
	g := play(t, cfg, nil)
	g.hear(before)
	g.wait(3 * time.Hour)
	g.hear(after)
	g.expectState("garden-sensor", devices.Unknown)
	g.opened()
	adopt := func(old, now string) (err error) {
		g.step(func(r *codec.Result) { err = g.it.Adopt(r, devices.ID(old), devices.ID(now)) })
		return err
	}
	g.hear("20;01;X;ID=1;TEMP=00d7;")
	g.opened()
	for _, test := range []struct {
		old, now string
		want     error
	}{
		{"nobody", stranger, codec.ErrNoSuchDevice}, {"garden-sensor", "nobody", codec.ErrNoSuchDevice}, {"garden-sensor", "garden-sensor", codec.ErrCannotAdopt},
		{stranger, "garden-sensor", codec.ErrConfigured}, {"garden-sensor", "attic-x-1", codec.ErrCannotAdopt},
	} {
		if err := adopt(test.old, test.now); !errors.Is(err, test.want) {
			t.Errorf("%s as %s: got %v, want %v", test.old, test.now, err, test.want)
		}
	}
	g.expect()
	if err := adopt("garden-sensor", stranger); err != nil {
		t.Fatal(err)
	}
	g.expect("garden-sensor is a sensor: temperature humidity battery_low", stranger+" is gone")
	g.expectState("garden-sensor", devices.Online)
	check := func(g *gateway) {
		t.Helper()
		g.opened()
		g.hear(after)
		g.expect("garden-sensor temperature 22.2", "garden-sensor humidity 44", "garden-sensor battery_low false")
		g.hear(before) // a neighbour has got it
		g.expect("attic-oregon-temphygro-1a2d is a sensor: temperature humidity", "attic-oregon-temphygro-1a2d temperature 22.1", "attic-oregon-temphygro-1a2d humidity 43")
	}
	kept := make(map[string][]byte)
	for key, value := range g.kept {
		kept[key] = value
	}
	check(g)
	again := play(t, cfg, kept)
	if twin, _ := again.registry.Get("garden-sensor"); twin.Device.Name != "Garden" || len(twin.Device.Properties) != 3 {
		t.Errorf("after a restart it is %+v", twin.Device)
	}
	check(again)
}

// The same with one that nobody has configured, and back again.
func TestAdoptAStranger(t *testing.T) {
	g := play(t, atOnce, nil)
	g.hear("20;01;X;ID=1;TEMP=00d7;", "20;01;X;ID=2;TEMP=00d8;")
	adopt := func(g *gateway, old, now devices.ID) {
		t.Helper()
		g.step(func(r *codec.Result) {
			if err := g.it.Adopt(r, old, now); err != nil {
				t.Error(err)
			}
		})
	}
	adopt(g, "attic-x-1", "attic-x-2")
	g = play(t, atOnce, g.kept)
	if n := len(g.registry.All()); n != 1 {
		t.Fatalf("%d devices after a restart, want 1", n)
	}
	g.opened()
	g.hear("20;01;X;ID=2;TEMP=00d9;", "20;01;X;ID=1;TEMP=00da;")
	g.expect("attic-x-1 temperature 21.7", "attic-x-1-2 is a sensor: temperature", "attic-x-1-2 temperature 21.8")
	adopt(g, "attic-x-1", "attic-x-1-2")
	g = play(t, atOnce, g.kept).opened()
	g.hear("20;01;X;ID=1;TEMP=00db;")
	g.expect("attic-x-1 temperature 21.9")
}

func TestForget(t *testing.T) {
	g := play(t, house, nil)
	const line = "20;01;X;ID=1;TEMP=00d7;"
	g.hear(line, "20;01;NewKaku;ID=5;SWITCH=2;CMD=ON;")
	g.opened()
	forget := func(id devices.ID) (err error) {
		g.step(func(r *codec.Result) { err = g.it.Forget(r, id) })
		return err
	}
	if err := forget("nobody"); !errors.Is(err, codec.ErrNoSuchDevice) {
		t.Error(err)
	}
	if err := forget("hall"); !errors.Is(err, codec.ErrConfigured) {
		t.Error(err)
	}
	if err := forget("attic-x-1"); err != nil {
		t.Error(err)
	}
	g.expect("attic-x-1 is gone")
	if err := g.tell("attic-newkaku-5", "on", devices.Boolean(false), 7); err != nil {
		t.Fatal(err)
	}
	if err := forget("attic-newkaku-5"); err != nil {
		t.Error(err)
	}
	g.hear("20;01;OK;")
	g.expect("attic-newkaku-5 is gone")
	g.expectDone("7 <nil>")
	if again := play(t, house, g.kept); len(again.registry.All()) != len(house.Devices) {
		t.Error("it is back after a restart")
	}
	g.hear(line)
	g.expect("attic-x-1 is a sensor: temperature", "attic-x-1 temperature 21.5")
}
