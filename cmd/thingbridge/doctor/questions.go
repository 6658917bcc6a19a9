package doctor

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"thingbridge/gateway/xep"
	"thingbridge/gateway/xmpp"
)

const (
	nsUpload = "urn:xmpp:http:upload:0" // XEP-0363

	// maxItems bounds how many services of a server are asked what they are.
	maxItems = 20

	// maxSkew is how far two clocks may be apart: presence and alerts carry times
	// that people compare with their own.
	maxSkew = 30 * time.Second
)

// hostOf guesses the domain of the server's users: the one above the component's.
// A component cannot ask for it.
func hostOf(domain xmpp.JID) xmpp.JID {
	_, above, _ := strings.Cut(domain.Domain(), ".")
	host, err := xmpp.ParseJID(above)
	if err != nil {
		return xmpp.JID{}
	}
	return host
}

func (g *guest) ping(ctx context.Context) Finding {
	begin := time.Now()
	if err := g.link.Fence(ctx); err != nil {
		return failed("the server does not answer a ping: "+shorten(err.Error()), g.server, g.help)
	}
	return passed("answered in " + short(time.Since(begin)).String())
}

// routing sends a message to ourselves, which passes through the server.
func (v *componentVisit) routing(ctx context.Context) Finding {
	to := xmpp.AppendAttr(nil, v.self.String())
	message := fmt.Appendf(nil, "<message from='%s' to='%s' id='%s'><no-store xmlns='urn:xmpp:hints'/></message>", to, to, v.post.id)
	if err := v.link.Send(ctx, message); err != nil {
		return failed(shorten(err.Error()), keyServer, "look into the server's log")
	}
	remedy := "see in the server's configuration that the domain belongs to this component alone, and that no filter stops its messages"
	select {
	case err := <-v.post.came:
		if err != nil {
			return failed("the server returned a message to "+v.cfg.Domain+": "+shorten(err.Error()), keyDomain, remedy)
		}
		return passed("a message to " + v.cfg.Domain + " comes back through the server")
	case <-ctx.Done():
		return failed("a message to "+v.cfg.Domain+" did not come back", keyDomain, remedy)
	}
}

// clock compares this machine's time with that of the server (XEP-0202).
func (g *guest) clock(ctx context.Context) Finding {
	begin := time.Now()
	reply, err := g.ask(ctx, g.host, "<time xmlns='"+xep.NSTime+"'/>")
	if err != nil {
		return skipped(fmt.Sprintf("%s does not tell its time (%s)", g.host, asked(err)))
	}
	end := time.Now()
	answer := reply.Child(xep.NSTime, "time")
	if answer == nil {
		return skipped(g.host.String() + " does not tell its time")
	}
	utc := answer.Child(xep.NSTime, "utc")
	if utc == nil {
		return skipped(g.host.String() + " does not tell its time")
	}
	theirs, ok := xep.ParseStamp(utc.Text)
	if !ok {
		return skipped(fmt.Sprintf("%s tells a time that is none: %q", g.host, shorten(utc.Text)))
	}
	return clockFinding(g.host.String(), begin, end, theirs)
}

// clockFinding judges a time that was told between begin and end. It is only
// told in whole seconds.
func clockFinding(host string, begin, end, theirs time.Time) Finding {
	skew := max(begin.Sub(theirs)-time.Second, theirs.Sub(end), 0)
	if skew > maxSkew {
		return failed(fmt.Sprintf("this machine says %s, %s says %s",
			end.UTC().Format(time.DateTime), host, theirs.UTC().Format(time.DateTime)), "",
			"set the clock that is wrong, by NTP: timedatectl set-ntp true")
	}
	return passed("as " + host + " has it")
}

// room looks for the service that keeps files (XEP-0363), and asks it for room.
func (v *componentVisit) room(ctx context.Context) Finding {
	service, found := v.upload(ctx)
	if found.Outcome != Passed {
		return found
	}
	_, err := v.ask(ctx, service, "<request xmlns='"+nsUpload+"' filename='doctor.png' size='1' content-type='image/png'/>")
	if err != nil {
		return skipped(fmt.Sprintf("%s offers it, but not to %s (%s); allow it with http_file_share_access in Prosody, or access of mod_http_upload in ejabberd",
			service, v.cfg.Domain, asked(err)))
	}
	return passed(fmt.Sprintf("%s offers it to %s", service, v.cfg.Domain))
}

// upload looks for the service that keeps files (XEP-0363).
func (g *guest) upload(ctx context.Context) (service xmpp.JID, found Finding) {
	reply, err := g.ask(ctx, g.host, "<query xmlns='"+xep.NSDiscoItems+"'/>")
	if err != nil {
		return xmpp.JID{}, skipped(fmt.Sprintf("%s does not tell its services (%s)", g.host, asked(err)))
	}
	for _, jid := range g.services(reply) {
		reply, err := g.ask(ctx, jid, "<query xmlns='"+xep.NSDiscoInfo+"'/>")
		if err == nil && offers(reply, nsUpload) {
			return jid, passed(jid.String() + " offers it")
		}
	}
	return xmpp.JID{}, skipped(g.host.String() + " offers none")
}

// services are the items of the server, and the server itself.
func (g *guest) services(items *xmpp.Stanza) []xmpp.JID {
	var services []xmpp.JID
	if query := items.Child(xep.NSDiscoItems, "query"); query != nil {
		for i := range query.Children[:min(len(query.Children), maxItems)] {
			jid, err := xmpp.ParseJID(query.Children[i].Attr("jid"))
			if err == nil && jid != g.self {
				services = append(services, jid)
			}
		}
	}
	return append(services, g.host)
}

func offers(reply *xmpp.Stanza, feature string) bool {
	query := reply.Child(xep.NSDiscoInfo, "query")
	if query == nil {
		return false
	}
	for i := range query.Children {
		if e := &query.Children[i]; e.Local == "feature" && e.Attr("var") == feature {
			return true
		}
	}
	return false
}

// privilege tells what the server lets us do in the name of its users (XEP-0356).
// It says so by itself right after the login, which was some answers ago.
func (v *componentVisit) privilege(context.Context) Finding {
	if grants := v.post.grants(); len(grants) > 0 {
		return passed("the server grants " + strings.Join(grants, ", "))
	}
	return skipped("the server grants none; people add contacts themselves")
}

// ask sends an iq of type get.
func (g *guest) ask(ctx context.Context, to xmpp.JID, payload string) (*xmpp.Stanza, error) {
	if to.IsZero() {
		return nil, errors.New("its domain is not known")
	}
	return g.link.Request(ctx, to, func(dst []byte, id string) []byte {
		dst = fmt.Appendf(dst, "<iq type='get' id='%s' to='%s'", xmpp.AppendAttr(nil, id), xmpp.AppendAttr(nil, to.String()))
		if g.self.Local() == "" { // a server knows by itself who an account is
			dst = fmt.Appendf(dst, " from='%s'", xmpp.AppendAttr(nil, g.self.String()))
		}
		return append(append(dst, '>'), payload+"</iq>"...)
	})
}

// asked says in a word why there is no answer.
func asked(err error) string {
	if errors.Is(err, context.DeadlineExceeded) {
		return "no answer"
	}
	return shorten(err.Error())
}
