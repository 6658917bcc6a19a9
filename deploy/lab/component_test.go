package lab_test

import (
	"crypto/sha1"
	"fmt"
	"net"
	"regexp"
	"strings"
	"testing"
	"time"
)

// answerTime bounds every wait for bytes of a server.
const answerTime = 30 * time.Second

var streamID = regexp.MustCompile(`\sid=['"]([^'"]+)['"][^>]*>`)

// stream is a raw XMPP stream.
type stream struct {
	conn net.Conn
	rest string // read and not yet looked for
}

// handshake opens a component stream (XEP-0114 3) and returns it and what the
// server says to the secret.
func handshake(t *testing.T, address, domain, secret string) (s *stream, answer string) {
	t.Helper()
	return shakeHands(t, dial(t, address), domain, secret)
}

// shakeHands is handshake on a connection that is there.
func shakeHands(t *testing.T, s *stream, domain, secret string) (_ *stream, answer string) {
	t.Helper()
	fmt.Fprintf(s.conn, "<stream:stream xmlns='jabber:component:accept'"+
		" xmlns:stream='http://etherx.jabber.org/streams' to='%s'>", domain)
	id := streamID.FindStringSubmatch(s.until(t, streamID))[1]
	fmt.Fprintf(s.conn, "<handshake>%x</handshake>", sha1.Sum([]byte(id+secret)))
	return s, s.until(t, regexp.MustCompile(`<handshake[^>]*>|</stream:stream>`))
}

func dial(t *testing.T, address string) *stream {
	t.Helper()
	conn, err := net.DialTimeout("tcp", address, answerTime)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return &stream{conn: conn}
}

// until reads up to the end of what pattern matches.
func (s *stream) until(t *testing.T, pattern *regexp.Regexp) string {
	t.Helper()
	s.conn.SetReadDeadline(time.Now().Add(answerTime))
	buffer := make([]byte, 4096)
	for {
		if at := pattern.FindStringIndex(s.rest); at != nil {
			got := s.rest[:at[1]]
			s.rest = s.rest[at[1]:]
			return got
		}
		n, err := s.conn.Read(buffer)
		if err != nil {
			t.Fatalf("read until %v: %v, got %q", pattern, err, s.rest)
		}
		s.rest += string(buffer[:n])
	}
}

// accepts and refuses say whether an answer to the handshake is the right one.
func accepts(answer string) bool { return strings.Contains(answer, "<handshake") }

func refuses(answer string) bool { return strings.Contains(answer, "not-authorized") }

// receive returns what comes on c.
func receive(t *testing.T, c <-chan string) string {
	t.Helper()
	timer := time.NewTimer(answerTime)
	defer timer.Stop()
	select {
	case got := <-c:
		return got
	case <-timer.C:
		t.Fatal("nothing came")
		return ""
	}
}
