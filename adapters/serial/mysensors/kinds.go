package mysensors

// The kinds of children that presentations name and that mean something beside their
// name.
const (
	sDoor          = 0
	sMotion        = 1
	sSmoke         = 2
	sBinary        = 3
	sDimmer        = 4
	sCover         = 5
	sTemp          = 6
	sHum           = 7
	sBaro          = 8
	sWind          = 9
	sRain          = 10
	sUV            = 11
	sWeight        = 12
	sPower         = 13
	sHeater        = 14
	sDistance      = 15
	sLightLevel    = 16
	sNode          = 17
	sRepeater      = 18
	sLock          = 19
	sIR            = 20
	sWater         = 21
	sAirQuality    = 22
	sCustom        = 23
	sDust          = 24
	sScene         = 25
	sRGB           = 26
	sRGBW          = 27
	sColorSensor   = 28
	sHVAC          = 29
	sMultimeter    = 30
	sSprinkler     = 31
	sWaterLeak     = 32
	sSound         = 33
	sVibration     = 34
	sMoisture      = 35
	sInfo          = 36
	sGas           = 37
	sGPS           = 38
	sWaterQuality  = 39
	sNothing       = 255 // it has not presented itself
	lastChildKind  = sWaterQuality
	lastValueKind  = vPowerFactor
	lastStreamKind = 7
)

// The kinds of values.
const (
	vTemp         = 0
	vHum          = 1
	vStatus       = 2
	vPercentage   = 3
	vPressure     = 4
	vForecast     = 5
	vRain         = 6
	vRainRate     = 7
	vWind         = 8
	vGust         = 9
	vDirection    = 10
	vUV           = 11
	vWeight       = 12
	vDistance     = 13
	vImpedance    = 14
	vArmed        = 15
	vTripped      = 16
	vWatt         = 17
	vKWh          = 18
	vSceneOn      = 19
	vSceneOff     = 20
	vFlowState    = 21
	vSpeed        = 22
	vLightLevel   = 23
	vVar1         = 24
	vVar2         = 25
	vVar3         = 26
	vVar4         = 27
	vVar5         = 28
	vUp           = 29
	vDown         = 30
	vStop         = 31
	vIRSend       = 32
	vIRReceive    = 33
	vFlow         = 34
	vVolume       = 35
	vLock         = 36
	vLevel        = 37
	vVoltage      = 38
	vCurrent      = 39
	vRGB          = 40
	vRGBW         = 41
	vID           = 42
	vUnitPrefix   = 43
	vSetpointCool = 44
	vSetpointHeat = 45
	vFlowMode     = 46
	vText         = 47
	vCustom       = 48
	vPosition     = 49
	vIRRecord     = 50
	vPH           = 51
	vORP          = 52
	vEC           = 53
	vReactive     = 54
	vApparent     = 55
	vPowerFactor  = 56
)

// The kinds of internal messages.
const (
	batteryLevel         = 0
	timeOfDay            = 1
	version              = 2
	idRequest            = 3
	idResponse           = 4
	inclusionMode        = 5
	configuration        = 6
	findParent           = 7
	findParentResponse   = 8
	logMessage           = 9
	childrenOfRepeater   = 10
	sketchName           = 11
	sketchVersion        = 12
	reboot               = 13
	gatewayReady         = 14
	signingPresentation  = 15
	nonceRequest         = 16
	nonceResponse        = 17
	heartbeatRequest     = 18
	presentationRequest  = 19
	discoverRequest      = 20
	discoverResponse     = 21
	heartbeatResponse    = 22
	locked               = 23
	ping                 = 24
	pong                 = 25
	registrationRequest  = 26
	registrationResponse = 27
	debug                = 28
	signalRequest        = 29
	signalReverse        = 30
	signalResponse       = 31
	preSleep             = 32
	postSleep            = 33
	lastInternal         = postSleep
)

// childKinds, valueKinds, internalKinds and streamKinds are the words for what messages
// say, for a person who looks at them.
var (
	childKinds = [lastChildKind + 1]string{
		"door", "motion sensor", "smoke detector", "switch", "dimmer", "cover", "thermometer", "hygrometer", "barometer", "anemometer", "rain gauge",
		"UV sensor", "scale", "power meter", "heater", "distance sensor", "light sensor", "node", "repeater", "lock", "infrared transceiver", "water meter",
		"air quality sensor", "custom sensor", "dust sensor", "scene controller", "RGB light", "RGBW light", "colour sensor", "thermostat", "multimeter",
		"sprinkler", "water leak sensor", "sound sensor", "vibration sensor", "moisture sensor", "display", "gas meter", "GPS receiver", "water quality sensor",
	}
	valueKinds = [lastValueKind + 1]string{
		"temperature", "humidity", "status", "percentage", "pressure", "forecast", "rain", "rain rate", "wind", "gust", "wind direction", "UV", "weight",
		"distance", "impedance", "armed", "tripped", "power", "energy", "scene on", "scene off", "mode", "fan speed", "light level", "var 1", "var 2", "var 3",
		"var 4", "var 5", "up", "down", "stop", "infrared code to send", "infrared code received", "flow", "volume", "lock", "level", "voltage", "current",
		"colour", "colour and white", "id", "unit", "cooling setpoint", "heating setpoint", "flow mode", "text", "custom", "position", "infrared code to record",
		"pH", "redox potential", "conductivity", "reactive power", "apparent power", "power factor",
	}
	internalKinds = [lastInternal + 1]string{
		"battery", "time", "version", "asks for a number", "gets the number", "inclusion mode", "configuration", "looks for a parent", "found a parent", "log",
		"routes of a repeater", "sketch name", "sketch version", "reboot", "gateway ready", "signing", "asks for a nonce", "gets a nonce", "is asked for a heartbeat",
		"is asked to present itself", "is asked whether it is there", "is there, its parent is", "heartbeat", "is locked", "ping", "pong", "asks to be registered",
		"registered", "debug", "is asked for its signal", "signal, the other way", "signal", "goes to sleep, listens for ms", "woke up, slept for ms",
	}
	streamKinds = [lastStreamKind + 1]string{
		"asks which firmware it is to have", "is told its firmware", "asks for a block of firmware", "gets a block of firmware", "sound", "image",
		"confirms its firmware", "gets a packed block of firmware",
	}
)
