package rflink

import (
	"fmt"
	"strings"
	"time"

	"thingbridge/adapters/serial/codec"
	"thingbridge/devices"
)

// Config is the section rflink of a serial port. Nothing of it is required.
type Config struct {
	// Humidity is how HUM is written: decimal, as gateways do, or hex, as old ones
	// did. Default: decimal.
	Humidity string `yaml:"humidity"`
	// Strangers is whether what is not listed in devices becomes a device when it was
	// heard often enough. Default: true.
	Strangers *bool `yaml:"strangers"`
	// Patience is how often a stranger must be heard, 1 to 100 times; from the second
	// on, sensors over five minutes at least, so that a car that passes stays out.
	// Default: 3.
	Patience int `yaml:"patience"`
	// Devices says what is behind addresses on the air. Default: none; what is heard
	// becomes a device.
	Devices []Device `yaml:"devices"`
}

// Device is what is configured of one address on the air.
type Device struct {
	// Key is the protocol and the address, as the gateway writes them: newkaku
	// 008440e6. Capitals and zeros in front do not matter for what is heard, but are
	// sent as they are here. Required.
	Key string `yaml:"key"`
	// Switch makes one switch of the address, as SWITCH says it, a device of its own.
	// Default: all of them that are not listed, as they are heard.
	Switch string `yaml:"switch"`
	// ID is the device's name in addresses, for ever: a-z, 0-9 and -. Default: the
	// adapter's name, the key and the switch, as in attic-newkaku-008440e6.
	ID string `yaml:"id"`
	// Name is what people call the device. Default: protocol and address.
	Name string `yaml:"name"`
	// Area is the room or place. Default: none.
	Area string `yaml:"area"`
	// Kind is what the device is: light, plug, switch or cover take commands, and so
	// does chime; door, window, motion, smoke and leak are sensors that say ON and OFF;
	// button is a remote control; sensor and meter measure. Default: by what is heard.
	Kind string `yaml:"kind"`
	// Dims is whether a light takes levels. Default: false, until a level is heard.
	Dims bool `yaml:"dims"`
	// Inverted is for covers that open when they are told DOWN. Default: false.
	Inverted bool `yaml:"inverted"`
}

// What counts where the configuration says nothing.
const (
	defaultPatience = 3
	mostPatience    = 100
)

// Line says how a gateway's port is set up. Opening it restarts the Arduino.
func Line() codec.Line {
	return codec.Line{Baud: 57600, DataBits: 8, Parity: "none", StopBits: 1, Settle: 2 * time.Second}
}

// Validate reports every mistake in c: the path of the key, and what is wrong and what
// would be right. What it does not find fault with, [New] accepts, unless an id is what
// another device has by default.
func (c *Config) Validate(report func(path, problem string)) {
	switch c.Humidity {
	case "", "decimal", "hex":
	default:
		report("humidity", fmt.Sprintf("%q; use decimal or hex", shorten(c.Humidity)))
	}
	if c.Patience < 0 || c.Patience > mostPatience {
		report("patience", fmt.Sprintf("%d; use 1 to %d", c.Patience, mostPatience))
	}
	if len(c.Devices) > maxDevices {
		report("devices", fmt.Sprintf("%d; one gateway can have %d", len(c.Devices), maxDevices))
	}
	keys, ids := make(map[string]int), make(map[string]int)
	for i := range c.Devices {
		d := &c.Devices[i]
		path := fmt.Sprintf("devices[%d].", i)
		d.validate(path, report)
		if key, err := readKey(d.Key); err == nil {
			whole := key.whole() + " " + strings.ToLower(d.Switch)
			if first, twice := keys[whole]; twice {
				report(path+"key", fmt.Sprintf("%q is devices[%d] too; put both together, or say which switch each is", d.Key, first))
			} else {
				keys[whole] = i
			}
		}
		if first, twice := ids[d.ID]; twice && d.ID != "" {
			report(path+"id", fmt.Sprintf("%q is the id of devices[%d] too; each needs its own", d.ID, first))
		} else {
			ids[d.ID] = i
		}
	}
}

// Declared returns the devices that c gives an id.
func (c *Config) Declared() []devices.ID {
	var ids []devices.ID
	for i := range c.Devices {
		if c.Devices[i].ID != "" {
			ids = append(ids, devices.ID(c.Devices[i].ID))
		}
	}
	return ids
}

func (d *Device) validate(path string, report func(path, problem string)) {
	if _, err := readKey(d.Key); err != nil {
		report(path+"key", err.Error())
	}
	if d.Switch != "" && !isCode([]byte(d.Switch)) {
		report(path+"switch", fmt.Sprintf("%q is no switch; write what stands behind SWITCH=, at most %d letters and digits", shorten(d.Switch), maxCode))
	}
	if d.ID != "" {
		if _, err := devices.ParseID(d.ID); err != nil {
			report(path+"id", err.Error())
		}
	}
	for _, text := range []struct{ key, value string }{{"name", d.Name}, {"area", d.Area}} {
		if len(text.value) > maxName {
			report(path+text.key, fmt.Sprintf("%d bytes, want at most %d", len(text.value), maxName))
		}
	}
	if _, ok := kinds[d.Kind]; !ok {
		report(path+"kind", fmt.Sprintf("%q; use %s", shorten(d.Kind), strings.Join(kindWords, ", ")))
	}
	if d.Dims && d.Kind != "light" {
		report(path+"dims", "goes with kind: light")
	}
	if d.Inverted && d.Kind != "cover" {
		report(path+"inverted", "goes with kind: cover")
	}
}

// maxName bounds names in the configuration, in bytes.
const maxName = 200

// shorten keeps outside text from filling a line.
func shorten(text string) string {
	const most = 60
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}
