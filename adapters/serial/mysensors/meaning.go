package mysensors

import "thingbridge/devices"

// form is how a payload is written and what it becomes.
type form uint8

// The forms.
const (
	asNumber  form = iota
	asDegrees      // a number in the unit of the network
	asSwitch       // 0 or 1
	asText
	asChoice // one of some words
	asColor  // rrggbb
	asWhite  // rrggbbww
	asPlace  // latitude, longitude and altitude: three properties
	asMove   // 1 of a cover that moves: a property for the order, one for the state
	asAjar   // 0 or 1 of a cover: it has no property but the state
	asUnit   // what the numbers of its child are in: it has no property
)

// meaning is what a value of a child is.
type meaning struct {
	name, class, unit string
	form              form
	words             []word  // of a choice
	low, high         float64 // what a number can be
	step, deadband    float64
	writable          bool
	category          devices.Category
}

// word is an option of a choice, and how it is written on the wire.
type word struct{ wire, option string }

const (
	coldest, hottest = -100, 1000 // °C; a sensor of the DS18B20 sort that has come off says -127
	huge             = 1e12       // what no meter of a house reaches
)

var (
	modes     = []word{{"Off", "off"}, {"HeatOn", "heat"}, {"CoolOn", "cool"}, {"AutoChangeOver", "auto"}}
	speeds    = []word{{"Min", "low"}, {"Normal", "medium"}, {"Max", "high"}, {"Auto", "auto"}}
	flowModes = []word{{"Auto", "auto"}, {"ContinuousOn", "continuous"}, {"PeriodicOn", "periodic"}}
)

// general is what the kinds of values mean, whichever child has them.
var general = [lastValueKind + 1]meaning{
	vTemp:         {name: "temperature", class: "temperature", form: asDegrees, low: coldest, high: hottest, deadband: 0.1},
	vHum:          {name: "humidity", class: "humidity", unit: "%", high: 100, deadband: 0.5},
	vStatus:       {name: "on", class: "switch", form: asSwitch, writable: true},
	vPercentage:   {name: "percentage", unit: "%", high: 100},
	vPressure:     {name: "pressure", class: "atmospheric_pressure", unit: "hPa", high: 200_000, deadband: 0.2},
	vForecast:     {name: "forecast", form: asText},
	vRain:         {name: "rain", class: "precipitation", unit: "mm", high: huge, deadband: 0.1},
	vRainRate:     {name: "rain_rate", class: "precipitation_intensity", unit: "mm/h", high: 10_000, deadband: 0.1},
	vWind:         {name: "wind_speed", class: "wind_speed", unit: "m/s", high: 1000, deadband: 0.2},
	vGust:         {name: "wind_gust", class: "wind_speed", unit: "m/s", high: 1000, deadband: 0.2},
	vDirection:    {name: "wind_direction", class: "wind_direction", unit: "°", high: 360, deadband: 5},
	vUV:           {name: "uv_index", high: 1000, deadband: 0.1},
	vWeight:       {name: "weight", class: "weight", unit: "kg", low: -huge, high: huge, deadband: 0.05},
	vDistance:     {name: "distance", class: "distance", unit: "cm", low: -huge, high: huge},
	vImpedance:    {name: "impedance", unit: "Ω", high: huge},
	vArmed:        {name: "armed", form: asSwitch, writable: true, category: devices.Setting},
	vTripped:      {name: "tripped", class: "safety", form: asSwitch},
	vWatt:         {name: "power", class: "power", unit: "W", low: -huge, high: huge, deadband: 1},
	vKWh:          {name: "energy", class: "energy", unit: "kWh", low: -huge, high: huge, deadband: 0.01},
	vSceneOn:      {name: "scene_on", form: asText},
	vSceneOff:     {name: "scene_off", form: asText},
	vFlowState:    {name: "mode", form: asChoice, words: modes, writable: true},
	vSpeed:        {name: "fan_mode", form: asChoice, words: speeds, writable: true},
	vLightLevel:   {name: "light_level", unit: "%", high: 100, deadband: 1},
	vVar1:         {name: "var1", form: asText, writable: true},
	vVar2:         {name: "var2", form: asText, writable: true},
	vVar3:         {name: "var3", form: asText, writable: true},
	vVar4:         {name: "var4", form: asText, writable: true},
	vVar5:         {name: "var5", form: asText, writable: true},
	vUp:           {form: asMove},
	vDown:         {form: asMove},
	vStop:         {form: asMove},
	vIRSend:       {name: "ir_send", form: asText, writable: true},
	vIRReceive:    {name: "ir_receive", form: asText},
	vFlow:         {name: "flow", class: "volume_flow_rate", low: -huge, high: huge, deadband: 0.01},
	vVolume:       {name: "volume", unit: "m³", low: -huge, high: huge, deadband: 0.001},
	vLock:         {name: "locked", form: asSwitch, writable: true},
	vLevel:        {name: "level", low: -huge, high: huge},
	vVoltage:      {name: "voltage", class: "voltage", unit: "V", low: -huge, high: huge, deadband: 0.1},
	vCurrent:      {name: "current", class: "current", unit: "A", low: -huge, high: huge, deadband: 0.01},
	vRGB:          {name: "color", form: asColor, writable: true},
	vRGBW:         {name: "color", form: asWhite, writable: true},
	vID:           {name: "hardware_id", form: asText, category: devices.Diagnostic},
	vUnitPrefix:   {form: asUnit},
	vSetpointCool: {name: "target", class: "setpoint", form: asDegrees, low: defaultTargetMin, high: defaultTargetMax, step: 0.5, writable: true},
	vSetpointHeat: {name: "target", class: "setpoint", form: asDegrees, low: defaultTargetMin, high: defaultTargetMax, step: 0.5, writable: true},
	vFlowMode:     {name: "flow_mode", form: asChoice, words: flowModes, writable: true, category: devices.Setting},
	vText:         {name: "text", form: asText},
	vCustom:       {name: "custom", form: asText, writable: true},
	vPosition:     {form: asPlace},
	vIRRecord:     {name: "ir_record", form: asText, writable: true},
	vPH:           {name: "ph", class: "ph", low: -2, high: 16, deadband: 0.05},
	vORP:          {name: "orp", class: "voltage", unit: "mV", low: -10_000, high: 10_000, deadband: 1},
	vEC:           {name: "conductivity", class: "conductivity", unit: "µS/cm", high: huge, deadband: 1},
	vReactive:     {name: "reactive_power", class: "reactive_power", unit: "var", low: -huge, high: huge, deadband: 1},
	vApparent:     {name: "apparent_power", class: "apparent_power", unit: "VA", low: -huge, high: huge, deadband: 1},
	vPowerFactor:  {name: "power_factor", class: "power_factor", low: -1, high: 1, deadband: 0.01},
}

// The properties of what has more than one.
var (
	places = [3]meaning{
		{name: "latitude", unit: "°", low: -90, high: 90, deadband: 0.0001},
		{name: "longitude", unit: "°", low: -180, high: 180, deadband: 0.0001},
		{name: "altitude", class: "distance", unit: "m", low: -100_000, high: 100_000, deadband: 5},
	}
	moves = [2]meaning{
		{name: "command", form: asChoice, words: []word{{"", "open"}, {"", "close"}, {"", "stop"}}, writable: true},
		{name: "state", class: "cover", form: asChoice, words: []word{{"", "open"}, {"", "opening"}, {"", "closed"}, {"", "closing"}}},
	}
)

// trippedOf says what it is that a child was tripped by.
var trippedOf = [lastChildKind + 1]struct{ name, class string }{
	sDoor: {"open", "door"}, sMotion: {"motion", "motion"}, sSmoke: {"smoke", "smoke"}, sWaterLeak: {"leak", "moisture"},
	sSound: {"sound", "sound"}, sVibration: {"vibration", "vibration"}, sMoisture: {"moisture", "moisture"},
	sSprinkler: {"tripped", "safety"},
}

// levelOf says what it is that a child measures the level of.
var levelOf = [lastChildKind + 1]struct {
	name, class, unit string
	deadband          float64
}{
	sLightLevel: {"illuminance", "illuminance", "lx", 5}, sSound: {"sound_level", "sound_pressure", "dB", 1},
	sVibration: {"vibration_level", "frequency", "Hz", 0.1}, sMoisture: {"moisture_level", "moisture", "%", 1},
	sDust: {"dust", "", "µg/m³", 1}, sAirQuality: {"air_quality", "", "ppm", 5},
}

// meaningOf returns what a value of a child of a kind is; ok is false for kinds of
// values that MySensors does not have.
func meaningOf(child, value uint8) (m meaning, ok bool) {
	if value > lastValueKind {
		return meaning{}, false
	}
	m = general[value]
	switch {
	case child > lastChildKind:
	case value == vTripped && trippedOf[child].name != "":
		m.name, m.class = trippedOf[child].name, trippedOf[child].class
	case value == vLevel && levelOf[child].name != "":
		l := levelOf[child]
		m.name, m.class, m.unit, m.deadband = l.name, l.class, l.unit, l.deadband
		if l.unit == "%" {
			m.low, m.high = 0, 100
		}
	case value == vStatus && child == sCover:
		return meaning{form: asAjar}, true
	case value == vStatus && (child == sDimmer || child == sRGB || child == sRGBW):
		m.class = "light"
	case value == vPercentage && (child == sDimmer || child == sRGB || child == sRGBW):
		m.name, m.class, m.step, m.writable = "brightness", "brightness", 1, true
	case value == vPercentage && child == sCover:
		m.name, m.class, m.step, m.writable = "position", "position", 1, true
	case value == vVolume && child == sWater:
		m.name, m.class = "water", "water"
	case value == vVolume && child == sGas:
		m.name, m.class = "gas", "gas"
	case value == vFlow && child == sWater:
		m.unit = "L/min"
	case value == vText && child == sInfo:
		m.writable = true
	case value == vRGB && child == sColorSensor:
		m.writable = false
	}
	return m, true
}

// certain are the values that a child of a kind has for sure, so that it can be told
// them before it was heard. Others appear when they do.
var certain = [lastChildKind + 1][]uint8{
	sDoor: {vTripped}, sMotion: {vTripped}, sSmoke: {vTripped}, sBinary: {vStatus}, sDimmer: {vStatus, vPercentage}, sCover: {vUp},
	sTemp: {vTemp}, sHum: {vHum}, sBaro: {vPressure}, sUV: {vUV}, sWeight: {vWeight}, sHeater: {vSetpointHeat}, sDistance: {vDistance},
	sLock: {vLock}, sIR: {vIRSend}, sAirQuality: {vLevel}, sDust: {vLevel}, sRGB: {vStatus, vPercentage, vRGB},
	sRGBW: {vStatus, vPercentage, vRGBW}, sColorSensor: {vRGB}, sHVAC: {vFlowState}, sSprinkler: {vStatus}, sWaterLeak: {vTripped},
	sInfo: {vText}, sGPS: {vPosition},
}

// deviceKinds say what a node with such a child is, the most telling first.
var deviceKinds = []struct {
	child uint8
	kind  string
}{
	{sSmoke, "smoke"}, {sWaterLeak, "leak"}, {sHVAC, "thermostat"}, {sHeater, "thermostat"}, {sLock, "lock"}, {sCover, "cover"},
	{sRGBW, "light"}, {sRGB, "light"}, {sDimmer, "light"}, {sSprinkler, "switch"}, {sBinary, "switch"}, {sIR, "remote"}, {sScene, "remote"},
	{sDoor, "door"}, {sMotion, "motion"}, {sPower, "meter"}, {sWater, "meter"}, {sGas, "meter"},
}
