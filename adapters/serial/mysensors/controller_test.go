package mysensors_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"thingbridge/adapters/serial/codec"
	"thingbridge/adapters/serial/mysensors"
	"thingbridge/devices"
)

func TestQuestionsWhenThePortOpens(t *testing.T) {
	g := newRig(t, mysensors.Config{}, nil)
	g.do(func(r *codec.Result) { g.it.Opened(r, g.now) })
	g.sends("255;255;3;0;20;", "0;255;3;0;2;")
	g.hears("0;255;3;0;2;2.3.2")
	g.pass(59 * time.Second)
	g.sends()
	g.pass(time.Second)
	g.sends("0;255;3;0;2;")
}

func TestAGatewayThatDoesNotAnswerHangs(t *testing.T) {
	g := opened(t, mysensors.Config{}, nil)
	g.pass(19 * time.Second)
	g.sends("0;255;3;0;2;", "0;255;3;0;2;", "0;255;3;0;2;")
	if g.hung > 0 {
		t.Error("it hangs after 19 s, want 20")
	}
	g.pass(time.Second)
	if g.hung != 1 {
		t.Errorf("it hangs %d times, want once", g.hung)
	}
	g.hears("1;255;3;0;0;50", "0;255;3;0;2;2.3.2")
	g.hung = 0
	g.pass(time.Minute)
	if g.hung != 0 {
		t.Error("it hangs after it answered")
	}
}

func TestNumbersAreGivenOnce(t *testing.T) {
	g := opened(t, mysensors.Config{Nodes: []mysensors.Node{{Node: 3, ID: "cellar"}}}, nil)
	g.hears("255;255;3;0;3;")
	g.sends("255;255;3;0;4;4")
	g.hears("255;255;3;0;3;")
	g.sends() // it repeats itself within a second
	g.pass(2 * time.Second)
	g.hears("255;7;3;0;3;")
	g.sends("255;7;3;0;4;5")
	g.hears("9;255;3;0;0;50") // a node with a number of its own
	g.takes()

	killed := opened(t, mysensors.Config{}, g.kept)
	killed.hears("255;255;3;0;3;")
	killed.sends("255;255;3;0;4;10")
	for range 300 {
		killed.pass(2 * time.Second)
		killed.hears("0;255;3;0;2;2.3.2", "255;255;3;0;3;")
	}
	seen := make(map[string]bool)
	for _, line := range killed.takes() {
		if number, ok := strings.CutPrefix(line, "255;255;3;0;4;"); ok {
			if seen[number] || number == "4" || number == "5" || number == "9" || number == "10" {
				t.Errorf("number %s is given twice", number)
			}
			seen[number] = true
		}
	}
	if len(seen) != 250 {
		t.Errorf("%d numbers were given, want the 250 that were left", len(seen))
	}
	if len(killed.faults) == 0 || !strings.Contains(killed.faults[0], "all of 1 to 254 are taken") {
		t.Errorf("faults %q", killed.faults)
	}
}

func TestANumberIsKeptWithTheAnswer(t *testing.T) {
	it, err := mysensors.New("attic", mysensors.Config{})
	if err != nil {
		t.Fatal(err)
	}
	var r codec.Result
	it.Decode(&r, []byte("255;255;3;0;3;"), start)
	if len(r.Keep) != 1 || r.Keep[0].Key != "node/001" || len(r.Send) != 1 || string(r.Send[0].Bytes) != "255;255;3;0;4;1\n" {
		t.Errorf("kept %+v and sent %+v", r.Keep, r.Send)
	}
	r.Reset()
	no := false
	it, err = mysensors.New("attic", mysensors.Config{Numbers: &no})
	if err != nil {
		t.Fatal(err)
	}
	it.Decode(&r, []byte("255;255;3;0;3;"), start)
	if len(r.Send)+len(r.Keep) > 0 || len(r.Faults) != 1 {
		t.Errorf("with numbers: false, %d frames, %d faults", len(r.Send), len(r.Faults))
	}
}

func TestNodesAreAnswered(t *testing.T) {
	imperial := false
	for _, test := range []struct {
		name string
		cfg  mysensors.Config
		line string
		want string
	}{
		{"the units", mysensors.Config{}, "1;255;3;0;6;0", "1;255;3;0;6;M"},
		{"imperial units", mysensors.Config{Metric: &imperial}, "1;255;3;0;6;0", "1;255;3;0;6;I"},
		{"the time, which is a local one", mysensors.Config{}, "1;255;3;0;1;", fmt.Sprintf("1;255;3;0;1;%d", start.Unix()+3600)},
		{"a registration", mysensors.Config{}, "1;255;3;0;26;2.3.2", "1;255;3;0;27;1"},
		{"what it said last", mysensors.Config{}, "1;1;2;0;2;", "1;1;1;0;2;1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			g := opened(t, test.cfg, nil)
			g.hears("1;255;0;0;17;2.3.2", "1;1;0;0;3;", "1;1;1;0;2;1")
			g.takes()
			g.hears(test.line)
			g.sends(test.want)
			g.complains()
		})
	}
}

func TestStrangersAreAskedToPresentThemselves(t *testing.T) {
	g := opened(t, mysensors.Config{}, nil)
	g.hears("5;1;1;0;0;20.5", "5;1;1;0;0;20.6", "5;255;3;0;22;7")
	g.sends("5;255;3;0;19;")
	g.complains("has not presented itself", "has not presented itself")
	g.pass(time.Minute)
	g.takes()
	g.hears("5;255;3;0;0;70")
	g.sends("5;255;3;0;19;")
	g.hears("5;255;0;0;17;2.3.2", "5;1;0;0;6;", "5;1;1;0;0;20.7")
	g.sends()
	g.has("attic-5", "temperature", "20.7")
	g.has("attic-5", "battery", "70")
	g.complains("<nil>")
}

func TestPropertiesHaveNamesThatStay(t *testing.T) {
	g := opened(t, mysensors.Config{}, nil)
	g.hears("2;255;0;0;17;2.3.2", "2;255;3;0;11;Climate", "2;255;3;0;12;1.1", "2;1;0;0;6;Room", "2;2;0;0;6;", "2;3;0;0;6;Cellar (left)", "2;4;0;0;13;Oven", "2;5;0;0;13;Fridge",
		"2;5;1;0;17;80", "2;5;1;0;18;3", "2;4;1;0;17;0", "2;1;1;0;0;20", "2;2;1;0;0;21", "2;3;1;0;0;12")
	g.has("attic-2", "temperature", "20")
	g.has("attic-2", "temperature_2", "21")
	g.has("attic-2", "temperature_cellar_left", "12")
	g.has("attic-2", "power", "80")
	g.has("attic-2", "power_oven", "0")
	twin, _ := g.registry.Get("attic-2")
	if d := twin.Device; d.Name != "Climate" || d.Model != "Climate 1.1" || d.Manufacturer != "MySensors" || d.Kind != "meter" {
		t.Errorf("it is %+v", d)
	}
	for name, label := range map[string]string{"temperature": "Room", "temperature_2": "", "temperature_cellar_left": "Cellar (left)", "power": "Fridge, power", "power_oven": "Oven", "energy": ""} {
		if p, _ := twin.Device.Property(name); p == nil || p.Label != label {
			t.Errorf("%s has the label %+v, want %q", name, p, label)
		}
	}
	again := opened(t, mysensors.Config{}, g.kept)
	again.hears("2;255;0;0;17;2.3.2", "2;3;0;0;6;Garage", "2;2;0;0;6;", "2;1;0;0;6;Room", "2;3;1;0;0;11", "2;1;1;0;0;19")
	again.has("attic-2", "temperature", "19")
	again.has("attic-2", "temperature_cellar_left", "11")
}

func TestAThermostatWithTwoSetpoints(t *testing.T) {
	g := opened(t, mysensors.Config{Nodes: []mysensors.Node{{Node: 1, ID: "hall", Name: "Hall", Area: "Ground floor"}}}, nil)
	g.hears("1;255;0;0;17;2.3.2", "1;1;0;0;29;", "1;1;1;0;45;19.0", "1;1;1;0;21;AutoChangeOver", "1;1;1;0;22;Normal", "1;1;1;0;46;PeriodicOn", "1;1;1;0;0;20.0")
	g.has("hall", "target", "19")
	g.hears("1;1;1;0;44;24.0")
	g.has("hall", "target_low", "19")
	g.has("hall", "target_high", "24")
	g.has("hall", "mode", "auto")
	g.has("hall", "fan_mode", "medium")
	g.has("hall", "flow_mode", "periodic")
	g.takes()
	ticket := g.told("hall", "target_high", devices.Number(25.3))
	g.sends("1;1;1;1;44;25.5")
	g.waits(ticket)
	g.hears("1;1;1;1;44;25.5")
	g.settled(ticket, nil)
	g.has("hall", "target_high", "25.5")
	for _, wrong := range []devices.Command{{Property: "target_low", Value: devices.Number(60)}, {Property: "mode", Value: devices.Text("dry")}, {Property: "temperature", Value: devices.Number(20)}, {Property: "target", Value: devices.Number(20)}} {
		if _, err := g.order("hall", wrong.Property, wrong.Value); err == nil {
			t.Errorf("%s=%s is taken", wrong.Property, wrong.Value)
		}
	}
	g.sends()
	if twin, _ := g.registry.Get("hall"); twin.Device.Kind != "thermostat" || twin.Device.Area != "Ground floor" || twin.Device.Name != "Hall" {
		t.Errorf("it is %+v", twin.Device)
	}
}

func TestTwoSetpointsInOneRead(t *testing.T) {
	it, err := mysensors.New("attic", mysensors.Config{})
	if err != nil {
		t.Fatal(err)
	}
	var r codec.Result
	for _, line := range []string{"1;1;0;0;29;", "1;1;1;0;45;19.0", "1;1;1;0;44;24.0"} {
		it.Decode(&r, []byte(line), start)
	}
	registry := devices.NewRegistry()
	if err := registry.Source("attic", nil).Apply(r.Update); err != nil {
		t.Error(err)
	}
	if twin, _ := registry.Get("attic-1"); twin.Reported("target_low") != devices.Number(19) || twin.Reported("target_high") != devices.Number(24) {
		t.Errorf("it is %+v", twin)
	}
}

func TestCommandsAreSentAgain(t *testing.T) {
	g := opened(t, mysensors.Config{}, nil)
	g.hears("1;255;0;0;17;2.3.2", "1;1;0;0;3;", "1;2;0;0;3;Second", "1;1;1;0;2;0")
	g.takes()
	ticket := g.told("attic-1", "on", devices.Boolean(true))
	g.sends("1;1;1;1;2;1")
	g.pass(time.Second)
	g.sends("1;1;1;1;2;1")
	g.hears("1;1;1;0;2;0") // it reports what it has, which is not what it was told
	g.waits(ticket)
	g.hears("1;1;1;1;2;1")
	g.settled(ticket, nil)
	g.has("attic-1", "on", "true")
	g.pass(10 * time.Second)
	g.takes()

	lost := g.told("attic-1", "on", devices.Boolean(false))
	replaced := g.told("attic-1", "on", devices.Boolean(true))
	other := g.told("attic-1", "on_second", devices.Boolean(true))
	g.settled(lost, nil)
	g.sends("1;1;1;1;2;0")
	g.pass(24 * time.Millisecond)
	g.sends() // the gateway takes one line after the other
	g.pass(time.Millisecond)
	g.sends("1;1;1;1;2;1")
	g.pass(25 * time.Millisecond)
	g.sends("1;2;1;1;2;1")
	g.hears("1;2;1;0;2;1") // one without echoes says that it is on
	g.settled(other, nil)
	g.pass(2 * time.Second)
	g.sends("1;1;1;1;2;1")
	g.pass(3 * time.Second)
	g.waits(replaced)
	g.sends("1;1;1;1;2;1", "0;255;3;0;2;")
	g.pass(4 * time.Second)
	g.settled(replaced, codec.ErrNoAnswer)
}

func TestTheGatewayTakesLinesInTurn(t *testing.T) {
	g := opened(t, mysensors.Config{}, nil)
	for i := range 20 {
		g.hears(fmt.Sprintf("%d;1;0;0;3;", i+1), fmt.Sprintf("%d;1;1;0;2;0", i+1))
	}
	g.takes()
	for i := range 20 {
		g.told(devices.ID(fmt.Sprintf("attic-%d", i+1)), "on", devices.Boolean(true))
	}
	g.pass(19 * 25 * time.Millisecond)
	if sent := g.takes(); len(sent) != 20 {
		t.Errorf("sent %d lines within half a second, want 20: %q", len(sent), sent)
	}
	g.do(func(r *codec.Result) { g.it.Lost(r) })
	for ticket := codec.Ticket(1); ticket <= 20; ticket++ {
		g.settled(ticket, codec.ErrLost)
	}
}

func TestWhatIsRefused(t *testing.T) {
	g := opened(t, mysensors.Config{}, nil)
	g.hears("1;255;0;0;17;2.3.2", "1;1;0;0;36;", "1;2;0;0;26;", "1;1;1;0;47;x")
	g.takes()
	for _, test := range []struct {
		device   devices.ID
		property string
		value    devices.Value
		want     error
	}{
		{"attic-2", "on", devices.Boolean(true), codec.ErrNoSuchDevice},
		{"attic-1", "off", devices.Boolean(true), codec.ErrNoSuchProperty},
		{"attic-1", "text", devices.Text("a text that is longer than a message"), devices.ErrRange},
		{"attic-1", "text", devices.Text("a;b"), devices.ErrRange},
		{"attic-1", "text", devices.Text(""), devices.ErrRange},
		{"attic-1", "text", devices.Text("a\nb"), devices.ErrRange},
		{"attic-1", "text", devices.Number(1), devices.ErrType},
		{"attic-1", "color", devices.Text("red"), devices.ErrType},
		{"attic-1", "brightness", devices.Number(101), devices.ErrRange},
	} {
		if _, err := g.order(test.device, test.property, test.value); !errors.Is(err, test.want) {
			t.Errorf("%s %s=%s: %v, want %v", test.device, test.property, test.value, err, test.want)
		}
	}
	g.sends()
}

func TestInclusion(t *testing.T) {
	g := opened(t, mysensors.Config{}, nil)
	g.hears("0;255;3;0;5;1")
	g.has("attic-0", "inclusion", "true")
	g.takes()
	g.settled(g.told("attic-0", "inclusion", devices.Boolean(false)), nil)
	g.sends("0;255;3;0;5;0")
	g.hears("0;255;3;0;5;0")
	g.has("attic-0", "inclusion", "false")
}

func TestWhatANodeFloods(t *testing.T) {
	g := opened(t, mysensors.Config{}, nil)
	for i := range 5000 {
		g.hears(fmt.Sprintf("1;%d;0;0;%d;", i%250, i%41), fmt.Sprintf("1;%d;1;0;%d;1", i%250, i%60))
		g.now = g.now.Add(time.Millisecond)
	}
	if g.announced > 60 {
		t.Errorf("%d announcements in 5 s", g.announced)
	}
	twin, _ := g.registry.Get("attic-1")
	if n := len(twin.Device.Properties); n == 0 || n > 200 {
		t.Errorf("%d properties", n)
	}
}

func TestANodeThatIsIgnored(t *testing.T) {
	g := opened(t, mysensors.Config{Nodes: []mysensors.Node{{Node: 1, Ignore: true}}}, nil)
	g.hears("1;255;0;0;17;2.3.2", "1;1;0;0;6;", "1;1;1;0;0;20")
	g.pass(time.Minute)
	if all := g.registry.All(); len(all) > 0 {
		t.Errorf("it is %+v", all[0].Device)
	}
}

func TestFahrenheit(t *testing.T) {
	imperial := false
	g := opened(t, mysensors.Config{Metric: &imperial}, nil)
	g.hears("1;1;0;0;14;", "1;1;1;0;0;68", "1;1;1;0;45;70.7", "1;2;0;0;15;", "1;2;1;0;13;12")
	g.has("attic-1", "temperature", "20")
	g.has("attic-1", "target", "21.5")
	g.takes()
	g.told("attic-1", "target", devices.Number(20))
	g.sends("1;1;1;1;45;68.0")
	if twin, _ := g.registry.Get("attic-1"); twin.Device.Properties[2].Unit != "in" {
		t.Errorf("the distance is in %q", twin.Device.Properties[2].Unit)
	}
}

func TestForget(t *testing.T) {
	g := opened(t, mysensors.Config{Nodes: []mysensors.Node{{Node: 2}}}, nil)
	for _, node := range []string{"1", "2"} {
		g.hears(node+";255;0;0;17;2.3.2", node+";1;0;0;3;", node+";1;1;0;2;1")
	}
	ticket := g.told("attic-1", "on", devices.Boolean(false))
	forget := func(id devices.ID) (err error) {
		g.do(func(r *codec.Result) { err = g.it.Forget(r, id) })
		return err
	}
	if err := forget("attic-2"); !errors.Is(err, codec.ErrConfigured) {
		t.Errorf("one that is configured: %v", err)
	}
	if err := forget("attic-3"); !errors.Is(err, codec.ErrNoSuchDevice) {
		t.Errorf("one that is not there: %v", err)
	}
	if err := forget("attic-1"); err != nil {
		t.Fatal(err)
	}
	g.settled(ticket, codec.ErrNoSuchDevice)
	if _, ok := g.registry.Get("attic-1"); ok {
		t.Error("it is still there")
	}
	again := opened(t, mysensors.Config{}, g.kept)
	if len(again.registry.All()) != 1 {
		t.Error("it is there after a restart")
	}
	again.hears("255;255;3;0;3;", "1;1;1;0;2;1")
	again.sends("255;255;3;0;4;3", "1;255;3;0;19;")
	again.hears("1;255;0;0;17;2.3.2", "1;1;0;0;3;", "1;1;1;0;2;0")
	again.has("attic-1", "on", "false")
}
