package homeassistant_test

import (
	"fmt"
	"testing"

	"thingbridge/adapters/mqtt/convention"
)

// device announces a device with many entities on one topic, the way zigbee2mqtt does.
func (h *house) device(i, entities int) (topic string) {
	topic = fmt.Sprintf("z/d%d", i)
	const shared = `"stat_t":"z/d%[1]d","avty":[{"t":"z/bridge/state","val_tpl":"{{ value_json.state }}"},{"t":"z/d%[1]d/availability","val_tpl":"{{ value_json.state }}"}],"avty_mode":"all","dev":{"ids":"d%[1]d","name":"D%[1]d"}`
	for e := range entities {
		h.keep(fmt.Sprintf("homeassistant/sensor/d%d/e%d/config", i, e),
			fmt.Sprintf(`{"name":"E%[2]d","unit_of_meas":"W","val_tpl":"{{ value_json[\"e%[2]d\"] }}","uniq_id":"d%[1]d_e%[2]d",`+shared+`}`, i, e))
	}
	h.keep(fmt.Sprintf("homeassistant/binary_sensor/d%d/w/config", i), fmt.Sprintf(`{"dev_cla":"window","pl_on":true,"pl_off":false,"val_tpl":"{{ value_json.w }}",`+shared+`}`, i))
	h.keep(fmt.Sprintf("homeassistant/sensor/d%d/t/config", i), fmt.Sprintf(`{"name":"Note","val_tpl":"{{ value_json.note }}",`+shared+`}`, i))
	return topic
}

const state = `{"e0":1.5,"e1":2,"e2":300,"e3":0.1,"w":true,"note":"all is well"}`

func TestAStateMessageIsReadWithFewAllocations(t *testing.T) {
	h := newHouse()
	topic := []byte(h.device(1, 4))
	h.say("z/bridge/state", `{"state":"online"}`)
	h.say("z/d1/availability", `{"state":"online"}`)
	var r convention.Result
	m := convention.Received{Topic: topic, Payload: []byte(state), At: noon}
	const most = 2
	if allocs := testing.AllocsPerRun(1000, func() {
		r.Reset()
		h.Decode(&r, m)
	}); allocs > most || len(r.Readings) != 6 || len(r.Faults) > 0 {
		t.Errorf("%v allocations for %d readings (faults %v), want at most %d for 6", allocs, len(r.Readings), r.Faults, most)
	}
}

func BenchmarkState(b *testing.B) { benchmarkState(b, newHouse()) }

// BenchmarkStateBesideWildcards is as many messages where as many wildcards as there may
// be are listened to, of other topics.
func BenchmarkStateBesideWildcards(b *testing.B) {
	h := newHouse()
	for i := range 64 {
		h.keep(fmt.Sprintf("homeassistant/sensor/wild%d/config", i), fmt.Sprintf(`{"name":"W","stat_t":"w%d/+/state"}`, i))
	}
	benchmarkState(b, h)
}

func benchmarkState(b *testing.B, h *house) {
	var topics [][]byte
	for i := range 1000 {
		topics = append(topics, []byte(h.device(i, 4)))
	}
	var r convention.Result
	m := convention.Received{Payload: []byte(state), At: noon}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		m.Topic = topics[i%len(topics)]
		r.Reset()
		h.Decode(&r, m)
	}
}

func BenchmarkAnnouncement(b *testing.B) {
	h := newHouse()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		h.device(i%1000, 4)
		if i%1000 == 999 {
			h = newHouse()
		}
	}
}

// BenchmarkBridge is the bridge of a thousand devices going and coming back.
func BenchmarkBridge(b *testing.B) {
	h := newHouse()
	for i := range 1000 {
		h.device(i, 4)
		h.say(fmt.Sprintf("z/d%d/availability", i), `{"state":"online"}`)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		h.say("z/bridge/state", []string{`{"state":"online"}`, `{"state":"offline"}`}[i%2])
	}
}
