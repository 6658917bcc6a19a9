package config_test

import (
	"fmt"
	"time"

	"thingbridge/adapters"
	"thingbridge/cmd/thingbridge/config"
)

// broker is a kind of adapter with a field of each type that can be configured.
type broker struct {
	name        string
	Broker      string            `yaml:"broker,required" example:"mqtt://127.0.0.1:1883"`
	Username    string            `yaml:"username"`
	Password    adapters.Secret   `yaml:"password"`
	CA          string            `yaml:"ca_file"`
	Conventions []convention      `yaml:"conventions"`
	QoS         uint8             `yaml:"qos"`
	Window      int               `yaml:"window"`
	Limit       float64           `yaml:"limit"`
	Keepalive   time.Duration     `yaml:"keepalive"`
	Start       time.Time         `yaml:"start"`
	Labels      map[string]string `yaml:"labels"`
	Will        *will             `yaml:"will"`
	Devices     []device          `yaml:"devices"`
	Notes       notes             `yaml:",inline"`
}

type notes struct {
	Note string `yaml:"note"`
}

type will struct {
	Topic  string `yaml:"topic,required"`
	Retain bool   `yaml:"retain"`
}

func (w *will) SetDefaults() { w.Retain = true }

type device struct {
	ID         string     `yaml:"id,required"`
	Properties []property `yaml:"properties"`
}

type property struct {
	Name  string   `yaml:"name,required"`
	Topic string   `yaml:"topic,required"`
	Min   *float64 `yaml:"min"`
	Max   *float64 `yaml:"max"`
}

type convention string

func (c *convention) UnmarshalText(text []byte) error {
	switch string(text) {
	case "homie", "tasmota":
		*c = convention(text)
		return nil
	}
	return fmt.Errorf("%q is no convention; use homie or tasmota", text)
}

func (b *broker) Validate(report func(path, problem string)) {
	if b.QoS > 2 {
		report("qos", fmt.Sprintf("got %d, want 0, 1 or 2", b.QoS))
	}
	for i, d := range b.Devices {
		for j, p := range d.Properties {
			if p.Min != nil && p.Max != nil && *p.Min > *p.Max {
				report(fmt.Sprintf("devices[%d].properties[%d].min", i, j), fmt.Sprintf("%v is greater than max %v", *p.Min, *p.Max))
			}
		}
	}
}

func kinds() []config.Kind {
	return []config.Kind{
		{Name: "mqtt", Broker: true, Default: func(name string) config.Section {
			return &broker{name: name, Keepalive: 30 * time.Second, Window: 20}
		}},
		{Name: "serial", Default: func(string) config.Section { return &port{Baud: 115200} }},
	}
}

type port struct {
	Port string `yaml:"port,required"`
	Baud int    `yaml:"baud"`
}

func (p *port) Validate(func(path, problem string)) {}

func (p *port) Alone() (key, what string) { return "port", p.Port }
