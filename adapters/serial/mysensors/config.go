package mysensors

import (
	"fmt"
	"time"

	"thingbridge/devices"
)

// The range of setpoints that are not configured, in °C: what a room can be.
const (
	defaultTargetMin = 5
	defaultTargetMax = 35
)

// Config is the section mysensors of a serial port.
type Config struct {
	// Metric tells nodes that ask to use metric units. With false they are told to
	// use imperial ones, and what they report is taken for °F and inches. Default:
	// true.
	Metric *bool `yaml:"metric"`
	// Numbers gives one to each node that has none and asks for it. With false such
	// nodes get no answer. Default: true.
	Numbers *bool `yaml:"numbers"`
	// Nodes says more of some nodes than they say themselves. Default: none; what
	// presents itself becomes a device.
	Nodes []Node `yaml:"nodes"`
}

// Node is what is configured of one node.
type Node struct {
	// Node is the number of the node: 0 for the gateway's own, else 1 to 254.
	// Required.
	Node int `yaml:"node,required" example:"12"`
	// ID is the device's name in addresses, for ever: a-z, 0-9 and -. Default: the
	// adapter's name and the number, as in attic-12.
	ID string `yaml:"id"`
	// Name is what people call the device. Default: the name of the sketch.
	Name string `yaml:"name"`
	// Area is the room or place. Default: none.
	Area string `yaml:"area"`
	// Kind is what the device is: thermostat, light, plug, switch, lock, cover,
	// meter, sensor. Default: by what the node presents.
	Kind string `yaml:"kind"`
	// TargetMin is the lowest setpoint of a thermostat, in °C. Default: 5.
	TargetMin *float64 `yaml:"target_min"`
	// TargetMax is the highest setpoint of a thermostat, in °C. Default: 35.
	TargetMax *float64 `yaml:"target_max"`
	// Silence is how long the node can be silent before it is taken for dead.
	// Default: by whether it listens, and by the rhythm in which it speaks.
	Silence time.Duration `yaml:"silence"`
	// Ignore leaves the node out: it is no device. Default: false.
	Ignore bool `yaml:"ignore"`
}

// minSilence is the shortest silence that can mean something: less than it takes a node
// to be asked and to answer.
const minSilence = time.Minute

// Validate reports every mistake in c: the path of the key, and what is wrong and what
// would be right. What it does not find fault with, [New] accepts, unless an id is what
// another node has by default.
func (c *Config) Validate(report func(path, problem string)) {
	numbers, ids := make(map[int]int), make(map[string]int)
	for i := range c.Nodes {
		n := &c.Nodes[i]
		path := fmt.Sprintf("nodes[%d].", i)
		if n.Node < gateway || n.Node > lastNode {
			report(path+"node", fmt.Sprintf("%d is no node; use 0 for the gateway's own or 1 to %d", n.Node, lastNode))
		}
		if first, twice := numbers[n.Node]; twice {
			report(path+"node", fmt.Sprintf("%d is nodes[%d] too; put both together", n.Node, first))
		} else {
			numbers[n.Node] = i
		}
		n.validate(path, report)
		if n.ID == "" {
			continue
		}
		if _, err := devices.ParseID(n.ID); err != nil {
			report(path+"id", err.Error())
		}
		if first, twice := ids[n.ID]; twice {
			report(path+"id", fmt.Sprintf("%q is the id of nodes[%d] too; each device needs its own", n.ID, first))
		} else {
			ids[n.ID] = i
		}
	}
}

func (n *Node) validate(path string, report func(path, problem string)) {
	for _, text := range []struct{ key, value string }{{"name", n.Name}, {"area", n.Area}, {"kind", n.Kind}} {
		if len(text.value) > devices.MaxText {
			report(path+text.key, fmt.Sprintf("%d bytes, want at most %d", len(text.value), devices.MaxText))
		}
	}
	low, high := n.targets()
	if !(low >= -50 && high <= 200) {
		report(path+"target_max", fmt.Sprintf("setpoints of %v to %v °C; use -50 to 200", low, high))
	}
	if low >= high {
		report(path+"target_max", fmt.Sprintf("%v is not more than target_min, which is %v", high, low))
	}
	if n.Silence != 0 && n.Silence < minSilence {
		report(path+"silence", fmt.Sprintf("%s; use %s or more", n.Silence, minSilence))
	}
}

// targets are the lowest and the highest setpoint in °C.
func (n *Node) targets() (low, high float64) {
	low, high = defaultTargetMin, defaultTargetMax
	if n.TargetMin != nil {
		low = *n.TargetMin
	}
	if n.TargetMax != nil {
		high = *n.TargetMax
	}
	return low, high
}

// Declared returns the devices that the section gives an id.
func (c *Config) Declared() []devices.ID {
	var ids []devices.ID
	for i := range c.Nodes {
		if n := &c.Nodes[i]; n.ID != "" && !n.Ignore {
			ids = append(ids, devices.ID(n.ID))
		}
	}
	return ids
}

func (c *Config) metric() bool  { return c.Metric == nil || *c.Metric }
func (c *Config) numbers() bool { return c.Numbers == nil || *c.Numbers }
