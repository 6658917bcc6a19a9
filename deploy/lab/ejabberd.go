package lab

import (
	"bytes"
	"cmp"
	"context"
	_ "embed" // the template of the configuration
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
)

//go:embed ejabberd.yml.tmpl
var ejabberdTemplate string

// apiAnswer bounds what is read of an answer of ejabberd's API.
const apiAnswer = 4096

// EjabberdConfig says what an ejabberd server is to be. The zero value is a server
// for [DefaultHost] without users and components.
type EjabberdConfig struct {
	Dir        string            // folder for everything; empty for a temporary one, otherwise reachable by user ejabberd when root calls
	IP         string            // address to listen on; empty for one of its own
	Host       string            // domain of the users
	Components map[string]string // domain to secret
	Rooms      string            // domain of a service with group chats (XEP-0045); empty for none
	Users      map[string]string // localpart to password, registered before StartEjabberd returns
	Privileged []string          // component domains with the privileges of XEP-0356
	Federation *Federation       // the servers to talk to; nil for none
	Authority  *Authority        // signs the certificate; nil for that of Federation or one of its own
	Plaintext  bool              // also let clients log in without TLS
	SecureLine bool              // components begin with TLS
	Modules    []string          // beside the usual ones, such as "mod_mam"
	Lines      string            // YAML at the top level, at the end
	ConfD      []string          // texts of files named in include_config_file
	LogLevel   string            // debug, info, warning or error; empty for info
	Log        io.Writer         // takes what ejabberd prints; nil for nobody
}

// Ejabberd is a running ejabberd server. Its Register needs it running.
type Ejabberd struct {
	*XMPPServer
}

// StartEjabberd starts an ejabberd server and returns when it accepts connections
// of clients and components. When ctx ends before that, it fails; afterwards the
// server lives until [Server.Close].
func StartEjabberd(ctx context.Context, config EjabberdConfig) (*Ejabberd, error) {
	config.Host = cmp.Or(config.Host, DefaultHost)
	config.LogLevel = cmp.Or(config.LogLevel, "info")
	libraries, err := ejabberdLibraries()
	if err != nil {
		return nil, err
	}
	s, err := setup{
		name: "ejabberd", systemUser: "ejabberd",
		dir: config.Dir, ip: config.IP, authority: authorityOf(config.Authority, config.Federation), log: config.Log,
		certNames: []string{config.Host, "*." + config.Host},
	}.prepare()
	if err != nil {
		return nil, err
	}
	e, err := newEjabberd(s, libraries, config)
	if err == nil {
		err = e.open(ctx, s, config.Users)
	}
	if err != nil {
		return nil, s.abandon(err)
	}
	return e, nil
}

// ejabberdLibraries finds the folder with ejabberd's compiled code, which lies in
// one named for the processor.
func ejabberdLibraries() (string, error) {
	found, err := filepath.Glob("/usr/lib/*/ejabberd-*/ebin/ejabberd.app")
	if err != nil || len(found) == 0 {
		return "", fmt.Errorf("ejabberd is %w: install the Debian package ejabberd", ErrNotInstalled)
	}
	return filepath.Dir(filepath.Dir(filepath.Dir(found[0]))), nil
}

// ejabberdValues is what the template takes.
type ejabberdValues struct {
	Config   EjabberdConfig
	Ejabberd *XMPPServer
	CertFile string
	KeyFile  string
	BothFile string // the two of them in one, as the listener for components wants it
	APIAddr  string
	ConfD    []string
}

// newEjabberd says how the server is configured and run. It runs Erlang itself:
// ejabberdctl insists on a system user and puts a shell between us and the server.
// The node has no name, and so needs neither epmd nor a cookie; its threads do not
// spin while they wait (+sbwt), which would take time from tests.
func newEjabberd(s server, libraries string, config EjabberdConfig) (*Ejabberd, error) {
	erl, err := findProgram("erl", "ejabberd")
	if err != nil {
		return nil, err
	}
	x, err := newXMPPServer(s, config.Host)
	if err != nil {
		return nil, err
	}
	if err := x.join(config.Federation, s, config.Components, config.Rooms); err != nil {
		return nil, err
	}
	api, err := s.address(portHTTP)
	if err != nil {
		return nil, err
	}
	spool, err := writeEjabberd(s, x, api, config)
	if err != nil {
		return nil, err
	}
	x.argv = []string{erl, "+sbwt", "none", "-noinput", "-mnesia", "dir", quote(spool)}
	if config.Federation != nil {
		x.argv = append(x.argv, "-kernel", "inetrc", quote(s.Dir, "/inetrc"))
	}
	x.argv = append(x.argv, "-s", "ejabberd")
	x.env = []string{
		"HOME=" + s.Dir,
		"ERL_LIBS=" + libraries,
		"ERL_CRASH_DUMP_BYTES=0",
		"EJABBERD_CONFIG_PATH=" + filepath.Join(s.Dir, "ejabberd.yml"),
		"EJABBERD_LOG_PATH=" + filepath.Join(s.Dir, "ejabberd.log"),
	}
	x.ready = append(x.ready, api)
	if len(config.Components) > 0 {
		x.ready = append(x.ready, x.ComponentAddr)
	}
	x.writesLate = true
	x.register = func(ctx context.Context, user, password string) error {
		return registerEjabberd(ctx, api, user, config.Host, password)
	}
	return &Ejabberd{XMPPServer: x}, nil
}

// writeEjabberd writes the configuration and makes the folder for data, which it
// returns.
func writeEjabberd(s server, x *XMPPServer, api string, config EjabberdConfig) (spool string, err error) {
	confD, err := s.writeConfD(config.ConfD, ".yml")
	if err != nil {
		return "", err
	}
	values := ejabberdValues{
		Config: config, Ejabberd: x, CertFile: s.certFile, KeyFile: s.keyFile, BothFile: filepath.Join(s.Dir, "server.pem"),
		APIAddr: api, ConfD: confD,
	}
	if err := concatenate(values.BothFile, s.certFile, s.keyFile); err != nil {
		return "", err
	}
	if err := s.writeConfig("ejabberd.yml", ejabberdTemplate, values); err != nil {
		return "", err
	}
	if config.Federation != nil {
		if err := s.writeFile("inetrc", inetrc(dnsAddress(config.Federation))); err != nil {
			return "", err
		}
	}
	spool = filepath.Join(s.Dir, "spool")
	return spool, os.MkdirAll(spool, 0o700)
}

// concatenate writes the contents of files into one.
func concatenate(into string, files ...string) error {
	var all []byte
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		all = append(all, content...)
	}
	return os.WriteFile(into, all, 0o600)
}

// inetrc makes Erlang ask one DNS server about services. It rules out resolv.conf,
// which would replace that server at the first question.
func inetrc(dns netip.AddrPort) string {
	return fmt.Sprintf("{resolv_conf, \"\"}.\n{nameserver, {%s}, %d}.\n",
		strings.ReplaceAll(dns.Addr().String(), ".", ","), dns.Port())
}

// registerEjabberd makes an account through the API, or changes its password when
// it exists.
func registerEjabberd(ctx context.Context, api, user, host, password string) error {
	status, answer, err := callEjabberd(ctx, api, "register", map[string]string{
		"user": user, "host": host, "password": password,
	})
	if err == nil && status == http.StatusConflict {
		status, answer, err = callEjabberd(ctx, api, "change_password", map[string]string{
			"user": user, "host": host, "newpass": password,
		})
	}
	if err != nil {
		return err
	}
	if status != http.StatusOK {
		return fmt.Errorf("its API answers %d %q", status, answer)
	}
	return nil
}

func callEjabberd(ctx context.Context, api, command string, arguments map[string]string) (status int, answer string, err error) {
	body, err := json.Marshal(arguments)
	if err != nil {
		return 0, "", err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+api+"/api/"+command, bytes.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	// One connection for each call: a kept one would not survive the server.
	request.Close = true
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, "", err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, apiAnswer))
	return response.StatusCode, string(text), err
}
