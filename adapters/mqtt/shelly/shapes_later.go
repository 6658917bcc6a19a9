package shelly

import "thingbridge/devices"

// laterShapes are those of the later generations.
var laterShapes = func() map[string]shape {
	shapes := map[string]shape{
		"switch:#/output":                truth("on", "switch").told(order{how: orderRPC, method: "Switch.Set", key: "on"}),
		"cover:#/source":                 text("source"),
		"input:#/state":                  truth("input", ""),
		"input:#/event":                  button(),
		"input:#/percent":                number("percent", "%", ""),
		"input:#/xpercent":               number("transformed", "", ""),
		"input:#/freq":                   number("frequency", "Hz", "frequency"),
		"input:#/xfreq":                  number("transformed_frequency", "", ""),
		"input:#/counts/total":           number("count", "", ""),
		"input:#/counts/xtotal":          number("transformed_count", "", ""),
		"button:#/event":                 button(),
		"temperature:#/tC":               temperature("temperature"),
		"humidity:#/rh":                  number("humidity", "%", "humidity"),
		"illuminance:#/lux":              number("illuminance", "lx", "illuminance"),
		"illuminance:#/illumination":     enum("illumination", "dark", "twilight", "bright"),
		"voltmeter:#/voltage":            number("voltage", "V", "voltage"),
		"voltmeter/voltage":              number("voltage", "V", "voltage"),
		"voltmeter:#/xvoltage":           number("transformed_voltage", "", ""),
		"devicepower:#/battery/percent":  number("battery", "%", "battery"),
		"devicepower:#/battery/V":        number("battery_voltage", "V", "voltage").diagnostic(),
		"devicepower:#/external/present": truth("external_power", "plug").diagnostic(),
		"em:#/total_act_power":           number("power", "W", "power"),
		"em:#/total_aprt_power":          number("apparent_power", "VA", "apparent_power").diagnostic(),
		"em:#/total_current":             number("current", "A", "current"),
		"em:#/n_current":                 number("current_n", "A", "current").diagnostic(),
		"emdata:#/total_act":             number("energy", "Wh", "energy"),
		"emdata:#/total_act_ret":         number("energy_returned", "Wh", "energy"),
		"em1data:#/total_act_energy":     number("energy", "Wh", "energy"),
		"em1data:#/total_act_ret_energy": number("energy_returned", "Wh", "energy"),
		"smoke:#/alarm":                  truth("smoke", "smoke"),
		"smoke:#/mute":                   truth("mute", "").diagnostic(),
		"flood:#/alarm":                  truth("leak", "moisture"),
		"flood:#/mute":                   truth("mute", "").diagnostic(),
		"thermostat:#/target_C":          number("target", "°C", "setpoint").between(5, 35, 0.5).told(order{how: orderConfig, method: "Thermostat.SetConfig", key: "target_C"}),
		"thermostat:#/current_C":         temperature("temperature"),
		"thermostat:#/enable":            truth("heating_enabled", "").told(order{how: orderConfig, method: "Thermostat.SetConfig", key: "enable"}),
		"thermostat:#/output":            truth("heating", "heat"),
		"thermostat:#/current_humidity":  number("humidity", "%", "humidity"),
		"thermostat:#/target_humidity":   number("target_humidity", "%", "").between(0, 100, 1).told(order{how: orderConfig, method: "Thermostat.SetConfig", key: "target_humidity"}),
		"blutrv:#/target_C":              number("target", "°C", "setpoint").between(4, 30, 0.1).told(order{how: orderTRV, key: "target_C"}),
		"blutrv:#/current_C":             temperature("temperature"),
		"blutrv:#/pos":                   number("valve", "%", ""),
		"blutrv:#/battery":               number("battery", "%", "battery"),
		"blutrv:#/rssi":                  number("signal", "dBm", "signal_strength").diagnostic(),
		"bthomedevice:#/battery":         number("battery", "%", "battery"),
		"bthomedevice:#/rssi":            number("signal", "dBm", "signal_strength").diagnostic(),
		"bthomedevice:#/event":           button(),
		"bthomesensor:#/event":           button(),
		"presence/num_objects":           number("objects", "", ""),
		"presencezone:#/state":           truth("occupancy", "occupancy"),
		"presencezone:#/value":           truth("occupancy", "occupancy"),
		"presencezone:#/num_objects":     number("objects", "", ""),
		"wifi/rssi":                      number("signal", "dBm", "signal_strength").diagnostic(),
		"wifi/ssid":                      text("ssid"),
		"presence/event":                 button(),
	}
	covers(shapes)
	for kind, method := range map[string]string{"light": "Light.Set", "rgb": "RGB.Set", "rgbw": "RGBW.Set", "cct": "CCT.Set", "rgbcct": "RGBCCT.Set"} {
		laterLight(shapes, kind, method)
	}
	for _, kind := range []string{"switch", "light", "rgb", "rgbw", "cct", "rgbcct", "cover", "pm1", "em1"} {
		metered(shapes, kind+":#/")
	}
	for _, phase := range []string{"a", "b", "c"} {
		p := "em:#/" + phase + "_"
		shapes[p+"act_power"] = number("power_"+phase, "W", "power")
		shapes[p+"aprt_power"] = number("apparent_power_"+phase, "VA", "apparent_power").diagnostic()
		shapes[p+"voltage"] = number("voltage_"+phase, "V", "voltage").diagnostic()
		shapes[p+"current"] = number("current_"+phase, "A", "current").diagnostic()
		shapes[p+"pf"] = number("power_factor_"+phase, "", "power_factor").diagnostic()
		shapes[p+"freq"] = number("frequency_"+phase, "Hz", "frequency").diagnostic()
		shapes["emdata:#/"+phase+"_total_act_energy"] = number("energy_"+phase, "Wh", "energy").diagnostic()
		shapes["emdata:#/"+phase+"_total_act_ret_energy"] = number("energy_returned_"+phase, "Wh", "energy").diagnostic()
	}
	return shapes
}()

// metered adds what is common to the parts that measure electricity.
func metered(shapes map[string]shape, p string) {
	shapes[p+"apower"] = number("power", "W", "power")
	shapes[p+"act_power"] = number("power", "W", "power")
	shapes[p+"aprtpower"] = number("apparent_power", "VA", "apparent_power").diagnostic()
	shapes[p+"aprt_power"] = number("apparent_power", "VA", "apparent_power").diagnostic()
	shapes[p+"voltage"] = number("voltage", "V", "voltage")
	shapes[p+"current"] = number("current", "A", "current")
	shapes[p+"pf"] = number("power_factor", "", "power_factor").diagnostic()
	shapes[p+"freq"] = number("frequency", "Hz", "frequency").diagnostic()
	shapes[p+"aenergy/total"] = number("energy", "Wh", "energy")
	shapes[p+"ret_aenergy/total"] = number("energy_returned", "Wh", "energy")
	shapes[p+"temperature/tC"] = inside()
	shapes[p+"source"] = text("source")
}

// laterLight adds a kind of light, which is told by a method.
func laterLight(shapes map[string]shape, kind, method string) {
	p := kind + ":#/"
	set := func(key string) order { return order{how: orderLight, method: method, key: key} }
	shapes[p+"output"] = truth("on", "light").told(order{how: orderRPC, method: method, key: "on"})
	shapes[p+"brightness"] = number("brightness", "%", "brightness").between(0, 100, 1).told(set("brightness"))
	shapes[p+"white"] = number("white", "", "").between(0, 255, 1).told(set("white"))
	shapes[p+"ct"] = number("color_temp", "K", "color_temp").between(warmest, coldest, 1).told(set("ct"))
	shapes[p+"mode"] = enum("mode", "rgb", "cct").told(set("mode"))
	shapes[p+"event"] = button()
	shapes[p+"calibration/progress"] = number("calibration", "%", "").diagnostic()
	color := shape{property: devices.Property{Name: "color", Type: devices.TypeText, Class: "color"}, order: set("rgb")}
	shapes[p+"rgb/0"], shapes[p+"rgb/1"], shapes[p+"rgb/2"] = color.read(asRed), color.read(asGreen), color.read(asBlue)
}

func covers(shapes map[string]shape) {
	state := enum("state", coverStates...)
	state.property.Class = "cover"
	orders := enum("cover", coverOrders...).told(order{how: orderMove, echoes: true})
	state.companion = &orders
	shapes["cover:#/state"] = state
	shapes["cover:#/current_pos"] = number("position", "%", "position").between(0, 100, 1).told(order{how: orderRPC, method: "Cover.GoToPosition", key: "pos"})
	shapes["cover:#/slat_pos"] = number("tilt", "%", "").between(0, 100, 1).told(order{how: orderRPC, method: "Cover.GoToPosition", key: "slat_pos"})
}

// objects are the sensors of BTHome that a device can pass on, by their numbers.
var objects = map[int]shape{
	0x01: number("battery", "%", "battery"), 0x02: temperature("temperature"), 0x45: temperature("temperature"), 0x57: temperature("temperature"),
	0x03: number("humidity", "%", "humidity"), 0x2e: number("humidity", "%", "humidity"), 0x04: number("pressure", "hPa", "pressure"),
	0x05: number("illuminance", "lx", "illuminance"), 0x12: number("carbon_dioxide", "ppm", "carbon_dioxide"),
	0x15: truth("battery_low", "battery"), 0x1a: truth("door", "door"), 0x11: truth("opening", "opening"), 0x2d: truth("window", "window"),
	0x20: truth("leak", "moisture"), 0x21: truth("motion", "motion"), 0x23: truth("occupancy", "occupancy"), 0x29: truth("smoke", "smoke"),
	0x2c: truth("vibration", "vibration"), 0x3f: number("rotation", "°", ""), 0x40: number("distance", "mm", "distance"),
	0x44: number("wind_speed", "m/s", "wind_speed"), 0x5e: number("wind_direction", "°", "wind_direction"), 0x5f: number("precipitation", "mm", "precipitation"),
	0x46: number("uv_index", "", ""), 0x08: temperature("dew_point"),
}

// configured finds what a path means whose part is of a kind that the owner of the
// device makes: virtual components, sensors it passes on. What is not known is told
// as it is.
func (d *device) configured(p part, rest string) (shape, bool) {
	if rest != "/value" {
		return shape{}, false
	}
	detail := d.details[p.key]
	value := func(method string) order {
		if detail.ReadOnly {
			return order{}
		}
		return order{how: orderRPC, method: method, key: "value"}
	}
	switch p.kind {
	case "boolean":
		return truth(p.kind, "").told(value("Boolean.Set")), true
	case "number":
		s := number(p.kind, detail.Unit, "").told(value("Number.Set"))
		if detail.Min < detail.Max {
			s = s.between(detail.Min, detail.Max, max(detail.Step, 0))
		}
		return s, true
	case "enum":
		if len(detail.Options) > 0 {
			return enum(p.kind, detail.Options...).told(value("Enum.Set")), true
		}
		return plainText(p.kind).told(value("Enum.Set")), true
	case "text":
		return plainText(p.kind).told(value("Text.Set")), true
	case "bthomesensor":
		if found, ok := objects[detail.Object]; ok {
			return found, true
		}
		return plainText("sensor"), true
	}
	return shape{}, false
}

func plainText(name string) shape {
	s := text(name)
	s.property.Category = devices.Primary
	return s
}
