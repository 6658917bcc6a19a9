package lab

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync"

	"golang.org/x/net/dns/dnsmessage"
)

const (
	// portDNS lies below the ports that Linux hands out by itself, and above those
	// that only root may listen on.
	portDNS = 15053

	// maxQuery bounds what is read of one question (RFC 1035 4.2.1 has 512).
	maxQuery = 4096

	// xmppService is what servers ask for when they look for each other (RFC 6120
	// 3.2.1).
	xmppService = "_xmpp-server._tcp."
)

// zone is where the XMPP server of each domain listens, by fully qualified domain
// in lower case.
type zone map[string]netip.AddrPort

// dnsServer answers questions about a zone over UDP. Its answers are short enough
// never to need TCP.
type dnsServer struct {
	conn  net.PacketConn
	claim claim
	done  chan struct{} // closed when it answers no more

	mu   sync.Mutex
	zone zone
}

// startDNS listens on an address of its own.
func startDNS() (*dnsServer, error) {
	claimed, err := claimAddress()
	if err != nil {
		return nil, err
	}
	conn, err := net.ListenPacket("udp", fmt.Sprintf("%s:%d", claimed.ip, portDNS))
	if err != nil {
		claimed.release()
		return nil, fmt.Errorf("listen for DNS: %w", err)
	}
	d := &dnsServer{conn: conn, claim: claimed, done: make(chan struct{}), zone: zone{}}
	go d.serve()
	return d, nil
}

// serve answers until the socket is closed.
func (d *dnsServer) serve() {
	defer close(d.done)
	query := make([]byte, maxQuery)
	for {
		n, from, err := d.conn.ReadFrom(query)
		if err != nil {
			return
		}
		d.mu.Lock()
		answer := d.zone.answer(query[:n])
		d.mu.Unlock()
		if answer != nil {
			// Who asked asks again when this is lost.
			_, _ = d.conn.WriteTo(answer, from)
		}
	}
}

// point says where the server of a domain listens.
func (d *dnsServer) point(domain string, address netip.AddrPort) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.zone[qualified(domain)] = address
}

func (d *dnsServer) close() error {
	defer d.claim.release()
	err := d.conn.Close()
	<-d.done
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// answer returns the answer to a query, or nil for what is none. Each domain has an
// SRV record and no other. Its target is an address written as a name: Erlang asks
// the machine's own resolver about targets, and that one, as Prosody, reads such a
// name without asking anybody. Answers may not be kept (TTL 0), so a domain can move
// at any time.
func (z zone) answer(query []byte) []byte {
	var parser dnsmessage.Parser
	header, err := parser.Start(query)
	if err != nil || header.Response {
		return nil
	}
	question, err := parser.Question()
	if err != nil {
		return nil
	}
	reply := dnsmessage.Message{
		Header: dnsmessage.Header{
			ID: header.ID, OpCode: header.OpCode, Response: true, Authoritative: true,
			RecursionDesired: header.RecursionDesired, RecursionAvailable: true,
		},
		Questions: []dnsmessage.Question{question},
	}
	body, known := z.lookUp(question)
	switch {
	case body != nil:
		reply.Answers = []dnsmessage.Resource{{
			Header: dnsmessage.ResourceHeader{Name: question.Name, Type: question.Type, Class: dnsmessage.ClassINET},
			Body:   body,
		}}
	case !known:
		reply.RCode = dnsmessage.RCodeNameError
	}
	packed, err := reply.Pack()
	if err != nil {
		return nil
	}
	return packed
}

// lookUp returns the data of the record asked for, and whether the name is known
// at all: one that has no record of the type asked for is.
func (z zone) lookUp(question dnsmessage.Question) (body dnsmessage.ResourceBody, known bool) {
	domain, isService := strings.CutPrefix(strings.ToLower(question.Name.String()), xmppService)
	address, known := z[domain]
	if !known || !isService {
		return nil, false
	}
	target, err := dnsmessage.NewName(qualified(address.Addr().String()))
	if err != nil || question.Type != dnsmessage.TypeSRV {
		return nil, true
	}
	return &dnsmessage.SRVResource{Target: target, Port: address.Port()}, true
}

// qualified returns a domain as it stands in DNS messages.
func qualified(domain string) string {
	return strings.ToLower(strings.TrimSuffix(domain, ".")) + "."
}
