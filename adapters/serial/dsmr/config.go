package dsmr

import (
	"encoding/hex"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"thingbridge/adapters"
	"thingbridge/adapters/serial/codec"
	"thingbridge/devices"
)

// Config is what the configuration says of a P1 port. Nothing of it is required.
type Config struct {
	// Variant is the country whose words for tariffs and whose time count: nl, be, lu,
	// se, hu, at, ie. Default: auto, as the telegrams tell.
	Variant string `yaml:"variant"`
	// ID is the electricity meter's name in addresses, for ever: a-z, 0-9 and -, at
	// most 64 characters. The names of the meters that are connected to it begin with
	// it. Default: the name of the adapter.
	ID string `yaml:"id"`
	// Name is what people call the electricity meter. Default: Electricity meter.
	Name string `yaml:"name"`
	// Area is the room or place of all meters. Default: none.
	Area string `yaml:"area"`
	// Key opens encrypted telegrams (Luxembourg, Austria, Sweden): 32 hexadecimal
	// digits that the network operator tells its customers. Default: none.
	Key adapters.Secret `yaml:"key"`
	// AuthKey is the second key of encrypted telegrams. Default: the one that is the
	// same for all, 00112233445566778899aabbccddeeff.
	AuthKey adapters.Secret `yaml:"auth_key"`
	// PowerDeadband is the smallest change of power that is told at once, in W; smaller
	// ones are told after a minute. Default: 20, or 2 % where that is more.
	PowerDeadband *float64 `yaml:"power_deadband"`
	// Silent is how long no telegram may come until the meters are offline. Default: 1m.
	Silent time.Duration `yaml:"silent"`
	// Devices are names for the other meters. Default: none.
	Devices []Device `yaml:"devices"`
}

// Device names one of the meters that are connected to the electricity meter.
type Device struct {
	// Key says which: its serial number, or gas, water, hot-water, heat, cold or
	// electricity for the first of the kind. Required.
	Key string `yaml:"key"`
	// ID is its name in addresses. Default: the electricity meter's id and the kind.
	ID string `yaml:"id"`
	// Name is what people call it. Default: as the kind is called.
	Name string `yaml:"name"`
	// Area is the room or place. Default: that of the electricity meter.
	Area string `yaml:"area"`
}

const (
	auto          = "auto"
	defaultSilent = time.Minute
	shortest      = 15 * time.Second // above the 10 s between telegrams before DSMR 5
	keySize       = 16
	defaultAuth   = "00112233445566778899aabbccddeeff"
	maxNamed      = 16 // far more than the 4 channels of a port
)

// Line is how ports are set up where the configuration does not say: as since DSMR 4.
// Meters of DSMR 2 and 3 want baud: 9600; whether parity is read as a bit or not, they
// are understood.
func Line() codec.Line {
	return codec.Line{Baud: 115200, DataBits: 8, Parity: "none", StopBits: 1}
}

// Validate reports every mistake in c.
func (c *Config) Validate(report func(path, problem string)) {
	if !slices.Contains(variantNames(), c.variant()) {
		report("variant", fmt.Sprintf("%q is none; use %s", c.Variant, strings.Join(variantNames(), ", ")))
	}
	checkKey(report, "key", c.Key)
	checkKey(report, "auth_key", c.AuthKey)
	if c.AuthKey != "" && c.Key == "" {
		report("auth_key", "is of no use without a key")
	}
	if d := c.PowerDeadband; d != nil && !(*d >= 0 && !math.IsInf(*d, 0)) {
		report("power_deadband", fmt.Sprintf("%v W; use 0 or more", *d))
	}
	if c.Silent != 0 && c.Silent < shortest {
		report("silent", fmt.Sprintf("%s; use %s or more, for telegrams may be 10s apart", c.Silent, shortest))
	}
	ids := make(map[string]string)
	checkNames(report, ids, "", c.ID, c.Name, c.Area)
	if len(c.Devices) > maxNamed {
		report("devices", fmt.Sprintf("%d devices, want at most %d", len(c.Devices), maxNamed))
		return
	}
	keys := make(map[string]int)
	for i, d := range c.Devices {
		path := fmt.Sprintf("devices[%d].", i)
		if d.Key == "" {
			report(path+"key", "is missing; write the serial number, or gas, water, hot-water, heat, cold or electricity")
		} else if first, ok := keys[d.Key]; ok {
			report(path+"key", fmt.Sprintf("%q is the key of devices[%d] too", shorten(d.Key), first))
		}
		keys[d.Key] = i
		checkNames(report, ids, path, d.ID, d.Name, d.Area)
	}
}

func checkKey(report func(path, problem string), path string, key adapters.Secret) {
	if key == "" {
		return
	}
	if _, err := parseKey(key); err != nil {
		report(path, err.Error())
	}
}

// parseKey reads a key. The error does not repeat it.
func parseKey(key adapters.Secret) ([]byte, error) {
	raw, err := hex.DecodeString(string(key))
	if err != nil || len(raw) != keySize {
		return nil, fmt.Errorf("is no key; it has %d characters, want %d hexadecimal digits", len(key), 2*keySize)
	}
	return raw, nil
}

func checkNames(report func(path, problem string), ids map[string]string, path, id, name, area string) {
	if id != "" {
		if _, err := devices.ParseID(id); err != nil {
			report(path+"id", err.Error())
		} else if other, ok := ids[id]; ok {
			report(path+"id", fmt.Sprintf("%q is %s too; each meter needs its own", id, other))
		}
		ids[id] = path + "id"
	}
	for key, text := range map[string]string{"name": name, "area": area} {
		if len(text) > devices.MaxText {
			report(path+key, fmt.Sprintf("text of %d bytes, want at most %d", len(text), devices.MaxText))
		}
	}
}

func (c *Config) variant() string {
	if c.Variant == "" {
		return auto
	}
	return c.Variant
}

func (c *Config) silent() time.Duration {
	if c.Silent == 0 {
		return defaultSilent
	}
	return c.Silent
}

// shorten keeps outside text from filling a log line.
func shorten(text string) string { return text[:min(len(text), 60)] }
