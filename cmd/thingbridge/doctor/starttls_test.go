package doctor

import (
	"bytes"
	"io"
	"net"
	"strings"
	"testing"
)

// script is a connection on which the other side says what is in it.
type script struct {
	net.Conn
	io.Reader
}

func (s script) Read(p []byte) (int, error)  { return s.Reader.Read(p) }
func (s script) Write(p []byte) (int, error) { return len(p), nil }

// FuzzOpen holds that whatever a server says ends in features that it has said or
// in an error, and that no more is read than the bound.
func FuzzOpen(f *testing.F) {
	const header = "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>"
	for _, seed := range []string{
		"", "<", "220 mail ESMTP <ready>", "</a>", "<a/>", header, header + "</stream:stream>",
		header + "<stream:error><host-unknown xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>",
		header + "<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:features>",
		header + "<stream:features><register xmlns='http://jabber.org/features/iq-register'/></stream:features>",
		header + "<stream:features>" + strings.Repeat("<a>", 100),
		strings.Replace(header, "jabber:client", "jabber:server", 1) + "<stream:features/>",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, said []byte) {
		rest := bytes.NewReader(append(said, make([]byte, maxOpening)...))
		_, offered, err := open(script{Reader: rest}, "home.test")
		if read := len(said) + maxOpening - rest.Len(); read > maxOpening {
			t.Errorf("read %d bytes", read)
		}
		if err == nil && (!bytes.Contains(said, []byte("features")) ||
			offered.StartTLS != nil && !bytes.Contains(said, []byte("starttls")) ||
			offered.Register != nil && !bytes.Contains(said, []byte("register"))) {
			t.Errorf("%q offers %+v", said, offered)
		}
	})
}
