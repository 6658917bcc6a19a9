package radio

import (
	"strings"

	"thingbridge/devices"
)

// word is what the name of a field means.
type word struct {
	name     string // of the property; empty: nothing that people want to know
	class    string
	unit     string
	form     form
	category devices.Category
	min, max float64 // what is outside is noise; both 0: nothing is
}

// form is how a value is to be taken.
type form uint8

const (
	asItIs    form = iota
	yesOrNo        // numbers are truths: 0 is no
	noOrYes        // the other way round
	openWords      // "closed", or else open
	okOrLow        // 1 is well, 0 is low; with a decimal point it is a level up to 1
)

const (
	primary    = devices.Primary
	diagnostic = devices.Diagnostic
)

// words are what rtl_433 (docs/DATA_FORMAT.md) and the Theengs decoder call what
// sensors say, without unit, number and qualifier. The names are lower case.
var words = map[string]word{
	// Who and how, not what.
	"time": {}, "model": {}, "type": {}, "subtype": {}, "id": {}, "sensor_id": {}, "channel": {}, "protocol": {}, "mod": {},
	"mac": {}, "mac_type": {}, "adv_type": {}, "model_id": {}, "brand": {}, "name": {}, "device": {}, "cidc": {}, "acts": {}, "cont": {},
	"track": {}, "ctrl": {}, "prmac": {}, "mfid": {}, "uuid": {}, "major": {}, "minor": {}, "servicedata": {}, "servicedatauuid": {},
	"manufacturerdata": {}, "encr": {}, "cipher": {}, "ctr": {}, "data": {}, "raw": {}, "rain_raw": {}, "raw_msg": {}, "rows": {}, "codes": {},
	"unit": {}, "family": {}, "hostname": {}, "gatewayid": {}, "gateway": {}, "rpi": {}, "aem": {}, "modeltype": {}, "beaconmodel": {},
	"message": {}, "origin": {}, "serial": {}, "sequence_num": {}, "message_type": {}, "message_subtype": {}, "flags": {}, "unknown": {},
	"packet": {}, "seq": {},

	"temperature": {name: "temperature", class: "temperature", unit: "°C", min: -100, max: 1000},
	"temp":        {name: "temperature", class: "temperature", unit: "°C", min: -100, max: 1000},
	"tempc":       {name: "temperature", class: "temperature", unit: "°C", min: -100, max: 1000},
	"tempf":       {name: "temperature", class: "temperature", unit: "°F", min: -100, max: 1000},
	"setpoint":    {name: "target", class: "temperature", unit: "°C", min: -100, max: 1000},
	"dewpoint":    {name: "dew_point", class: "temperature", unit: "°C"},
	"humidity":    {name: "humidity", class: "humidity", unit: "%", min: 0, max: 100},
	"hum":         {name: "humidity", class: "humidity", unit: "%", min: 0, max: 100},
	"moisture":    {name: "soil_moisture", class: "moisture", unit: "%", min: 0, max: 100},
	"moi":         {name: "soil_moisture", class: "moisture", unit: "%", min: 0, max: 100},
	"fer":         {name: "fertility", class: "conductivity", unit: "µS/cm"},
	"pressure":    {name: "pressure", class: "pressure"},
	"pres":        {name: "pressure", class: "atmospheric_pressure", unit: "hPa"},

	"wind_avg":       {name: "wind_speed", class: "wind_speed"},
	"wind_speed":     {name: "wind_speed", class: "wind_speed"},
	"wind_max":       {name: "wind_gust", class: "wind_speed"},
	"gust_speed":     {name: "wind_gust", class: "wind_speed"},
	"wind_dir":       {name: "wind_direction", class: "wind_direction", unit: "°"},
	"rain":           {name: "rain", class: "precipitation", unit: "mm"},
	"rain_rate":      {name: "rain_rate", class: "precipitation_intensity", unit: "mm/h"},
	"rainfall":       {name: "rain", class: "precipitation", unit: "mm"},
	"uv":             {name: "uv"},
	"uvi":            {name: "uv_index"},
	"light":          {name: "illuminance", class: "illuminance", unit: "lx"},
	"lux":            {name: "illuminance", class: "illuminance", unit: "lx"},
	"illuminance":    {name: "illuminance", class: "illuminance", unit: "lx"},
	"lightlevel":     {name: "light_level"},
	"darkness":       {name: "darkness", unit: "%"},
	"storm_dist":     {name: "storm_distance", class: "distance"},
	"strike_count":   {name: "lightning_strikes"},
	"strike_dist":    {name: "storm_distance", class: "distance"},
	"co2":            {name: "carbon_dioxide", class: "carbon_dioxide", unit: "ppm"},
	"pm1":            {name: "pm1", class: "pm1", unit: "µg/m³"},
	"pm2_5":          {name: "pm25", class: "pm25", unit: "µg/m³"},
	"pm25":           {name: "pm25", class: "pm25", unit: "µg/m³"},
	"pm4":            {name: "pm4", class: "pm4", unit: "µg/m³"},
	"pm10":           {name: "pm10", class: "pm10", unit: "µg/m³"},
	"pm10_0":         {name: "pm10", class: "pm10", unit: "µg/m³"},
	"estimated_pm10": {name: "pm10", class: "pm10", unit: "µg/m³"}, "estimated_pm10_0": {name: "pm10", class: "pm10", unit: "µg/m³"},
	"for":  {name: "formaldehyde", unit: "mg/m³"},
	"hcho": {name: "formaldehyde"},
	"tvoc": {name: "voc", class: "volatile_organic_compounds_parts"},

	"power":         {name: "power", class: "power", unit: "W"},
	"energy":        {name: "energy", class: "energy", unit: "kWh"},
	"current":       {name: "current", class: "current", unit: "A"},
	"voltage":       {name: "voltage", class: "voltage", unit: "V"},
	"consumption":   {name: "consumption"},
	"avg":           {name: "average"},
	"sum":           {name: "total"},
	"depth":         {name: "depth", class: "distance"},
	"lvl":           {name: "level", class: "distance"},
	"level":         {name: "level", unit: "%"},
	"weight":        {name: "weight", class: "weight", unit: "kg"},
	"impedance":     {name: "impedance", unit: "Ω"},
	"litres":        {name: "water", class: "water", unit: "L"},
	"seconds":       {name: "duration", class: "duration", unit: "s"},
	"duration":      {name: "duration", class: "duration", unit: "s"},
	"bpm":           {name: "heart_rate", unit: "bpm"},
	"act_bpm":       {name: "heart_rate_active", unit: "bpm"},
	"gravity":       {name: "gravity"},
	"acc":           {name: "acceleration", unit: "m/s²", category: diagnostic},
	"accx":          {name: "acceleration_x", unit: "m/s²", category: diagnostic},
	"accy":          {name: "acceleration_y", unit: "m/s²", category: diagnostic},
	"accz":          {name: "acceleration_z", unit: "m/s²", category: diagnostic},
	"x_axis":        {name: "acceleration_x", unit: "m/s²", category: diagnostic},
	"y_axis":        {name: "acceleration_y", unit: "m/s²", category: diagnostic},
	"z_axis":        {name: "acceleration_z", unit: "m/s²", category: diagnostic},
	"rot":           {name: "rotation", unit: "°"},
	"position":      {name: "position", unit: "%"},
	"motion":        {name: "motion", class: "motion", form: yesOrNo},
	"moving":        {name: "moving", class: "moving", form: yesOrNo},
	"presence":      {name: "presence", class: "presence", form: yesOrNo},
	"open":          {name: "open", class: "opening"},
	"opened":        {name: "open", class: "opening", form: yesOrNo},
	"contact":       {name: "open", class: "opening", form: openWords},
	"contact_open":  {name: "open", class: "opening", form: yesOrNo},
	"reed_open":     {name: "open", class: "opening", form: yesOrNo},
	"closed":        {name: "open", class: "opening", form: noOrYes},
	"leak":          {name: "leak", class: "moisture", form: yesOrNo},
	"water":         {name: "leak", class: "moisture", form: yesOrNo},
	"detect_wet":    {name: "leak", class: "moisture", form: yesOrNo},
	"smoke":         {name: "smoke", class: "smoke", form: yesOrNo},
	"gas":           {name: "gas", class: "gas", form: yesOrNo},
	"tamper":        {name: "tamper", class: "tamper", form: yesOrNo},
	"alarm":         {name: "alarm", class: "safety", form: yesOrNo},
	"button":        {name: "button"},
	"rbutton":       {name: "button"},
	"state":         {name: "state"},
	"mode":          {name: "mode"},
	"shake":         {name: "shake"},
	"learn":         {name: "learn", category: diagnostic},
	"interval":      {name: "interval", unit: "s", category: diagnostic},
	"test":          {name: "test", form: yesOrNo, category: diagnostic},
	"startup":       {name: "startup", form: yesOrNo, category: diagnostic},
	"newbattery":    {name: "new_battery", form: yesOrNo, category: diagnostic},
	"battery":       {name: "battery", class: "battery", unit: "%", category: diagnostic},
	"batt":          {name: "battery", class: "battery", unit: "%", category: diagnostic},
	"battery_ok":    {name: "battery_low", class: "battery", form: okOrLow, category: diagnostic},
	"battery_low":   {name: "battery_low", class: "battery", form: yesOrNo, category: diagnostic},
	"lowbatt":       {name: "battery_low", class: "battery", form: yesOrNo, category: diagnostic},
	"battery_level": {name: "battery", class: "battery", unit: "%", category: diagnostic},
	"volt":          {name: "battery_voltage", class: "voltage", unit: "V", category: diagnostic},
	"supercap":      {name: "supercap_voltage", class: "voltage", category: diagnostic},
	"plugged-in":    {name: "plugged", class: "plug", form: yesOrNo, category: diagnostic},
	"rssi":          {name: "rssi", class: "signal_strength", unit: "dBm", category: diagnostic},
	"snr":           {name: "snr", class: "signal_strength", unit: "dB", category: diagnostic},
	"noise":         {name: "noise", class: "signal_strength", unit: "dB", category: diagnostic},
	"tx":            {name: "tx_power", class: "signal_strength", unit: "dBm", category: diagnostic},
	"txpower":       {name: "tx_power", class: "signal_strength", unit: "dBm", category: diagnostic},
	"distance":      {name: "distance", class: "distance", unit: "m", category: diagnostic},
	"freq":          {name: "frequency", class: "frequency", unit: "MHz", category: diagnostic},
	"mic":           {name: "mic", category: diagnostic},
	"code":          {name: "code", category: diagnostic},
	"dipswitch":     {name: "dipswitch", category: diagnostic},
	"status":        {name: "status", category: diagnostic},
	"quality":       {name: "quality", category: diagnostic},
	"sync":          {name: "sync", category: diagnostic},
	"wake":          {name: "wake", category: diagnostic},
	"count":         {name: "count", category: diagnostic},
	"led":           {name: "led", category: diagnostic},
	"calibrated":    {name: "calibrated", category: diagnostic},
	"scopetested":   {name: "scope_tested", category: diagnostic},
	"extprobe":      {name: "external_probe", category: diagnostic},
	"uptime":        {name: "uptime", class: "duration", unit: "s", category: diagnostic},
	"freemem":       {name: "free_memory", unit: "B", category: diagnostic},
}

// qualifiers are ends of names that say which of the values it is.
var qualifiers = []struct{ end, name string }{
	{"_dp", "_dew_point"}, {"_max", "_max"}, {"_min", "_min"}, {"_avg", "_average"}, {"_ct", "_count"},
}

// lookUp finds the word that a field's name is, and what is to be put behind the
// property's name: a number, a qualifier.
func lookUp(stem string) (w word, tail string, ok bool) {
	if w, ok := words[stem]; ok {
		return w, "", true
	}
	for _, q := range qualifiers {
		if short, cut := strings.CutSuffix(stem, q.end); cut {
			w, tail, ok := lookUp(short)
			return w, tail + q.name, ok
		}
	}
	if short := strings.TrimRight(stem, "0123456789"); short != stem && short != "" {
		w, tail, ok := lookUp(strings.TrimRight(short, "_"))
		return w, tail + "_" + stem[len(short):], ok
	}
	return word{}, "", false
}
