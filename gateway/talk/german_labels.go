package talk

// germanLabels name properties, by name or class.
var germanLabels = map[string]string{
	"temperature": "Temperatur", "humidity": "Luftfeuchte", "target": "Sollwert", "mode": "Betriebsart", "code": "Code", "preset": "Programm",
	"target_low": "Sollwert von", "target_high": "Sollwert bis", "fan_mode": "Lüfter", "fan_speed": "Saugstufe", "swing_mode": "Schwenken",
	"action": "Zustand", "boost": "Schnellheizen", "hold": "Halten", "window": "Fenster", "reason": "Grund",
	"illuminance": "Helligkeit draußen", "battery": "Batterie", "power": "Leistung", "energy": "Energie",
	"on": "Licht", "brightness": "Helligkeit", "scene": "Szene", "label": "Beschriftung", "open": "Zustand", "state": "Zustand", "status": "Zustand",
	"color_temp": "Farbtemperatur", "color": "Farbe", "effect": "Effekt", "white": "Weiß", "color_mode": "Farbmodus", "transition": "Übergang", "flash": "Blinken", "position": "Position", "tilt": "Neigung",
	"locked": "Schloss", "lock": "Schloss", "child_lock": "Kindersicherung", "speed": "Stufe", "oscillating": "Schwenken", "direction": "Richtung",
	"linkquality": "Funkgüte", "last_seen": "Zuletzt gesehen", "firmware": "Firmware", "contact": "Kontakt", "leak": "Wasser", "alarm": "Alarm",
	"charging": "Laden", "volume": "Lautstärke", "event": "Ereignis", "error": "Fehler", "home": "Zu Hause", "co2": "CO₂", "voc": "VOC",
	"tilt_command": "Neigungsbefehl", "aux_heat": "Zusatzheizung", "release_summary": "Was neu ist", "release_url": "Mehr im Netz", "details": "Einzelheiten", "gps_accuracy": "Genauigkeit des Ortes", "last_reset": "Zählt seit",
	"wind_gust": "Böen", "wind_speed_average": "Wind im Mittel", "wind_chill": "Gefühlte Temperatur", "rain": "Regen", "rain_today": "Regen heute", "rain_rate": "Regenrate", "uv_index": "UV-Index", "humidity_status": "Raumklima", "forecast": "Vorhersage", "chime": "Gong", "meter": "Zählerstand", "pair": "Anlernen",

	"absolute_humidity": "Absolute Feuchte", "apparent_power": "Scheinleistung", "aqi": "Luftgüte", "area": "Fläche",
	"atmospheric_pressure": "Luftdruck", "blood_glucose_concentration": "Blutzucker", "carbon_dioxide": "CO₂", "carbon_monoxide": "Kohlenmonoxid",
	"conductivity": "Leitfähigkeit", "current": "Strom", "data_rate": "Datenrate", "data_size": "Datenmenge", "date": "Datum", "distance": "Abstand",
	"duration": "Dauer", "energy_distance": "Verbrauch je Strecke", "energy_storage": "Gespeicherte Energie", "enum": "Zustand", "frequency": "Frequenz",
	"gas": "Gas", "irradiance": "Sonneneinstrahlung", "moisture": "Feuchte", "monetary": "Kosten", "nitrogen_dioxide": "Stickstoffdioxid",
	"nitrogen_monoxide": "Stickstoffmonoxid", "nitrous_oxide": "Lachgas", "ozone": "Ozon", "ph": "pH-Wert", "pm1": "PM1", "pm10": "PM10",
	"pm25": "PM2,5", "pm4": "PM4", "power_factor": "Leistungsfaktor", "precipitation": "Regen", "precipitation_intensity": "Regenrate", "pressure": "Druck",
	"reactive_energy": "Blindenergie", "reactive_power": "Blindleistung", "signal_strength": "Signal", "sound_pressure": "Schallpegel",
	"sulphur_dioxide": "Schwefeldioxid", "temperature_delta": "Temperaturdifferenz", "timestamp": "Zeit",
	"volatile_organic_compounds": "VOC", "volatile_organic_compounds_parts": "VOC", "voltage": "Spannung", "volume_flow_rate": "Durchfluss",
	"volume_storage": "Gespeichertes Volumen", "water": "Wasser", "weight": "Gewicht", "wind_direction": "Windrichtung", "wind_speed": "Wind",

	"light_level": "Helligkeit", "impedance": "Widerstand", "armed": "Scharf", "scene_on": "Szene an", "scene_off": "Szene aus", "ir_send": "Infrarot senden", "ir_receive": "Infrarot empfangen",
	"ir_record": "Infrarot lernen", "dust": "Staub", "air_quality": "Luftgüte", "hardware_id": "Sensornummer", "flow_mode": "Umwälzung",
	"latitude": "Breite", "longitude": "Länge", "altitude": "Höhe", "orp": "Redoxpotential", "inclusion": "Neue Knoten aufnehmen",
	"var1": "Variable 1", "var2": "Variable 2", "var3": "Variable 3", "var4": "Variable 4", "var5": "Variable 5",
	"battery_charging": "Laden", "cold": "Kälte", "connectivity": "Verbindung", "door": "Tür", "garage_door": "Garagentor", "heat": "Hitze",
	"light": "Licht", "motion": "Bewegung", "moving": "Regung", "occupancy": "Belegung", "opening": "Öffnung", "plug": "Stecker", "presence": "Anwesenheit",
	"problem": "Störung", "running": "Lauf", "safety": "Sicherheit", "smoke": "Rauch", "sound": "Geräusch", "tamper": "Manipulation", "update": "Update",
	"vibration": "Erschütterung", "outlet": "Steckdose", "switch": "Schalter", "valve": "Ventil", "gate": "Tor", "garage": "Garagentor",
}

// germanOptions are words for the options of enums, in lower case.
var germanOptions = map[string]string{
	"color_temp": "weiß, warm oder kalt", "hs": "farbig", "xy": "farbig", "rgb": "farbig", "rgbw": "farbig und weiß", "rgbww": "farbig und zweierlei weiß", "short": "kurz", "long": "lang",
	"off": "aus", "on": "an", "heat": "heizen", "cool": "kühlen", "auto": "automatisch", "none": "keines", "heat_cool": "heizen oder kühlen", "dry": "trocknen", "fan_only": "nur lüften",
	"idle": "ruht", "heating": "heizt", "cooling": "kühlt", "drying": "trocknet", "fan": "lüftet", "preheating": "heizt vor", "defrosting": "taut ab",
	"comfort": "komfort", "eco": "sparen", "away": "abwesend", "boost": "schnellheizen", "sleep": "schlafen", "manual": "von Hand",
	"open": "offen", "closed": "zu", "opening": "öffnet", "closing": "schließt", "stopped": "angehalten", "close": "schließen", "stop": "halt",
	"locked": "verriegelt", "unlocked": "entriegelt", "locking": "verriegelt gerade", "unlocking": "entriegelt gerade", "jammed": "klemmt",
	"cleaning": "saugt", "docked": "an der Station", "paused": "pausiert", "returning": "fährt zurück", "error": "Fehler", "mowing": "mäht",
	"home": "zu Hause", "not_home": "abwesend", "disarmed": "unscharf", "armed_home": "scharf, zu Hause", "armed_away": "scharf, abwesend", "armed_night": "scharf, nachts",
	"continuous": "durchgehend", "periodic": "zeitweise",
	"arming": "wird scharf", "pending": "wartet", "triggered": "AUSGELÖST", "low": "niedrig", "medium": "mittel", "high": "hoch",
	"normal": "normal", "comfortable": "angenehm", "too_dry": "zu trocken", "too_wet": "zu feucht", "sunny": "sonnig", "partly_cloudy": "heiter", "cloudy": "bewölkt", "rain": "Regen", "unknown": "unbekannt",
}

// germanBooleans are the words for false and true, by class or name.
var germanBooleans = map[string][2]string{
	"":       {"nein", "ja"},
	"on":     {"aus", "an"},
	"power":  {"aus", "an"},
	"switch": {"aus", "an"}, "outlet": {"aus", "an"}, "light": {"aus", "an"},
	"open": {"zu", "offen"}, "window": {"zu", "offen"}, "door": {"zu", "offen"}, "opening": {"zu", "offen"},
	"garage_door": {"zu", "offen"}, "garage": {"zu", "offen"}, "gate": {"zu", "offen"}, "valve": {"zu", "offen"},
	"lock":  {"verriegelt", "entriegelt"},
	"armed": {"aus", "an"}, "inclusion": {"aus", "an"},
	"locked": {"entriegelt", "verriegelt"}, "child_lock": {"aus", "an"},
	"motion": {"keine Bewegung", "Bewegung"}, "moving": {"ruhig", "bewegt sich"}, "occupancy": {"frei", "belegt"},
	"presence": {"abwesend", "zu Hause"}, "home": {"abwesend", "zu Hause"},
	"smoke": {"kein Rauch", "RAUCH"}, "gas": {"kein Gas", "GAS"}, "carbon_monoxide": {"kein Kohlenmonoxid", "KOHLENMONOXID"},
	"moisture": {"trocken", "WASSER"}, "leak": {"trocken", "WASSER"}, "water_leak": {"trocken", "WASSER"},
	"safety": {"sicher", "UNSICHER"}, "problem": {"in Ordnung", "STÖRUNG"}, "tamper": {"unberührt", "MANIPULIERT"},
	"battery": {"Batterie gut", "Batterie schwach"}, "battery_low": {"Batterie gut", "Batterie schwach"},
	"battery_charging": {"lädt nicht", "lädt"}, "charging": {"lädt nicht", "lädt"},
	"cold": {"nicht kalt", "kalt"}, "heat": {"nicht heiß", "heiß"}, "connectivity": {"getrennt", "verbunden"}, "plug": {"ausgesteckt", "eingesteckt"},
	"running": {"steht", "läuft"}, "sound": {"still", "Geräusch"}, "vibration": {"ruhig", "erschüttert"}, "update": {"aktuell", "Update verfügbar"},
}
