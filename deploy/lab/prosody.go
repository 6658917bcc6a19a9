package lab

import (
	"cmp"
	"context"
	_ "embed" // the template of the configuration
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
)

//go:embed prosody.cfg.lua.tmpl
var prosodyTemplate string

// ProsodyConfig says what a Prosody server is to be. The zero value is a server
// for [DefaultHost] without users and components, and without limits on clients.
type ProsodyConfig struct {
	Dir        string            // folder for everything; empty for a temporary one, otherwise reachable by user prosody when root calls
	IP         string            // address to listen on; empty for one of its own
	Host       string            // domain of the users
	Components map[string]string // domain to secret
	Rooms      string            // domain of a service with group chats (XEP-0045), with an archive; empty for none
	Users      map[string]string // localpart to password, registered before StartProsody returns
	Privileged []string          // component domains with the privileges of XEP-0356 (package prosody-modules)
	Federation *Federation       // the servers to talk to; nil for none
	Authority  *Authority        // signs the certificate; nil for that of Federation or one of its own
	Plaintext  bool              // also let clients log in without TLS
	C2SRate    string            // limit for each client, such as "10kb/s"; empty for none
	Modules    []string          // beside the usual ones, such as "mam" or "register_ibr"
	Lines      string            // Lua for the global section, at its end
	HostLines  string            // Lua for the section of Host
	ConfD      []string          // texts of files included at the end, as from /etc/prosody/conf.d
	LogLevel   string            // debug, info, warn or error; empty for info
	Log        io.Writer         // takes what Prosody prints; nil for nobody
}

// Prosody is a running Prosody server. Its Register works whether it runs or not.
type Prosody struct {
	*XMPPServer
}

// StartProsody starts a Prosody server and returns when it accepts connections of
// clients and components. When ctx ends before that, it fails; afterwards the
// server lives until [Server.Close].
func StartProsody(ctx context.Context, config ProsodyConfig) (*Prosody, error) {
	config.Host = cmp.Or(config.Host, DefaultHost)
	config.LogLevel = cmp.Or(config.LogLevel, "info")
	program, err := findProgram("prosody", "prosody")
	if err != nil {
		return nil, err
	}
	if config.Federation != nil {
		if err := findUnbound(); err != nil {
			return nil, err
		}
	}
	s, err := setup{
		name: "prosody", systemUser: "prosody",
		dir: config.Dir, ip: config.IP, authority: authorityOf(config.Authority, config.Federation), log: config.Log,
		certNames: []string{config.Host, "*." + config.Host},
	}.prepare()
	if err != nil {
		return nil, err
	}
	p, err := newProsody(s, program, config)
	if err == nil {
		err = p.open(ctx, s, config.Users)
	}
	if err != nil {
		return nil, s.abandon(err)
	}
	return p, nil
}

// findUnbound sees that Prosody can be told which DNS to ask: its own resolver asks
// the machine's, at the port that only root can listen on.
func findUnbound() error {
	found, err := filepath.Glob("/usr/lib/*/lua/5.*/lunbound.so")
	if err != nil || len(found) == 0 {
		return fmt.Errorf("lunbound.so for Prosody is %w: install the Debian package lua-unbound", ErrNotInstalled)
	}
	return nil
}

// prosodyValues is what the template takes.
type prosodyValues struct {
	Config   ProsodyConfig
	Prosody  *XMPPServer
	CertFile string
	KeyFile  string
}

// IsPrivileged is for the template.
func (v prosodyValues) IsPrivileged(domain string) bool {
	return slices.Contains(v.Config.Privileged, domain)
}

// Nameserver is for the template: the DNS in the notation of libunbound.
func (v prosodyValues) Nameserver() string {
	at := dnsAddress(v.Config.Federation)
	return fmt.Sprintf("%s@%d", at.Addr(), at.Port())
}

// newProsody writes the configuration and says how the server is run.
func newProsody(s server, program string, config ProsodyConfig) (*Prosody, error) {
	x, err := newXMPPServer(s, config.Host)
	if err != nil {
		return nil, err
	}
	if err := x.join(config.Federation, s, config.Components, config.Rooms); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Join(s.Dir, "data"), 0o700); err != nil {
		return nil, err
	}
	values := prosodyValues{Config: config, Prosody: x, CertFile: s.certFile, KeyFile: s.keyFile}
	if err := s.writeConfig("prosody.cfg.lua", prosodyTemplate, values); err != nil {
		return nil, err
	}
	if _, err := s.writeConfD(config.ConfD, ".cfg.lua"); err != nil {
		return nil, err
	}
	file := filepath.Join(s.Dir, "prosody.cfg.lua")
	x.argv = []string{program, "-F", "--config", file}
	x.env = []string{"HOME=" + s.Dir}
	if len(config.Components) > 0 {
		x.ready = append(x.ready, x.ComponentAddr)
	}
	x.register = func(ctx context.Context, user, password string) error {
		ctl := filepath.Join(filepath.Dir(program), "prosodyctl")
		return s.run(ctx, ctl, "--config", file, "register", user, config.Host, password)
	}
	return &Prosody{XMPPServer: x}, nil
}
