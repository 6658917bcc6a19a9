package talk

// englishLabels name properties, by name or class.
var englishLabels = map[string]string{
	"temperature": "Temperature", "humidity": "Humidity", "target": "Target", "mode": "Mode", "code": "Code", "preset": "Preset",
	"target_low": "Target from", "target_high": "Target to", "fan_mode": "Fan", "fan_speed": "Fan speed", "swing_mode": "Swing",
	"action": "Action", "boost": "Boost", "hold": "Hold", "window": "Window", "reason": "Reason",
	"illuminance": "Brightness outside", "battery": "Battery", "power": "Power", "energy": "Energy",
	"on": "Light", "brightness": "Brightness", "scene": "Scene", "label": "Label", "open": "State", "state": "State", "status": "State",
	"color_temp": "Colour temperature", "color": "Colour", "effect": "Effect", "white": "White", "color_mode": "Colour mode", "transition": "Transition", "flash": "Flash", "position": "Position", "tilt": "Tilt",
	"locked": "Lock", "lock": "Lock", "child_lock": "Child lock", "speed": "Speed", "oscillating": "Swing", "direction": "Direction",
	"linkquality": "Link quality", "last_seen": "Last seen", "firmware": "Firmware", "contact": "Contact", "leak": "Water", "alarm": "Alarm",
	"charging": "Charging", "volume": "Volume", "event": "Event", "error": "Error", "home": "At home", "co2": "CO₂", "voc": "VOC",
	"tilt_command": "Tilt command", "aux_heat": "Auxiliary heat", "release_summary": "What is new", "release_url": "More on the web", "details": "Details", "gps_accuracy": "Accuracy of the place", "last_reset": "Counts since",
	"wind_gust": "Gusts", "wind_speed_average": "Wind, average", "wind_chill": "Wind chill", "rain": "Rain", "rain_today": "Rain today", "rain_rate": "Rain rate", "uv_index": "UV index", "humidity_status": "Climate", "forecast": "Forecast", "chime": "Chime", "meter": "Meter reading", "pair": "Pairing",

	"absolute_humidity": "Absolute humidity", "apparent_power": "Apparent power", "aqi": "Air quality", "area": "Area",
	"atmospheric_pressure": "Air pressure", "blood_glucose_concentration": "Blood sugar", "carbon_dioxide": "CO₂", "carbon_monoxide": "Carbon monoxide",
	"conductivity": "Conductivity", "current": "Current", "data_rate": "Data rate", "data_size": "Data", "date": "Date", "distance": "Distance",
	"duration": "Duration", "energy_distance": "Consumption per distance", "energy_storage": "Stored energy", "enum": "State", "frequency": "Frequency",
	"gas": "Gas", "irradiance": "Solar irradiance", "moisture": "Moisture", "monetary": "Cost", "nitrogen_dioxide": "Nitrogen dioxide",
	"nitrogen_monoxide": "Nitrogen monoxide", "nitrous_oxide": "Nitrous oxide", "ozone": "Ozone", "ph": "pH", "pm1": "PM1", "pm10": "PM10",
	"pm25": "PM2.5", "pm4": "PM4", "power_factor": "Power factor", "precipitation": "Rain", "precipitation_intensity": "Rain rate", "pressure": "Pressure",
	"reactive_energy": "Reactive energy", "reactive_power": "Reactive power", "signal_strength": "Signal", "sound_pressure": "Noise level",
	"sulphur_dioxide": "Sulphur dioxide", "temperature_delta": "Temperature difference", "timestamp": "Time",
	"volatile_organic_compounds": "VOC", "volatile_organic_compounds_parts": "VOC", "voltage": "Voltage", "volume_flow_rate": "Flow",
	"volume_storage": "Stored volume", "water": "Water", "weight": "Weight", "wind_direction": "Wind direction", "wind_speed": "Wind",

	"light_level": "Light", "impedance": "Resistance", "armed": "Armed", "scene_on": "Scene on", "scene_off": "Scene off", "ir_send": "Infrared to send", "ir_receive": "Infrared received",
	"ir_record": "Infrared to learn", "dust": "Dust", "air_quality": "Air quality", "hardware_id": "Sensor number", "flow_mode": "Circulation",
	"latitude": "Latitude", "longitude": "Longitude", "altitude": "Altitude", "orp": "Redox potential", "inclusion": "Take new nodes",
	"var1": "Variable 1", "var2": "Variable 2", "var3": "Variable 3", "var4": "Variable 4", "var5": "Variable 5",
	"battery_charging": "Charging", "cold": "Cold", "connectivity": "Connection", "door": "Door", "garage_door": "Garage door", "heat": "Heat",
	"light": "Light", "motion": "Motion", "moving": "Movement", "occupancy": "Occupancy", "opening": "Opening", "plug": "Plug", "presence": "Presence",
	"problem": "Problem", "running": "Running", "safety": "Safety", "smoke": "Smoke", "sound": "Sound", "tamper": "Tampering", "update": "Update",
	"vibration": "Vibration", "outlet": "Socket", "switch": "Switch", "valve": "Valve", "gate": "Gate", "garage": "Garage door",
}

// englishOptions are words for the options of enums, in lower case.
var englishOptions = map[string]string{
	"color_temp": "white, warm or cold", "hs": "colour", "xy": "colour", "rgb": "colour", "rgbw": "colour and white", "rgbww": "colour and two whites", "short": "short", "long": "long",
	"off": "off", "on": "on", "heat": "heat", "cool": "cool", "auto": "auto", "none": "none", "heat_cool": "heat or cool", "dry": "dry", "fan_only": "fan only",
	"idle": "idle", "heating": "heating", "cooling": "cooling", "drying": "drying", "fan": "fan", "preheating": "preheating", "defrosting": "defrosting",
	"comfort": "comfort", "eco": "eco", "away": "away", "boost": "boost", "sleep": "sleep", "manual": "manual",
	"open": "open", "closed": "closed", "opening": "opening", "closing": "closing", "stopped": "stopped", "close": "close", "stop": "stop",
	"locked": "locked", "unlocked": "unlocked", "locking": "locking", "unlocking": "unlocking", "jammed": "jammed",
	"cleaning": "cleaning", "docked": "docked", "paused": "paused", "returning": "returning", "error": "error", "mowing": "mowing",
	"home": "home", "not_home": "away", "disarmed": "disarmed", "armed_home": "armed, at home", "armed_away": "armed, away", "armed_night": "armed, night",
	"continuous": "continuous", "periodic": "periodic",
	"arming": "arming", "pending": "pending", "triggered": "TRIGGERED", "low": "low", "medium": "medium", "high": "high",
	"normal": "normal", "comfortable": "comfortable", "too_dry": "too dry", "too_wet": "too wet", "sunny": "sunny", "partly_cloudy": "partly cloudy", "cloudy": "cloudy", "rain": "rain", "unknown": "unknown",
}

// englishBooleans are the words for false and true, by class or name.
var englishBooleans = map[string][2]string{
	"":       {"no", "yes"},
	"on":     {"off", "on"},
	"power":  {"off", "on"},
	"switch": {"off", "on"}, "outlet": {"off", "on"}, "light": {"off", "on"},
	"open": {"closed", "open"}, "window": {"closed", "open"}, "door": {"closed", "open"}, "opening": {"closed", "open"},
	"garage_door": {"closed", "open"}, "garage": {"closed", "open"}, "gate": {"closed", "open"}, "valve": {"closed", "open"},
	"lock":  {"locked", "unlocked"},
	"armed": {"off", "on"}, "inclusion": {"off", "on"},
	"locked": {"unlocked", "locked"}, "child_lock": {"off", "on"},
	"motion": {"no motion", "motion"}, "moving": {"still", "moving"}, "occupancy": {"clear", "occupied"},
	"presence": {"away", "home"}, "home": {"away", "home"},
	"smoke": {"no smoke", "SMOKE"}, "gas": {"no gas", "GAS"}, "carbon_monoxide": {"no carbon monoxide", "CARBON MONOXIDE"},
	"moisture": {"dry", "WATER"}, "leak": {"dry", "WATER"}, "water_leak": {"dry", "WATER"},
	"safety": {"safe", "UNSAFE"}, "problem": {"fine", "PROBLEM"}, "tamper": {"untouched", "TAMPERED WITH"},
	"battery": {"battery fine", "battery low"}, "battery_low": {"battery fine", "battery low"},
	"battery_charging": {"not charging", "charging"}, "charging": {"not charging", "charging"},
	"cold": {"not cold", "cold"}, "heat": {"not hot", "hot"}, "connectivity": {"disconnected", "connected"}, "plug": {"unplugged", "plugged in"},
	"running": {"not running", "running"}, "sound": {"quiet", "noise"}, "vibration": {"still", "vibrating"}, "update": {"up to date", "update available"},
}
