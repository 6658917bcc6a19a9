package tasmota

import (
	"strconv"
	"strings"

	"thingbridge/devices"
)

// thermostatModes are what a thermostat does, as they are counted.
var thermostatModes = []string{"off", "auto", "manual"}

// thermostat adds v when it belongs to the thermostat of the firmware. They are
// counted from 0 in reports and from 1 in commands.
func (b builder) thermostat(v *value) bool {
	digits, ok := strings.CutPrefix(v.keys[0], "Thermostat")
	n, err := strconv.Atoi(digits)
	if !ok || err != nil || n < 0 || n > 15 || len(v.keys) != 2 {
		return false
	}
	path, called := strings.Join(v.keys, "/"), func(name string) string { return numbered(name, n == 0, n+1) }
	switch v.keys[1] {
	case "TempTargetSet":
		p := devices.Property{Name: called("target"), Type: devices.TypeNumber, Max: 100, Step: 0.5, Class: "setpoint", Unit: b.d.sensors.unit(quantities["TempTargetSet"])}
		b.add(p, order{how: orderPlain, command: "TempTargetSet" + strconv.Itoa(n+1)}, asNumber, path, "TempTargetSet"+strconv.Itoa(n+1))
	case "ThermostatModeSet":
		p := devices.Property{Name: called("mode"), Type: devices.TypeEnum, Options: thermostatModes}
		b.add(p, order{how: orderMode, command: "ThermostatModeSet" + strconv.Itoa(n+1)}, asMode, path, "ThermostatModeSet"+strconv.Itoa(n+1))
	default:
		return false
	}
	return true
}
