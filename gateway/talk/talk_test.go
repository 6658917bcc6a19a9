package talk_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"thingbridge/devices"
	"thingbridge/gateway/access"
	"thingbridge/gateway/talk"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// livingRoom is a thermostat at 21.4 °C that heats to 21.
func livingRoom(t *testing.T, change ...devices.Reading) devices.Twin {
	t.Helper()
	d := &devices.Device{ID: "living-room", Name: "Living room", Kind: "thermostat", Properties: []devices.Property{
		{Name: "temperature", Type: devices.TypeNumber, Unit: "°C", Class: "temperature"},
		{Name: "humidity", Type: devices.TypeNumber, Unit: "%", Class: "humidity"},
		{Name: "target", Type: devices.TypeNumber, Unit: "°C", Min: 5, Max: 30, Step: 0.5, Writable: true},
		{Name: "mode", Type: devices.TypeEnum, Options: []string{"off", "heat", "cool", "auto"}, Writable: true},
		{Name: "preset", Type: devices.TypeEnum, Options: []string{"none", "comfort", "eco", "boost"}, Writable: true},
		{Name: "action", Type: devices.TypeEnum, Options: []string{"idle", "heating", "cooling"}},
		{Name: "boost", Type: devices.TypeNumber, Unit: "min", Min: 0, Max: 720, Writable: true},
		{Name: "reason", Type: devices.TypeText},
	}}
	readings := append([]devices.Reading{
		{Property: "temperature", Value: devices.Number(21.4)},
		{Property: "humidity", Value: devices.Number(45)},
		{Property: "target", Value: devices.Number(21)},
		{Property: "mode", Value: devices.Text("heat")},
		{Property: "preset", Value: devices.Text("none")},
		{Property: "action", Value: devices.Text("heating")},
		{Property: "boost", Value: devices.Number(0)},
		{Property: "reason", Value: devices.Text("window")},
	}, change...)
	for i := range readings {
		readings[i].Device, readings[i].At = d.ID, noon
	}
	return twinOf(t, d, readings)
}

func lamp(t *testing.T) devices.Twin {
	t.Helper()
	d := &devices.Device{ID: "lamp", Name: "Lamp", Properties: []devices.Property{
		{Name: "on", Type: devices.TypeBoolean, Writable: true},
		{Name: "brightness", Type: devices.TypeNumber, Unit: "%", Min: 0, Max: 100, Writable: true},
		{Name: "label", Type: devices.TypeText, Writable: true},
	}}
	return twinOf(t, d, []devices.Reading{{Device: "lamp", Property: "on", Value: devices.Boolean(true)}})
}

func twinOf(t *testing.T, d *devices.Device, readings []devices.Reading) devices.Twin {
	t.Helper()
	r := devices.NewRegistry()
	if err := r.Source("test", nil).Apply(devices.Update{Announced: []*devices.Device{d}, Readings: readings}); err != nil {
		t.Fatal(err)
	}
	twin, _ := r.Get(d.ID)
	return twin
}

func ask(twin devices.Twin, text string) talk.Plan {
	return talk.Decide(talk.Request{Text: text, Twin: twin, Role: access.Control, By: "anna@home.test", Now: noon})
}

func TestSentencesThatBecomeCommands(t *testing.T) {
	thermostat, light := livingRoom(t), lamp(t)
	tests := []struct {
		text     string
		twin     devices.Twin
		property string
		value    devices.Value
		lang     talk.Lang
	}{
		{"set 21.5", thermostat, "target", devices.Number(21.5), talk.English},
		{"21.5", thermostat, "target", devices.Number(21.5), ""},
		{"21,5 °C!", thermostat, "target", devices.Number(21.5), ""},
		{"22°", thermostat, "target", devices.Number(22), ""},
		{"set target 21.5", thermostat, "target", devices.Number(21.5), talk.English},
		{"set target to 21.5", thermostat, "target", devices.Number(21.5), talk.English},
		{"Set target = 21.5", thermostat, "target", devices.Number(21.5), talk.English},
		{"target=19", thermostat, "target", devices.Number(19), ""},
		{"set to 20", thermostat, "target", devices.Number(20), talk.English},
		{"warmer", thermostat, "target", devices.Number(22), talk.English},
		{"cooler 0.5", thermostat, "target", devices.Number(20.5), talk.English},
		{"off", thermostat, "mode", devices.Text("off"), talk.English},
		{"on", thermostat, "mode", devices.Text("heat"), talk.English},
		{"heat", thermostat, "mode", devices.Text("heat"), ""},
		{"ECO", thermostat, "preset", devices.Text("eco"), ""},
		{"set mode cool", thermostat, "mode", devices.Text("cool"), talk.English},
		{"boost 30m", thermostat, "boost", devices.Number(30), talk.English},
		{"boost 1h30m", thermostat, "boost", devices.Number(90), talk.English},
		{"boost for 2 hours", thermostat, "boost", devices.Number(120), talk.English},
		{"boost off", thermostat, "boost", devices.Number(0), talk.English},
		{"wärmer", thermostat, "target", devices.Number(22), talk.German},
		{"stelle Sollwert auf 19,5", thermostat, "target", devices.Number(19.5), talk.German},
		{"heizen", thermostat, "mode", devices.Text("heat"), ""},
		{"aus", light, "on", devices.Boolean(false), talk.German},
		{"off.", light, "on", devices.Boolean(false), talk.English},
		{"set brightness 40", light, "brightness", devices.Number(40), talk.English},
		{"set label Good night", light, "label", devices.Text("Good night"), talk.English},
		{"40 %", light, "brightness", devices.Number(40), ""},
	}
	for _, test := range tests {
		t.Run(test.text, func(t *testing.T) {
			got := ask(test.twin, test.text)
			want := talk.Plan{Lang: test.lang, Spoken: test.lang, Commands: []devices.Command{{
				Device: test.twin.Device.ID, Property: test.property, Value: test.value, By: "anna@home.test",
			}}}
			if diff := cmp.Diff(want, got, cmp.AllowUnexported(devices.Value{})); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestSentencesThatAreAnswered(t *testing.T) {
	thermostat := livingRoom(t)
	atTheEnd := livingRoom(t, devices.Reading{Property: "target", Value: devices.Number(30)})
	tests := []struct {
		text string
		twin devices.Twin
		want string // in the answer
	}{
		{"status", thermostat, "Living room\nTemperature: 21.4 °C\nHumidity: 45 %\nTarget: 21 °C\nMode: heat\nPreset: none\nAction: heating"},
		{"Zustand?", thermostat, "Temperatur: 21,4 °C"},
		{"get temperature", thermostat, "Temperature: 21.4 °C"},
		{"temperature?", thermostat, "Temperature: 21.4 °C"},
		{"temp", thermostat, "Temperature: 21.4 °C"},
		{"get pressure", thermostat, `I have no "pressure". I have: Temperature, Humidity`},
		{"set 35", thermostat, "35 °C is too high: Target can be 5 to 30 °C. Nothing was changed."},
		{"setze 2", thermostat, "2 °C ist zu niedrig: Sollwert kann 5 bis 30 °C sein."},
		{"set target tropical", thermostat, `I do not understand "tropical" as a value for Target; 20 °C would be one.`},
		{"set mode party", thermostat, `I do not know "party"; Mode can be off, heat, cool, auto.`},
		{"set temperature 21", thermostat, "Temperature is measured; it cannot be set."},
		{"set target", thermostat, "To what shall I set Target?"},
		{"set", lamp(t), `I have no "".`},
		{"warmer", atTheEnd, "Target is at its end already: 30 °C."},
		{"boost 500h", thermostat, "too high: Boost can be 0 to 720 min"},
		{"why?", thermostat, "A window is open, so heating is paused."},
		{"help", thermostat, "boost 30m – full power for a time"},
		{"help", thermostat, "set 20 – a new value; also: set PROPERTY VALUE\nwarmer, cooler – a degree up or down"},
		{"help all", thermostat, "get temperature – one value\nset 20 – a new value"},
		{"help all", lamp(t), "get light – one value\nset 20"},
		{"boost", lamp(t), "I have no \"boost\""},
		{"set label", lamp(t), "To what shall I set Label?"},
		{"hilfe", thermostat, "wärmer, kühler – ein Grad mehr"},
		{"sing me a song", thermostat, "I do not understand \"sing me a song\". Write help"},
		{"", thermostat, "21.4 °C → 21.0 · 45 % · heating"},
	}
	for _, test := range tests {
		t.Run(test.text, func(t *testing.T) {
			plan := ask(test.twin, test.text)
			if len(plan.Commands) != 0 || !strings.Contains(plan.Answer, test.want) {
				t.Errorf("commands %v, answer %q, want %q", plan.Commands, plan.Answer, test.want)
			}
		})
	}
}

func TestTheWordsDecideInWhichLanguageToAnswer(t *testing.T) {
	tests := []struct {
		text         string
		reader       talk.Lang
		lang, spoken talk.Lang
	}{
		{"wärmer", talk.English, talk.German, talk.German},
		{"warmer", talk.German, talk.English, talk.English},
		{"status", talk.German, talk.German, talk.German},
		{"status", "", talk.English, talk.English},
		{"21.5", talk.German, talk.German, ""},
		{"21.5", "", "", ""},
	}
	for _, test := range tests {
		plan := talk.Decide(talk.Request{Text: test.text, Lang: test.reader, Twin: livingRoom(t), Role: access.Control})
		if plan.Lang != test.lang || plan.Spoken != test.spoken {
			t.Errorf("%q to a reader of %q: answered in %q, spoken %q", test.text, test.reader, plan.Lang, plan.Spoken)
		}
	}
}

func TestWhoMayOnlyLookChangesNothing(t *testing.T) {
	for _, text := range []string{"21", "off", "set mode heat", "warmer", "boost 5"} {
		plan := talk.Decide(talk.Request{Text: text, Twin: livingRoom(t), Role: access.View})
		if len(plan.Commands) != 0 || !strings.Contains(plan.Answer, "not change anything") {
			t.Errorf("%q: %+v", text, plan)
		}
	}
}

func TestDoneTellsFactsFromWishes(t *testing.T) {
	cmd := devices.Command{Device: "living-room", Property: "target", Value: devices.Number(21.5)}
	confirmed := livingRoom(t, devices.Reading{Property: "target", Value: devices.Number(21.5)})
	waiting := livingRoom(t)
	waiting.States[2].Desired = devices.Number(21.5)
	tests := []struct {
		name string
		twin devices.Twin
		err  error
		lang talk.Lang
		want string
	}{
		{"confirmed", confirmed, nil, talk.English, "Target: 21.5 °C."},
		{"not confirmed yet", waiting, nil, talk.English, "Target: 21.5 °C is asked for; the device has not confirmed it yet."},
		{"in German", waiting, nil, talk.German, "Sollwert: 21,5 °C ist gewünscht; das Gerät hat es noch nicht bestätigt."},
		{"not handed over", waiting, errors.New("broker is away"), talk.English, "Living room cannot be reached right now. Nothing was changed."},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := talk.Done(cmd, &test.twin, test.err, test.lang); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestStatusLine(t *testing.T) {
	reading := func(property string, v devices.Value) devices.Reading {
		return devices.Reading{Property: property, Value: v}
	}
	tests := []struct {
		name string
		twin devices.Twin
		lang talk.Lang
		want string
	}{
		{"a thermostat that heats", livingRoom(t), talk.English, "21.4 °C → 21.0 · 45 % · heating"},
		{"in German", livingRoom(t), talk.German, "21,4 °C → 21,0 · 45 % · heizt"},
		{"at rest", livingRoom(t, reading("action", devices.Text("idle"))), talk.English, "21.4 °C → 21.0 · 45 %"},
		{"in boost", livingRoom(t, reading("boost", devices.Number(25))), talk.English, "21.4 °C → 21.0 · 45 % · heating · Boost 25 min"},
		{"switched off", livingRoom(t, reading("mode", devices.Text("off")), reading("action", devices.Text("idle"))), talk.English, "21.4 °C · 45 % · off"},
		{"a lamp", lamp(t), talk.English, "on"},
		{"numbers rounded for people", livingRoom(t, reading("temperature", devices.Number(-0.09)), reading("humidity", devices.Number(41.4))), talk.English, "-0.1 °C → 21.0 · 41 % · heating"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := talk.StatusLine(&test.twin, test.lang); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestAskHouse(t *testing.T) {
	twins := []devices.Twin{livingRoom(t), lamp(t)}
	tests := []struct {
		text   string
		twins  []devices.Twin
		device devices.ID
		rest   string
		answer string
	}{
		{"living room set 21", twins, "living-room", "set 21", ""},
		{"Lamp", twins, "lamp", "", ""},
		{"set the living room to 19", twins, "living-room", "set to 19", ""},
		{"stelle das living-room auf 19", twins, "living-room", "stelle auf 19", ""},
		{"lampoon", twins, "", "", "do not understand"},
		{"devices", twins, "", "", "Lamp: on\nLiving room: 21.4 °C"},
		{"hilfe", twins, "", "", "Ich bin das Haus."},
		{"what", twins, "", "", `I do not understand "what".`},
		{"devices", nil, "", "", "There is no thing that you may see."},
	}
	for _, test := range tests {
		t.Run(test.text, func(t *testing.T) {
			device, rest, answer := talk.AskHouse(talk.HouseRequest{Text: test.text, Twins: test.twins})
			var id devices.ID
			if device != nil {
				id = device.Device.ID
			}
			if id != test.device || rest != test.rest || !strings.Contains(answer, test.answer) {
				t.Errorf("got %q, %q, %q", id, rest, answer)
			}
		})
	}
}

func FuzzDecide(f *testing.F) {
	for _, text := range []string{"set 21", "boost 1e400h", "İİİİtarget 5", "set target = \xff", "hold ,,5m", "-", "living room"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		twin := livingRoom(t)
		plan := ask(twin, text)
		if plan.Answer == "" && len(plan.Commands) == 0 {
			t.Fatalf("%q is not answered", text)
		}
		for _, cmd := range plan.Commands {
			p, ok := twin.Device.Property(cmd.Property)
			if !ok || !p.Writable || p.Check(cmd.Value) != nil {
				t.Fatalf("%q asks for %+v", text, cmd)
			}
		}
		house := talk.HouseRequest{Text: text, Twins: []devices.Twin{twin}, Role: access.View, House: lodge{}}
		talk.AskHouse(house)
		if plan, ok := talk.DecideHouse(house); ok && plan.Answer == "" && (plan.Order == nil || len(plan.Order.Devices) == 0) {
			t.Fatalf("%q to the house is not answered: %+v", text, plan)
		}
	})
}

// A question says what can be answered, and each choice is a whole sentence.
func TestChoicesAnswerTheirQuestion(t *testing.T) {
	twin := livingRoom(t)
	ask := func(text string) talk.Plan {
		return talk.Decide(talk.Request{Text: text, Twin: twin, Role: access.Control, By: "anna@home.test", Now: noon})
	}
	question := ask("set mode")
	if len(question.Choices) != 4 {
		t.Fatalf("choices %v, want the four modes", question.Choices)
	}
	for i, want := range []string{"off", "heat", "cool", "auto"} {
		plan := ask(question.Choices[i].Say)
		if len(plan.Commands) != 1 || plan.Commands[0].Property != "mode" || plan.Commands[0].Value != devices.Text(want) {
			t.Errorf("%+v leads to %+v, want mode %s", question.Choices[i], plan, want)
		}
	}
}

// Values that would read alike are shown once.
func TestAStatusLineRepeatsNothing(t *testing.T) {
	d := &devices.Device{ID: "trv", Name: "TRV", Kind: "thermostat", Properties: []devices.Property{
		{Name: "temperature", Type: devices.TypeNumber, Unit: "°C", Class: "temperature"},
		{Name: "local", Type: devices.TypeNumber, Unit: "°C", Class: "temperature"},
		{Name: "humidity", Type: devices.TypeNumber, Unit: "%", Class: "humidity"},
	}}
	twin := twinOf(t, d, []devices.Reading{
		{Device: "trv", Property: "temperature", Value: devices.Number(21)},
		{Device: "trv", Property: "local", Value: devices.Number(21)},
		{Device: "trv", Property: "humidity", Value: devices.Number(40)},
	})
	if got := talk.StatusLine(&twin, talk.English); strings.Count(got, "21") != 1 || !strings.Contains(got, "40 %") {
		t.Errorf("status line %q", got)
	}
}
