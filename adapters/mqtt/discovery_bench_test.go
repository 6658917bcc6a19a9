package mqtt

import (
	"context"
	"fmt"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"thingbridge/devices"
)

// registered is a sink that ends in a registry.
type registered struct{ *devices.Source }

func (s registered) Apply(u devices.Update) {
	if err := s.Source.Apply(u); err != nil {
		panic(err)
	}
}

func (s registered) Settle(context.Context) error { return nil }

// crowd is the messages of a house with 1,000 devices of ten properties each.
func crowd() (announcements, states []publication) {
	classes := []struct{ name, class, unit string }{
		{"temperature", "temperature", "°C"}, {"humidity", "humidity", "%"}, {"pressure", "atmospheric_pressure", "hPa"},
		{"battery", "battery", "%"}, {"voltage", "voltage", "mV"}, {"illuminance", "illuminance", "lx"}, {"co2", "carbon_dioxide", "ppm"},
		{"power", "power", "W"}, {"energy", "energy", "kWh"}, {"linkquality", "", "lqi"},
	}
	for d := range 1000 {
		id := fmt.Sprintf("0x%016x", 0x00158d0000000000+d)
		for _, c := range classes {
			class := ""
			if c.class != "" {
				class = fmt.Sprintf(`"device_class":%q,`, c.class)
			}
			announcements = append(announcements, publication{
				topic: fmt.Appendf(nil, "homeassistant/sensor/%s/%s/config", id, c.name),
				payload: fmt.Appendf(nil, `{"availability":[{"topic":"zigbee2mqtt/bridge/state","value_template":"{{ value_json.state }}"},`+
					`{"topic":"zigbee2mqtt/%s/availability","value_template":"{{ value_json.state }}"}],"availability_mode":"all","device":`+
					`{"identifiers":["zigbee2mqtt_%s"],"manufacturer":"ACME","model":"Ten in one","name":"Sensor %d"},%s"enabled_by_default":true,`+
					`"object_id":"sensor_%d_%s","origin":{"name":"Zigbee2MQTT"},"state_class":"measurement","state_topic":"zigbee2mqtt/%s",`+
					`"unique_id":"%s_%s_zigbee2mqtt","unit_of_measurement":%q,"value_template":"{{ value_json.%s }}"}`,
					id, id, d, class, d, c.name, id, id, c.name, c.unit, c.name),
				retained: true,
			})
		}
		states = append(states, publication{
			topic: fmt.Appendf(nil, "zigbee2mqtt/%s", id),
			payload: fmt.Appendf(nil, `{"battery":%d,"co2":%d,"energy":%d.25,"humidity":45.%d,"illuminance":%d,"linkquality":%d,"power":%d.5,"pressure":1013.%d,"temperature":21.%02d,"voltage":30%02d}`,
				d%100, 400+d, d, d%10, d, d%255, d, d%10, d%100, d%100),
		})
	}
	return announcements, states
}

// crowdedHouse is an inbox that ends in a registry, on one core.
func crowdedHouse(b *testing.B) (*inbox, *devices.Registry) {
	before := runtime.GOMAXPROCS(1)
	b.Cleanup(func() { runtime.GOMAXPROCS(before) })
	cfg := DefaultConfig("house")
	cfg.Broker = "mqtt://127.0.0.1"
	a := New("house", cfg, zerolog.Nop())
	if a.err != nil {
		b.Fatal(a.err)
	}
	registry := devices.NewRegistry()
	in := newInbox(a, a.spoken, registered{registry.Source("house", nil)})
	in.announce()
	return in, registry
}

// BenchmarkStates measures what a state of ten properties costs from the decoder to
// the registry, applied as it comes, on one core.
func BenchmarkStates(b *testing.B) {
	announcements, states := crowd()
	for _, batch := range []int{1, 20} {
		b.Run(fmt.Sprintf("%d at once", batch), func(b *testing.B) {
			in, registry := crowdedHouse(b)
			for _, p := range append(announcements, states...) {
				in.publish(p)
			}
			in.idle()
			if n := len(registry.All()); n != 1000 {
				b.Fatalf("%d devices, want 1000", n)
			}
			b.ReportAllocs()
			b.ResetTimer()
			began := ProcessorTime(b)
			for i := range b.N {
				in.publish(states[i%len(states)])
				if i%batch == 0 {
					in.idle()
				}
			}
			in.idle()
			b.StopTimer()
			b.ReportMetric(float64(b.N)/(ProcessorTime(b)-began).Seconds(), "messages/cpu-s")
			for _, w := range registry.All() {
				if len(w.Device.Properties) != 10 || w.Reported("temperature").IsZero() || w.Reported("linkquality").IsZero() {
					b.Fatalf("a device of ten properties has %d, and knows %v", len(w.Device.Properties), w.Reported("temperature"))
				}
			}
		})
	}
}

// BenchmarkAnnouncements measures how fast a house of 1,000 devices becomes known
// to the registry, on one core.
func BenchmarkAnnouncements(b *testing.B) {
	announcements, _ := crowd()
	b.ReportAllocs()
	b.ResetTimer()
	began := ProcessorTime(b)
	for range b.N {
		in, registry := crowdedHouse(b)
		for i, p := range announcements {
			if in.publish(p); i%20 == 19 { // 1 KB each: what one read of the socket brings
				in.idle()
			}
		}
		in.idle()
		if n := len(registry.All()); n != 1000 {
			b.Fatalf("%d devices, want 1000", n)
		}
	}
	b.ReportMetric(float64(b.N*len(announcements))/(ProcessorTime(b)-began).Seconds(), "announcements/cpu-s")
}

// ProcessorTime returns the time that the process has computed, whoever else does.
func ProcessorTime(b *testing.B) time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
