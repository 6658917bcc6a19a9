package doctor

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"

	"github.com/rs/zerolog"

	"thingbridge/cmd/thingbridge/config"
	"thingbridge/gateway/xmpp"
)

// The keys of a component.
const (
	keyServer = "xmpp.component.server"
	keyDomain = "xmpp.component.domain"
	keySecret = "xmpp.component.secret"
	keyCAFile = "xmpp.component.ca_file"
)

// componentVisit logs in as a component and looks around.
type componentVisit struct {
	guest
	cfg    config.Component
	store  string // whose lock shows that a gateway is running
	at     endpoint
	secure bool // TLS begins with the first byte

	conn net.Conn // until the gate has it
	gate *gate
	post *mailbox
	stop context.CancelFunc
	runs sync.WaitGroup
}

func newComponentVisit(cfg config.Component, store string) *componentVisit {
	v := &componentVisit{cfg: cfg, store: store, at: endpoint{network: "tcp", key: keyServer}}
	address, encrypted := strings.CutPrefix(cfg.Server, "tls://")
	v.secure = encrypted
	v.at.host, v.at.port, _ = net.SplitHostPort(address) // the configuration was validated
	domain, _ := xmpp.ParseJID(cfg.Domain)
	v.guest = guest{self: domain, host: hostOf(domain), server: keyServer, help: "look into the server's log"}
	return v
}

func (v *componentVisit) group() Group {
	return Group{Name: "component " + v.cfg.Domain, End: v.end, Steps: []Step{
		{Name: "resolve", Try: v.at.resolve},
		{Name: "connect", Try: v.connect},
		{Name: "TLS", Try: v.shakeHands},
		{Name: "stream", Try: v.stream},
		{Name: "authenticate", Try: v.authenticate},
		{Name: "ping", Try: v.online(v.ping)},
		{Name: "routing", Try: v.online(v.routing)},
		{Name: "clock", Try: v.online(v.clock), Free: true},
		{Name: "file upload", Try: v.online(v.room), Free: true},
		{Name: "privilege", Try: v.online(v.privilege), Free: true},
	}}
}

func (v *componentVisit) connect(ctx context.Context) (found Finding) {
	v.conn, found = v.at.dial(ctx)
	return found
}

// stream opens a stream up to where the secret is due.
func (v *componentVisit) stream(ctx context.Context) Finding {
	v.gate, v.conn = newGate(v.conn), nil
	v.link = xmpp.NewComponent(xmpp.ComponentConfig{
		Domain: v.self, Server: v.at.String(), Secret: v.cfg.Secret, Dial: v.gate.dial, // which has TLS behind it
	}, zerolog.Nop())
	v.post = newMailbox(v.link, v.self)
	running, stop := context.WithCancel(context.WithoutCancel(ctx)) // for the steps to come
	v.stop = stop
	v.runs.Go(func() { _ = v.link.Run(running, v.post) })
	if err := v.await(ctx, v.gate.asked); err != nil {
		return loginFinding(err, v.cfg)
	}
	return passed("the server takes components there (XEP-0114)")
}

func (v *componentVisit) authenticate(ctx context.Context) Finding {
	found, err := useOf(v.store)
	if err != nil {
		return skipped("not tried, because it cannot be seen whether a gateway is running")
	}
	if found.running {
		return skipped(fmt.Sprintf("not tried, because %s: the server would throw one of the two out", found))
	}
	close(v.gate.opened)
	if err := v.await(ctx, v.post.up); err != nil {
		return loginFinding(err, v.cfg)
	}
	v.up = true
	return passed("the server takes the secret for " + v.cfg.Domain)
}

func (v *componentVisit) end() {
	if v.conn != nil {
		_ = v.conn.Close()
	}
	if v.stop != nil {
		v.stop()
		v.runs.Wait()
	}
}

// snippets is what the configuration of a server says about a component.
const snippets = `; for Prosody: Component %[1]q with component_secret = "…"` +
	`; for ejabberd: hosts: {%[1]q: {password: "…"}} in the listener ejabberd_service`

// loginFinding says why the server did not let the component in.
func loginFinding(err error, cfg config.Component) Finding {
	ended, refused := (*xmpp.StreamError)(nil), (*xmpp.RefusedError)(nil)
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return failed(cfg.Server+" takes connections and then says nothing", keyServer,
			"restart that server if it is the right one, else correct host and port")
	case errors.As(err, &ended):
		return endedFinding(ended, cfg)
	case errors.As(err, &refused):
		return failed(shorten(refused.Cause.Error()), keyServer,
			"write the server's port for components; it is 5347 unless the server's configuration says otherwise")
	}
	return failed(shorten(err.Error()), keyServer,
		"write the server's port for components; if it is that, look into the server's log")
}

// endedFinding explains the conditions with which servers refuse a component.
func endedFinding(ended *xmpp.StreamError, cfg config.Component) Finding {
	detail := "the server says " + shorten(ended.Error())
	snippet := fmt.Sprintf(snippets, cfg.Domain)
	switch ended.Condition {
	case "not-authorized": // to ejabberd, also a domain that it does not know
		return failed(detail+": it has another secret for "+cfg.Domain+", or does not know that component", keySecret,
			"write the same secret on both sides"+snippet)
	case "host-unknown":
		return failed(detail+": it has no component "+cfg.Domain, keyDomain,
			"add the component to the server, or correct the domain"+snippet)
	case "see-other-host":
		return failed(fmt.Sprintf("%s: it sends us to %q", detail, shorten(ended.Host)), keyServer,
			"write that host with its port if it is right, else ask the server's operator")
	case "conflict":
		return failed(detail+": somebody else is connected as "+cfg.Domain, keyDomain,
			"stop the other gateway, or take another domain for this one")
	}
	return failed(detail, keyServer, "look into the server's log")
}
