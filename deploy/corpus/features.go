package main

import (
	"slices"

	"thingbridge/devices"
)

// feature is one thing that an entity can do, by the bit that Home Assistant has for it
// in supported_features, and whether what a device offers is enough for it.
type feature struct {
	bit     int
	offered func(o *offer) bool
}

// offer is what a device offers of one entity.
type offer struct{ properties []*devices.Property }

// features are those of Home Assistant's components, by their constants. To turn on and
// off is none of them where the component always can.
var features = map[string][]feature{
	"alarm_control_panel": { // AlarmControlPanelEntityFeature: ARM_HOME, ARM_AWAY, ARM_NIGHT, TRIGGER, ARM_CUSTOM_BYPASS, ARM_VACATION
		{1, does("command", "arm_home")}, {2, does("command", "arm_away")}, {4, does("command", "arm_night")},
		{8, does("command", "trigger")}, {16, does("command", "arm_custom_bypass")}, {32, does("command", "arm_vacation")},
	},
	"climate": { // ClimateEntityFeature: TARGET_TEMPERATURE, _RANGE, TARGET_HUMIDITY, FAN_MODE, PRESET_MODE, SWING_MODE, AUX_HEAT, TURN_OFF, TURN_ON, SWING_HORIZONTAL_MODE
		{1, sets("target")}, {2, either(sets("target_low"), sets("target_high"))}, {4, sets("target_humidity")}, {8, sets("fan_mode")},
		{16, sets("preset")}, {32, sets("swing_mode")}, {64, sets("aux_heat")}, {128, sets("on")}, {256, sets("on")}, {512, sets("swing_horizontal_mode")},
	},
	"cover": { // CoverEntityFeature: OPEN, CLOSE, SET_POSITION, STOP, OPEN_TILT, CLOSE_TILT, STOP_TILT, SET_TILT_POSITION
		{1, either(does("command", "open"), does("cover", "open"))}, {2, either(does("command", "close"), does("cover", "close"))},
		{4, sets("position")}, {8, either(does("command", "stop"), does("cover", "stop"))},
		// Slats without orders of their own open and close by going to the ends, and stop with the cover.
		{16, either(does("tilt_command", "open_tilt"), sets("tilt"))}, {32, either(does("tilt_command", "close_tilt"), sets("tilt"))},
		{64, either(does("tilt_command", "stop_tilt"), both(sets("tilt"), does("cover", "stop")))}, {128, sets("tilt")},
	},
	"fan": { // FanEntityFeature: SET_SPEED, OSCILLATE, DIRECTION, PRESET_MODE
		{1, sets("speed")}, {2, sets("oscillating")}, {4, sets("direction")}, {8, sets("preset")},
	},
	"humidifier": {{1, sets("mode")}}, // HumidifierEntityFeature: MODES
	"lawn_mower": { // LawnMowerEntityFeature: START_MOWING, PAUSE, DOCK
		{1, does("command", "start_mowing")}, {2, does("command", "pause")}, {4, does("command", "dock")},
	},
	"lock": {{1, does("command", "open")}}, // LockEntityFeature: OPEN
	"siren": { // SirenEntityFeature: TURN_ON, TURN_OFF, TONES, VOLUME_SET, DURATION
		{1, sets("on")}, {2, sets("on")}, {4, sets("tone")}, {8, sets("volume")}, {16, sets("duration")},
	},
	"update": {{1, does("install", "install")}}, // UpdateEntityFeature: INSTALL
	"valve": { // ValveEntityFeature: OPEN, CLOSE, SET_POSITION, STOP
		{1, either(does("command", "open"), sets("position"))}, {2, either(does("command", "close"), sets("position"))},
		{4, sets("position")}, {8, does("command", "stop")},
	},
	"water_heater": { // WaterHeaterEntityFeature: TARGET_TEMPERATURE, OPERATION_MODE, ON_OFF
		{1, sets("target")}, {2, sets("mode")}, {8, sets("on")},
	},
}

// supported adds up the bits of what a device offers of an entity. ok is false where
// Home Assistant has no such number for the component, or one that says more than what
// can be told.
func supported(component string, properties []*devices.Property) (bits int, ok bool) {
	all, ok := features[component]
	for _, f := range all {
		if f.offered(&offer{properties}) {
			bits |= f.bit
		}
	}
	return bits, ok
}

// sets asks for a property that can be set, and is called so or ends so.
func sets(name string) func(*offer) bool {
	return func(o *offer) bool { return o.writable(name) != nil }
}

// does asks for an option of a property that can be set.
func does(name, option string) func(*offer) bool {
	return func(o *offer) bool {
		p := o.writable(name)
		return p != nil && slices.Contains(p.Options, option)
	}
}

func either(one, other func(*offer) bool) func(*offer) bool {
	return func(o *offer) bool { return one(o) || other(o) }
}

func both(one, other func(*offer) bool) func(*offer) bool {
	return func(o *offer) bool { return one(o) && other(o) }
}

func (o *offer) writable(name string) *devices.Property {
	for _, p := range o.properties {
		base, _ := numbered(p.Name)
		if p.Writable && (p.Name == name || base == name || endsIn(p.Name, name)) {
			return p
		}
	}
	return nil
}
