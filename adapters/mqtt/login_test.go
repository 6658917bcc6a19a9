package mqtt_test

import (
	"errors"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"thingbridge/adapters"
	"thingbridge/adapters/mqtt"
	"thingbridge/deploy/lab"
)

func TestLogin(t *testing.T) {
	authority, err := lab.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	stranger, err := lab.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	b := broker(t, lab.MosquittoConfig{Authority: authority, Listeners: []lab.MosquittoListener{
		{Users: map[string]string{"gateway": "sesame"}},
		{Security: lab.TLS},
		{Security: lab.MutualTLS},
	}})
	plain, secure, mutual := "mqtt://"+b.Addrs[0], "mqtts://"+b.Addrs[1], "mqtts://"+b.Addrs[2]
	ca := writeFile(t, "ca.crt", authority.PEM())
	wrongCA := writeFile(t, "other.crt", stranger.PEM())
	own := issue(t, authority, "gateway")
	foreign := issue(t, stranger, "gateway")

	tests := []struct {
		name   string
		config mqtt.Config
		want   []string // in the error; empty: it works
	}{
		{"with the password", config(plain, login("gateway", "sesame")), nil},
		{"with a wrong password", config(plain, login("gateway", "open")), []string{"mqtt house", plain, `"gateway"`, "username and password"}},
		{"without a password", config(plain), []string{"mqtt house", plain, "set username and password"}},
		{"with the authority", config(secure, files(ca, certificate{})), nil},
		{"without the authority", config(secure), []string{"mqtt house", secure, "ca_file"}},
		{"with another authority", config(secure, files(wrongCA, certificate{})), []string{secure, wrongCA, "ca_file"}},
		{"with our certificate", config(mutual, files(ca, own)), nil},
		{"without a certificate", config(mutual, files(ca, certificate{})), []string{mutual, "cert_file and key_file"}},
		{"with a certificate of somebody else", config(mutual, files(ca, foreign)), []string{mutual, foreign.cert, "cert_file"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if test.want == nil {
				a, stop := run(t, test.config, newSink(), io.Discard)
				a.subscribed(t)
				if err := stop(); err != nil {
					t.Errorf("Run returned %v", err)
				}
				return
			}
			err := runToEnd(t, test.config)
			if !errors.Is(err, adapters.ErrPermanent) {
				t.Fatalf("Run returned %v, want an error that wraps ErrPermanent", err)
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %q does not contain %q", err, want)
				}
			}
			if strings.Contains(err.Error(), "\n") || strings.Contains(err.Error(), "sesame") {
				t.Errorf("error %q is more than a line, or holds the password", err)
			}
		})
	}
}

// TestLoginThatMayHealIsTriedAgain covers what can end without a change of the
// configuration.
func TestLoginThatMayHealIsTriedAgain(t *testing.T) {
	authority, err := lab.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	b := broker(t, lab.MosquittoConfig{Authority: authority, Listeners: []lab.MosquittoListener{{}, {Security: lab.TLS}}})
	ca := writeFile(t, "ca.crt", authority.PEM())
	gone := "unix://" + filepath.Join(t.TempDir(), "broker.sock")
	tests := []struct {
		name   string
		config mqtt.Config
		want   string
	}{
		{"TLS at a port without it", config("mqtts://"+b.Addrs[0], files(ca, certificate{})), "if this port is not for TLS, use mqtt://"},
		{"no TLS at a port with it", config("mqtt://" + b.Addrs[1]), "if this port is for TLS, use mqtts://"},
		{"nobody listens", config("mqtt://127.0.0.1:1"), "nothing listens there"},
		{"no socket", config(gone), "nothing listens there"},
		{"unknown host", config("mqtt://broker.invalid"), `the host \"broker.invalid\" is not known`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			log := newLogWaiter(test.want)
			_, stop := run(t, test.config, newSink(), log)
			log.wait(t)
			if err := stop(); err != nil {
				t.Errorf("Run returned %v, want it to try on", err)
			}
		})
	}
}

func login(username string, password adapters.Secret) func(*mqtt.Config) {
	return func(c *mqtt.Config) { c.Username, c.Password = username, password }
}

type certificate struct{ cert, key string }

func files(ca string, own certificate) func(*mqtt.Config) {
	return func(c *mqtt.Config) { c.CAFile, c.CertFile, c.KeyFile = ca, own.cert, own.key }
}

func issue(t *testing.T, a *lab.Authority, name string) certificate {
	t.Helper()
	issued, err := a.Issue(name)
	if err != nil {
		t.Fatal(err)
	}
	cert, key, err := issued.WriteFiles(t.TempDir(), name)
	if err != nil {
		t.Fatal(err)
	}
	return certificate{cert, key}
}
