package main

import (
	"fmt"

	"thingbridge/adapters/mqtt"
	"thingbridge/adapters/serial"
	"thingbridge/adapters/simulated"
	"thingbridge/cmd/thingbridge/config"
	"thingbridge/devices"
)

// kinds returns the kinds of adapters that a configuration can name.
func kinds() []config.Kind {
	return []config.Kind{
		{Name: "mqtt", Broker: true, Default: func(name string) config.Section {
			c := mqtt.DefaultConfig(name)
			return &c
		}},
		{Name: "serial", Default: func(string) config.Section {
			c := serial.DefaultConfig()
			return &c
		}},
		{Name: "simulated", Default: func(string) config.Section {
			c := simulated.DefaultConfig()
			return &c
		}},
	}
}

// declaredDevices counts the devices that the configuration itself describes;
// adapters discover others when they are connected.
func declaredDevices(adapters []config.Adapter) int {
	n := 0
	for _, a := range adapters {
		n += len(declared(a.Section))
	}
	return n
}

// declaration is a device that the configuration describes.
type declaration struct {
	id  devices.ID
	key string // below its adapter
}

// declared returns the devices that a section of the configuration describes.
func declared(section config.Section) (all []declaration) {
	switch cfg := section.(type) {
	case *mqtt.Config:
		for i, d := range cfg.Devices {
			all = append(all, declaration{devices.ID(d.ID), fmt.Sprintf("devices[%d]", i)})
		}
	case *serial.Config:
		key, ids := cfg.Declared()
		for _, id := range ids {
			all = append(all, declaration{id, key})
		}
	}
	return all
}
