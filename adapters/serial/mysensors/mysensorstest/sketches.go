package mysensorstest

import (
	"math"
	"strconv"
	"time"
)

// newNode returns a node with one of the sketches, which nodes have in turn.
func newNode(network *Network, i int) *Node {
	sketch := sketches[i%len(sketches)]
	n := sketch()
	n.network, n.battery = network, 90
	return n
}

var sketches = []func() *Node{
	thermostat, climate, relays, door, dimmer, outside, cover, power, motion, rainbow, lock, leak, valve, greenhouse, display,
}

// one is a child with one value.
func one(child, kind int, description string, v value) sensor {
	return sensor{child, kind, description, []value{v}}
}

// drifts is a number that walks by at most so much, within bounds.
func drifts(kind int, start, most, low, high float64) value {
	return value{kind, format(start), func(n *Node, before string) string {
		was, _ := strconv.ParseFloat(before, 64)
		return format(math.Min(math.Max(was+most*(2*n.network.chance.Float64()-1), low), high))
	}}
}

// counts is a number that grows.
func counts(kind int, start, step float64) value {
	return value{kind, format(start), func(_ *Node, before string) string {
		was, _ := strconv.ParseFloat(before, 64)
		return format(was + step)
	}}
}

// flips is 0 or 1, and changes now and then.
func flips(kind int) value {
	return value{kind, "0", func(n *Node, before string) string {
		switch {
		case n.network.chance.IntN(4) > 0:
			return before
		case before == "0":
			return "1"
		}
		return "0"
	}}
}

func stays(kind int, text string) value { return value{kind, text, nil} }

func format(x float64) string { return strconv.FormatFloat(x, 'f', 1, 64) }

// thermostat heats up to its setpoint when its mode says so, on mains.
func thermostat() *Node {
	heat := func(n *Node, before string) string {
		now, _ := strconv.ParseFloat(before, 64)
		target, _ := strconv.ParseFloat(n.Value(1, 45), 64)
		if n.Value(1, 21) == "HeatOn" && now < target {
			return format(math.Min(now+0.5, target))
		}
		return format(math.Max(now-0.2, 16))
	}
	return &Node{Sketch: "Thermostat", Every: time.Minute, sensors: []sensor{{1, 29, "Living room", []value{
		{0, "18.0", heat}, stays(21, "HeatOn"), stays(45, "19.0"),
	}}}}
}

// climate measures two places, on batteries.
func climate() *Node {
	return &Node{Sketch: "Climate", Every: 5 * time.Minute, Sleeps: true, sensors: []sensor{
		one(0, 6, "Room", drifts(0, 21, 0.3, 15, 30)), one(1, 7, "Room", drifts(1, 50, 2, 20, 90)), one(2, 6, "Cellar", drifts(0, 12, 0.2, 5, 20)),
	}}
}

func relays() *Node {
	return &Node{Sketch: "Relays", Every: 2 * time.Minute, sensors: []sensor{one(1, 3, "Pump", stays(2, "0")), one(2, 3, "Fan", stays(2, "0"))}}
}

func door() *Node {
	return &Node{Sketch: "Door", Every: 10 * time.Minute, Sleeps: true, sensors: []sensor{one(1, 0, "", flips(16))}}
}

func dimmer() *Node {
	return &Node{Sketch: "Dimmer", Every: 3 * time.Minute, sensors: []sensor{{1, 4, "", []value{stays(2, "0"), stays(3, "40")}}}}
}

func outside() *Node {
	return &Node{Sketch: "Weather", Every: 2 * time.Minute, sensors: []sensor{
		one(1, 8, "", drifts(4, 1013, 0.5, 950, 1050)), {2, 9, "", []value{drifts(8, 3, 1, 0, 30), drifts(9, 6, 2, 0, 40), drifts(10, 180, 20, 0, 360)}},
		one(3, 10, "", counts(6, 100, 0.2)), {4, 16, "", []value{drifts(37, 500, 100, 0, 2000)}}, one(5, 11, "", drifts(11, 2, 0.5, 0, 11)),
	}}
}

func cover() *Node {
	return &Node{Sketch: "Blind", Every: 5 * time.Minute, sensors: []sensor{{1, 5, "", []value{stays(3, "100")}}}}
}

func power() *Node {
	return &Node{Sketch: "Meter", Every: time.Minute, sensors: []sensor{{1, 13, "House", []value{drifts(17, 300, 200, 0, 5000), counts(18, 1234, 0.1)}}}}
}

func motion() *Node {
	return &Node{Sketch: "Motion", Every: 4 * time.Minute, Sleeps: true, sensors: []sensor{{1, 1, "", []value{flips(16), stays(15, "1")}}}}
}

func rainbow() *Node {
	return &Node{Sketch: "Rainbow", Every: 5 * time.Minute, sensors: []sensor{{1, 27, "", []value{stays(2, "1"), stays(3, "80"), stays(41, "ff880000")}}}}
}

func lock() *Node {
	return &Node{Sketch: "Lock", Every: 5 * time.Minute, sensors: []sensor{one(1, 19, "", stays(36, "1"))}}
}

func leak() *Node {
	return &Node{Sketch: "Leak", Every: 15 * time.Minute, Sleeps: true, sensors: []sensor{one(1, 32, "", stays(16, "0"))}}
}

// valve is a radiator's thermostat on batteries: it hears of a setpoint when it wakes.
func valve() *Node {
	return &Node{Sketch: "Radiator", Every: 5 * time.Minute, Sleeps: true, sensors: []sensor{{1, 14, "", []value{drifts(0, 20, 0.2, 10, 30), stays(45, "20.0")}}}}
}

func greenhouse() *Node {
	return &Node{Sketch: "Greenhouse", Every: 3 * time.Minute, sensors: []sensor{
		one(1, 35, "Soil", drifts(37, 40, 2, 0, 100)), one(2, 31, "", stays(2, "0")), {3, 15, "Tank", []value{drifts(13, 80, 1, 10, 150), stays(43, "mm")}},
	}}
}

func display() *Node {
	return &Node{Sketch: "Display", Every: 5 * time.Minute, sensors: []sensor{one(1, 36, "", stays(47, "hello")), one(2, 23, "", stays(24, "7"))}}
}
