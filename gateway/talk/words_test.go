package talk_test

import (
	"strings"
	"testing"

	"thingbridge/devices"
	"thingbridge/gateway/talk"
)

// sensorClasses and binaryClasses are Home Assistant's.
const (
	sensorClasses = `absolute_humidity apparent_power aqi area atmospheric_pressure battery blood_glucose_concentration carbon_dioxide
		carbon_monoxide conductivity current data_rate data_size date distance duration energy energy_distance energy_storage enum frequency gas
		humidity illuminance irradiance moisture monetary nitrogen_dioxide nitrogen_monoxide nitrous_oxide ozone ph pm1 pm10 pm25 pm4 power
		power_factor precipitation precipitation_intensity pressure reactive_energy reactive_power signal_strength sound_pressure speed
		sulphur_dioxide temperature temperature_delta timestamp volatile_organic_compounds volatile_organic_compounds_parts voltage volume
		volume_flow_rate volume_storage water weight wind_direction wind_speed`
	binaryClasses = `battery battery_charging carbon_monoxide cold connectivity door garage_door gas heat light lock moisture motion moving
		occupancy opening plug power presence problem running safety smoke sound tamper update vibration window`
)

// Every class has a name and, where it is true or false, two words, in each language;
// otherwise a person reads "Thing: yes".
func TestEveryClassHasWords(t *testing.T) {
	for _, lang := range []talk.Lang{talk.English, talk.German} {
		for _, class := range strings.Fields(sensorClasses) {
			twin := twinOf(t, &devices.Device{ID: "thing", Properties: []devices.Property{{Name: "unnamed", Class: class, Type: devices.TypeNumber}}}, nil)
			facts := talk.Facts(&twin, lang)
			if label := facts[len(facts)-1].Label; label == "Unnamed" || label == "" {
				t.Errorf("%s: no name for a number of class %s", lang, class)
			}
		}
		for _, class := range strings.Fields(binaryClasses) {
			d := &devices.Device{ID: "thing", Properties: []devices.Property{{Name: "unnamed", Class: class, Type: devices.TypeBoolean}}}
			var words [2]string
			for i, value := range []bool{false, true} {
				twin := twinOf(t, d, []devices.Reading{{Device: "thing", Property: "unnamed", Value: devices.Boolean(value)}})
				words[i] = talk.StatusLine(&twin, lang)
			}
			if words[0] == words[1] || strings.ContainsAny(words[0], "_") || strings.HasPrefix(words[0], "Unnamed") && class != "window" {
				t.Errorf("%s: words %q for the class %s", lang, words, class)
			}
		}
	}
}

// A person is told what a thing is in a word, whatever its maker calls it.
func TestEveryKindHasANoun(t *testing.T) {
	kinds := strings.Fields(`thermostat climate trv heater water_heater heat_pump air_conditioner boiler temperature thermometer weather humidity
		humidifier dehumidifier light lamp bulb dimmer plug outlet socket switch relay valve siren button remote event scene sensor binary_sensor
		motion occupancy presence device_tracker door contact garage garage_door gate window cover blind blinds shutter shade curtain awning lock
		alarm_control_panel leak moisture water smoke gas carbon_monoxide fan ventilation meter energy battery ups solar inverter pv camera doorbell
		vacuum lawn_mower media media_player speaker tv`)
	for lang, device := range map[talk.Lang]string{talk.English: "Device", talk.German: "Gerät"} {
		for _, kind := range kinds {
			if note := talk.CardNote(&devices.Device{ID: "x", Kind: kind}, kind, lang); strings.HasPrefix(note, device) {
				t.Errorf("%s: no noun for the kind %s", lang, kind)
			}
		}
		if note := talk.CardNote(&devices.Device{ID: "x", Kind: "flux_capacitor"}, "", lang); !strings.HasPrefix(note, device) {
			t.Errorf("%s: an unknown kind is %q", lang, note)
		}
	}
}
