package doctor_test

import (
	"context"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"thingbridge/adapters/mqtt"
	"thingbridge/cmd/thingbridge/config"
	"thingbridge/cmd/thingbridge/doctor"
	"thingbridge/gateway/xmpp"
)

const (
	patience = 10 * time.Second       // for what a server does, on a busy machine
	brief    = 500 * time.Millisecond // for what never comes
	domain   = "things.home.test"
	secret   = "s3cret"
)

// component returns the configuration of a gateway with a store of its own.
func component(t *testing.T, server, domain, secret string) *config.Config {
	t.Helper()
	return &config.Config{
		XMPP:  config.XMPP{Component: &config.Component{Domain: domain, Server: server, Secret: xmpp.Secret(secret)}},
		Store: config.Store{Path: filepath.Join(t.TempDir(), "thingbridge.db")},
	}
}

// examine runs the plan of c and returns what its group came to, as one word for
// each step, and the checks of the group by step. No check may hold a secret.
func examine(t *testing.T, c *config.Config, group string, patience time.Duration) (string, map[string]doctor.Check) {
	t.Helper()
	var plan []doctor.Group
	for _, g := range doctor.Plan(c) {
		if strings.HasPrefix(g.Name, group) {
			plan = append(plan, g)
		}
	}
	if len(plan) != 1 {
		t.Fatalf("%d groups are called %q", len(plan), group)
	}
	var words []string
	checks := make(map[string]doctor.Check)
	failures := doctor.Run(t.Context(), plan, patience, func(check doctor.Check) {
		words = append(words, check.Step+" "+check.Outcome.String())
		checks[check.Step] = check
		t.Logf("%+v", check)
		for _, text := range []string{check.Detail, check.Remedy.Text} {
			if strings.Contains(text, secret) || text == "" && check.Outcome == doctor.Failed {
				t.Errorf("check %+v holds the secret, or does not say enough", check)
			}
		}
	})
	text := strings.Join(words, ", ")
	if got := strings.Count(text, " failed"); got != failures {
		t.Errorf("Run() = %d, but %d steps failed", failures, got)
	}
	return text, checks
}

// expect compares what came of the steps, and looks for words in the only check
// that failed.
func expect(t *testing.T, got, want string, checks map[string]doctor.Check, key string, words ...string) {
	t.Helper()
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	for _, check := range checks {
		if check.Outcome != doctor.Failed {
			continue
		}
		if check.Remedy.Key != key {
			t.Errorf("%s: key %q, want %q", check.Step, check.Remedy.Key, key)
		}
		for _, word := range words {
			if text := check.Detail + " | " + check.Remedy.Text; !strings.Contains(text, word) {
				t.Errorf("%s: %q lacks %q", check.Step, text, word)
			}
		}
	}
}

// listen serves each connection to a port of this process until the test ends.
func listen(t *testing.T, serve func(net.Conn)) (address string) {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan struct{})
	go func() {
		defer close(served)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			serve(conn)
		}
	}()
	t.Cleanup(func() {
		l.Close()
		<-served
	})
	return l.Addr().String()
}

// mute says nothing until the other side has gone.
func mute(conn net.Conn) {
	defer conn.Close()
	buffer := make([]byte, 1024)
	for {
		if _, err := conn.Read(buffer); err != nil {
			return
		}
	}
}

// closed returns an address where nothing listens.
func closed(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// brokered adds the adapter "house" to c.
func brokered(c *config.Config, section mqtt.Config) *config.Config {
	c.Adapters = append(c.Adapters, config.Adapter{Name: "house", Kind: "mqtt", Section: &section})
	return c
}
