package lab

import (
	"context"
	_ "embed" // the template of the configuration
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"
)

//go:embed mosquitto.conf.tmpl
var mosquittoTemplate string

// MosquittoConfig says what a Mosquitto broker is to be. The zero value is a broker
// with one plain listener that lets everybody in, and that forgets what is retained
// when it ends.
type MosquittoConfig struct {
	Dir       string              // folder for everything; empty for a temporary one, otherwise reachable by user mosquitto when root calls
	IP        string              // address to listen on; empty for one of its own
	Listeners []MosquittoListener // empty for one plain listener
	Persist   bool                // keep sessions and retained messages over an orderly end, and but for the last second over a kill
	Authority *Authority          // signs the broker's certificate and those of clients; nil for one of its own
	Lines     string              // configuration at the end
	Log       io.Writer           // takes what the broker prints; nil for nobody
}

// Security is how a listener protects its connections.
type Security int

// The ways to protect a listener.
const (
	Plain     Security = iota // TCP
	TLS                       // TLS; clients show no certificate
	MutualTLS                 // TLS; clients show a certificate of the authority
)

// MosquittoListener is one port of a broker. All listeners share the topics.
type MosquittoListener struct {
	Security Security
	Users    map[string]string // name to password; empty lets everybody in
	Lines    string            // configuration for this listener, such as "acl_file ..." or "protocol websockets"
}

// Mosquitto is a running broker.
type Mosquitto struct {
	*Server
	Addr  string   // host:port of the first listener
	URL   string   // of the first listener: mqtt://host:port or mqtts://host:port
	Addrs []string // of all listeners, in the order of the configuration
}

// StartMosquitto starts a broker and returns when all its listeners accept
// connections. When ctx ends before that, it fails; afterwards the broker lives
// until [Server.Close].
func StartMosquitto(ctx context.Context, config MosquittoConfig) (*Mosquitto, error) {
	if len(config.Listeners) == 0 {
		config.Listeners = []MosquittoListener{{}}
	}
	program, err := findProgram("mosquitto", "mosquitto")
	if err != nil {
		return nil, err
	}
	s, err := setup{
		name: "mosquitto", systemUser: "mosquitto",
		dir: config.Dir, ip: config.IP, authority: config.Authority, log: config.Log,
		certNames: []string{"localhost"},
	}.prepare()
	if err != nil {
		return nil, err
	}
	m, err := newMosquitto(ctx, s, program, config)
	if err == nil {
		err = s.handOver()
	}
	if err == nil {
		err = s.Start(ctx)
	}
	if err != nil {
		return nil, s.abandon(err)
	}
	return m, nil
}

// mosquittoValues is what the template takes.
type mosquittoValues struct {
	Config    MosquittoConfig
	Dir       string
	CAFile    string
	CertFile  string
	KeyFile   string
	Listeners []mosquittoPort
}

type mosquittoPort struct {
	MosquittoListener
	IP           string
	Addr         string
	PasswordFile string // empty lets everybody in
}

// Encrypted is for the template.
func (p mosquittoPort) Encrypted() bool { return p.Security != Plain }

// ClientCertificates is for the template.
func (p mosquittoPort) ClientCertificates() bool { return p.Security == MutualTLS }

// newMosquitto writes the configuration and says how the broker is run.
func newMosquitto(ctx context.Context, s server, program string, config MosquittoConfig) (*Mosquitto, error) {
	m := &Mosquitto{Server: s.Server}
	values := mosquittoValues{
		Config: config, Dir: s.Dir, CAFile: s.CAFile, CertFile: s.certFile, KeyFile: s.keyFile,
	}
	for i, listener := range config.Listeners {
		address, err := s.address(portMQTT + i*portAttempts)
		if err != nil {
			return nil, err
		}
		port := mosquittoPort{MosquittoListener: listener, IP: s.IP, Addr: address}
		if len(listener.Users) > 0 {
			port.PasswordFile, err = s.writePasswords(ctx, fmt.Sprintf("passwords.%d", i), listener.Users)
			if err != nil {
				return nil, err
			}
		}
		values.Listeners = append(values.Listeners, port)
		m.Addrs = append(m.Addrs, address)
	}
	if err := s.writeConfig("mosquitto.conf", mosquittoTemplate, values); err != nil {
		return nil, err
	}
	m.argv = []string{program, "-c", filepath.Join(s.Dir, "mosquitto.conf")}
	m.ready = m.Addrs
	m.Addr = m.Addrs[0]
	m.URL = "mqtt://" + m.Addr
	if config.Listeners[0].Security != Plain {
		m.URL = "mqtts://" + m.Addr
	}
	return m, nil
}

// writePasswords writes a password file as mosquitto_passwd makes it.
func (s *server) writePasswords(ctx context.Context, name string, users map[string]string) (string, error) {
	program, err := findProgram("mosquitto_passwd", "mosquitto")
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for _, user := range slices.Sorted(maps.Keys(users)) {
		fmt.Fprintf(&b, "%s:%s\n", user, users[user])
	}
	if err := s.writeFile(name, b.String()); err != nil {
		return "", err
	}
	if err := s.handOver(); err != nil {
		return "", err
	}
	file := filepath.Join(s.Dir, name)
	if err := s.run(ctx, program, "-U", file); err != nil {
		return "", fmt.Errorf("hash passwords: %w", err)
	}
	return file, nil
}
