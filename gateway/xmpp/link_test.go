package xmpp_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"thingbridge/gateway/xmpp"
)

const note = `<message to='anna@home.test' from='lamp@things.test'><body>on</body></message>`

func TestHandshake(t *testing.T) {
	within(t, func(t *testing.T, b *bench) {
		p := b.connection()
		got := p.expect(">")
		want := `<stream:stream xmlns='jabber:component:accept' xmlns:stream='http://etherx.jabber.org/streams' to='things.test'>`
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("header (-want +got):\n%s", diff)
		}
		for _, piece := range header { // one byte at a time
			p.write(string(piece))
		}
		// The example of XEP-0114, whose secret is "test".
		want = "<handshake>aaee83c26aeeafcbabeabfcbcd50df997e0a2a1e</handshake>"
		if diff := cmp.Diff(want, p.expect("</handshake>")); diff != "" {
			t.Errorf("handshake (-want +got):\n%s", diff)
		}
		if err := b.link.Send(t.Context(), []byte(note)); !errors.Is(err, xmpp.ErrDown) {
			t.Errorf("Send() before the answer = %v, want ErrDown", err)
		}
		p.write("<handshake></handshake>" + good)
		<-b.told.ups
		if got := b.told.body(t); got != "good" {
			t.Errorf("the first stanza has the body %q, want %q", got, "good")
		}
		go p.drain()
		b.stop()
	})
}

func TestSendKeepsOrderAndWholeness(t *testing.T) {
	established(t, func(t *testing.T, b *bench, p *peer) {
		const senders, each = 8, 50
		for i := range senders {
			go func() {
				for j := range each {
					s := fmt.Sprintf("<message id='%d'><body>%s</body></message>", i, repeat(j*100, "x"))
					if err := b.link.Send(t.Context(), []byte(s)); err != nil {
						t.Errorf("Send() = %v", err)
					}
				}
			}()
		}
		next := make(map[string]int)
		for range senders * each {
			got := p.expect("</message>")
			id := got[len("<message id='"):][:1]
			want := fmt.Sprintf("<message id='%s'><body>%s</body></message>", id, repeat(next[id]*100, "x"))
			if got != want {
				t.Fatalf("got %.100q, want %.100q", got, want)
			}
			next[id]++
		}
		if got := b.link.Status().StanzasOut; got != senders*each {
			t.Errorf("%d stanzas counted, want %d", got, senders*each)
		}
	})
}

func TestSendRefusesWhatWouldEndTheStream(t *testing.T) {
	tests := []struct{ name, stanzas string }{
		{"half a stanza", "<message><body>"},
		{"half a tag", "<message"},
		{"the end of the stream", "<message/></stream:stream>"},
		{"text", "hello"},
		{"a comment", "<!-- a -->"},
		{"what is no stanza", "<active xmlns='urn:xmpp:csi:0'/>"},
		{"a name that only begins like one", "<iqs/>"},
		{"a stanza that the server would not take", "<message>" + repeat(600<<10, "x") + "</message>"},
		{"the same in a batch", note + "<message>" + repeat(600<<10, "x") + "</message>" + note},
	}
	established(t, func(t *testing.T, b *bench, p *peer) {
		for _, test := range tests {
			if err := b.link.Send(t.Context(), []byte(test.stanzas)); !errors.Is(err, xmpp.ErrNotWhole) {
				t.Errorf("Send() of %s = %v, want ErrNotWhole", test.name, err)
			}
		}
		if err := b.link.Send(t.Context(), []byte(note+"\n"+note)); err != nil {
			t.Errorf("Send() of two stanzas = %v", err)
		}
		if diff := cmp.Diff(note+"\n"+note, p.expect("</message>")+p.expect("</message>")); diff != "" {
			t.Errorf("written (-want +got):\n%s", diff)
		}
	})
}

func TestSendWaitsWhileTheQueueIsFull(t *testing.T) {
	established(t, func(t *testing.T, b *bench, p *peer) {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		batch := []byte(repeat(400, "<message>"+repeat(1000, "x")+"</message>"))
		sent, err := 0, error(nil)
		for ; err == nil && sent < 100; sent++ {
			err = b.link.Send(ctx, batch)
		}
		if !errors.Is(err, context.DeadlineExceeded) || sent*len(batch) > 3<<20 {
			t.Fatalf("sent %d bytes to a server that reads nothing, then %v; want a deadline before 3 MiB", sent*len(batch), err)
		}
		waiting := make(chan error, 1)
		go func() { waiting <- b.link.Send(t.Context(), []byte(note)) }()
		go p.drain()
		if err := <-waiting; err != nil {
			t.Errorf("Send() when the server reads again = %v", err)
		}
	})
}

func TestServerThatStopsReadingIsLeft(t *testing.T) {
	established(t, func(t *testing.T, b *bench, p *peer) {
		waiting := make(chan error, 1)
		go func() {
			var err error
			for err == nil {
				err = b.link.Send(t.Context(), []byte(repeat(2000, note)))
			}
			waiting <- err
		}()
		begin := time.Now()
		if err := <-waiting; !errors.Is(err, xmpp.ErrDown) {
			t.Errorf("Send() = %v, want ErrDown", err)
		}
		if err := <-b.told.downs; err == nil || time.Since(begin) > 16*time.Second {
			t.Errorf("Down(%v) after %v, want an error after 15 seconds", err, time.Since(begin))
		}
	})
}

func TestRequest(t *testing.T) {
	to := mustJID("anna@home.test/phone")
	build := func(dst []byte, id string) []byte {
		return append(dst, "<iq type='get' id='"+id+"' to='anna@home.test/phone'><q xmlns='urn:q'/></iq>"...)
	}
	tests := []struct{ name, replies, want string }{
		{"the result", `<iq type='result' id='ID' from='anna@home.test/phone'><mine xmlns='urn:q'/></iq>`, "mine"},
		{"an error", `<iq type='error' id='ID' from='anna@home.test/phone'><error type='wait'><gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>`, "gone"},
		{"an error of a megabyte", `<iq type='error' id='ID' from='anna@home.test/phone'>` + repeat(1<<20, "x") + `</iq>`, "timeout"},
		{"another sender's before the result", `<iq type='result' id='ID' from='evil@home.test/phone'/>` +
			`<iq type='result' id='ID' from='anna@home.test'/><iq type='result' id='ID' from='anna@home.test/phone'><mine xmlns='urn:q'/></iq>`, "mine"},
		{"a request with the same id before the result", `<iq type='get' id='ID' from='anna@home.test/phone'><q xmlns='urn:q'/></iq>` +
			`<message id='ID' from='anna@home.test/phone'/><iq type='result' id='ID' from='anna@home.test/phone'><mine xmlns='urn:q'/></iq>`, "mine"},
		{"the end of the stream", `</stream:stream>`, "down"},
		{"nothing", "", "timeout"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			established(t, func(t *testing.T, b *bench, p *peer) {
				go func() {
					_, id, _ := strings.Cut(p.expect("</iq>"), "id='")
					id, _, _ = strings.Cut(id, "'")
					p.write(strings.ReplaceAll(test.replies, "ID", id))
				}()
				ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
				defer cancel()
				reply, err := b.link.Request(ctx, to, build)
				if got := outcome(reply, err); got != test.want {
					t.Errorf("Request() = %v, %v: %s, want %s", reply, err, got, test.want)
				}
			})
		})
	}
}

func outcome(reply *xmpp.Stanza, err error) string {
	var refused *xmpp.StanzaError
	switch {
	case errors.As(err, &refused):
		return string(refused.Condition)
	case errors.Is(err, xmpp.ErrDown):
		return "down"
	case errors.Is(err, context.DeadlineExceeded):
		return "timeout"
	case err == nil && reply.Child("urn:q", "mine") != nil:
		return "mine"
	}
	return "another"
}

func TestForeignReplyGoesToTheHandler(t *testing.T) {
	established(t, func(t *testing.T, b *bench, p *peer) {
		p.write(`<iq type='result' id='x' from='evil@home.test'/>`)
		if got := <-b.told.stanzas; got.Kind != xmpp.IQ || got.ID != "x" {
			t.Errorf("handler got %+v, want the iq", got)
		}
	})
}

// route is what a server does with a ping to our own domain: it brings it to us.
func route(p *peer) {
	ping := p.expect("</iq>")
	p.write(ping)
	p.write(p.expect("/>"))
}

func TestFence(t *testing.T) {
	established(t, func(t *testing.T, b *bench, p *peer) {
		sent := make(chan string, 1)
		go func() {
			sent <- p.expect("</message>")
			route(p)
		}()
		if err := b.link.Send(t.Context(), []byte(note)); err != nil {
			t.Fatal(err)
		}
		if err := b.link.Fence(t.Context()); err != nil {
			t.Errorf("Fence() = %v", err)
		}
		select {
		case got := <-sent:
			if got != note {
				t.Errorf("server got %q before the fence, want %q", got, note)
			}
		default:
			t.Error("Fence() returned before the message arrived")
		}
		if len(b.told.stanzas) > 0 {
			t.Errorf("handler was bothered with %+v", <-b.told.stanzas)
		}
	})
}

func TestFenceTakesARefusalForAnAnswer(t *testing.T) {
	established(t, func(t *testing.T, b *bench, p *peer) {
		go func() {
			ping := p.expect("</iq>")
			ping = strings.Replace(ping, "type='get'", "type='error'", 1)
			p.write(ping)
		}()
		if err := b.link.Fence(t.Context()); err != nil {
			t.Errorf("Fence() = %v", err)
		}
	})
}

func TestPingOfAnotherGoesToTheHandler(t *testing.T) {
	established(t, func(t *testing.T, b *bench, p *peer) {
		for _, addresses := range []string{"from='anna@home.test/a' to='things.test'", "from='things.test' to='lamp@things.test'"} {
			p.write("<iq type='get' id='1' " + addresses + "><ping xmlns='urn:xmpp:ping'/></iq>")
			if got := <-b.told.stanzas; got.Child(xmpp.NSPing, "ping") == nil {
				t.Errorf("handler got %+v, want the ping", got)
			}
		}
	})
}

func TestSilenceIsBrokenByAPing(t *testing.T) {
	established(t, func(t *testing.T, b *bench, p *peer) {
		begin := time.Now()
		for range 5 {
			route(p)
		}
		if d := time.Since(begin); d != 100*time.Second {
			t.Errorf("five pings after %v, want 100 seconds", d)
		}
		p.expect("</iq>")
		_, _ = io.WriteString(p.conn, " ") // any sign of life does
		synctest.Wait()
		p.expect("</iq>")
		begin = time.Now()
		err := <-b.told.downs
		if d := time.Since(begin); d != 10*time.Second {
			t.Errorf("Down(%v) %v after the last ping, want 10 seconds", err, d)
		}
		if len(b.told.stanzas) > 0 {
			t.Errorf("handler was bothered with %+v", <-b.told.stanzas)
		}
	})
}
