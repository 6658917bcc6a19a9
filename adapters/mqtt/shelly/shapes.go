package shelly

import (
	"thingbridge/devices"
)

// shape is what a path of its form means.
type shape struct {
	property  devices.Property
	how       reading
	scale     float64 // of a number; 0: as it is
	order     order
	companion *shape // a property that is only told, never reported
}

func number(name, unit, class string) shape {
	return shape{property: devices.Property{Name: name, Type: devices.TypeNumber, Unit: unit, Class: class}, how: asNumber}
}

func truth(name, class string) shape {
	return shape{property: devices.Property{Name: name, Type: devices.TypeBoolean, Class: class}, how: asTruth}
}

func text(name string) shape {
	return shape{property: devices.Property{Name: name, Type: devices.TypeText, Category: devices.Diagnostic}, how: asText}
}

func enum(name string, options ...string) shape {
	return shape{property: devices.Property{Name: name, Type: devices.TypeEnum, Options: options}, how: asOption}
}

// diagnostic says that a shape is about how the device is doing.
func (s shape) diagnostic() shape {
	s.property.Category = devices.Diagnostic
	return s
}

func (s shape) read(how reading) shape {
	s.how = how
	return s
}

func (s shape) times(scale float64) shape {
	s.scale = scale
	return s
}

func (s shape) between(least, most, step float64) shape {
	s.property.Min, s.property.Max, s.property.Step = least, most, step
	return s
}

func (s shape) told(o order) shape {
	s.order = o
	return s
}

func (s shape) labelled(label string) shape {
	s.property.Label = label
	return s
}

// pushes are what can happen to a button, in the words of the later generations.
var pushes = []string{"single_push", "double_push", "triple_push", "long_push", "short_long_push", "long_short_push", "btn_down", "btn_up"}

// button is what happens to an input.
func button() shape {
	s := enum("button", pushes...).read(asEvent)
	s.property.Class = "event"
	return s
}

// coverStates and coverOrders are what a cover is and does.
var (
	coverStates = []string{"open", "closed", "opening", "closing", "stopped", "calibrating"}
	coverOrders = []string{"open", "close", "stop"}
)

func temperature(name string) shape { return number(name, "°C", "temperature").read(asTemperature) }

// inside is the temperature in the case of a device.
func inside() shape {
	return temperature("device_temperature").labelled("Device temperature").diagnostic()
}

// color temperatures of lights that do not say theirs, in kelvin.
const (
	warmest = 2700
	coldest = 6500
)

// light adds to shapes what is common to the lights of the first generation, which
// are below kind/#.
func light(shapes map[string]shape, kind string) {
	on := truth("on", "light").told(order{how: orderTurn})
	shapes[kind+"/#"] = on
	status := kind + "/#/status/"
	shapes[status+"ison"] = on
	shapes[status+"brightness"] = number("brightness", "%", "brightness").between(0, 100, 1).told(order{how: orderSet, key: "brightness"})
	shapes[status+"gain"] = number("brightness", "%", "brightness").between(0, 100, 1).told(order{how: orderSet, key: "gain"})
	shapes[status+"white"] = number("white", "", "").between(0, 255, 1).told(order{how: orderSet, key: "white"})
	shapes[status+"temp"] = number("color_temp", "K", "color_temp").between(warmest, coldest, 1).told(order{how: orderSet, key: "temp"})
	shapes[status+"effect"] = number("effect", "", "").between(0, 100, 1).told(order{how: orderSet, key: "effect"})
	shapes[status+"mode"] = enum("mode", "color", "white").told(order{how: orderSet, key: "mode"})
	shapes[status+"power"] = number("power", "W", "power")
	shapes[status+"overpower"] = truth("overpower", "problem").diagnostic()
	shapes[kind+"/#/power"] = number("power", "W", "power")
	shapes[kind+"/#/energy"] = number("energy", "Wh", "energy").times(wattMinutes)
	shapes[kind+"/#/source"] = text("source")
	color := shape{property: devices.Property{Name: "color", Type: devices.TypeText, Class: "color"}, order: order{how: orderColor}}
	shapes[status+"red"], shapes[status+"green"], shapes[status+"blue"] = color.read(asRed), color.read(asGreen), color.read(asBlue)
}

// wattMinutes is what the first generation counts energy in, in watt hours.
const wattMinutes = 1.0 / 60

// firstShapes are those of the first generation.
var firstShapes = func() map[string]shape {
	position := number("position", "%", "position").between(0, 100, 1).read(asPosition).told(order{how: orderPosition})
	orders := enum("cover", coverOrders...).told(order{how: orderCover, echoes: true})
	roller := enum("state", coverStates...).read(asRoller)
	roller.companion = &orders
	roller.property.Class = "cover"
	valve := enum("valve_state", "unknown", "closed", "opened", "opening", "closing", "failure", "checking")
	valveOrders := enum("valve", "open", "close").told(order{how: orderCover, echoes: true})
	valve.companion = &valveOrders
	target := number("target", "°C", "setpoint").between(4, 31, 0.5).told(order{how: orderThermostat, key: "target_t"})
	power, energy := number("power", "W", "power"), number("energy", "Wh", "energy").times(wattMinutes)
	shapes := map[string]shape{
		"relay/#":       truth("on", "switch").read(asRelay).told(order{how: orderTurn}),
		"relay/#/power": power, "relay/#/energy": energy, "relay/power": power, "relay/energy": energy,
		"relay/#/overpower_value": number("overpower", "W", "").diagnostic(),
		"input/#":                 truth("input", ""),
		"input_event/#/event":     button().read(asPress),
		"input_event/#/event_cnt": number("button_count", "", "").diagnostic(),
		"longpush/#":              truth("long_push", "").diagnostic(),
		"roller/#":                roller,
		"roller/#/pos":            position, "roller/#/power": power, "roller/#/energy": energy,
		"roller/#/stop_reason":              text("stop_reason"),
		"valve/#/state":                     valve,
		"emeter/#/power":                    power,
		"emeter/#/voltage":                  number("voltage", "V", "voltage"),
		"emeter/#/current":                  number("current", "A", "current"),
		"emeter/#/pf":                       number("power_factor", "", "power_factor").diagnostic(),
		"emeter/#/reactive_power":           number("reactive_power", "var", "reactive_power").diagnostic(),
		"emeter/#/total":                    number("energy", "Wh", "energy"),
		"emeter/#/total_returned":           number("energy_returned", "Wh", "energy"),
		"emeter/#/energy":                   energy.diagnostic().labelled("Energy lately"),
		"emeter/#/returned_energy":          number("energy_returned_lately", "Wh", "energy").times(wattMinutes).diagnostic(),
		"adc/#":                             number("voltage", "V", "voltage"),
		"ext_temperature/#":                 temperature("temperature"),
		"ext_humidity/#":                    number("humidity", "%", "humidity").read(asTemperature),
		"ext_switch/#":                      truth("external_switch", ""),
		"temperature":                       inside(),
		"temperature_status":                text("temperature_status"),
		"overtemperature":                   truth("overtemperature", "problem").diagnostic(),
		"overpower":                         truth("overpower", "problem").diagnostic(),
		"voltage":                           number("voltage", "V", "voltage"),
		"loaderror":                         truth("load_error", "problem").diagnostic(),
		"sensor/temperature":                temperature("temperature"),
		"sensor/humidity":                   number("humidity", "%", "humidity").read(asTemperature),
		"sensor/battery":                    number("battery", "%", "battery"),
		"sensor/motion":                     truth("motion", "motion"),
		"sensor/vibration":                  truth("vibration", "vibration"),
		"sensor/flood":                      truth("leak", "moisture"),
		"sensor/smoke":                      truth("smoke", "smoke"),
		"sensor/gas":                        truth("gas", "gas").read(asGas),
		"sensor/concentration":              number("concentration", "ppm", ""),
		"sensor/operation":                  text("operation"),
		"sensor/self_test":                  text("self_test"),
		"sensor/state":                      truth("open", "opening").read(asContact),
		"sensor/tilt":                       number("tilt", "°", ""),
		"sensor/lux":                        number("illuminance", "lx", "illuminance"),
		"sensor/illumination":               enum("illumination", "dark", "twilight", "bright"),
		"sensor/charger":                    truth("charger", "battery_charging").diagnostic(),
		"sensor/ext_power":                  truth("external_power", "plug").diagnostic(),
		"sensor/act_reasons/0":              text("wakeup_reason"),
		"sensor/wakeupevent/0":              text("wakeup_reason"),
		"sensor/error":                      number("error", "", "").diagnostic(),
		"status/motion":                     truth("motion", "motion"),
		"status/vibration":                  truth("vibration", "vibration"),
		"status/active":                     truth("active", "").diagnostic(),
		"status/lux":                        number("illuminance", "lx", "illuminance"),
		"status/lux/value":                  number("illuminance", "lx", "illuminance"),
		"status/bat":                        number("battery", "%", "battery"),
		"status/bat/value":                  number("battery", "%", "battery"),
		"status/tmp/value":                  temperature("temperature"),
		"status/target_t/value":             target,
		"info/wifi_sta/rssi":                number("signal", "dBm", "signal_strength").diagnostic(),
		"info/wifi_sta/ssid":                text("ssid"),
		"info/bat/value":                    number("battery", "%", "battery"),
		"info/bat/voltage":                  number("battery_voltage", "V", "voltage").diagnostic(),
		"info/charger":                      truth("charger", "battery_charging").diagnostic(),
		"info/calibrated":                   truth("calibrated", "").diagnostic(),
		"info/thermostats/#/pos":            number("valve", "%", ""),
		"info/thermostats/#/target_t/value": target,
		"info/thermostats/#/tmp/value":      temperature("temperature"),
		"info/thermostats/#/window_open":    truth("window", "window"),
		"info/thermostats/#/schedule":       truth("schedule", "").told(order{how: orderThermostat, key: "schedule"}),
		"info/thermostats/#/boost_minutes":  number("boost", "min", "").between(0, 240, 1).told(order{how: orderThermostat, key: "boost_minutes"}),
	}
	for key, s := range map[string]shape{
		"battery": number("battery", "%", "battery"), "temperature": temperature("temperature"), "humidity": number("humidity", "%", "humidity"),
		"illuminance": number("illuminance", "lx", "illuminance"), "window": truth("window", "window"), "motion": truth("motion", "motion"),
		"rotation": number("rotation", "°", ""), "distance": number("distance", "mm", "distance"), "button": button().read(asPress),
		"rssi": number("signal", "dBm", "signal_strength").diagnostic(),
	} {
		shapes["beacon/"+key] = s
	}
	for _, kind := range []string{"light", "color", "white"} {
		light(shapes, kind)
	}
	return shapes
}()
