package simulated

import (
	"math"
	"time"

	"thingbridge/devices/thermostat"
)

// longestStep is how far the house is moved at a time: short against the
// quarter of an hour in which the air follows the heater.
const longestStep = time.Minute

// The equipment of the house.
const (
	heatPower    = 6000.0 // W of heat from the heat pump
	coolPower    = 4000.0 // W of heat taken away
	performance  = 3.2    // W of heat moved per W of electricity
	radiant      = 0.4    // share of the heat that reaches the walls and not the air
	sunArea      = 2.0    // m² of ground whose sun comes in through the windows
	sunOnWalls   = 0.7    // share of the sun that falls on floor and walls
	personPower  = 90.0   // W of heat of a person
	lampPower    = 9.0    // W at full brightness
	personVapour = 110.0  // Pa that a person at home adds to the vapour pressure inside
	houseVapour  = 120.0  // Pa from plants, kitchen and bath
)

// house is everything that changes, at one simulated moment. It belongs to one
// goroutine.
type house struct {
	now     time.Time // in the house
	weather weather
	people  people
	noise   noise

	outside conditions
	doing   doing
	inside  warmth
	vapour  float64 // Pa, inside
	energy  float64 // kWh on the meter

	config     thermostat.Config
	thermostat thermostat.State
	output     thermostat.Output
	lamp       lamp
}

// lamp is the light in the living room.
type lamp struct {
	on         bool
	brightness float64 // %
	scene      string
	label      string
}

func newHouse(seed int64, start time.Time) *house {
	n := noise{seed: uint64(seed)}
	h := &house{
		now: start, noise: n, weather: weather{n}, people: people{n},
		inside: warmth{air: 20.4, walls: 20},
		energy: 1000 + math.Round(20000*n.at(installation, 0)),
		config: thermostat.DefaultConfig(),
		lamp:   lamp{brightness: 80, scene: sceneWhite, label: "Reading lamp"},
	}
	h.config.Cooler.Present = true
	h.thermostat = thermostat.New(h.config)
	h.look()
	h.vapour = h.vapourBalance()
	h.control()
	return h
}

// advance lets d pass in the house.
func (h *house) advance(d time.Duration) {
	for d > 0 {
		step := min(d, longestStep)
		h.pass(step)
		h.now = h.now.Add(step)
		h.look()
		h.control()
		d -= step
	}
}

// look takes in the weather and the people as they are at this moment.
func (h *house) look() {
	h.outside = h.weather.at(h.now)
	h.doing = h.people.at(h.now, h.outside.temperature)
}

// control lets the thermostat decide. It follows every step of time and every
// command.
func (h *house) control() {
	in := thermostat.Input{Temperature: h.inside.air, At: h.now}
	h.thermostat, h.output = thermostat.Step(h.config, h.thermostat, in, h.now)
}

// pass moves heat, water and electricity for a time in which nothing switches.
func (h *house) pass(d time.Duration) {
	h.energy += h.power() / 1000 * d.Hours()
	h.inside = singleFamily.after(h.inside, h.flow(), d)
	change := 1.5 // h, in which the air inside is replaced by leaks
	if h.doing.window > 0 {
		change = 0.2
	}
	balance := h.vapourBalance()
	h.vapour = balance + (h.vapour-balance)*math.Exp(-d.Hours()/change)
}

func (h *house) flow() flow {
	machine := h.machineHeat()
	sun := sunArea * h.outside.sun
	return flow{
		outside:    h.outside.temperature,
		toAir:      machine*(1-radiant) + sun*(1-sunOnWalls) + personPower*float64(h.doing.home) + h.doing.appliances + h.lampWatts(),
		toWalls:    machine*radiant + sun*sunOnWalls,
		openWindow: h.doing.window,
	}
}

// machineHeat is what the heat pump brings in, in W; negative while it cools.
func (h *house) machineHeat() float64 {
	switch h.output.Action {
	case thermostat.Heating:
		return heatPower
	case thermostat.Cooling:
		return -coolPower
	}
	return 0
}

func (h *house) lampWatts() float64 {
	if !h.lamp.on {
		return 0
	}
	return lampPower * h.lamp.brightness / 100
}

// power is what the meter measures, in W.
func (h *house) power() float64 {
	return h.doing.appliances + h.lampWatts() + math.Abs(h.machineHeat())/performance
}

// vapourBalance is the vapour pressure that the inside tends to.
func (h *house) vapourBalance() float64 {
	return h.outside.vapour + houseVapour + personVapour*float64(h.doing.home)
}

// humidity is the relative one inside, in %; the rest condenses.
func (h *house) humidity() float64 {
	return min(max(100*h.vapour/saturation(h.inside.air), 5), 95)
}

// battery is the charge of the window's contact, in %: two thirds of a year from
// full to 10 %, and then somebody changes it.
func (h *house) battery() float64 {
	const days, least = 240.0, 10.0
	age := float64(h.now.Unix())/86400 + days*h.noise.at(installation, 2)
	return 100 - (100-least)*math.Mod(age, days)/days
}
