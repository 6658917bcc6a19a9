package avatar

import (
	"strings"

	"thingbridge/devices"
)

// Kind is what a picture shows.
type Kind uint8

// The kinds.
const (
	Generic Kind = iota
	House
	Thermostat
	Temperature
	Humidity
	Light
	Plug
	Switch
	Button
	Sensor
	Motion
	Door
	Window
	Cover
	Lock
	Leak
	Smoke
	Fan
	Meter
	Battery
	Solar
	Camera
	Vacuum
	Media
	kinds
)

// String returns the word for the kind that Device.Kind uses.
func (k Kind) String() string { return names[k] }

var names = [kinds]string{
	"", "house", "thermostat", "temperature", "humidity", "light", "plug", "switch", "button", "sensor", "motion", "door", "window",
	"cover", "lock", "leak", "smoke", "fan", "meter", "battery", "solar", "camera", "vacuum", "media",
}

// named are the words of Device.Kind, as our adapters and others write them.
var named = map[string]Kind{
	"thermostat": Thermostat, "climate": Thermostat, "trv": Thermostat, "heater": Thermostat, "water_heater": Thermostat,
	"heat_pump": Thermostat, "air_conditioner": Thermostat, "boiler": Thermostat,
	"temperature": Temperature, "thermometer": Temperature, "weather": Temperature,
	"humidity": Humidity, "humidifier": Humidity, "dehumidifier": Humidity,
	"light": Light, "lamp": Light, "bulb": Light, "dimmer": Light,
	"plug": Plug, "outlet": Plug, "socket": Plug,
	"switch": Switch, "relay": Switch, "valve": Switch, "siren": Switch,
	"button": Button, "remote": Button, "event": Button, "scene": Button, "device_automation": Button,
	"sensor": Sensor, "binary_sensor": Sensor,
	"motion": Motion, "occupancy": Motion, "presence": Motion, "device_tracker": Motion,
	"door": Door, "contact": Door, "garage": Door, "garage_door": Door, "gate": Door,
	"window": Window,
	"cover":  Cover, "blind": Cover, "blinds": Cover, "shutter": Cover, "shade": Cover, "curtain": Cover, "awning": Cover,
	"lock": Lock, "alarm_control_panel": Lock,
	"leak": Leak, "moisture": Leak, "water": Leak,
	"smoke": Smoke, "gas": Smoke, "carbon_monoxide": Smoke,
	"fan": Fan, "ventilation": Fan,
	"meter": Meter, "energy": Meter,
	"battery": Battery, "ups": Battery,
	"solar": Solar, "inverter": Solar, "pv": Solar,
	"camera": Camera, "doorbell": Camera,
	"vacuum": Vacuum, "lawn_mower": Vacuum,
	"media": Media, "media_player": Media, "speaker": Media, "tv": Media,
}

// classes say what a property makes of a device of which no more is known.
var classes = map[string]Kind{
	"smoke": Smoke, "gas": Smoke, "carbon_monoxide": Smoke,
	"moisture": Leak,
	"lock":     Lock,
	"door":     Door, "garage_door": Door,
	"window": Window, "opening": Window,
	"motion": Motion, "occupancy": Motion, "presence": Motion, "moving": Motion,
	"setpoint": Thermostat,
	"position": Cover, "blind": Cover, "shutter": Cover, "curtain": Cover, "shade": Cover, "awning": Cover,
	"light": Light, "brightness": Light,
	"outlet": Plug, "switch": Switch,
	"energy": Meter, "power": Meter,
	"temperature": Temperature, "humidity": Humidity,
	"battery": Battery,
}

// telling is the order in which a property says more of a device than another.
var telling = []Kind{
	Smoke, Leak, Lock, Thermostat, Cover, Light, Plug, Door, Window, Motion, Fan, Switch, Meter, Temperature, Humidity, Battery,
}

// KindOf returns the kind of a device: as it is named, else by what it measures.
func KindOf(d *devices.Device) Kind {
	kind, known := named[strings.ToLower(d.Kind)]
	if known && kind != Sensor && !strings.EqualFold(d.Kind, "contact") {
		return kind
	}
	best := len(telling)
	for i := range d.Properties {
		it, ok := classes[d.Properties[i].Class]
		if !ok {
			continue
		}
		for rank, of := range telling[:best] {
			if of == it {
				best = rank
			}
		}
	}
	if best < len(telling) {
		return telling[best]
	}
	return kind
}
