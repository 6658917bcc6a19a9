package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// shellyTopic is one value of a Shelly, as another program knows it.
type shellyTopic struct {
	ID      string `json:"id"`
	State   string `json:"state_topic"`
	Command string `json:"command_topic"`
	Type    string `json:"type"`
	Unit    string `json:"unit"`
	States  fields `json:"states"`
}

// shellyID is the address that all Shellys of the judge have.
const shellyID = "A4CF12F45EC0"

// judgeShellyTopics announces each model, and publishes on each of its topics what the
// model publishes there. A topic is right when the device has a value from it.
func judgeShellyTopics(t *tally, f *folder) error {
	all, err := whole[struct {
		Devices map[string]map[string][]shellyTopic
	}](f, t.file)
	if err != nil {
		return err
	}
	for _, generation := range slices.Sorted(maps.Keys(all.Devices)) {
		models := all.Devices[generation]
		for _, model := range slices.Sorted(maps.Keys(models)) {
			if err := judgeShelly(t, generation, model, models[model]); err != nil {
				return err
			}
		}
	}
	return nil
}

// judgeShelly plays one model. From the second generation on it answers questions.
func judgeShelly(t *tally, generation, model string, topics []shellyTopic) error {
	h, err := newHouse()
	if err != nil {
		return err
	}
	prefix := model + "-" + strings.ToLower(shellyID)
	if generation == "gen1" {
		prefix = model + "-" + shellyID[6:]
		h.hear(message{"shellies/announce", fmt.Sprintf(`{"id":%q,"model":"SHXX-1","mac":%q,"ip":"192.168.1.20","new_fw":false,"fw_ver":"20230913-112003/v1.14.0-gcb84623"}`, prefix, shellyID), false})
		h.hear(message{"shellies/" + prefix + "/online", "true", true})
	} else {
		h.hear(message{prefix + "/online", "true", true})
		h.answerAsShelly(prefix, shellyStatuses(topics))
	}
	seen := make(map[string]bool)
	for _, topic := range topics {
		name := strings.ReplaceAll(topic.State, "<mqttprefix>", prefix)
		switch {
		case name == "" || seen[name]:
			continue
		case strings.Contains(name, "temperature_f"):
			t.note("what another topic says in °C", "%s: %s", model, topic.State)
			continue
		}
		seen[name] = true
		payload := shellyPayload(prefix, name, topic)
		if payload == "" {
			t.note("no payload is known for a topic", "%s: %s", model, topic.State)
			continue
		}
		h.judgeShellyTopic(t, model, topic, message{name, payload, generation == "gen1"})
		h.answerAsShelly(prefix, shellyStatuses(topics))
	}
	h.pass(time.Minute)
	if n := len(h.registry.All()); n != 1 {
		t.bad(fmt.Sprintf("a model is %d devices, want 1", n), "%s", model)
	} else {
		t.ok()
	}
	return nil
}

func (h *house) judgeShellyTopic(t *tally, model string, topic shellyTopic, m message) {
	before := h.readings
	h.hear(m)
	said := h.complaint()
	sort := strings.TrimPrefix(strings.ReplaceAll(topic.State, "<mqttprefix>/", ""), "shellies/")
	switch {
	case h.readings > before:
		t.ok()
		if said != "" {
			t.note("fault: "+general(said), "%s: %s", model, said)
		}
	case said != "":
		t.bad(sort+": "+general(said), "%s: %s %s", model, m.topic, m.payload)
	case !h.heard:
		t.bad(sort+": no convention knows the topic", "%s: %s %s", model, m.topic, m.payload)
	default:
		t.bad(sort+": no value comes of it", "%s: %s %s", model, m.topic, m.payload)
	}
}

// shellyStatuses are the statuses of all components that a model has.
func shellyStatuses(topics []shellyTopic) fields {
	out := make(fields)
	for _, topic := range topics {
		_, component, ok := strings.Cut(topic.State, "/status/")
		kind, id, _ := strings.Cut(component, ":")
		if ok && shellyStatus[kind] != "" {
			out[component] = json.RawMessage(strings.ReplaceAll(shellyStatus[kind], "ID", id))
		}
	}
	return out
}

// answerAsShelly answers what was asked on a Shelly's topic since it was called last.
func (h *house) answerAsShelly(prefix string, status fields) {
	asked := h.published
	h.published = nil
	for _, m := range asked {
		if m.Topic != prefix+"/rpc" {
			continue
		}
		question := object(m.Payload)
		result := any(fields{})
		switch question.text("method") {
		case "Shelly.GetDeviceInfo":
			result = map[string]any{"id": prefix, "mac": shellyID, "model": "SNSW-002P16EU", "gen": 2, "fw_id": "20241011-114455/1.4.4-g6d2a586", "ver": "1.4.4", "app": "Plus2PM", "name": nil, "auth_en": false}
		case "Shelly.GetStatus":
			result = status
		}
		answer, err := json.Marshal(map[string]any{"id": question["id"], "src": prefix, "dst": question.text("src"), "result": result})
		if err == nil {
			h.hear(message{question.text("src") + "/rpc", string(answer), false})
		}
	}
}

// shellyPayload is what a Shelly publishes on a topic.
func shellyPayload(prefix, topic string, what shellyTopic) string {
	last := topic[strings.LastIndex(topic, "/")+1:]
	kind, id, _ := strings.Cut(last, ":")
	switch {
	case strings.Contains(topic, "/status/"):
		return strings.ReplaceAll(shellyStatus[kind], "ID", id)
	case last == "rpc":
		return fmt.Sprintf(`{"src":%q,"dst":"%s/events","method":"NotifyEvent","params":{"ts":1631266595.44,"events":[{"component":"input:0","id":0,"event":"single_push","ts":1631266595.44}]}}`, prefix, prefix)
	case topic == "shellies/"+prefix+"/status":
		return `{"motion":true,"timestamp":1626935779,"active":true,"vibration":false,"lux":54,"bat":87,"tmp":{"value":21.5,"units":"C"}}`
	case last == "status":
		return `{"ison":true,"mode":"color","red":255,"green":128,"blue":0,"white":10,"gain":50,"temp":3000,"brightness":60,"effect":0,"power":11.5}`
	case strings.Contains(topic, "/input_event/"):
		return `{"event":"S","event_cnt":3}`
	case strings.Contains(topic, "/roller/") && what.Type == "string":
		return "open"
	case last == "info":
		return ""
	case last == "gas":
		return "none"
	case what.Type == "number" && what.Unit == "%":
		return "57"
	case what.Type == "number":
		return "17.25"
	case what.Type == "boolean" && (strings.Contains(topic, "/relay/") || strings.Contains(topic, "/light/") || strings.Contains(topic, "/color/") || strings.Contains(topic, "/white/")):
		return "on"
	case what.Type == "boolean" && strings.Contains(topic, "/sensor/state"):
		return "open"
	case what.Type == "boolean" && strings.Contains(topic, "/sensor/"):
		return "true"
	case what.Type == "boolean":
		return "1"
	case len(what.States) > 0:
		return slices.Sorted(maps.Keys(what.States))[0]
	}
	return "text"
}

// shellyStatus are statuses of the components of Shellys from the second generation on,
// as their makers document them. ID is the number of the component.
var shellyStatus = map[string]string{
	"switch":       `{"id":ID,"source":"init","output":true,"apower":8.9,"voltage":237.5,"freq":50.0,"current":0.07,"pf":0.6,"aenergy":{"total":6.532,"by_minute":[45.199,47.141,88.397],"minute_ts":1626935779},"ret_aenergy":{"total":0.5},"temperature":{"tC":23.5,"tF":74.4}}`,
	"light":        `{"id":ID,"source":"init","output":true,"brightness":50,"apower":4.4,"voltage":230.1,"current":0.02,"aenergy":{"total":1.5},"temperature":{"tC":33.5,"tF":92.3}}`,
	"rgb":          `{"id":ID,"source":"init","output":true,"rgb":[255,128,0],"brightness":50,"apower":4.4,"voltage":12.1,"current":0.2,"aenergy":{"total":1.5},"temperature":{"tC":33.5,"tF":92.3}}`,
	"rgbw":         `{"id":ID,"source":"init","output":true,"rgb":[255,128,0],"white":10,"brightness":50,"apower":4.4,"voltage":12.1,"current":0.2,"aenergy":{"total":1.5},"temperature":{"tC":33.5,"tF":92.3}}`,
	"cct":          `{"id":ID,"source":"init","output":true,"brightness":50,"ct":3500,"apower":4.4,"aenergy":{"total":1.5}}`,
	"rgbcct":       `{"id":ID,"source":"init","output":true,"mode":"cct","rgb":[255,128,0],"brightness":50,"ct":3500,"apower":4.4,"aenergy":{"total":1.5}}`,
	"cover":        `{"id":ID,"source":"limit_switch","state":"open","apower":12.5,"voltage":230.2,"current":0.1,"pf":0.5,"freq":50.0,"aenergy":{"total":62.4},"current_pos":73,"target_pos":null,"pos_control":true,"temperature":{"tC":40.5,"tF":104.9}}`,
	"input":        `{"id":ID,"state":true,"percent":12.5,"counts":{"total":100}}`,
	"temperature":  `{"id":ID,"tC":22.3,"tF":72.1}`,
	"humidity":     `{"id":ID,"rh":51.5}`,
	"voltmeter":    `{"id":ID,"voltage":4.321}`,
	"illuminance":  `{"id":ID,"lux":345,"illumination":"bright"}`,
	"devicepower":  `{"id":ID,"battery":{"V":5.9,"percent":87},"external":{"present":false}}`,
	"smoke":        `{"id":ID,"alarm":true,"mute":false}`,
	"flood":        `{"id":ID,"alarm":true,"mute":false,"errors":[]}`,
	"em":           `{"id":ID,"a_current":4.029,"a_voltage":236.1,"a_act_power":951.2,"a_aprt_power":952,"a_pf":1,"a_freq":50,"b_current":4.027,"b_voltage":236.2,"b_act_power":951.1,"b_aprt_power":951.8,"b_pf":1,"b_freq":50,"c_current":3.03,"c_voltage":236.4,"c_act_power":715.4,"c_aprt_power":716.2,"c_pf":1,"c_freq":50,"n_current":11.029,"total_current":11.083,"total_act_power":2617.7,"total_aprt_power":2620.1}`,
	"emdata":       `{"id":ID,"a_total_act_energy":105.2,"a_total_act_ret_energy":0,"b_total_act_energy":106.2,"b_total_act_ret_energy":0,"c_total_act_energy":107.2,"c_total_act_ret_energy":0,"total_act":318.6,"total_act_ret":0}`,
	"em1":          `{"id":ID,"current":0.09,"voltage":236.1,"act_power":14.7,"aprt_power":21.6,"pf":0.68,"freq":50,"calibration":"factory"}`,
	"em1data":      `{"id":ID,"total_act_energy":1234.5,"total_act_ret_energy":0.5}`,
	"pm1":          `{"id":ID,"voltage":230.4,"current":0.35,"apower":77.5,"freq":50,"aenergy":{"total":1001.5},"ret_aenergy":{"total":0}}`,
	"thermostat":   `{"id":ID,"enable":true,"target_C":21.5,"current_C":20.1,"output":true}`,
	"presence":     `{"num_objects":2}`,
	"presencezone": `{"id":ID,"value":true,"num_objects":1}`,
}

// unmeasured are components of the fixture that say nothing of the device's surroundings:
// an input without a state, and what the device is occupied with.
var unmeasured = map[string]bool{"input:0": true, "cloud": true, "sys": true, "wifi": true}

// judgeShellyStatus publishes a status of many components, each of which is to
// give the device a value.
func judgeShellyStatus(t *tally, f *folder) error {
	all, err := whole[struct{ Fixtures map[string]fields }](f, t.file)
	if err != nil {
		return err
	}
	h, err := newHouse()
	if err != nil {
		return err
	}
	const prefix = "shellyplus2pm-a4cf12f45ec0"
	h.hear(message{prefix + "/online", "true", true})
	status := all.Fixtures["MOCK_STATUS_RPC"]
	h.answerAsShelly(prefix, status)
	for _, component := range slices.Sorted(maps.Keys(status)) {
		before := h.readings
		h.hear(message{prefix + "/status/" + component, string(status[component]), false})
		said := h.complaint()
		switch {
		case h.readings > before:
			t.ok()
		case h.heard && unmeasured[component]:
			t.ok()
			t.note("known, but nothing is measured: "+component, "%s", status[component])
		default:
			t.bad("no value: "+component, "%s: %s", status[component], said)
		}
	}
	if twins := h.registry.All(); len(twins) == 1 {
		t.note("the device", "%s", values(&twins[0]))
	}
	return nil
}
