package doctor

import (
	"context"
	"crypto/tls"
	"encoding/xml"
	"errors"
	"io"
	"net"
	"time"

	"thingbridge/gateway/xmpp"
)

// maxOpening bounds what is read of a server before TLS, in bytes, and after it.
const maxOpening = 64 << 10

// Why a stream came to no features.
var (
	errNotXMPP   = errors.New("it does not speak XMPP with clients")
	errElsewhere = errors.New("it ends the stream")
	errNoTLS     = errors.New("it offers no encryption")
)

// features is what a server offers to a client that has not logged in.
type features struct {
	StartTLS *struct{} `xml:"urn:ietf:params:xml:ns:xmpp-tls starttls"`
	Register *struct{} `xml:"http://jabber.org/features/iq-register register"` // XEP-0077
}

// opening is a stream up to where a client would log in.
type opening struct {
	conn net.Conn
	read *xml.Decoder
}

// open begins a stream, and returns what the server offers.
func open(conn net.Conn, domain string) (*opening, features, error) {
	o := &opening{conn: conn, read: xml.NewDecoder(io.LimitReader(conn, maxOpening))}
	hello := append([]byte("<stream:stream xmlns='"+xmpp.NSClient+"' xmlns:stream='"+xmpp.NSStreams+"' version='1.0' to='"), xmpp.AppendAttr(nil, domain)...)
	if _, err := conn.Write(append(hello, "'>"...)); err != nil {
		return nil, features{}, err
	}
	header, err := o.next()
	if err != nil {
		return nil, features{}, err
	}
	if header.Name != (xml.Name{Space: xmpp.NSStreams, Local: "stream"}) || !declares(header, xmpp.NSClient) {
		return nil, features{}, errNotXMPP
	}
	first, err := o.next()
	if err != nil {
		return nil, features{}, err
	}
	if first.Name != (xml.Name{Space: xmpp.NSStreams, Local: "features"}) {
		return nil, features{}, errElsewhere
	}
	var offered features
	return o, offered, explainXML(o.read.DecodeElement(&offered, &first))
}

// declares reports whether the default namespace of e is space: a server's port
// for servers answers with another.
func declares(e xml.StartElement, space string) bool {
	for _, a := range e.Attr {
		if a.Name == (xml.Name{Local: "xmlns"}) {
			return a.Value == space
		}
	}
	return false
}

// next reads up to the next start tag.
func (o *opening) next() (xml.StartElement, error) {
	for {
		t, err := o.read.Token()
		if err != nil {
			return xml.StartElement{}, explainXML(err)
		}
		switch t := t.(type) {
		case xml.StartElement:
			return t, nil
		case xml.EndElement:
			return xml.StartElement{}, errElsewhere
		}
	}
}

// explainXML says of what is no XML that it is not XMPP. Behind a part of an
// element, a connection that ends is a mistake of syntax too.
func explainXML(err error) error {
	syntax := (*xml.SyntaxError)(nil)
	if !errors.As(err, &syntax) {
		return err
	}
	if syntax.Msg == "unexpected EOF" {
		return io.EOF
	}
	return errNotXMPP
}

// encrypt asks a server by STARTTLS (RFC 6120 5) to begin TLS.
func encrypt(conn net.Conn, domain string) error {
	o, offered, err := open(conn, domain)
	if err != nil {
		return err
	}
	if offered.StartTLS == nil {
		return errNoTLS
	}
	if _, err := io.WriteString(conn, "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"); err != nil {
		return err
	}
	answer, err := o.next()
	if err == nil && answer.Name.Local != "proceed" {
		err = errNoTLS
	}
	return err
}

// inspect makes a connection encrypted to see the certificate, and what the server
// offers behind it.
func inspect(ctx context.Context, conn net.Conn, direct bool, domain string, config *tls.Config) (tls.ConnectionState, features, error) {
	release := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer release()
	if direct {
		config.NextProtos = []string{"xmpp-client"}
	} else if err := encrypt(conn, domain); err != nil {
		return tls.ConnectionState{}, features{}, err
	}
	secured := tls.Client(conn, config)
	if err := secured.HandshakeContext(ctx); err != nil {
		return tls.ConnectionState{}, features{}, err
	}
	_, offered, err := open(secured, domain)
	if err != nil {
		offered = features{} // the login shows why
	}
	return secured.ConnectionState(), offered, nil
}
