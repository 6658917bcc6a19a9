package xmpp_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"thingbridge/gateway/xmpp"
)

func TestAccountLogsInAndTalks(t *testing.T) {
	asAccount(t, nil, func(t *testing.T, b *accountBench) {
		p := b.authenticated()
		p.greet(bindOnly)
		wish := p.bindAs(accountJID + "/one")
		if !strings.HasPrefix(wish, "thingbridge-") || len(wish) != len("thingbridge-0000") {
			t.Errorf("wishes for resource %q", wish)
		}
		p.expect(rosterGet)
		<-b.told.ups
		p.write("<message from='anna@home.test/phone' id='1' type='chat'><body>good</body></message>")
		want := &xmpp.Stanza{
			Kind: xmpp.Message, Space: xmpp.NSClient, Type: "chat", ID: "1",
			From: mustJID("anna@home.test/phone"), To: mustJID(accountJID + "/one"),
			Children: []xmpp.Element{{Space: xmpp.NSClient, Local: "body", Text: "good"}},
		}
		if diff := cmp.Diff(want, <-b.told.stanzas, cmp.Comparer(func(a, b xmpp.JID) bool { return a == b })); diff != "" {
			t.Errorf("stanza (-want +got):\n%s", diff)
		}
		if err := b.link.Send(t.Context(), []byte(note)); err != nil {
			t.Fatal(err)
		}
		p.expect(note)
		b.stop()
		p.expect("</stream:stream>")
		p.cut()
	})
}

func TestResourceWish(t *testing.T) {
	change := func(b *accountBench) { b.conf.JID = mustJID(accountJID + "/attic") }
	asAccount(t, change, func(t *testing.T, b *accountBench) {
		p := b.authenticated()
		p.greet(bindOnly)
		p.expect("<iq type='set' id='login'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>attic</resource></bind></iq>")
		p.write("<iq type='error' id='login'><error type='cancel'><conflict" + stanzasNS + "/></error></iq>")
		if wish := p.bindAs(accountJID + "/made"); wish != "</bind></iq>" && wish != "" {
			t.Errorf("after a conflict it wishes for %q, want the server's choice", wish)
		}
		<-b.told.ups
		p.cut()
	})
}

func TestDirectTLS(t *testing.T) {
	asAccount(t, func(b *accountBench) { b.conf.Server = "tls://server:5223" }, func(t *testing.T, b *accountBench) {
		p := b.connection()
		config := b.tls.Clone()
		config.NextProtos = []string{"xmpp-client"}
		if err := p.handshake(config); err != nil {
			t.Fatal(err)
		}
		state := p.conn.(*tls.Conn).ConnectionState()
		if state.NegotiatedProtocol != "xmpp-client" || state.ServerName != "home.test" {
			t.Errorf("protocol %q for %q, want xmpp-client for home.test", state.NegotiatedProtocol, state.ServerName)
		}
		p.greet(plainOnly)
		p.expect("<auth")
		p.cut()
	})
}

func TestEveryConnectionBeginsWithAHandshake(t *testing.T) {
	asAccount(t, nil, func(t *testing.T, b *accountBench) {
		for range 3 {
			b.accepted(managed).write("</stream:stream>")
			<-b.told.downs
		}
		b.accepted(managed).cut()
		p := b.connection()
		p.greet(startTLS + offer("PLAIN")) // an attacker would offer that at once
		p.expect("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
		p.cut()
	})
}

func TestWhatTheLinkAnswersItself(t *testing.T) {
	const ping = "<ping xmlns='urn:xmpp:ping'/>"
	const push = "<query xmlns='jabber:iq:roster'><item jid='eve@x.test'/></query>"
	tests := []struct {
		name, sent string
		answered   bool
	}{
		{"the server's ping", "<iq type='get' id='q' from='home.test'>" + ping + "</iq>", true},
		{"a ping without from", "<iq type='get' id='q'>" + ping + "</iq>", true},
		{"a stranger's ping", "<iq type='get' id='q' from='eve@x.test/a'>" + ping + "</iq>", false},
		{"news of the roster", "<iq type='set' id='q'>" + push + "</iq>", true},
		{"news of the roster from the account", "<iq type='set' id='q' from='gateway@home.test'>" + push + "</iq>", true},
		{"a stranger's news of our roster", "<iq type='set' id='q' from='eve@x.test/a'>" + push + "</iq>", false},
		{"the server's request for something else", "<iq type='get' id='q'><query xmlns='jabber:iq:version'/></iq>", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			asAccount(t, nil, func(t *testing.T, b *accountBench) {
				p := b.accepted(bindOnly)
				p.write(test.sent)
				if test.answered {
					p.expect("<iq type='result' id='q' ")
				} else if s := <-b.told.stanzas; s.ID != "q" {
					t.Errorf("the handler got %+v", s)
				}
				p.cut()
			})
		})
	}
}

func TestAnswerToTheAccountItself(t *testing.T) {
	for _, from := range []string{"", " from='gateway@home.test'"} {
		asAccount(t, nil, func(t *testing.T, b *accountBench) {
			p := b.accepted(bindOnly)
			go func() {
				p.expect("<iq id='")
				id := strings.TrimSuffix(p.expect("'"), "'")
				p.write("<iq type='result' id='" + id + "'" + from + "/>")
			}()
			_, err := b.link.Request(t.Context(), mustJID(accountJID), func(dst []byte, id string) []byte {
				return fmt.Appendf(dst, "<iq id='%s' type='get'><query xmlns='jabber:iq:private'/></iq>", id)
			})
			if err != nil {
				t.Errorf("Request() = %v", err)
			}
			p.cut()
		})
	}
}

func TestStanzasBeforeTheLoginIsComplete(t *testing.T) {
	asAccount(t, nil, func(t *testing.T, b *accountBench) {
		p := b.authenticated()
		p.greet(managed)
		p.bindAs(accountJID + "/one")
		p.expect("<enable")
		p.write("<message from='home.test'><body>early</body></message>" + enabled +
			"<message from='home.test'><body>late</body></message>" + request)
		if diff := cmp.Diff([]string{"early", "late"}, []string{b.told.body(t), b.told.body(t)}); diff != "" {
			t.Errorf("messages (-want +got):\n%s", diff)
		}
		p.expect("<a xmlns='urn:xmpp:sm:3' h='1'/>")
		p.cut()
	})
}

func TestFenceWithoutManagementPingsTheServer(t *testing.T) {
	asAccount(t, nil, func(t *testing.T, b *accountBench) {
		p := b.accepted(bindOnly)
		done := make(chan error, 1)
		go func() { done <- b.link.Fence(t.Context()) }()
		p.expect("<iq type='get' id='")
		id := strings.TrimSuffix(p.expect("'"), "'")
		p.expect(" to='home.test'><ping xmlns='urn:xmpp:ping'/></iq>")
		p.write("<iq type='result' id='" + id + "' from='home.test'/>")
		if err := <-done; err != nil {
			t.Errorf("Fence() = %v", err)
		}
		p.cut()
	})
}

func TestLargestStanzaOfAClient(t *testing.T) {
	limits := "<limits xmlns='urn:xmpp:stream-limits:0'><max-bytes>65536</max-bytes></limits>"
	for features, most := range map[string]int{bindOnly: 252 << 10, bindOnly + limits: 60 << 10} {
		asAccount(t, nil, func(t *testing.T, b *accountBench) {
			p := b.accepted(features)
			go p.drain()
			for size, want := range map[int]bool{most: true, most + 1: false} {
				text := "<message><body>" + repeat(size-len("<message><body></body></message>"), "x") + "</body></message>"
				if err := b.link.Send(t.Context(), []byte(text)); (err == nil) != want {
					t.Errorf("Send() of %d bytes = %v", size, err)
				}
			}
			synctest.Wait()
			b.stop()
			<-b.told.downs
			p.cut()
		})
	}
}

// records are what DNS says, by service.
type records map[string][]*net.SRV

func (r records) LookupSRV(_ context.Context, service, _, name string) (string, []*net.SRV, error) {
	if name != "home.test" || r[service] == nil {
		return "", nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
	}
	return "", r[service], nil
}

func TestServersAreTriedInOrder(t *testing.T) {
	none := []*net.SRV{{Target: "."}}
	tests := []struct {
		name string
		dns  records
		want []string
	}{
		{"the domain without records", nil, []string{"home.test:5222"}},
		{"both services as one list", records{
			"xmpp-client":  {{Target: "b.test.", Port: 1, Priority: 10}, {Target: "d.test.", Port: 2, Priority: 30}},
			"xmpps-client": {{Target: "a.test.", Port: 3, Priority: 5}, {Target: "c.test.", Port: 4, Priority: 20}},
		}, []string{"a.test:3", "b.test:1", "c.test:4", "d.test:2"}},
		{"a service that is not offered", records{
			"xmpp-client": none, "xmpps-client": {{Target: "a.test.", Port: 3}},
		}, []string{"a.test:3"}},
		{"a domain without XMPP", records{"xmpp-client": none, "xmpps-client": none}, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			change := func(b *accountBench) {
				b.conf.Server, b.conf.Resolver = "", test.dns
				b.conf.Dial = func(_ context.Context, _, address string) (net.Conn, error) {
					got = append(got, address)
					return nil, errRefused
				}
			}
			asAccount(t, change, func(t *testing.T, b *accountBench) {
				synctest.Wait()
				if diff := cmp.Diff(test.want, got); diff != "" {
					t.Errorf("dialled (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestSilentTargetDoesNotHideTheNext(t *testing.T) {
	change := func(b *accountBench) {
		b.conf.Server = ""
		b.conf.Resolver = records{"xmpp-client": {
			{Target: "a.test.", Port: 1, Priority: 1}, {Target: "b.test.", Port: 1, Priority: 2}, {Target: "c.test.", Port: 1, Priority: 3},
		}}
	}
	asAccount(t, change, func(t *testing.T, b *accountBench) {
		begin := time.Now()
		b.connection().drain() // says nothing
		p := b.connection()    // says nothing behind <proceed/>
		if err := p.encrypt(b.tls); err != nil {
			t.Fatal(err)
		}
		p.drain()
		_ = p.conn.Close()
		b.accepted(bindOnly).cut()
		if d := time.Since(begin); d > 30*time.Second {
			t.Errorf("up after %v, want 10 seconds for each target", d)
		}
	})
}
