package xmpp

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/idna"
)

const (
	portClient    = "5222" // STARTTLS
	portDirectTLS = "5223"

	// maxTargets bounds how many servers of a domain are tried in a row.
	maxTargets = 16

	lookupTimeout = 10 * time.Second
)

// Resolver looks up the servers of a domain. A *net.Resolver is one.
type Resolver interface {
	LookupSRV(ctx context.Context, service, proto, name string) (string, []*net.SRV, error)
}

// target is one place where a server may be reached.
type target struct {
	address string // host:port
	direct  bool   // TLS from the first byte (XEP-0368), else by STARTTLS
}

// String writes what [AccountConfig].Server takes.
func (t target) String() string {
	if t.direct {
		return directPrefix + t.address
	}
	return t.address
}

const directPrefix = "tls://"

var errNoServer = errors.New("the domain's DNS says that it has no XMPP server for clients")

// parseTarget reads a server as it is configured: host, host:port, or either
// behind "tls://".
func parseTarget(text string) (target, error) {
	rest, direct := strings.CutPrefix(text, directPrefix)
	port := portClient
	if direct {
		port = portDirectTLS
	}
	host := rest
	if h, p, err := net.SplitHostPort(rest); err == nil {
		host, port = h, p
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	if host == "" || port == "" || strings.ContainsAny(host+port, "/@[] \t\r\n") {
		return target{}, fmt.Errorf("%q is no server, want host:port or tls://host:port", shorten(text))
	}
	return target{net.JoinHostPort(host, port), direct}, nil
}

// hostOf is the domainpart as DNS and certificates write it.
func hostOf(domain string) string {
	domain = strings.TrimSuffix(strings.TrimPrefix(domain, "["), "]")
	if ascii, err := idna.Lookup.ToASCII(domain); err == nil {
		return ascii
	}
	return domain
}

// answer is what DNS says about one service of a domain.
type answer struct {
	records []*net.SRV
	err     error
}

// resolve finds the servers of a domain in the order in which to try them.
func resolve(ctx context.Context, r Resolver, host string) ([]target, error) {
	if _, err := netip.ParseAddr(host); err == nil {
		return fallback(host), nil
	}
	ctx, cancel := context.WithTimeout(ctx, lookupTimeout)
	defer cancel()
	var direct, plain answer
	lookUp := func(a *answer, service string) {
		_, a.records, a.err = r.LookupSRV(ctx, service, "tcp", host)
	}
	var both sync.WaitGroup
	both.Go(func() { lookUp(&direct, "xmpps-client") })
	both.Go(func() { lookUp(&plain, "xmpp-client") })
	both.Wait()
	return choose(host, direct, plain, rand.IntN)
}

// choose joins what DNS says of both services (XEP-0368 2): one list, in which
// priority and weight count as if it had been one. Without any records the
// domain itself is the server (RFC 6120 3.2.1). pick returns a number below n.
func choose(host string, direct, plain answer, pick func(n int) int) ([]target, error) {
	candidates := append(candidates(direct.records, true), candidates(plain.records, false)...)
	if len(candidates) > 0 {
		return arrange(candidates, pick), nil
	}
	if len(direct.records)+len(plain.records) > 0 {
		return nil, errNoServer
	}
	return fallback(host), nil
}

func fallback(host string) []target { return []target{{net.JoinHostPort(host, portClient), false}} }

// candidate is a target as DNS ranks it.
type candidate struct {
	target
	priority, weight int
}

// candidates leaves out ".", which says that the service is not offered.
func candidates(records []*net.SRV, direct bool) []candidate {
	var out []candidate
	for _, r := range records {
		host := strings.TrimSuffix(r.Target, ".")
		if host == "" || len(out) == maxTargets {
			continue
		}
		address := net.JoinHostPort(host, fmt.Sprint(r.Port))
		out = append(out, candidate{target{address, direct}, int(r.Priority), int(r.Weight)})
	}
	return out
}

// arrange orders by priority, and where that is the same at random by weight
// (RFC 2782).
func arrange(candidates []candidate, pick func(n int) int) []target {
	slices.SortStableFunc(candidates, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.priority, b.priority), cmp.Compare(a.weight, b.weight))
	})
	var out []target
	for len(candidates) > 0 && len(out) < maxTargets {
		same := 1
		for same < len(candidates) && candidates[same].priority == candidates[0].priority {
			same++
		}
		i := drawn(candidates[:same], pick)
		out = append(out, candidates[i].target)
		candidates = slices.Delete(candidates, i, i+1)
	}
	return out
}

// drawn chooses one of those with the same priority. Those of weight 0 come
// first, which gives them a small chance.
func drawn(same []candidate, pick func(n int) int) int {
	sum := 0
	for _, c := range same {
		sum += c.weight
	}
	left := pick(sum + 1)
	for i, c := range same {
		if left -= c.weight; left <= 0 {
			return i
		}
	}
	return len(same) - 1
}
