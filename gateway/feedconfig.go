package gateway

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path"
	"time"

	"thingbridge/gateway/xmpp"
)

// FeedConfig turns the readings of some devices into messages for one address,
// for scripts and for people who like to see numbers.
type FeedConfig struct {
	// To is the bare JID that gets the messages. It needs no grant: naming it here
	// is one.
	To xmpp.JID `yaml:"to,required"`
	// Devices is the id of a device, or a pattern such as kitchen-* or *.
	Devices string `yaml:"devices"`
	// Every is the shortest time between two messages of one property, of which
	// the newest reading is told. 0s sends every reading.
	Every time.Duration `yaml:"every"`
	// Durable feeds are stored before they are sent, so that no reading is lost
	// when the gateway is killed; they cost a write to the store for each batch. Up
	// to 1000 messages wait there. What comes beyond them, and what other feeds
	// send, waits in memory while the server is away, up to 16384 readings.
	Durable bool `yaml:"durable"`
}

// root begins the ids of messages that other feeds to the same recipient may make
// of the same reading.
func (c *FeedConfig) root() string {
	sum := sha256.Sum256([]byte(c.To.String() + "\x00" + c.Devices))
	return hex.EncodeToString(sum[:4]) + "-"
}

// SetDefaults makes a feed one of every reading of all devices.
func (c *FeedConfig) SetDefaults() { c.Devices = "*" }

// Validate reports each mistake with the path of its key.
func (c *FeedConfig) Validate(report func(path, problem string)) {
	if !c.To.IsZero() && (!c.To.IsBare() || c.To.Local() == "") {
		report("to", fmt.Sprintf("%q is no bare JID; use for example scripts@home.test", c.To))
	}
	if _, err := path.Match(c.Devices, ""); err != nil || c.Devices == "" {
		report("devices", fmt.Sprintf("%q is no device id or pattern; use for example kitchen-* or *", c.Devices))
	}
	if c.Every < 0 || c.Every > 24*time.Hour {
		report("every", fmt.Sprintf("%v; use 0s to 24h", c.Every))
	}
}
