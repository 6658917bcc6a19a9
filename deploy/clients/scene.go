package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"thingbridge/deploy/lab"
)

const (
	domain = "things.home.test"
	secret = "s3cret"
	thing  = "living-room@" + domain // the thermostat of the simulated house
)

// scene is the server and the gateway that all clients talk to.
type scene struct {
	out, npm  string // folders
	dir       string // of the scene; removed at the end
	server    *lab.Prosody
	websocket string // address of the server for browsers
	gateway   *exec.Cmd
}

const configuration = `xmpp:
  component: {domain: %s, server: %q, secret_file: secret}
presence: {interval: 10s}
adapters:
  - {name: house, kind: simulated, seed: 1, speed: 60}
access:
  admins: ["*@home.test"]
`

// forBrowsers lets browsers in without TLS: this never leaves the machine.
const forBrowsers = `
http_ports = { %[2]s }
http_interfaces = { %[1]q }
https_ports = {}
http_default_host = "home.test"
consider_websocket_secure = true
cross_domain_websocket = true
http_cors_override = { websocket = { enabled = true } }
`

func openScene(ctx context.Context, out, npm string) (*scene, error) {
	dir, err := os.MkdirTemp("", "thingbridge-clients-")
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(dir, 0o755); err != nil { // the server runs as another user
		return nil, err
	}
	s := &scene{out: out, npm: npm, dir: dir}
	if err := s.open(ctx); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

func (s *scene) open(ctx context.Context) (err error) {
	ip, port, err := freeAddress()
	if err != nil {
		return err
	}
	s.websocket = fmt.Sprintf("ws://%s:%s/xmpp-websocket", ip, port)
	s.server, err = lab.StartProsody(ctx, lab.ProsodyConfig{
		Components: map[string]string{domain: secret},
		Users:      map[string]string{"profanity": "pw-profanity", "mcabber": "pw-mcabber", "converse": "pw-converse"},
		Modules:    []string{"websocket", "mam"},
		Lines:      fmt.Sprintf(forBrowsers, ip, port),
		LogLevel:   "warn",
	})
	if err != nil {
		return err
	}
	return s.startGateway(ctx)
}

// freeAddress returns a port of loopback that nobody listens on.
func freeAddress() (ip, port string, err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", "", err
	}
	defer l.Close()
	return net.SplitHostPort(l.Addr().String())
}

func (s *scene) startGateway(ctx context.Context) error {
	program := s.file("thingbridge")
	build := exec.CommandContext(ctx, "go", "build", "-buildvcs=false", "-o", program, "thingbridge/cmd/thingbridge")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build the gateway: %w: %s", err, out)
	}
	files := map[string]string{
		"secret":          secret,
		"thingbridge.yml": fmt.Sprintf(configuration, domain, s.server.ComponentAddr),
	}
	for name, text := range files {
		if err := os.WriteFile(s.file(name), []byte(text), 0o600); err != nil {
			return err
		}
	}
	log, err := os.Create(filepath.Join(s.out, "gateway.log"))
	if err != nil {
		return err
	}
	defer log.Close()
	s.gateway = exec.Command(program, "run", "-c", s.file("thingbridge.yml"))
	s.gateway.Dir, s.gateway.Stdout, s.gateway.Stderr = s.dir, log, log
	s.gateway.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	if err := s.gateway.Start(); err != nil {
		return fmt.Errorf("start the gateway: %w", err)
	}
	return s.awaitLog(ctx, log.Name(), "connected to the XMPP server")
}

func (s *scene) awaitLog(ctx context.Context, name, text string) error {
	return await(ctx, func() error {
		got, err := os.ReadFile(name)
		if err == nil && !strings.Contains(string(got), text) {
			err = fmt.Errorf("the gateway does not say %q:\n%s", text, got)
		}
		return err
	})
}

// await returns when check returns nil, or the last error when patience ends.
func await(ctx context.Context, check func() error) error {
	const pause = 200 * time.Millisecond
	for deadline := time.Now().Add(patience); ; {
		err := check()
		if err == nil || time.Now().After(deadline) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
}

func (s *scene) file(name string) string { return filepath.Join(s.dir, name) }

// keep writes what a client shows to the folder for that.
func (s *scene) keep(name, text string) error {
	return os.WriteFile(filepath.Join(s.out, name), []byte(text), 0o644)
}

func (s *scene) close() error {
	var err error
	if s.gateway != nil && s.gateway.Process != nil {
		_ = s.gateway.Process.Signal(syscall.SIGTERM)
		_ = s.gateway.Wait()
	}
	if s.server != nil {
		s.server.Kill()
		err = s.server.Close()
	}
	return errors.Join(err, os.RemoveAll(s.dir))
}
