package xmpp_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"thingbridge/gateway/xmpp"
)

var errRefused = &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}

func TestEndOfContextFlushesAndParts(t *testing.T) {
	established(t, func(t *testing.T, b *bench, p *peer) {
		for range 100 {
			if err := b.link.Send(t.Context(), []byte(note)); err != nil {
				t.Fatal(err)
			}
		}
		b.stop()
		got := p.expect("</stream:stream>")
		if diff := cmp.Diff(repeat(100, note)+"</stream:stream>", got); diff != "" {
			t.Errorf("written (-want +got):\n%s", diff)
		}
		begin := time.Now()
		p.write("</stream:stream>")
		<-b.told.downs
		if d := time.Since(begin); d > 0 {
			t.Errorf("down %v after the server's farewell, want at once", d)
		}
		if err := b.link.Send(t.Context(), []byte(note)); !errors.Is(err, xmpp.ErrDown) {
			t.Errorf("Send() = %v, want ErrDown", err)
		}
	})
}

func TestEndOfContextDoesNotWaitForADeadServer(t *testing.T) {
	established(t, func(t *testing.T, b *bench, _ *peer) {
		if err := b.link.Send(t.Context(), []byte(note)); err != nil {
			t.Fatal(err)
		}
		begin := time.Now()
		b.stop()
		if err := <-b.told.downs; !errors.Is(err, context.Canceled) {
			t.Errorf("Down(%v), want %v", err, context.Canceled)
		}
		if d := time.Since(begin); d > 2*time.Second {
			t.Errorf("down after %v, want 2 seconds at most", d)
		}
	})
}

func TestServersFarewellIsNoticedAtOnce(t *testing.T) {
	ends := []struct{ name, sent, want string }{
		{"the end of the stream", "</stream:stream>", "ended the stream"},
		{"a stream error", "<stream:error><system-shutdown xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>" +
			"<text xmlns='urn:ietf:params:xml:ns:xmpp-streams'>bye</text></stream:error></stream:stream>", `system-shutdown: "bye"`},
		{"a closed connection", "", "closed the connection"},
	}
	for _, end := range ends {
		t.Run(end.name, func(t *testing.T) {
			established(t, func(t *testing.T, b *bench, p *peer) {
				begin := time.Now()
				p.write(end.sent)
				if end.sent == "" {
					_ = p.conn.Close()
				} else {
					p.expect("</stream:stream>")
				}
				err := <-b.told.downs
				if err == nil || !strings.Contains(err.Error(), end.want) {
					t.Errorf("Down(%v), want %q", err, end.want)
				}
				if d := time.Since(begin); d > 0 {
					t.Errorf("noticed after %v, want at once", d)
				}
				_ = b.accept().conn.Close()
				if d := time.Since(begin); d > time.Second {
					t.Errorf("connected again after %v, want less than a second", d)
				}
			})
		})
	}
}

func TestNothingOfADeadStreamIsWrittenToTheNext(t *testing.T) {
	established(t, func(t *testing.T, b *bench, p *peer) {
		for range 100 {
			if err := b.link.Send(t.Context(), []byte(note)); err != nil {
				t.Fatal(err)
			}
		}
		_ = p.conn.Close()
		next := b.accept()
		b.stop()
		if diff := cmp.Diff("</stream:stream>", next.expect("</stream:stream>")); diff != "" {
			t.Errorf("written to the next stream (-want +got):\n%s", diff)
		}
		_ = next.conn.Close()
	})
}

func TestRestartedServerIsFoundWithinTwoSeconds(t *testing.T) {
	for _, away := range []time.Duration{time.Second, 10 * time.Second, 4 * time.Minute} {
		t.Run(away.String(), func(t *testing.T) {
			established(t, func(t *testing.T, b *bench, p *peer) {
				b.net.refuse(errRefused)
				_ = p.conn.Close()
				<-b.told.downs
				select {
				case <-t.Context().Done():
				case <-time.After(away):
				}
				b.net.refuse(nil)
				begin := time.Now()
				_ = b.accept().conn.Close()
				if d := time.Since(begin); d > 2*time.Second {
					t.Errorf("up %v after the server, want 2 seconds at most", d)
				}
			})
		})
	}
}

func TestRefusalNamesTheRemedyAndIsRetriedSlowly(t *testing.T) {
	tests := []struct {
		condition, remedy string
		pause             time.Duration
	}{
		{"not-authorized", "xmpp.component.secret_file", 30 * time.Second},
		{"host-unknown", "xmpp.component.domain", 30 * time.Second},
		{"conflict", "xmpp.component.domain", 5 * time.Second},
		{"see-other-host", "xmpp.component.server", 30 * time.Second},
	}
	for _, test := range tests {
		t.Run(test.condition, func(t *testing.T) {
			within(t, func(t *testing.T, b *bench) {
				begin := time.Now()
				for range 10 {
					p := b.connection()
					p.expect("'>")
					p.write(header + "<stream:error><" + test.condition + " xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>")
					go p.drain()
				}
				if d := time.Since(begin); d < 9*test.pause {
					t.Errorf("ten attempts in %v, want at least %v between them", d, test.pause)
				}
				b.stop()
				synctest.Wait()
				log := b.log.String()
				if n := strings.Count(log, test.remedy); n < 1 || n > 4 || strings.Count(log, `"level":"error"`) != n {
					t.Errorf("the remedy %s is logged %d times, want once and then ever more seldom:\n%s", test.remedy, n, log)
				}
				var refused *xmpp.RefusedError
				if err := b.link.Status().LastError; !errors.As(err, &refused) {
					t.Errorf("LastError = %v, want a RefusedError", err)
				}
			})
		})
	}
}

// A server that refuses the newcomer (Prosody's kick_new) has us when the other
// has gone.
func TestDomainThatWasTakenIsOursSoonAfterTheOtherHasLeft(t *testing.T) {
	const taken = header + "<stream:error><conflict xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>"
	established(t, func(t *testing.T, b *bench, p *peer) {
		_ = p.conn.Close()
		var refused time.Time
		attempts := 0
		for begin := time.Now(); time.Since(begin) < time.Hour; attempts++ {
			p := b.connection()
			p.expect("'>")
			p.write(taken)
			go p.drain()
			refused = time.Now()
		}
		b.accept()
		if d := time.Since(refused); d > 8*time.Second {
			t.Errorf("up %v after the last refusal, want 8 seconds at most", d)
		}
		if lines := strings.Count(b.log.String(), "stop the other gateway"); attempts > 720 || lines > 5 {
			t.Errorf("%d attempts and %d lines in an hour, want 720 and 5 at most", attempts, lines)
		}
	})
}

// A server that lets a newcomer replace us (kick_old) would let us do the same.
func TestWhoWasReplacedDoesNotHurryToReplace(t *testing.T) {
	established(t, func(t *testing.T, b *bench, p *peer) {
		begin := time.Now()
		for range 5 {
			p.write("<stream:error><conflict xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>")
			go p.drain()
			<-b.told.downs
			p = b.accept()
		}
		if d := time.Since(begin); d < 10*time.Minute {
			t.Errorf("replaced the other five times in %v, want 10 minutes at least", d)
		}
	})
}

func TestNoComponentPort(t *testing.T) {
	tests := []struct{ name, answer string }{
		{"a web server", "HTTP/1.1 400 Bad Request\r\n\r\n"},
		{"a client port", `<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' id='1'>`},
		{"another handshake", header + `<success/>`},
		{"a page", "<html><body>hello</body></html>"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			within(t, func(t *testing.T, b *bench) {
				p := b.connection()
				p.expect("'>")
				p.write(test.answer)
				p.drain()
				synctest.Wait()
				if err := b.link.Status().LastError; err == nil || !strings.Contains(err.Error(), "xmpp.component.server") {
					t.Errorf("LastError = %v, want a remedy", err)
				}
			})
		})
	}
}

func TestSilentServerDuringLogin(t *testing.T) {
	for _, answer := range []string{"", header, "<stream:stream "} {
		t.Run(answer, func(t *testing.T) {
			within(t, func(t *testing.T, b *bench) {
				p := b.connection()
				begin := time.Now()
				p.expect("'>")
				p.write(answer)
				p.drain()
				if d := time.Since(begin); d != 10*time.Second {
					t.Errorf("given up after %v, want 10 seconds", d)
				}
			})
		})
	}
}

func TestEndOfContextDuringLogin(t *testing.T) {
	within(t, func(t *testing.T, b *bench) {
		p := b.connection()
		p.expect("'>")
		begin := time.Now()
		b.stop()
		p.drain()
		if d := time.Since(begin); d > 0 {
			t.Errorf("ended after %v, want at once", d)
		}
	})
}

func TestSameFailureIsNotLoggedEachTime(t *testing.T) {
	within(t, func(t *testing.T, b *bench) {
		b.net.refuse(errRefused)
		<-time.After(24 * time.Hour)
		b.stop()
		synctest.Wait()
		attempts, lines := b.net.dialled.Load(), strings.Count(b.log.String(), "\n")
		if attempts < 8000 || attempts > 20000 || lines < 24 || lines > 40 {
			t.Errorf("%d attempts and %d lines in a day, want 8000 to 20000 and 24 to 40", attempts, lines)
		}
	})
}

func TestEachLostStreamIsLogged(t *testing.T) {
	within(t, func(t *testing.T, b *bench) {
		for range 3 {
			p := b.accept()
			_ = p.conn.Close()
			<-b.told.downs
		}
		synctest.Wait()
		if n := strings.Count(b.log.String(), `"level":"warn"`); n != 3 {
			t.Errorf("three lost streams are logged %d times:\n%s", n, b.log)
		}
	})
}

func TestFlappingServerIsNoStorm(t *testing.T) {
	within(t, func(t *testing.T, b *bench) {
		go func() {
			for conn := range b.net.conns {
				p := &peer{t: t, conn: conn}
				p.expect("'>")
				p.write(header)
				p.expect("</handshake>")
				p.write("<handshake/></stream:stream>")
				_ = conn.Close()
			}
		}()
		<-time.After(time.Hour)
		b.stop()
		synctest.Wait()
		close(b.net.conns)
		if n := b.net.dialled.Load(); n > 700 {
			t.Errorf("%d connections in an hour, want at most 700", n)
		}
	})
}

func TestStatus(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &bench{t: t, net: newNetwork(), told: newRecorder()}
		b.link = newLinkOn(b.net)
		states := []string{b.link.Status().State.String()}
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- b.link.Run(ctx, b.told) }()
		synctest.Wait()
		states = append(states, b.link.Status().State.String())
		p := b.accept()
		states = append(states, b.link.Status().State.String())
		_ = p.conn.Close()
		synctest.Wait()
		states = append(states, b.link.Status().State.String())
		stop()
		<-done
		states = append(states, b.link.Status().State.String())
		want := []string{"stopped", "connecting", "up", "waiting", "stopped"}
		if diff := cmp.Diff(want, states); diff != "" {
			t.Errorf("states (-want +got):\n%s", diff)
		}
	})
}

func TestSecretIsNotPrinted(t *testing.T) {
	component, account := xmpp.ComponentConfig{Secret: "hunter2"}, xmpp.AccountConfig{Password: "hunter2"}
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		if got := fmt.Sprintf(format+format, component, account); strings.Contains(got, "hunter2") {
			t.Errorf("%s prints %s", format, got)
		}
	}
}
