package talk

import (
	"strings"

	"thingbridge/devices"
)

// cardWords are the words of what a device says of itself on its card.
type cardWords struct {
	house                        string
	in, maker, model, serial, id string
	kinds                        map[string]string
}

var cards = map[Lang]*cardWords{
	English: {
		house: "House", in: "in", maker: "Manufacturer", model: "Model", serial: "Serial number", id: "ID",
		kinds: map[string]string{
			"": "Device", "thermostat": "Thermostat", "temperature": "Thermometer", "humidity": "Humidity sensor", "light": "Light", "plug": "Plug",
			"switch": "Switch", "button": "Remote control", "sensor": "Sensor", "motion": "Motion sensor", "door": "Door contact", "window": "Window contact",
			"cover": "Cover", "lock": "Lock", "leak": "Leak sensor", "smoke": "Smoke alarm", "fan": "Fan", "meter": "Meter", "battery": "Battery",
			"solar": "Solar power", "camera": "Camera", "vacuum": "Vacuum robot", "media": "Media player",
			"valve": "Valve", "siren": "Siren", "water_heater": "Water heater", "boiler": "Boiler", "heat_pump": "Heat pump", "air_conditioner": "Air conditioner",
			"humidifier": "Humidifier", "dehumidifier": "Dehumidifier", "lawn_mower": "Lawn mower", "alarm": "Alarm system", "garage_door": "Garage door", "gate": "Gate",
			"blind": "Blind", "curtain": "Curtain", "awning": "Awning", "scene": "Scene", "presence": "Presence sensor", "occupancy": "Presence sensor",
			"gas": "Gas alarm", "carbon_monoxide": "Carbon monoxide alarm", "weather": "Weather station", "doorbell": "Doorbell", "tv": "Television", "speaker": "Speaker",
			"inverter": "Inverter", "relay": "Relay", "device_tracker": "Tracker",
		},
	},
	German: {
		house: "Haus", in: "in", maker: "Hersteller", model: "Modell", serial: "Seriennummer", id: "Kennung",
		kinds: map[string]string{
			"": "Gerät", "thermostat": "Thermostat", "temperature": "Thermometer", "humidity": "Feuchtesensor", "light": "Licht", "plug": "Steckdose",
			"switch": "Schalter", "button": "Fernbedienung", "sensor": "Sensor", "motion": "Bewegungsmelder", "door": "Türkontakt", "window": "Fensterkontakt",
			"cover": "Rollladen", "lock": "Schloss", "leak": "Wassermelder", "smoke": "Rauchmelder", "fan": "Lüfter", "meter": "Zähler", "battery": "Batterie",
			"solar": "Solaranlage", "camera": "Kamera", "vacuum": "Saugroboter", "media": "Medienspieler",
			"valve": "Ventil", "siren": "Sirene", "water_heater": "Warmwasserbereiter", "boiler": "Boiler", "heat_pump": "Wärmepumpe", "air_conditioner": "Klimagerät",
			"humidifier": "Luftbefeuchter", "dehumidifier": "Luftentfeuchter", "lawn_mower": "Mähroboter", "alarm": "Alarmanlage", "garage_door": "Garagentor", "gate": "Tor",
			"blind": "Jalousie", "curtain": "Vorhang", "awning": "Markise", "scene": "Szene", "presence": "Anwesenheitsmelder", "occupancy": "Anwesenheitsmelder",
			"gas": "Gasmelder", "carbon_monoxide": "CO-Melder", "weather": "Wetterstation", "doorbell": "Türklingel", "tv": "Fernseher", "speaker": "Lautsprecher",
			"inverter": "Wechselrichter", "relay": "Relais", "device_tracker": "Ortung",
		},
	},
}

func card(lang Lang) *cardWords {
	if words, ok := cards[lang]; ok {
		return words
	}
	return cards[English]
}

// noun says what a device of a kind is, in a word.
func (w *cardWords) noun(kind string) string {
	kind = strings.ToLower(kind)
	for _, word := range []string{kind, sameKind[kind], ""} {
		if noun, ok := w.kinds[word]; ok && (word != "" || kind == "") {
			return noun
		}
	}
	return w.kinds[""]
}

// HouseName is what the contact that stands for all devices is called.
func HouseName(lang Lang) string { return card(lang).house }

// CardNote describes a device of a kind for who opens its card: "Thermostat in
// Kitchen", and a line for whatever else is known.
func CardNote(d *devices.Device, kind string, lang Lang) string {
	words := card(lang)
	var b strings.Builder
	if own := strings.ToLower(d.Kind); own != "sensor" && words.kinds[own] != "" {
		kind = own
	}
	b.WriteString(words.noun(kind))
	if d.Area != "" {
		b.WriteString(" " + words.in + " " + d.Area)
	}
	for _, line := range [...]struct{ label, value string }{
		{words.maker, d.Manufacturer}, {words.model, d.Model}, {words.serial, d.Serial}, {words.id, string(d.ID)},
	} {
		if line.value != "" {
			b.WriteString("\n" + line.label + ": " + line.value)
		}
	}
	return b.String()
}
