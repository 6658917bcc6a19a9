package config

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"

	"thingbridge/devices"
	"thingbridge/gateway/xmpp"
)

const defaultServer = "127.0.0.1:5347"

// XMPP is how the gateway is reached over XMPP.
type XMPP struct {
	Component *Component `yaml:"component"` // The gateway as a component (XEP-0114) of an XMPP server.
	Accounts  []Account  `yaml:"accounts"`  // Accounts on any server, for who runs none; instead of a component.
}

// Validate reports mistakes in what was given.
func (x *XMPP) Validate(report func(path, problem string)) {
	switch {
	case x.Component == nil && len(x.Accounts) == 0:
		report("", "how is the server reached? give component: {domain: things.example.org, secret_file: component.secret} where you run the server, or accounts: where you do not")
	case x.Component != nil && len(x.Accounts) > 0:
		report("accounts", "there is a component too; use one of the two")
	}
	jids, stand := make(map[xmpp.JID]bool), make(map[devices.ID]bool)
	for i, a := range x.Accounts {
		path := fmt.Sprintf("accounts[%d].", i)
		if jids[a.JID.Bare()] && !a.JID.IsZero() {
			report(path+"jid", fmt.Sprintf("%s is listed twice", a.JID.Bare()))
		}
		if stand[a.Device] {
			report(path+"device", fmt.Sprintf("%q has two accounts; without device, an account is the house", a.Device))
		}
		jids[a.JID.Bare()], stand[a.Device] = true, true
	}
}

// Account is a login on somebody's XMPP server, for one device or for the house.
type Account struct {
	// The address of the account.
	JID xmpp.JID `yaml:"jid,required" example:"my-boiler@example.org"`
	// Its password.
	Password xmpp.Secret `yaml:"password,required"`
	// The id of the device that is the account. Without it the account is the
	// house, which answers for all devices.
	Device devices.ID `yaml:"device"`
	// Where to connect instead of what DNS says, as host:port for STARTTLS or
	// tls://host:port for TLS from the first byte.
	Server string `yaml:"server"`
	// The file with the authorities, in PEM, that may vouch for the server
	// instead of those that the system trusts.
	CAFile string `yaml:"ca_file"`
	// Whether the account is made (XEP-0077) when the server has none of that name
	// and lets everybody make one.
	Register bool `yaml:"register"`
}

// Validate reports mistakes in what was given.
func (a *Account) Validate(report func(path, problem string)) {
	if a.JID.Local() == "" && !a.JID.IsZero() {
		report("jid", fmt.Sprintf("%q is no account; use an address such as my-boiler@example.org", a.JID))
	}
	if a.Device != "" {
		if _, err := devices.ParseID(string(a.Device)); err != nil {
			report("device", err.Error())
		}
	}
	if a.Server != "" {
		if err := checkHostPort(strings.TrimPrefix(a.Server, "tls://")); err != nil {
			report("server", fmt.Sprintf("%q %v; write host:port or tls://host:port, or leave it to DNS", shorten(a.Server), err))
		}
	}
	checkAuthorities(a.CAFile, report)
}

func checkAuthorities(file string, report func(path, problem string)) {
	if _, err := Authorities(file); err != nil {
		report("ca_file", err.Error())
	}
}

// Authorities reads a ca_file. It returns nil, which means the authorities of the
// system, when file is empty.
func Authorities(file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("%s holds no certificate in PEM", file)
	}
	return pool, nil
}

// Component is one side of an XEP-0114 link; the server's configuration is the
// other, and both name the same domain and secret.
type Component struct {
	// The domain under which the devices appear: living-room@things.example.org.
	Domain string `yaml:"domain,required" example:"things.example.org"`
	// Where the server listens for components: host:port, or tls://host:port where
	// it speaks TLS, as it should on another machine; deploy/ejabberd/component.yml
	// and deploy/prosody/component.cfg.lua say how it does.
	Server string `yaml:"server"`
	// The file with the authorities, in PEM, that may vouch for a server with TLS
	// instead of those that the system trusts.
	CAFile string `yaml:"ca_file"`
	// The secret that the server expects of this component.
	Secret xmpp.Secret `yaml:"secret,required"`
}

// String returns the domain: a component in a log shows no secret.
func (c *Component) String() string { return c.Domain }

// SetDefaults names the usual place of the server.
func (c *Component) SetDefaults() { c.Server = defaultServer }

// Validate reports mistakes in what was given.
func (c *Component) Validate(report func(path, problem string)) {
	if jid, err := xmpp.ParseJID(c.Domain); err != nil || jid.Local() != "" || jid.Resource() != "" {
		report("domain", fmt.Sprintf("%q is no domain; use one such as things.example.org", shorten(c.Domain)))
	}
	address, encrypted := strings.CutPrefix(c.Server, "tls://")
	if err := checkHostPort(address); err != nil {
		report("server", fmt.Sprintf("%q %v; write host:port, such as %s, or tls://host:port", shorten(c.Server), err, defaultServer))
	}
	if c.CAFile != "" && !encrypted {
		report("ca_file", "goes with TLS; write server: tls://host:port, or leave it out")
	}
	checkAuthorities(c.CAFile, report)
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
