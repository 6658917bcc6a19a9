package tasmota

import (
	"strconv"

	"thingbridge/devices"
)

// What a relay is used for.
const (
	relayPlain   = 1
	relayLight   = 2
	relayShutter = 3
)

// Options by their numbers.
const (
	optionSingleButtons = "13"
	optionPowerUnlinked = "20"
	optionAllLights     = "30"
	optionChannels      = "68" // each channel is a light of its own
	optionButtons       = "73" // are reported
	optionReducedCT     = "82"
	optionFadeFixed     = "117" // a fade takes as long however far it goes
)

// relays adds what can be switched.
func (b builder) relays() {
	c := b.d.config
	first, firstLight := true, -1
	for i, use := range c.Relays {
		if use != relayPlain && use != relayLight {
			continue
		}
		label := name(c.Names, i)
		if i == 0 && label == c.Device {
			label = ""
		}
		if c.Fan > 0 && i == 0 {
			b.relay("light", "light", label, i, orderRelay)
			continue
		}
		switch {
		case use == relayPlain && c.on(optionAllLights):
			b.relay(numbered("on", first, i+1), "light", label, i, orderRelay)
		case use == relayPlain:
			b.relay(numbered("on", first, i+1), "switch", label, i, orderRelay)
		default:
			if firstLight < 0 {
				firstLight = i
			}
			b.light(i, i-firstLight, first, label)
		}
		first = false
	}
}

// relay adds a relay, and returns its index.
func (b builder) relay(property, class, label string, i int, how ordering) int {
	paths := []string{"POWER" + strconv.Itoa(i+1)}
	if i == 0 {
		paths = append(paths, "POWER")
	}
	return b.add(devices.Property{Name: property, Type: devices.TypeBoolean, Class: class, Label: label}, order{how: how, number: i + 1}, asWord, paths...)
}

// fanSpeeds are the speeds of a fan, as they are counted.
var fanSpeeds = []string{"off", "low", "medium", "high"}

func (b builder) fan() {
	if b.d.config.Fan == 0 {
		return
	}
	b.add(devices.Property{Name: "on", Type: devices.TypeBoolean, Class: "fan"}, order{how: orderFan}, asFanOn, "FanSpeed")
	b.add(devices.Property{Name: "speed", Type: devices.TypeEnum, Options: fanSpeeds}, order{how: orderSpeed}, asFanSpeed, "FanSpeed")
}

// switchMode says what becomes of a switch.
type switchMode struct {
	state  bool // it has one that lasts
	motion bool // it says only that something began
	toggle bool // pressing it is an event
	hold   bool // holding it, or pressing it twice, is one too
}

// switchModes are the modes of switches, by number.
var switchModes = [...]switchMode{
	0: {toggle: true}, 1: {state: true}, 2: {state: true},
	3: {state: true, toggle: true}, 4: {state: true, toggle: true},
	5: {state: true, toggle: true, hold: true}, 6: {state: true, toggle: true, hold: true},
	7: {toggle: true}, 8: {toggle: true, hold: true},
	9: {state: true, hold: true}, 10: {state: true, hold: true},
	11: {toggle: true}, 12: {toggle: true},
	13: {state: true, motion: true}, 14: {state: true, motion: true},
	15: {state: true}, 16: {state: true},
}

// switches adds the switches that are not wired to a relay.
func (b builder) switches() {
	c := b.d.config
	for i, number := range c.Switches {
		if number < 0 || number >= len(switchModes) {
			continue
		}
		mode, key := switchModes[number], name(c.Named, i)
		label := key
		if key == "" {
			key = "Switch" + strconv.Itoa(i+1)
			label = "Switch " + strconv.Itoa(i+1)
		}
		if mode.state {
			p := devices.Property{Name: "switch_" + strconv.Itoa(i+1), Type: devices.TypeBoolean, Label: label}
			if mode.motion {
				p.Class = "motion"
				b.add(p, order{}, asMotion, key+"/Action")
			} else {
				b.add(p, order{}, asWord, key+"/Action", key)
			}
		}
		var options []string
		if mode.toggle {
			options = append(options, c.States[2])
		}
		if mode.hold && c.States[3] != c.States[2] {
			options = append(options, c.States[3])
		}
		if len(options) > 0 && options[0] != "" {
			p := devices.Property{Name: "switch_" + strconv.Itoa(i+1) + "_action", Type: devices.TypeEnum, Options: options, Class: "event", Label: label}
			b.add(p, order{}, asEvent, key+"/Action")
		}
	}
}

// buttons adds the buttons that are reported and not wired to a relay.
func (b builder) buttons() {
	c := b.d.config
	if !c.on(optionButtons) {
		return
	}
	presses := []string{"SINGLE", "DOUBLE", "TRIPLE", "QUAD", "PENTA", "HOLD"}
	if c.on(optionSingleButtons) {
		presses = presses[:1]
	}
	for i, used := range c.Buttons {
		if used == 0 {
			continue
		}
		number := strconv.Itoa(i + 1)
		p := devices.Property{Name: "button_" + number, Type: devices.TypeEnum, Options: presses, Class: "event", Label: "Button " + number}
		b.add(p, order{}, asEvent, "Button"+number+"/Action")
	}
}

// diagnostics adds how the device is doing.
func (b builder) diagnostics() {
	if b.d.config.Battery > 0 {
		b.add(devices.Property{Name: "battery", Type: devices.TypeNumber, Unit: "%", Class: "battery", Label: "Battery Level"}, order{}, asNumber, "BatteryPercentage")
	}
	for _, each := range []struct {
		property devices.Property
		how      reading
		path     string
	}{
		{devices.Property{Name: "signal", Type: devices.TypeNumber, Unit: "dBm", Class: "signal_strength", Label: "Signal"}, asNumber, "Wifi/Signal"},
		{devices.Property{Name: "rssi", Type: devices.TypeNumber, Unit: "%", Label: "RSSI"}, asNumber, "Wifi/RSSI"},
		{devices.Property{Name: "ssid", Type: devices.TypeText, Label: "SSID"}, asText, "Wifi/SSId"},
		{devices.Property{Name: "link_count", Type: devices.TypeNumber, Label: "WiFi Connect Count"}, asNumber, "Wifi/LinkCount"},
		{devices.Property{Name: "mqtt_count", Type: devices.TypeNumber, Label: "MQTT Connect Count"}, asNumber, "MqttCount"},
		{devices.Property{Name: "last_restart", Type: devices.TypeText, Class: "timestamp", Label: "Last Restart Time"}, asStart, "UptimeSec"},
		{devices.Property{Name: "restart_reason", Type: devices.TypeText, Label: "Restart Reason"}, asOnce, "RestartReason"},
	} {
		each.property.Category = devices.Diagnostic
		b.add(each.property, order{}, each.how, each.path)
	}
}
