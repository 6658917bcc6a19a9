package thermostat_test

import (
	"fmt"
	"time"

	"thingbridge/devices/thermostat"
)

// A cold room, a boost of ten minutes, and the answer to "why?" each time.
func Example() {
	cfg := thermostat.DefaultConfig()
	state := thermostat.New(cfg)
	now := time.Date(2026, time.January, 12, 8, 0, 0, 0, time.UTC)

	step := func(celsius float64) {
		var out thermostat.Output
		state, out = thermostat.Step(cfg, state, thermostat.Input{Temperature: celsius, At: now}, now)
		fmt.Printf("%s %v °C: %v, target %v °C (%v)\n", now.Format("15:04"), celsius, out.Action, out.Target, out.Reason.Cause)
	}

	step(21)
	state, err := state.SetBoost(cfg, 10*time.Minute, now)
	if err != nil {
		fmt.Println(err)
		return
	}
	step(21)
	now = now.Add(10 * time.Minute)
	step(22)
	_, err = state.SetSetpoint(cfg, 50, now)
	fmt.Println(err)

	// Output:
	// 08:00 21 °C: idle, target 21 °C (preset)
	// 08:00 21 °C: heating, target 24 °C (boost)
	// 08:10 22 °C: idle, target 21 °C (preset)
	// out of range: setpoint 50 °C; use 5 to 30 °C
}
