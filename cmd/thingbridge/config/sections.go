package config

import (
	"errors"
	"fmt"
	"net"
	"strconv"

	"thingbridge/gateway/xmpp"
)

const defaultServer = "127.0.0.1:5347"

// XMPP is how the gateway is reached over XMPP.
type XMPP struct {
	Component Component `yaml:"component"` // The gateway as a component (XEP-0114) of an XMPP server.
}

// Component is one side of an XEP-0114 link; the server's configuration is the
// other, and both name the same domain and secret.
type Component struct {
	// The domain under which the devices appear: living-room@things.example.org.
	Domain string `yaml:"domain,required" example:"things.example.org"`
	// Where the server listens for components, as host:port.
	Server string `yaml:"server"`
	// The secret that the server expects of this component.
	Secret xmpp.Secret `yaml:"secret,required"`
}

// Validate reports mistakes in what was given.
func (c *Component) Validate(report func(path, problem string)) {
	if jid, err := xmpp.ParseJID(c.Domain); err != nil || jid.Local() != "" || jid.Resource() != "" {
		report("domain", fmt.Sprintf("%q is no domain; use one such as things.example.org", shorten(c.Domain)))
	}
	if err := checkHostPort(c.Server); err != nil {
		report("server", fmt.Sprintf("%q %v; write host:port, such as %s", shorten(c.Server), err, defaultServer))
	}
}

func checkHostPort(text string) error {
	host, port, err := net.SplitHostPort(text)
	if err != nil {
		return errors.New("has no port")
	}
	if host == "" {
		return errors.New("has no host")
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		return errors.New("has a port that is not 1 to 65535")
	}
	return nil
}

// Store is what survives a restart.
type Store struct {
	// The file of the database; it is made when it does not exist.
	Path string `yaml:"path,path"`
}

// Validate reports mistakes in what was given.
func (s *Store) Validate(report func(path, problem string)) {
	if s.Path == "" {
		report("path", "is empty; name a file, such as thingbridge.db")
	}
}

// Log is what the gateway says of itself.
type Log struct {
	// How much is said: error, warn, info, debug (the traffic) or trace.
	Level Level `yaml:"level"`
}
