package lab

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
)

// Federation lets XMPP servers find and trust each other: a DNS that knows their
// domains, and one authority for their certificates. A server joins by naming it in
// its configuration. Its members refuse each other whatever is not TLS with a
// certificate of the authority. Nothing leaves the machine, and no rights are needed;
// Prosody wants the Debian package lua-unbound. The methods can be called from any
// goroutine.
type Federation struct {
	// Authority signs the members' certificates, and they trust no other, unless a
	// configuration names one.
	Authority *Authority

	dns *dnsServer
}

// StartFederation starts a federation without members.
func StartFederation() (*Federation, error) {
	authority, err := NewAuthority()
	if err != nil {
		return nil, err
	}
	dns, err := startDNS()
	if err != nil {
		return nil, fmt.Errorf("start a federation: %w", err)
	}
	return &Federation{Authority: authority, dns: dns}, nil
}

// Point makes members look for a domain at address, which is an IPv4 address with a
// port, when they connect the next time. Each member has pointed its own domains to
// itself before its start returns; a test may put a relay there.
func (f *Federation) Point(domain, address string) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil || !at.Addr().Is4() {
		return fmt.Errorf("point %s: %q is no IPv4 address with a port", domain, address)
	}
	f.dns.point(domain, at)
	return nil
}

// Close ends the DNS. Closing twice is as good as once.
func (f *Federation) Close() error { return f.dns.close() }

// authorityOf chooses a server's authority: its own, or else that of its federation.
func authorityOf(own *Authority, f *Federation) *Authority {
	if own == nil && f != nil {
		return f.Authority
	}
	return own
}

// join gives a server an address for other servers, and points its domains there.
// Without a federation it does nothing.
func (x *XMPPServer) join(f *Federation, s server, components map[string]string, rooms string) error {
	if f == nil {
		return nil
	}
	address, err := s.address(portS2S)
	if err != nil {
		return err
	}
	x.S2SAddr = address
	x.ready = append(x.ready, address)
	domains := append(slices.Collect(maps.Keys(components)), x.Host)
	if rooms != "" {
		domains = append(domains, rooms)
	}
	for _, domain := range domains {
		if err := f.Point(domain, address); err != nil {
			return err
		}
	}
	return nil
}

// dnsAddress returns where a server's DNS listens.
func dnsAddress(f *Federation) netip.AddrPort {
	return netip.AddrPortFrom(netip.MustParseAddr(f.dns.claim.ip), portDNS)
}
