package publish

// Home Assistant's device classes; an announcement with another one is refused whole.
var (
	numberClasses = []string{
		"absolute_humidity", "apparent_power", "area", "atmospheric_pressure", "battery", "carbon_dioxide", "carbon_monoxide", "conductivity", "current",
		"data_rate", "data_size", "distance", "duration", "energy", "energy_distance", "energy_storage", "frequency", "gas", "humidity", "illuminance",
		"irradiance", "moisture", "nitrogen_dioxide", "nitrogen_monoxide", "nitrous_oxide", "ozone", "pm1", "pm10", "pm25", "power", "power_factor",
		"precipitation", "precipitation_intensity", "pressure", "reactive_energy", "reactive_power", "signal_strength", "sound_pressure", "speed",
		"sulphur_dioxide", "temperature", "volatile_organic_compounds", "volatile_organic_compounds_parts", "voltage", "volume", "volume_flow_rate",
		"volume_storage", "water", "weight", "wind_direction", "wind_speed",
	}
	binaryClasses = []string{
		"battery", "battery_charging", "carbon_monoxide", "cold", "connectivity", "door", "garage_door", "gas", "heat", "light", "lock", "moisture",
		"motion", "moving", "occupancy", "opening", "plug", "power", "presence", "problem", "running", "safety", "smoke", "sound", "tamper", "update",
		"vibration", "window",
	}
)
