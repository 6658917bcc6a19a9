package shelly_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"thingbridge/adapters/mqtt/conventiontest"
	"thingbridge/devices"
)

// entry is a topic of a model, as another program knows it.
type entry struct {
	ID           string `json:"id"`
	StateTopic   string `json:"state_topic"`
	CommandTopic string `json:"command_topic"`
	Type         string
	Unit         string
	States       map[string]any
	Write        bool
}

// models are all topics, by generation and model.
func models(t *testing.T) map[string]map[string][]entry {
	var all struct {
		Devices map[string]map[string][]entry
	}
	if err := json.Unmarshal(conventiontest.Messages(t, "shelly-topics.json.gz"), &all); err != nil {
		t.Fatal(err)
	}
	return all.Devices
}

// firstLeaf is where the first generation has a value in JSON, by the end of its ID.
var firstLeaf = map[string]string{
	"Switch": "ison", "red": "red", "green": "green", "blue": "blue", "white": "white", "gain": "gain", "brightness": "brightness", "temp": "temp",
	"effect": "effect", "power": "power", "Event": "event", "EventCount": "event_cnt", "battery": "bat", "lux": "lux", "motion": "motion",
	"vibration": "vibration", "temperatureC": "tmp/value", "wakeupevent": "0",
}

// laterLeaf is where later generations have a value, by the end of its ID.
var laterLeaf = map[string]string{
	"Switch": "output", "Power": "apower", "Voltage": "voltage", "Current": "current", "Energy": "aenergy/total", "ReturnedEnergy": "ret_aenergy/total",
	"PowerFactor": "pf", "Frequency": "freq", "ApparentPower": "aprtpower", "source": "source", "temperatureC": "temperature/tC", "Brightness": "brightness",
	"ColorTemperature": "ct", "Mode": "mode", "White": "white", "Status": "state", "Position": "current_pos", "SlatPos": "slat_pos",
	"BatteryPercent": "battery/percent", "BatteryVoltage": "battery/V", "ExternalPower": "external/present", "TotalActivePower": "total_act_power",
	"TotalApparentPower": "total_aprt_power", "TotalCurrent": "total_current", "CurrentN": "n_current", "TotalActiveEnergy": "total_act",
	"TotalActiveReturnEnergy": "total_act_ret", "TotalEnergy": "total_act_energy", "TotalRetEnergy": "total_act_ret_energy", "alarm": "alarm", "Alarm": "alarm",
	"mute": "mute", "Muted": "mute", "Relative": "rh", "Illumination": "illumination", "Lux": "lux", "Percent": "percent", "Xpercent": "xpercent",
	"Xfrequency": "xfreq", "CountsTotal": "counts/total", "CountsXTotal": "counts/xtotal", "Celsius": "tC", "voltage": "voltage", "State": "state",
	"NumObjects": "num_objects", "CalibrationProgress": "calibration/progress", "ColorRGB": "rgb", "Event": "event",
}

var digits = regexp.MustCompile(`\d+`)

// leafOf is the path of a value in the JSON of its topic; "" for a plain value, or one
// that is another's: Fahrenheit, a transition, a color in other words.
func (e *entry) leafOf(generation string) (leaf string, derived bool) {
	end := e.ID[strings.LastIndexByte(e.ID, '.')+1:]
	if generation == "gen1" {
		if e.Unit == "°F" || slices.Contains([]string{"hue", "saturation", "rgbw"}, end) {
			return "", true
		}
		name := digits.ReplaceAllString(end, "")
		if !strings.Contains(e.StateTopic, "status") && !strings.Contains(e.StateTopic, "input_event") && !strings.HasSuffix(e.StateTopic, "wakeupevent") && !strings.HasSuffix(e.StateTopic, "act_reasons") {
			return "", false
		}
		return firstLeaf[name], firstLeaf[name] == ""
	}
	kind, _, _ := strings.Cut(e.StateTopic[strings.LastIndexByte(e.StateTopic, '/')+1:], ":")
	switch {
	case e.Unit == "°F", strings.HasPrefix(end, "Transition"), strings.HasPrefix(end, "Timer"), end == "transition", end == "Color", end == "TargetPosition",
		end == "PosControl", strings.HasPrefix(end, "LiveTrack"), end == "errors", end == "voltageTransformed":
		return "", true
	case strings.HasPrefix(e.ID, "Smoke") && end == "Event":
		return "", true // the alarm is a state too
	case strings.HasPrefix(e.ID, "Ext."):
		return map[string]string{"humidity": "rh", "temperature": "tC", "voltmeter": "voltage", "switch": "output", "input": map[bool]string{true: "percent", false: "state"}[e.Unit == "%"]}[kind], false
	case kind == "em" || kind == "emdata":
		if phase := end[len(end)-1:]; strings.Contains("ABC", phase) && laterLeaf[end] == "" {
			return strings.ToLower(phase) + "_" + map[string]string{"ActivePower": "act_power", "ApparentPower": "aprt_power", "Current": "current", "PowerFactor": "pf", "Voltage": "voltage",
				"TotalActiveEnergy": "total_act_energy", "TotalActiveReturnEnergy": "total_act_ret_energy"}[end[:len(end)-1]], false
		}
	case kind == "em1" && end == "Power":
		return "act_power", false
	case kind == "em1" && end == "ApparentPower":
		return "aprt_power", false
	case kind == "em1data" && strings.HasPrefix(end, "TotalActive"):
		return map[string]string{"TotalActiveEnergy": "total_act_energy", "TotalActiveReturnEnergy": "total_act_ret_energy"}[end], false
	case kind == "input" && end == "Status":
		return "state", false
	case kind == "input" && end == "Frequency":
		return "freq", false
	}
	return laterLeaf[end], laterLeaf[end] == ""
}

// sample is a value of e, as JSON.
func (e *entry) sample(leaf string) string {
	switch {
	case leaf == "rgb":
		return "[1,2,3]"
	case leaf == "event" && strings.Contains(e.StateTopic, "input_event"):
		return `"S"`
	case leaf == "event":
		return `"single_push"`
	case leaf == "state" && strings.Contains(e.StateTopic, "cover"):
		return `"open"`
	case leaf == "illumination", strings.HasSuffix(e.StateTopic, "illumination"):
		return `"dark"`
	case leaf == "mode":
		return `"rgb"`
	case strings.Contains(e.StateTopic, "/roller/") && strings.Count(e.StateTopic, "/") == 3:
		return `"open"`
	case strings.HasSuffix(e.StateTopic, "sensor/gas"):
		return `"none"`
	case e.Type == "boolean":
		return "true"
	case e.Type == "number":
		return "7"
	}
	return `"text"`
}

// message makes the message that carries a value of e.
func (e *entry) message(prefix, leaf string) (topic, payload string) {
	topic = strings.ReplaceAll(e.StateTopic, "<mqttprefix>", prefix)
	if strings.HasSuffix(topic, "events/rpc") {
		part := digits.FindString(e.ID)
		kind := strings.ToLower(e.ID[:strings.IndexAny(e.ID, "0123456789")])
		if e.Type == "boolean" {
			return topic, fmt.Sprintf(`{"src":%q,"method":"NotifyStatus","params":{"ts":1,"switch:%s":{"output":true}}}`, prefix, part)
		}
		return topic, fmt.Sprintf(`{"src":%q,"method":"NotifyEvent","params":{"ts":1,"events":[{"component":"%s:%s","event":"single_push","ts":1}]}}`, prefix, kind, part)
	}
	payload = e.sample(leaf)
	switch {
	case leaf == "":
		return topic, strings.Trim(payload, `"`)
	case leaf == "0":
		return topic, "[" + payload + "]"
	case leaf == "red" || leaf == "green" || leaf == "blue":
		return topic, `{"red":1,"green":2,"blue":3}`
	}
	keys := strings.Split(leaf, "/")
	for _, key := range slices.Backward(keys) {
		payload = fmt.Sprintf("{%q:%s}", key, payload)
	}
	return topic, payload
}

// TestTopicsOfAllModels holds that each topic of each model gives a property with its
// unit and a value, and that what can be written is told on its topic.
func TestTopicsOfAllModels(t *testing.T) {
	units := map[string]string{"Lux": "lx", "VAR": "var", "degree": "°", "Wmin": "Wh"}
	total, settings, derived, read, written, count := 0, 0, 0, 0, 0, 0
	for generation, list := range models(t) {
		for model, entries := range list {
			count++
			h := newHouse()
			prefix := model + "-aabbccddeeff"
			if generation == "gen1" {
				h.hear("shellies/announce", `{"id":"`+prefix+`","model":"M","mac":"AABBCCDDEEFF"}`)
			} else {
				h.hear(prefix+"/online", "true")
				h.wait(5 * time.Second)
			}
			for i := range entries {
				e := &entries[i]
				total++
				if e.StateTopic == "" {
					settings++
					continue
				}
				leaf, other := e.leafOf(generation)
				if other {
					derived++
					continue
				}
				h.at = h.at.Add(5 * time.Second)
				topic, payload := e.message(prefix, leaf)
				if leaf == "event" && generation == "gen1" {
					h.hear(topic, `{"event":"S","event_cnt":1}`)
					payload = fmt.Sprintf(`{"event":"S","event_cnt":%d}`, 2+i)
				}
				r := h.hear(topic, payload)
				if len(r.Readings) == 0 {
					t.Errorf("%s %s: %s %s gives %q", model, e.ID, topic, payload, said(r))
					continue
				}
				read++
				d := h.only(t)
				p, _ := d.Property(r.Readings[0].Property)
				want := e.Unit
				if short, ok := units[want]; ok {
					want = short
				}
				if p.Unit != want && p.Type == devices.TypeNumber && leaf != "white" && leaf[:min(1, len(leaf))] != "x" { // x: transformed by the owner, to a unit of his own
					t.Errorf("%s %s: unit %q, want %q", model, e.ID, p.Unit, want)
				}
				if !e.Write || e.CommandTopic == "" {
					continue
				}
				name := p.Name
				if strings.HasPrefix(name, "state") {
					name = strings.Replace(name, "state", "cover", 1)
				}
				p, _ = d.Property(name)
				if p == nil {
					t.Errorf("%s %s: %s cannot be told", model, e.ID, name)
					continue
				}
				to := strings.ReplaceAll(e.CommandTopic, "<mqttprefix>", prefix) + " "
				if got := h.command(d, name, conventiontest.ValueOf(p)); !strings.HasPrefix(got, to) {
					t.Errorf("%s %s: told by %s, want %s", model, e.ID, got, to)
				}
				written++
			}
			if d := h.only(t); d.Validate() != nil || d.Kind == "" {
				t.Errorf("%s: %v of kind %q", model, d.Validate(), d.Kind)
			}
		}
	}
	t.Logf("%d models, %d topics: %d settings and deeds without a state, %d that are another's value in other words, %d read, %d of them told", count, total, settings, derived, read, written)
}

// TestWildMessagesGiveDevicesOrReasons also takes the fixtures of Home Assistant.
func TestWildMessagesGiveDevicesOrReasons(t *testing.T) {
	h := newHouse()
	messages, commands, explained := 0, 0, 0
	for _, line := range conventiontest.Lines(t, "wild-messages.jsonl") {
		var m struct{ Producer, Kind, Topic, Payload string }
		if err := json.Unmarshal(line, &m); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(m.Producer, "shelly") {
			continue
		}
		messages++
		h.at = h.at.Add(time.Second)
		before := len(h.devices)
		r := h.hear(m.Topic, m.Payload)
		late := h.wait(4 * time.Second)
		switch {
		case strings.Contains(m.Topic, "/command"):
			commands++
		case len(r.Readings)+len(r.Faults)+len(late.Readings)+len(h.devices)-before > 0, strings.HasSuffix(m.Topic, "online"):
			explained++
		case strings.Contains(m.Payload, `"cloud"`), strings.Contains(m.Payload, `"sys"`):
			explained++ // of no interest, and of a device that is known or asked
		default:
			t.Errorf("neither a device nor a reason: %s %.100s", m.Topic, m.Payload)
		}
	}
	h.wait(time.Minute)
	t.Logf("%d messages, %d of them commands, %d understood; %d devices", messages, commands, explained, len(h.devices))
	var fixtures struct {
		Fixtures map[string]json.RawMessage
	}
	if err := json.Unmarshal(conventiontest.Messages(t, "shelly-ha-fixtures.json"), &fixtures); err != nil {
		t.Fatal(err)
	}
	h = newHouse()
	h.hear("shellyplus-aabbccddeeff/online", "true")
	h.hear("thingbridge/shelly/info/shellyplus-aabbccddeeff/rpc", `{"result":{"mac":"AABBCCDDEEFF","name":"Test name"}}`)
	h.hear("thingbridge/shelly/config/shellyplus-aabbccddeeff/rpc", `{"result":`+string(fixtures.Fixtures["MOCK_CONFIG"])+`}`)
	r := h.hear("thingbridge/shelly/status/shellyplus-aabbccddeeff/rpc", `{"result":`+string(fixtures.Fixtures["MOCK_STATUS_RPC"])+`}`)
	d := h.only(t)
	p, _ := d.Property("on")
	if len(r.Readings) < 18 || p.Label != "test switch_0" {
		t.Errorf("%d readings of the fixture, label %q: %s", len(r.Readings), p.Label, said(r))
	}
	t.Logf("the status of the fixture gives %d readings: %s", len(r.Readings), said(r))
}
