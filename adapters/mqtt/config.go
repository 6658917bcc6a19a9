package mqtt

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"thingbridge/adapters"
	"thingbridge/adapters/mqtt/mapped"
)

// Config is the configuration of one adapter of kind mqtt.
type Config struct {
	// Broker is the broker's address: mqtt://host, mqtts://host for TLS, or
	// unix:///path; with :port where it is not 1883, or 8883 for TLS. Required.
	Broker string `yaml:"broker"`
	// Username is the name to log in with. Default: none.
	Username string `yaml:"username"`
	// Password is the password to log in with. Default: none.
	Password adapters.Secret `yaml:"password"`
	// ClientID names our session at the broker. Two clients with one id throw each
	// other out. Default: thingbridge-NAME, with the adapter's name.
	ClientID string `yaml:"client_id"`
	// CAFile is a file with the certificates, in PEM, of the authorities that may
	// vouch for the broker. Default: those that the system trusts.
	CAFile string `yaml:"ca_file"`
	// CertFile is a file with our own certificate, in PEM, for brokers that ask
	// for one. Default: none.
	CertFile string `yaml:"cert_file"`
	// KeyFile is a file with the key of cert_file, in PEM. Default: none.
	KeyFile string `yaml:"key_file"`
	// Keepalive is how long the line may be silent before it is tried, as in 30s.
	// Default: 30s.
	Keepalive time.Duration `yaml:"keepalive"`
	// StatusTopic is the topic on which we say online and offline, retained.
	// Empty: we do not. Default: thingbridge/NAME/status, with the adapter's name.
	StatusTopic string `yaml:"status_topic"`
	// Conventions are the topic conventions to discover devices by. Where two
	// announce the same device, the one that is named first speaks for it. []: none.
	// Default: all that are known here.
	Conventions []string `yaml:"conventions"`
	// DiscoveryPrefix is the topic below which devices announce themselves as for
	// Home Assistant. Default: homeassistant.
	DiscoveryPrefix string `yaml:"discovery_prefix"`
	// Birth is whether we say online on discovery_prefix/status when we have
	// subscribed, as Home Assistant does, so that devices announce themselves again.
	// It is left to a Home Assistant that is heard there. Default: true.
	Birth bool `yaml:"birth"`
	// MaxDevices is how many devices can be discovered; what announces itself
	// beyond is passed over. Default: 2000.
	MaxDevices int `yaml:"max_devices"`
	// Devices are the devices whose topics follow no convention. Default: none.
	Devices []mapped.Device `yaml:"devices"`
}

// DefaultConfig returns the configuration of the adapter called name before its
// file was read.
func DefaultConfig(name string) Config {
	return Config{
		ClientID:        "thingbridge-" + name,
		Keepalive:       30 * time.Second,
		StatusTopic:     "thingbridge/" + name + "/status",
		Conventions:     dialectNames(dialects()),
		DiscoveryPrefix: "homeassistant",
		Birth:           true,
		MaxDevices:      2000,
	}
}

// Bounds of Config.Keepalive. Paho counts in seconds, and MQTT in 16 bits.
const (
	minKeepalive = 5 * time.Second
	maxKeepalive = 18 * time.Hour
)

// mostDevices bounds max_devices: half of what names can be remembered for, so that
// there is room for new devices.
const mostDevices = 10_000

// maxName bounds client_id and username, in bytes (MQTT 3.1.1, 1.5.3).
const maxName = 65535

// Validate reports every mistake in c: the path of the key and what is wrong
// with it. It opens the files that c names, and nothing else.
func (c *Config) Validate(report func(path, problem string)) { c.validate(dialects(), report) }

func (c *Config) validate(known []dialect, report func(path, problem string)) {
	at, err := parseBroker(c.Broker)
	if err != nil {
		report("broker", err.Error())
	}
	for _, text := range []struct{ key, value string }{
		{"username", c.Username}, {"client_id", c.ClientID}, {"status_topic", c.StatusTopic},
	} {
		if !utf8.ValidString(text.value) || len(text.value) > maxName {
			report(text.key, fmt.Sprintf("want valid UTF-8 of at most %d bytes", maxName))
		}
	}
	if c.ClientID == "" {
		report("client_id", "is empty; the broker keeps our session under it")
	}
	if c.Username == "" && c.Password != "" {
		report("password", "goes with username, which is missing")
	}
	if c.Keepalive < minKeepalive || c.Keepalive > maxKeepalive {
		report("keepalive", fmt.Sprintf("%s; use %s to %s", c.Keepalive, minKeepalive, maxKeepalive))
	}
	if strings.ContainsAny(c.StatusTopic, "+#") {
		report("status_topic", fmt.Sprintf("%q has a wildcard; one cannot publish to it", shorten(c.StatusTopic)))
	}
	c.validateTLS(at, report)
	c.validateConventions(known, report)
	if p := c.DiscoveryPrefix; checkTopic(p) != nil || len(p) > maxFilter/2 || strings.HasPrefix(p, "/") || strings.HasSuffix(p, "/") {
		report("discovery_prefix", fmt.Sprintf("%q cannot begin topics; write it without wildcards and without / at its ends", shorten(p)))
	}
	if c.MaxDevices < 1 || c.MaxDevices > mostDevices {
		report("max_devices", fmt.Sprintf("%d; use 1 to %d", c.MaxDevices, mostDevices))
	}
	mapped.Validate(c.Devices, report)
}

// validateTLS reports mistakes in the keys of files; at is where the broker is,
// as far as that is known.
func (c *Config) validateTLS(at address, report func(path, problem string)) {
	for _, file := range []struct{ key, value string }{
		{"ca_file", c.CAFile}, {"cert_file", c.CertFile}, {"key_file", c.KeyFile},
	} {
		if file.value != "" && at.network != "" && !at.tls {
			report(file.key, "goes with TLS; use mqtts:// in broker")
		}
	}
	_, mistakes := tlsConfig(c, at)
	for _, m := range mistakes {
		report(m.key, m.err.Error())
	}
}
