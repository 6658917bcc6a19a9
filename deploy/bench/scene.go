package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"thingbridge/deploy/lab"
)

const (
	domain        = "things.home.test"
	secret        = "s3cret"
	sink          = "sink"
	steadyDevices = 100
	manyDevices   = 10_000
)

// withoutNagle lets Prosody send each message at once. As it is shipped, it waits
// for the client's acknowledgement of the one before, which comes up to 40 ms late
// when that one had more than 536 bytes: a delay that hides what the bridges add.
const withoutNagle = "network_settings = { nagle = false }"

// scene is what all measurements share.
type scene struct {
	dir       string
	ownsDir   bool
	programs  map[string]string // name to file
	prosody   *lab.Prosody
	broker    *lab.Mosquitto
	trips     *arrivals
	recipient *recipient
	counter   *counter
	log       *lastLines
	packet    []byte // of a serial adapter, as far as it is full
}

// bridge is something that can be measured: its command line for a server.
type bridge struct {
	name    string
	devices int
	argv    func(server string) ([]string, error)
}

func openScene(ctx context.Context, p plan) (*scene, error) {
	s := &scene{dir: p.keep, trips: newArrivals(), log: &lastLines{}, programs: make(map[string]string)}
	err := s.open(ctx, p)
	if err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (s *scene) open(ctx context.Context, p plan) (err error) {
	if s.dir == "" {
		s.ownsDir = true
		if s.dir, err = os.MkdirTemp("", "thingbridge-bench-"); err != nil {
			return err
		}
	}
	if err := s.buildAll(ctx, p.gateway); err != nil {
		return err
	}
	s.prosody, err = lab.StartProsody(ctx, lab.ProsodyConfig{
		Components: map[string]string{domain: secret}, Users: map[string]string{sink: "sink"},
		Plaintext: true, LogLevel: "error", Lines: withoutNagle,
	})
	if err != nil {
		return err
	}
	// The window bounds what waits; the broker must not drop any of it.
	s.broker, err = lab.StartMosquitto(ctx, lab.MosquittoConfig{Lines: "max_queued_messages 0\nmax_queued_bytes 0\nlog_type error\n"})
	if err != nil {
		return err
	}
	if s.counter, err = startCounter(s.trips); err != nil {
		return err
	}
	s.recipient, err = loginRecipient(ctx, s.prosody.Account(sink), s.trips)
	return err
}

// buildAll builds both bridges as releases are built.
func (s *scene) buildAll(ctx context.Context, gateway string) error {
	s.programs["gateway"] = gateway
	if gateway == "" {
		if err := s.build(ctx, "gateway", "thingbridge/cmd/thingbridge"); err != nil {
			return err
		}
	}
	return s.build(ctx, "relay", "thingbridge/deploy/bench/relay")
}

func (s *scene) build(ctx context.Context, name, pkg string) error {
	file := filepath.Join(s.dir, name)
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w", "-o", file, pkg)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build %s: %w: %s", pkg, err, out)
	}
	s.programs[name] = file
	return nil
}

func (s *scene) relay() bridge {
	return bridge{name: "relay", devices: steadyDevices, argv: func(server string) ([]string, error) {
		return []string{
			s.programs["relay"], "-broker", s.broker.Addr, "-server", server,
			"-domain", domain, "-secret", secret, "-to", s.prosody.Account(sink).JID,
		}, nil
	}}
}

func (s *scene) gateway(devices int) bridge {
	return bridge{name: "gateway", devices: devices, argv: func(server string) ([]string, error) {
		dir, err := os.MkdirTemp(s.dir, "run-") // with a store of its own
		if err != nil {
			return nil, err
		}
		file := filepath.Join(dir, "thingbridge.yml")
		err = errors.Join(
			os.WriteFile(filepath.Join(dir, "secret"), []byte(secret), 0o600),
			os.WriteFile(file, []byte(s.configuration(server, devices)), 0o600),
		)
		return []string{s.programs["gateway"], "run", "-c", file}, err
	}}
}

// configuration maps the topics of the devices, and feeds their readings to the
// recipient.
func (s *scene) configuration(server string, devices int) string {
	var b strings.Builder
	to := s.prosody.Account(sink).JID
	fmt.Fprintf(&b, `xmpp:
  component: {domain: %s, server: %q, secret_file: secret}
access:
  grants: [{who: %s, devices: "*", role: view}]
feeds:
  - {to: %s, devices: "*"}
adapters:
  - name: house
    kind: mqtt
    broker: %s
    devices:
`, domain, server, to, to, s.broker.URL)
	for i := range devices {
		fmt.Fprintf(&b, `      - id: d%d
        properties: [{name: value, topic: bench/d%d/state, value: "{{ value_json.value }}", qos: 0}]
`, i+1, i+1)
	}
	return b.String()
}

// close ends all that was opened.
func (s *scene) close() {
	if s.recipient != nil {
		s.recipient.close()
	}
	if s.counter != nil {
		s.counter.close()
	}
	if s.broker != nil {
		_ = s.broker.Close()
	}
	if s.prosody != nil {
		_ = s.prosody.Close()
	}
	if s.ownsDir {
		_ = os.RemoveAll(s.dir)
	}
}
