package doctor

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"thingbridge/cmd/thingbridge/config"
	"thingbridge/gateway/xmpp"
)

// accountVisit logs in to an account and looks around.
type accountVisit struct {
	guest
	cfg     config.Account
	section string // the path of the account's keys
	store   string // whose lock shows that a gateway is running
	domain  string // of the account, as DNS and certificates write it

	servers   []clientServer
	at        clientServer // the one of them that takes connections
	conn      net.Conn     // to it, until TLS was tried
	registers bool         // the server lets clients make accounts
	stop      context.CancelFunc
	runs      sync.WaitGroup
}

func newAccountVisit(index int, cfg config.Account, store string) *accountVisit {
	v := &accountVisit{cfg: cfg, section: fmt.Sprintf("xmpp.accounts[%d]", index), store: store, domain: asciiHost(cfg.JID.Domain())}
	host, _ := xmpp.ParseJID(cfg.JID.Domain()) // the configuration was validated
	v.guest = guest{self: cfg.JID.Bare(), host: host, server: v.key("server"), help: "ask the server's operator"}
	return v
}

func (v *accountVisit) key(name string) string { return v.section + "." + name }

func (v *accountVisit) group() Group {
	return Group{Name: "account " + v.self.String(), End: v.end, Steps: []Step{
		{Name: "resolve", Try: v.resolve},
		{Name: "connect", Try: v.connect},
		{Name: "TLS", Try: v.shakeHands},
		{Name: "authenticate", Try: v.authenticate},
		{Name: "ping", Try: v.online(v.ping)},
		{Name: "clock", Try: v.online(v.clock), Free: true},
		{Name: "file upload", Try: v.online(v.findUpload), Free: true},
	}}
}

// resolve finds the servers of the account's domain as the gateway does.
func (v *accountVisit) resolve(ctx context.Context) Finding {
	if v.cfg.Server != "" {
		v.servers = []clientServer{parseServer(v.cfg.Server, v.key("server"))}
		return v.servers[0].resolve(ctx)
	}
	servers, err := lookUp(ctx, v.domain, v.key("server"))
	if err != nil {
		return failed(v.domain+": "+err.Error(), v.key("jid"), v.elsewhere())
	}
	if v.servers = servers; len(servers) > 0 {
		return passed("the DNS names " + list(servers))
	}
	v.servers = []clientServer{{endpoint: endpoint{network: "tcp", host: v.domain, port: portClient, key: v.key("server")}}}
	found := v.servers[0].resolve(ctx)
	switch found.Outcome {
	case Failed:
		found.Remedy = Remedy{v.key("jid"), v.elsewhere()}
	case Passed:
		found.Detail += "; the DNS names no other server for it"
	}
	return found
}

// elsewhere is what to do about a domain where no server is found.
func (v *accountVisit) elsewhere() string {
	return "correct the domain of the address, or name the server in " + v.key("server")
}

func list(servers []clientServer) string {
	const most = 4
	var names []string
	for _, s := range servers[:min(len(servers), most)] {
		names = append(names, shorten(s.String()))
	}
	if len(servers) > most {
		names = append(names, "…")
	}
	return strings.Join(names, ", ")
}

// connect takes the first server that is there.
func (v *accountVisit) connect(ctx context.Context) (found Finding) {
	for i, s := range v.servers {
		conn, dialled := s.dial(ctx)
		if conn != nil {
			v.at, v.conn = s, conn
			return dialled
		}
		if i == 0 {
			found = dialled
		}
	}
	return found
}

// shakeHands looks at the certificate. It leaves to the login what that can tell
// better: the link knows where else a server may send its clients.
func (v *accountVisit) shakeHands(ctx context.Context) Finding {
	defer func() { _, v.conn = v.conn.Close(), nil }()
	authorities, err := config.Authorities(v.cfg.CAFile)
	if err != nil {
		return failed(plain(err), v.key("ca_file"), "name a file with certificates in PEM")
	}
	state, offered, err := inspect(ctx, v.conn, v.at.direct, v.host.String(), &tls.Config{
		ServerName: v.domain, RootCAs: authorities, MinVersion: tls.VersionTLS12,
	})
	if err == nil {
		v.registers = offered.Register != nil
		return accepted(state)
	}
	if ctx.Err() != nil {
		return silentServer(v.at, v.key("server"))
	}
	return v.tlsFinding(err)
}

// clientPort is what to do about a server that does not do what one does there.
const clientPort = "write the server's port for clients: host:5222, or tls://host:5223 for TLS from the first byte; " +
	"if it is that, ask the server's operator"

func silentServer(at clientServer, key string) Finding {
	return failed(at.String()+" takes connections and then says nothing", key, clientPort)
}

// tlsFinding says why there is no encryption.
func (v *accountVisit) tlsFinding(err error) Finding {
	shown := certificate{
		whose: "the server", host: v.domain, caFile: v.cfg.CAFile, caKey: v.key("ca_file"),
		wrongName: Remedy{v.key("jid"), "correct the domain of the address, or " + v.key("server") +
			"; else the server's operator must get a certificate for " + v.domain},
	}
	if found, ok := shown.finding(err, time.Now()); ok {
		return found
	}
	var header tls.RecordHeaderError
	switch {
	case errors.Is(err, errElsewhere):
		return skipped("the server ended the stream before; the login tells why")
	case errors.Is(err, errNoTLS):
		return failed(v.at.String()+" offers no encryption, and the password is sent to nobody without", v.key("server"),
			"have the server's operator allow STARTTLS, or write a port for TLS from the first byte: tls://host:5223")
	case errors.As(err, &header), errors.Is(err, errNotXMPP):
		return failed(v.at.String()+" is not a server's port for clients", v.key("server"), clientPort)
	case isAlert(err):
		return failed("the server ended TLS: "+plain(err), v.key("server"), clientPort)
	}
	return failed(fmt.Sprintf("%s ended the connection before TLS: %s", v.at, plain(err)), v.key("server"), clientPort)
}

// authenticate logs in beside a gateway that may be there: with another resource,
// and without presence, so that nothing is routed to us. It makes no account.
func (v *accountVisit) authenticate(ctx context.Context) Finding {
	self, err := v.self.WithResource("thingbridge-doctor-" + rand.Text()[:4])
	if err != nil {
		return failed(shorten(err.Error()), v.key("jid"), "correct the address")
	}
	authorities, err := config.Authorities(v.cfg.CAFile)
	if err != nil {
		return failed(plain(err), v.key("ca_file"), "name a file with certificates in PEM")
	}
	v.link = xmpp.NewAccount(xmpp.AccountConfig{
		JID: self, Password: v.cfg.Password, Server: v.at.String(), CAs: authorities,
	}, zerolog.Nop())
	post := newDoorbell(v.link)
	running, stop := context.WithCancel(context.WithoutCancel(ctx)) // for the steps to come
	v.stop = stop
	v.runs.Go(func() { _ = v.link.Run(running, post) })
	if err := v.await(ctx, post.up); err != nil {
		v.end() // a server counts the logins that fail
		return v.loginFinding(err)
	}
	v.up = true
	detail := fmt.Sprintf("the server takes the password of %s", v.self)
	if found, err := useOf(v.store); err == nil && found.running {
		detail += fmt.Sprintf("; %s, and is not disturbed: this is a second login", found)
	}
	return passed(detail)
}

// loginFinding says why the server did not let the account in.
func (v *accountVisit) loginFinding(err error) Finding {
	refused := (*xmpp.RefusedError)(nil)
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return silentServer(v.at, v.key("server"))
	case !errors.As(err, &refused):
		return failed(shorten(err.Error()), v.key("server"), v.help)
	case v.cfg.Register && strings.Contains(refused.Cause.Error(), "not-authorized"):
		return v.registerFinding()
	}
	return v.refusedFinding(refused)
}

// registerFinding says what the gateway would do that makes accounts.
func (v *accountVisit) registerFinding() Finding {
	detail := fmt.Sprintf("the server does not know %s with this password", v.self)
	if !v.registers {
		return failed(detail+", and lets nobody make an account, which register asks for", v.key("register"),
			"make the account as the server's web site says, write its password to "+v.key("password")+", and remove register")
	}
	return skipped(detail + "; the gateway would ask the server to make the account, as register says, and doctor does not; " +
		"where the account exists, its password must be in " + v.key("password"))
}

// refusedFinding tells what the link says of the keys of all accounts as that of
// this one's.
func (v *accountVisit) refusedFinding(refused *xmpp.RefusedError) Finding {
	what, remedy, ok := strings.Cut(refused.Remedy, "; ")
	if !ok {
		what, remedy = "the server refuses the login", refused.Remedy
	}
	// A secret can stand in the file as well, and its place is known by one key.
	own := strings.NewReplacer("the file that xmpp.accounts[].password_file names", v.key("password"), "xmpp.accounts[]", v.section)
	detail := fmt.Sprintf("%s (%s)", own.Replace(what), shorten(refused.Cause.Error()))
	remedy = own.Replace(remedy)
	return failed(detail, firstKey(remedy, v.section+"."), remedy)
}

// firstKey returns the first key in text that begins with prefix, or "".
func firstKey(text, prefix string) string {
	at := strings.Index(text, prefix)
	if at < 0 {
		return ""
	}
	name := text[at+len(prefix):]
	return prefix + name[:len(name)-len(strings.TrimLeft(name, "abcdefghijklmnopqrstuvwxyz_"))]
}

// ping asks the server itself: a fence is satisfied with less.
func (v *accountVisit) ping(ctx context.Context) Finding {
	begin := time.Now()
	_, err := v.ask(ctx, v.host, "<ping xmlns='"+xmpp.NSPing+"'/>")
	if answered := (*xmpp.StanzaError)(nil); err != nil && !errors.As(err, &answered) {
		return failed("the server does not answer a ping: "+asked(err), v.server, v.help)
	}
	return passed("answered in " + short(time.Since(begin)).String())
}

func (v *accountVisit) findUpload(ctx context.Context) Finding {
	_, found := v.upload(ctx)
	return found
}

func (v *accountVisit) end() {
	if v.conn != nil {
		_ = v.conn.Close()
	}
	if v.stop != nil {
		v.stop()
		v.runs.Wait()
	}
}
