package mqtt

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"
)

// address is where a broker listens.
type address struct {
	network string // "tcp" or "unix"
	dial    string // host:port or a path
	host    string // that a certificate must name
	tls     bool
	text    string // for people
}

// schemes are those of a broker's address, with the port that goes without saying.
var schemes = []struct {
	name, port string
	tls        bool
}{
	{"mqtt", "1883", false},
	{"tcp", "1883", false},
	{"mqtts", "8883", true},
	{"ssl", "8883", true},
	{"tls", "8883", true},
}

const exampleBroker = "use mqtt://host, mqtts://host for TLS, or unix:///path"

// parseBroker reads a broker's address.
func parseBroker(text string) (address, error) {
	if text == "" {
		return address{}, errors.New("missing; " + exampleBroker)
	}
	u, err := url.Parse(text)
	if err != nil {
		return address{}, fmt.Errorf("%q is no address; %s", shorten(text), exampleBroker)
	}
	if u.User != nil { // what is written here ends up in logs
		return address{}, errors.New("holds a login; give it as username and password")
	}
	if u.Scheme == "unix" && u.Host == "" && u.Path != "" {
		return address{network: "unix", dial: u.Path, text: text}, nil
	}
	for _, scheme := range schemes {
		if u.Scheme != scheme.name {
			continue
		}
		host, port := u.Hostname(), u.Port()
		if port == "" {
			port = scheme.port
		}
		if host == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
			return address{}, fmt.Errorf("%q is no address; %s", shorten(text), exampleBroker)
		}
		if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
			return address{}, fmt.Errorf("%q has port %s; use 1 to 65535", shorten(text), port)
		}
		return address{network: "tcp", dial: net.JoinHostPort(host, port), host: host, tls: scheme.tls, text: text}, nil
	}
	if u.Scheme == "ws" || u.Scheme == "wss" {
		return address{}, fmt.Errorf("%q is a websocket; use the broker's own port, mqtt://host or mqtts://host", shorten(text))
	}
	return address{}, fmt.Errorf("%q is no address; %s", shorten(text), exampleBroker)
}

// open connects to the broker; with TLS the handshake is done and the broker's
// certificate verified when it returns.
func (at address) open(ctx context.Context, secure *tls.Config) (net.Conn, error) {
	var dialer net.Dialer
	if !at.tls {
		return dialer.DialContext(ctx, at.network, at.dial)
	}
	return (&tls.Dialer{NetDialer: &dialer, Config: secure}).DialContext(ctx, at.network, at.dial)
}

// mistake is an error in the value of one key.
type mistake struct {
	key string
	err error
}

func (m mistake) Error() string { return m.key + ": " + m.err.Error() }

// tlsConfig reads the files that c names. It is nil for a broker without TLS.
func tlsConfig(c *Config, at address) (*tls.Config, []mistake) {
	if !at.tls {
		return nil, nil
	}
	var mistakes []mistake
	secure := &tls.Config{ServerName: at.host, MinVersion: tls.VersionTLS12}
	if c.CAFile != "" {
		pem, err := os.ReadFile(c.CAFile)
		pool := x509.NewCertPool()
		if err == nil && !pool.AppendCertsFromPEM(pem) {
			err = fmt.Errorf("%s holds no certificate in PEM", c.CAFile)
		}
		if err != nil {
			mistakes = append(mistakes, mistake{"ca_file", err})
		}
		secure.RootCAs = pool
	}
	switch {
	case c.CertFile == "" && c.KeyFile == "":
	case c.CertFile == "":
		mistakes = append(mistakes, mistake{"cert_file", errors.New("is missing; it goes with key_file")})
	case c.KeyFile == "":
		mistakes = append(mistakes, mistake{"key_file", errors.New("is missing; it goes with cert_file")})
	default:
		own, err := tls.LoadX509KeyPair(c.CertFile, c.KeyFile)
		if err != nil {
			mistakes = append(mistakes, mistake{"cert_file", err})
		}
		secure.Certificates = []tls.Certificate{own}
	}
	return secure, mistakes
}

// shorten keeps outside text from filling a line.
func shorten(text string) string {
	const most = 60
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}
