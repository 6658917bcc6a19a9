package line

import "strings"

// word is what a key says: the standard name of a property, what is measured, and the
// unit where it says one.
type word struct {
	name, class, unit string
	diagnostic        bool
}

// standard finds the meaning of a key: "Temp (°C)" and "temp_c" are the temperature in
// °C, "bme280/hum" is the humidity of a bme280. Its name is empty where the key holds
// no letter or digit.
func standard(key string) word {
	unit := ""
	if open := strings.IndexAny(key, "(["); open > 0 {
		if u, n := readUnit([]byte(strings.TrimRight(key[open+1:], ")] "))); n > 0 {
			unit, key = u, key[:open]
		}
	}
	slug := slugOf(key)
	w := word{name: slug, unit: unit}
	stem := slug
	if at := strings.LastIndexByte(slug, '_'); at > 0 && unit == "" {
		if u, ok := suffixes[slug[at+1:]]; ok {
			stem, w.unit = slug[:at], u
		}
	}
	if m, ok := meanings[stem]; ok {
		w.name, w.class, w.diagnostic = m.name, m.class, m.diagnostic
		if m.name == "" {
			w.name = slug
		}
		return w
	}
	last := stem[strings.LastIndexByte(stem, '_')+1:]
	if m, ok := meanings[strings.TrimRight(last, "0123456789")]; ok {
		w.class, w.diagnostic = m.class, m.diagnostic
		return w
	}
	first, _, _ := strings.Cut(stem, "_")
	if m, ok := meanings[strings.TrimRight(first, "0123456789")]; ok && m.class != "" && stem != first {
		w.class = m.class
	}
	return w
}

// suffixes are units behind an underscore.
var suffixes = map[string]string{
	"c": "°C", "celsius": "°C", "f": "°F", "fahrenheit": "°F", "pct": "%", "percent": "%", "hpa": "hPa", "pa": "Pa", "mbar": "mbar",
	"v": "V", "mv": "mV", "a": "A", "ma": "mA", "w": "W", "wh": "Wh", "kwh": "kWh", "lx": "lx", "ppm": "ppm", "ppb": "ppb", "mm": "mm", "cm": "cm",
	"ms": "ms", "sec": "s", "dbm": "dBm", "rh": "%",
}

// meanings are the words that sketches use. A name that is empty is the word itself.
var meanings = map[string]word{
	"temperature": {name: "temperature", class: "temperature"}, "temp": {name: "temperature", class: "temperature"}, "tmp": {name: "temperature", class: "temperature"},
	"temperatur": {name: "temperature", class: "temperature"}, "tempc": {name: "temperature", class: "temperature", unit: "°C"}, "tempf": {class: "temperature", unit: "°F"},
	"heat_index": {class: "temperature"}, "heatindex": {name: "heat_index", class: "temperature"}, "dew_point": {class: "temperature"}, "dewpoint": {name: "dew_point", class: "temperature"},
	"feels_like": {class: "temperature"},
	"humidity":   {name: "humidity", class: "humidity"}, "hum": {name: "humidity", class: "humidity"}, "humi": {name: "humidity", class: "humidity"},
	"humid": {name: "humidity", class: "humidity"}, "rh": {name: "humidity", class: "humidity"}, "relative_humidity": {name: "humidity", class: "humidity"},
	"feuchte": {name: "humidity", class: "humidity"}, "luftfeuchte": {name: "humidity", class: "humidity"}, "luftfeuchtigkeit": {name: "humidity", class: "humidity"},
	"pressure": {name: "pressure", class: "pressure"}, "press": {name: "pressure", class: "pressure"}, "baro": {name: "pressure", class: "pressure"}, "luftdruck": {name: "pressure", class: "pressure"},
	"illuminance": {name: "illuminance", class: "illuminance"}, "lux": {name: "illuminance", class: "illuminance"},
	"battery": {name: "battery", class: "battery", diagnostic: true}, "bat": {name: "battery", class: "battery", diagnostic: true}, "batt": {name: "battery", class: "battery", diagnostic: true},
	"voltage": {name: "voltage", class: "voltage"}, "volt": {name: "voltage", class: "voltage"}, "volts": {name: "voltage", class: "voltage"},
	"vbat": {class: "voltage", diagnostic: true}, "vbatt": {class: "voltage", diagnostic: true}, "vcc": {class: "voltage", diagnostic: true},
	"current": {name: "current", class: "current"}, "amps": {name: "current", class: "current"}, "power": {name: "power", class: "power"}, "watt": {name: "power", class: "power"}, "watts": {name: "power", class: "power"},
	"energy": {name: "energy", class: "energy"}, "frequency": {name: "frequency", class: "frequency"}, "freq": {name: "frequency", class: "frequency"},
	"co2": {class: "carbon_dioxide"}, "eco2": {class: "carbon_dioxide"}, "tvoc": {class: "volatile_organic_compounds_parts"}, "co": {class: "carbon_monoxide"},
	"pm25": {class: "pm25"}, "pm2_5": {name: "pm25", class: "pm25"}, "pm10": {class: "pm10"}, "pm1": {class: "pm1"},
	"moisture": {class: "moisture"}, "soil": {class: "moisture"}, "distance": {class: "distance"}, "dist": {name: "distance", class: "distance"}, "weight": {class: "weight"},
	"motion": {class: "motion"}, "pir": {name: "motion", class: "motion"}, "occupancy": {class: "occupancy"}, "door": {class: "door"}, "window": {class: "window"}, "smoke": {class: "smoke"},
	"rssi": {class: "signal_strength", diagnostic: true}, "signal": {class: "signal_strength", diagnostic: true}, "snr": {diagnostic: true},
	"uptime": {class: "duration", diagnostic: true}, "millis": {diagnostic: true}, "timestamp": {diagnostic: true}, "time": {diagnostic: true}, "date": {diagnostic: true}, "datetime": {diagnostic: true},
	"seq": {diagnostic: true}, "sequence": {diagnostic: true}, "count": {diagnostic: true}, "counter": {diagnostic: true}, "packet": {diagnostic: true}, "version": {diagnostic: true}, "firmware": {diagnostic: true},
	"heap": {diagnostic: true}, "free_heap": {diagnostic: true}, "crc": {diagnostic: true}, "error": {diagnostic: true},
}

// slugOf turns a key into the name of a property: "DHT11/Temperature" becomes
// "dht11_temperature".
func slugOf(key string) string {
	out := make([]byte, 0, min(len(key), maxName))
	for i := 0; i < len(key) && len(out) < maxName; i++ {
		c := key[i]
		switch {
		case c >= 'a' && c <= 'z', isDigit(c):
			out = append(out, c)
		case c >= 'A' && c <= 'Z':
			out = append(out, c-'A'+'a')
		case len(out) > 0 && out[len(out)-1] != '_':
			out = append(out, '_')
		}
	}
	return strings.TrimRight(string(out), "_")
}

// classOf says what is measured in a unit.
func classOf(unit string) string {
	switch unit {
	case "°C", "°F":
		return "temperature"
	case "W", "kW", "mW", "MW":
		return "power"
	case "Wh", "kWh":
		return "energy"
	case "V", "mV", "kV":
		return "voltage"
	case "A", "mA":
		return "current"
	case "Pa", "hPa", "kPa", "mbar", "mmHg", "inHg":
		return "pressure"
	case "lx":
		return "illuminance"
	case "Hz", "kHz":
		return "frequency"
	case "dBm":
		return "signal_strength"
	}
	return ""
}

// measures are what is known of a class: the unit that goes without saying, and the
// smallest change worth telling. Where sensors are noisier than people care about,
// this keeps their noise from being told.
var measures = map[string]struct {
	unit     string
	deadband float64
}{
	"temperature": {"°C", 0.1}, "humidity": {"%", 0.5}, "pressure": {"", 0}, "battery": {"", 0}, "moisture": {"", 0},
}
