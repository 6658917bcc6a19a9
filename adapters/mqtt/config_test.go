package mqtt_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"

	"thingbridge/adapters"
	"thingbridge/adapters/mqtt"
	"thingbridge/adapters/mqtt/mapped"
)

func TestConfigIsReadFromYAML(t *testing.T) {
	const text = `
broker: mqtt://127.0.0.1:1883
username: gateway
keepalive: 20s
devices:
  - id: boiler
    name: Boiler
    area: Cellar
    availability_topic: sensors/boiler/lwt
    payload_available: up
    properties:
      - {name: temperature, topic: sensors/boiler/state, value: "{{ value_json.temp }}", unit: °C, deadband: 0.2}
      - {name: target, topic: sensors/boiler/target, command_topic: sensors/boiler/target/set, unit: °C, min: 5, max: 80, step: 0.5, qos: 0, retain: true}
`
	got := mqtt.DefaultConfig("house")
	if err := yaml.UnmarshalWithOptions([]byte(text), &got, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	want := mqtt.Config{
		Broker: "mqtt://127.0.0.1:1883", Username: "gateway", ClientID: "thingbridge-house",
		Keepalive: 20 * time.Second, StatusTopic: "thingbridge/house/status",
		Conventions: got.Conventions, DiscoveryPrefix: "homeassistant", Birth: true, MaxDevices: 2000,
		Devices: []mapped.Device{{ID: "boiler", Name: "Boiler", Area: "Cellar", AvailabilityTopic: "sensors/boiler/lwt", PayloadAvailable: "up",
			Properties: []mapped.Property{
				{Name: "temperature", Topic: "sensors/boiler/state", Value: "{{ value_json.temp }}", Unit: "°C", Deadband: 0.2},
				{Name: "target", Topic: "sensors/boiler/target", CommandTopic: "sensors/boiler/target/set", Unit: "°C",
					Min: new(5.0), Max: new(80.0), Step: 0.5, QoS: new(0), Retain: true},
			}}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("configuration (-want +got):\n%s", diff)
	}
	got.Validate(func(path, problem string) { t.Errorf("%s: %s", path, problem) })
}

func TestValidateFindsEveryMistake(t *testing.T) {
	empty := writeFile(t, "empty.pem", nil)
	tests := []struct {
		name   string
		change func(*mqtt.Config)
		want   map[string]string // problem by path
	}{
		{"no broker", func(c *mqtt.Config) { c.Broker = "" }, map[string]string{"broker": "missing; use mqtt://host"}},
		{"no scheme", func(c *mqtt.Config) { c.Broker = "127.0.0.1:1883" }, map[string]string{"broker": "no address"}},
		{"another scheme", func(c *mqtt.Config) { c.Broker = "http://a" }, map[string]string{"broker": `"http://a" is no address`}},
		{"websocket", func(c *mqtt.Config) { c.Broker = "ws://a/mqtt" }, map[string]string{"broker": "mqtt://host or mqtts://host"}},
		{"no host", func(c *mqtt.Config) { c.Broker = "mqtt://:1883" }, map[string]string{"broker": "no address"}},
		{"path behind the host", func(c *mqtt.Config) { c.Broker = "mqtt://a/b" }, map[string]string{"broker": "no address"}},
		{"port out of range", func(c *mqtt.Config) { c.Broker = "mqtt://a:70000" }, map[string]string{"broker": "use 1 to 65535"}},
		{"login in the address", func(c *mqtt.Config) { c.Broker = "mqtt://u:sesame@a" }, map[string]string{"broker": "username and password"}},
		{"socket without a path", func(c *mqtt.Config) { c.Broker = "unix://" }, map[string]string{"broker": "no address"}},
		{"password without a name", func(c *mqtt.Config) { c.Password = "sesame" }, map[string]string{"password": "username"}},
		{"name that is not UTF-8", func(c *mqtt.Config) { c.Username = "\xff" }, map[string]string{"username": "UTF-8"}},
		{"no client ID", func(c *mqtt.Config) { c.ClientID = "" }, map[string]string{"client_id": "empty"}},
		{"keepalive too short", func(c *mqtt.Config) { c.Keepalive = time.Second }, map[string]string{"keepalive": "1s; use 5s"}},
		{"wildcard in the status topic", func(c *mqtt.Config) { c.StatusTopic = "a/#" }, map[string]string{"status_topic": "wildcard"}},
		{"files without TLS", func(c *mqtt.Config) { c.CAFile = "ca.crt" }, map[string]string{"ca_file": "mqtts://"}},
		{"file that is not there", func(c *mqtt.Config) { c.Broker, c.CAFile = "mqtts://a", "/nowhere/ca.crt" }, map[string]string{"ca_file": "no such file"}},
		{"file without a certificate", func(c *mqtt.Config) { c.Broker, c.CAFile = "mqtts://a", empty }, map[string]string{"ca_file": "no certificate"}},
		{"certificate without a key", func(c *mqtt.Config) { c.Broker, c.CertFile = "mqtts://a", empty }, map[string]string{"key_file": "missing"}},
		{"key without a certificate", func(c *mqtt.Config) { c.Broker, c.KeyFile = "mqtts://a", empty }, map[string]string{"cert_file": "missing"}},
		{"certificate that is none", func(c *mqtt.Config) { c.Broker, c.CertFile, c.KeyFile = "mqtts://a", empty, empty }, map[string]string{"cert_file": "PEM"}},
		{"prefix with a wildcard", func(c *mqtt.Config) { c.DiscoveryPrefix = "home/+" }, map[string]string{"discovery_prefix": `"home/+" cannot begin topics`}},
		{"prefix that ends a level", func(c *mqtt.Config) { c.DiscoveryPrefix = "home/" }, map[string]string{"discovery_prefix": "without / at its ends"}},
		{"no device at all", func(c *mqtt.Config) { c.MaxDevices = 0 }, map[string]string{"max_devices": "0; use 1 to 10000"}},
		{"unknown convention", func(c *mqtt.Config) { c.Conventions = []string{"homey"} }, map[string]string{"conventions[0]": `"homey"`}},
		{"several at once", func(c *mqtt.Config) { c.Broker, c.ClientID, c.Devices[0].ID = "", "", "B" },
			map[string]string{"broker": "", "client_id": "", "devices[0].id": `"b"`}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := config("mqtt://127.0.0.1", test.change)
			got := make(map[string]string)
			c.Validate(func(path, problem string) { got[path] = problem })
			if len(got) != len(test.want) {
				t.Fatalf("reported %q, want only %q", got, test.want)
			}
			for path, want := range test.want {
				if problem, ok := got[path]; !ok || !strings.Contains(problem, want) {
					t.Errorf("reported %q, want %s with %q", got, path, want)
				}
				if strings.Contains(got[path], "sesame") {
					t.Errorf("%s: %s: shows the password", path, got[path])
				}
			}
		})
	}
}

func TestAnAdapterOfABadConfigurationSaysSo(t *testing.T) {
	err := runToEnd(t, config("http://a"))
	if !errors.Is(err, adapters.ErrPermanent) || !strings.Contains(err.Error(), "mqtt house: broker:") {
		t.Errorf("Run returned %v, want the mistake", err)
	}
}

func TestBrokersWithoutAPort(t *testing.T) {
	for _, address := range []string{"mqtt://a", "tcp://a:1", "mqtts://a", "ssl://[::1]:8883", "unix:///run/broker.sock"} {
		c := config(address)
		c.Validate(func(path, problem string) { t.Errorf("%s: %s: %s", address, path, problem) })
	}
}

func TestNamesOfConventionsAreChecked(t *testing.T) {
	known := []mqtt.Dialect{newBeacon("homie", 0), newBeacon("tasmota", 0)}
	for _, tt := range []struct {
		names []string
		want  string
	}{
		{[]string{"homey"}, `conventions[0]: "homey" is no convention; did you mean "homie"?`},
		{[]string{"homie", "Tasmotta"}, `conventions[1]: "Tasmotta" is no convention; did you mean "tasmota"?`},
		{[]string{"zwave"}, `conventions[0]: "zwave" is no convention; use homie, tasmota, or describe the topics under devices`},
		{[]string{"homie", "homie"}, `conventions[1]: "homie" is there twice; remove one`},
		{[]string{"tasmota", "homie"}, ""},
	} {
		c := config("mqtt://127.0.0.1", func(c *mqtt.Config) { c.Conventions = tt.names })
		var got []string
		mqtt.ValidateSpeaking(&c, func(path, problem string) { got = append(got, path+": "+problem) }, known...)
		if strings.Join(got, "\n") != tt.want {
			t.Errorf("%q: got %q, want %q", tt.names, got, tt.want)
		}
	}
}
