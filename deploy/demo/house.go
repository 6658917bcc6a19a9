package demo

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"thingbridge/deploy/lab"
)

const (
	host   = "home.test"
	domain = "things." + host
	user   = "you"

	// serverPatience bounds the start of Prosody, on a small computer too.
	serverPatience = 30 * time.Second
)

// configuration is the gateway's. Names of files are relative to its own folder.
const configuration = `xmpp:
  component:
    domain: %s
    server: %s
    secret_file: %s
presence: {interval: 10s}
adapters:
  - {name: house, kind: simulated, seed: 1, speed: 60}
access:
  admins: [%[4]s]
  grants:
    - {who: %[4]s, devices: "*", role: control}
`

const (
	configFile = "thingbridge.yml"
	secretFile = "component.secret"
	logFile    = "gateway.log"
	caFile     = "ca.crt"
)

// startServer starts Prosody with an account for the person at the terminal, and
// a component for which the gateway's configuration is written.
func startServer(ctx context.Context, f *folder) (*lab.Prosody, error) {
	secret := rand.Text()
	ctx, cancel := context.WithTimeout(ctx, serverPatience)
	defer cancel()
	server, err := lab.StartProsody(ctx, lab.ProsodyConfig{
		Dir:        f.file("prosody"),
		Host:       host,
		Components: map[string]string{domain: secret},
		Users:      map[string]string{user: newPassword()},
	})
	if errors.Is(err, lab.ErrNotInstalled) {
		return nil, errors.New("the demo needs the XMPP server Prosody, which is not installed: `make demo` installs it, or: sudo apt install prosody")
	}
	if err != nil {
		return nil, fmt.Errorf("start an XMPP server for the demo: %w", err)
	}
	if err := writeFiles(f, server, secret); err != nil {
		return nil, errors.Join(err, stopServer(server))
	}
	return server, nil
}

// stopServer ends Prosody the short way: nobody will want its data.
func stopServer(server *lab.Prosody) error {
	server.Kill()
	return server.Close()
}

// newPassword returns one that can be typed on a phone.
func newPassword() string {
	const length = 12 // 60 bits
	return strings.ToLower(rand.Text()[:length])
}

func writeFiles(f *folder, server *lab.Prosody, secret string) error {
	certificate, err := os.ReadFile(server.CAFile)
	if err != nil {
		return fmt.Errorf("copy the CA certificate: %w", err)
	}
	text := fmt.Sprintf(configuration, domain, server.ComponentAddr, secretFile, user+"@"+host)
	for _, file := range []struct {
		name    string
		content string
		mode    os.FileMode
	}{
		{configFile, text, 0o600},
		{secretFile, secret + "\n", 0o600},
		{caFile, string(certificate), 0o644},
	} {
		if err := os.WriteFile(f.file(file.name), []byte(file.content), file.mode); err != nil {
			return fmt.Errorf("write the demo's configuration: %w", err)
		}
	}
	return nil
}
