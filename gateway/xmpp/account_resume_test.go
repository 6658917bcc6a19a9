package xmpp_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"thingbridge/gateway/xmpp"
)

func text(n int) string { return fmt.Sprintf("<message><body>%d</body></message>", n) }

// send sends messages with these numbers.
func (b *accountBench) send(from, to int) {
	b.t.Helper()
	for n := from; n <= to; n++ {
		if err := b.link.Send(b.t.Context(), []byte(text(n))); err != nil {
			b.t.Fatalf("Send(): %v", err)
		}
	}
}

// resumed takes the next connection, and goes on with the stream that lost one.
func (b *accountBench) resumed(clientHas, serverHas int) *peer {
	b.t.Helper()
	p := b.authenticated()
	p.greet(managed)
	p.expect(fmt.Sprintf("<resume xmlns='urn:xmpp:sm:3' h='%d' previd='some-id'/>", clientHas))
	p.write(fmt.Sprintf("<resumed xmlns='urn:xmpp:sm:3' h='%d' previd='some-id'/>", serverHas))
	return p
}

func TestFenceWaitsForTheAcknowledgement(t *testing.T) {
	asAccount(t, nil, func(t *testing.T, b *accountBench) {
		p := b.accepted(managed)
		if err := b.link.Fence(t.Context()); err != nil {
			t.Errorf("Fence() with nothing to wait for = %v", err)
		}
		b.send(1, 3)
		done := make(chan error, 1)
		go func() { done <- b.link.Fence(t.Context()) }()
		p.expect(text(1))
		p.expect(request)
		p.write("<a xmlns='urn:xmpp:sm:3' h='2'/>")
		synctest.Wait()
		if len(done) > 0 {
			t.Fatalf("Fence() = %v before the acknowledgement", <-done)
		}
		p.expect(request)
		p.write("<a xmlns='urn:xmpp:sm:3' h='4'/>")
		if err := <-done; err != nil {
			t.Errorf("Fence() = %v", err)
		}
		p.cut()
	})
}

func TestBurstsAreAcknowledgedOnce(t *testing.T) {
	asAccount(t, nil, func(t *testing.T, b *accountBench) {
		p := b.accepted(managed)
		b.send(1, 1)
		p.expect(text(1) + request)
		b.send(2, 50)
		if got := p.expect(text(50)); strings.Contains(got, request) {
			t.Errorf("asks again before the answer: %s", got)
		}
		p.write("<a xmlns='urn:xmpp:sm:3' h='2'/>")
		p.expect(request)
		p.write("<a xmlns='urn:xmpp:sm:3' h='51'/>")
		synctest.Wait()
		b.stop()
		if got := p.expect("</stream:stream>"); strings.Contains(got, request) {
			t.Errorf("asks for what was acknowledged: %s", got)
		}
		p.cut()
	})
}

func TestAcknowledgesWhatWasHandled(t *testing.T) {
	asAccount(t, nil, func(t *testing.T, b *accountBench) {
		p := b.accepted(managed)
		p.write(request)
		p.expect("<a xmlns='urn:xmpp:sm:3' h='0'/>")
		p.write(repeat(3, "<message from='a@b'><body>x</body></message>"))
		p.write("<iq type='result' id='roster'/><message from='@@'/><presence><a><a/></a></presence>" + request)
		p.expect("<a xmlns='urn:xmpp:sm:3' h='6'/>")
		p.write("<message from='a@b'><body>" + repeat(xmpp.MaxStanza, "x") + "</body></message>" + request)
		p.expect("<a xmlns='urn:xmpp:sm:3' h='7'/>")
		b.stop()
		p.expect("<a xmlns='urn:xmpp:sm:3' h='7'/></stream:stream>")
		p.cut()
	})
}

func TestResumptionIsSilent(t *testing.T) {
	asAccount(t, nil, func(t *testing.T, b *accountBench) {
		p := b.accepted(managed)
		b.send(1, 5)
		p.expect(text(5) + request)
		p.write("<message from='a@b'><body>before</body></message>")
		if got := b.told.body(t); got != "before" {
			t.Errorf("got %q", got)
		}
		fenced, answered := make(chan error, 1), make(chan error, 1)
		go func() { fenced <- b.link.Fence(t.Context()) }()
		p.cut()
		synctest.Wait()
		b.send(6, 7)
		go func() {
			_, err := b.link.Request(t.Context(), mustJID("home.test"), func(dst []byte, _ string) []byte {
				return append(dst, "<iq type='get' to='home.test' id='fixed'/>"...)
			})
			answered <- err
		}()
		synctest.Wait()
		p = b.resumed(1, 3) // the roster request and two messages
		want := text(3) + text(4) + text(5) + text(6) + text(7) + "<iq type='get' to='home.test' id='fixed'/>" + request
		if diff := cmp.Diff(want, p.expect(request)); diff != "" {
			t.Errorf("written again (-want +got):\n%s", diff)
		}
		p.write("<a xmlns='urn:xmpp:sm:3' h='9'/><message from='a@b'><body>after</body></message>")
		if err := <-fenced; err != nil {
			t.Errorf("Fence() = %v", err)
		}
		if got := b.told.body(t); got != "after" {
			t.Errorf("got %q", got)
		}
		if len(b.told.ups)+len(b.told.downs) > 0 {
			t.Errorf("the handler was told %d times of a stream and %d times of its end", len(b.told.ups), len(b.told.downs))
		}
		if s := b.link.Status(); s.State != xmpp.Up || s.Streams != 1 || s.Resumed != 1 {
			t.Errorf("Status() = %+v, want one stream, up and resumed once", s)
		}
		p.write("</stream:stream>")
		<-b.told.downs
		if err := <-answered; !errors.Is(err, xmpp.ErrDown) {
			t.Errorf("Request() = %v, want ErrDown", err)
		}
		p.cut()
	})
}

func TestForgottenStreamIsReplaced(t *testing.T) {
	asAccount(t, nil, func(t *testing.T, b *accountBench) {
		p := b.accepted(managed)
		b.send(1, 5)
		p.expect(text(5))
		fenced := make(chan error, 1)
		go func() { fenced <- b.link.Fence(t.Context()) }()
		p.cut()
		p = b.authenticated()
		p.greet(managed)
		p.expect("<resume ")
		p.write("<failed xmlns='urn:xmpp:sm:3'><item-not-found" + stanzasNS + "/></failed>")
		p.bindAs(accountJID + "/two")
		p.expect("<enable ")
		p.write(enabled)
		<-b.told.downs
		if err := <-fenced; !errors.Is(err, xmpp.ErrDown) {
			t.Errorf("Fence() = %v, want ErrDown", err)
		}
		<-b.told.ups
		b.send(6, 6)
		if got := p.expect(text(6)); strings.Contains(got, text(5)) {
			t.Errorf("written to another stream: %s", got)
		}
		if n := b.net.dialled.Load(); n != 2 {
			t.Errorf("%d connections, want 2", n)
		}
		p.cut()
	})
}

func TestResumptionIsGivenUp(t *testing.T) {
	tests := []struct {
		name string
		max  string
		want time.Duration
	}{
		{"after a minute", "max='600'", time.Minute},
		{"when the server would have forgotten", "max='20'", 20 * time.Second},
		{"at once when it cannot be", "", 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			asAccount(t, nil, func(t *testing.T, b *accountBench) {
				p := b.authenticated()
				p.greet(managed)
				p.bindAs(accountJID + "/one")
				p.expect("<enable ")
				if test.max == "" {
					p.write("<enabled xmlns='urn:xmpp:sm:3'/>")
				} else {
					p.write("<enabled xmlns='urn:xmpp:sm:3' id='some-id' resume='1' " + test.max + "/>")
				}
				<-b.told.ups
				b.net.refuse(errRefused)
				begin := time.Now()
				p.cut()
				<-b.told.downs
				if d := time.Since(begin); d != test.want {
					t.Errorf("down after %v, want %v", d, test.want)
				}
				if err := b.link.Send(t.Context(), []byte(note)); !errors.Is(err, xmpp.ErrDown) {
					t.Errorf("Send() = %v, want ErrDown", err)
				}
			})
		})
	}
}

func TestEndedStreamIsNotResumed(t *testing.T) {
	for _, end := range []string{
		"</stream:stream>", "<stream:error><system-shutdown" + streamsNS + "/></stream:error></stream:stream>",
		"<a xmlns='urn:xmpp:sm:3' h='77'/>", "<a xmlns='urn:xmpp:sm:3' h='no'/>", "<message></presence>",
	} {
		t.Run(end, func(t *testing.T) {
			asAccount(t, nil, func(t *testing.T, b *accountBench) {
				p := b.accepted(managed)
				go p.write(end)
				p.expect("</stream:stream>")
				<-b.told.downs
				p.cut()
				p = b.accepted(managed)
				p.cut()
			})
		})
	}
}

func TestQueueIsBoundedUntilTheServerAcknowledges(t *testing.T) {
	large := []byte("<message><body>" + repeat(100<<10, "x") + "</body></message>")
	t.Run("while there is a connection nobody waits, and the stream is not resumed", func(t *testing.T) {
		asAccount(t, nil, func(t *testing.T, b *accountBench) {
			p := b.accepted(managed)
			drained := make(chan struct{})
			go func() { defer close(drained); p.drain() }()
			for range 100 {
				if err := b.link.Send(t.Context(), large); err != nil {
					t.Fatal(err)
				}
			}
			synctest.Wait()
			p.cut()
			<-drained
			<-b.told.downs
			b.accepted(managed).cut()
		})
	})
	t.Run("what was acknowledged makes room", func(t *testing.T) {
		asAccount(t, nil, func(t *testing.T, b *accountBench) {
			p := b.accepted(managed)
			for n := range 100 {
				if err := b.link.Send(t.Context(), large); err != nil {
					t.Fatal(err)
				}
				p.expect(request)
				p.write(fmt.Sprintf("<a xmlns='urn:xmpp:sm:3' h='%d'/>", n+2))
			}
			synctest.Wait()
			p.cut()
			b.resumed(0, 101).cut()
		})
	})
	t.Run("without a connection a full queue is an error", func(t *testing.T) {
		asAccount(t, nil, func(t *testing.T, b *accountBench) {
			p := b.accepted(managed)
			synctest.Wait()
			p.cut()
			synctest.Wait()
			for n := range 100 {
				if err := b.link.Send(t.Context(), large); err != nil {
					if !errors.Is(err, xmpp.ErrDown) || n != 20 {
						t.Errorf("Send() number %d = %v, want ErrDown after 20 of 100 KiB", n, err)
					}
					break
				}
			}
			p = b.resumed(0, 1)
			if got, want := p.expect(request), repeat(20, string(large))+request; got != want {
				t.Errorf("%d bytes are written after the resumption, want %d", len(got), len(want))
			}
			b.send(1, 1)
			p.write("<a xmlns='urn:xmpp:sm:3' h='21'/>")
			p.expect(text(1))
			p.cut()
		})
	})
}

func TestSilenceOnAManagedStream(t *testing.T) {
	asAccount(t, nil, func(t *testing.T, b *accountBench) {
		p := b.accepted(managed)
		begin := time.Now()
		p.expect(request)
		if d := time.Since(begin); d != 20*time.Second {
			t.Errorf("asked for an acknowledgement after %v, want 20 seconds", d)
		}
		p.drain()
		if d := time.Since(begin); d < 30*time.Second || d > 36*time.Second {
			t.Errorf("given up after %v, want 30 seconds", d)
		}
		p.cut()
		b.resumed(0, 1).cut()
	})
}

func TestLineThatBreaksAgainAndAgainIsNoStorm(t *testing.T) {
	asAccount(t, nil, func(t *testing.T, b *accountBench) {
		b.accepted(managed).cut()
		begin := time.Now()
		for range 20 {
			p := b.resumed(0, 1)
			p.write(request)
			p.expect("<a xmlns='urn:xmpp:sm:3' h='0'/>")
			p.cut()
		}
		if d := time.Since(begin); d < time.Minute {
			t.Errorf("resumed twenty times in %v, want ever longer pauses", d)
		}
		if len(b.told.downs) > 0 {
			t.Errorf("Down(%v)", <-b.told.downs)
		}
	})
}

func TestManagementIsRefused(t *testing.T) {
	asAccount(t, nil, func(t *testing.T, b *accountBench) {
		p := b.authenticated()
		p.greet(managed)
		p.bindAs(accountJID + "/one")
		p.expect("<enable ")
		p.write("<failed xmlns='urn:xmpp:sm:3'><unexpected-request" + stanzasNS + "/></failed>")
		<-b.told.ups
		b.send(1, 1)
		if got := p.expect(text(1)); strings.Contains(got, request) {
			t.Errorf("asks for acknowledgements: %s", got)
		}
		p.cut()
		<-b.told.downs
	})
}

func TestEndOfContextWhileResuming(t *testing.T) {
	asAccount(t, nil, func(t *testing.T, b *accountBench) {
		p := b.accepted(managed)
		b.net.refuse(errRefused)
		p.cut()
		synctest.Wait()
		begin := time.Now()
		b.stop()
		<-b.told.downs
		if d := time.Since(begin); d > 0 {
			t.Errorf("down after %v, want at once", d)
		}
	})
}
