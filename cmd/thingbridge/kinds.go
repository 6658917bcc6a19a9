package main

import (
	"thingbridge/adapters/mqtt"
	"thingbridge/adapters/simulated"
	"thingbridge/cmd/thingbridge/config"
)

// kinds returns the kinds of adapters that a configuration can name.
func kinds() []config.Kind {
	return []config.Kind{
		{Name: "mqtt", Broker: true, Default: func(name string) config.Section {
			c := mqtt.DefaultConfig(name)
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
		if section, ok := a.Section.(*mqtt.Config); ok {
			n += len(section.Devices)
		}
	}
	return n
}
