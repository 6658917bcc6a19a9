package homeassistant_test

import (
	"fmt"
	"sync"
	"testing"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/devices"
)

func TestCommandsComeFromAnyGoroutine(t *testing.T) {
	h, p := one(t, "number", `"cmd_t":"c","stat_t":"s","cmd_tpl":"{{ value + 1 }}"`)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for n := range 200 {
				messages, err := h.Command(devices.Command{Device: "box", Property: p.Name, Value: devices.Number(float64(1 + n%99))}, noon)
				if want := fmt.Sprint(2 + n%99); err != nil || string(messages[0].Payload) != want {
					t.Errorf("payload %s, error %v, want %s", messages[0].Payload, err, want)
					return
				}
			}
		})
	}
	for n := range 200 {
		var r convention.Result
		h.Decode(&r, convention.Received{Topic: []byte("s"), Payload: fmt.Append(nil, n), At: noon})
		if len(r.Readings) != 1 || r.Readings[0].Value != devices.Number(float64(n)) {
			t.Fatalf("readings %v", r.Readings)
		}
	}
	all.Wait()
}
