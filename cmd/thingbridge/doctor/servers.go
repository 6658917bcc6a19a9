package doctor

import (
	"cmp"
	"context"
	"errors"
	"net"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
)

const (
	portClient = "5222"

	// maxServers bounds how many servers of a domain are tried.
	maxServers = 16

	// directPrefix is written before a server where TLS begins with the first byte.
	directPrefix = "tls://"
)

// errNoService is what a domain says with "." as its only server (RFC 2782).
var errNoService = errors.New("its DNS says that it has no XMPP server for clients")

// clientServer is where a server takes clients.
type clientServer struct {
	endpoint
	direct bool // TLS begins with the first byte (XEP-0368), else by STARTTLS
}

// String writes what the key server of an account takes.
func (s clientServer) String() string {
	if s.direct {
		return directPrefix + s.endpoint.String()
	}
	return s.endpoint.String()
}

// parseServer reads the key server of an account, which was validated.
func parseServer(text, key string) clientServer {
	address, direct := strings.CutPrefix(text, directPrefix)
	s := clientServer{endpoint: endpoint{network: "tcp", key: key}, direct: direct}
	s.host, s.port, _ = net.SplitHostPort(address)
	return s
}

// asciiHost is a domain as DNS and certificates write it.
func asciiHost(domain string) string {
	domain = strings.TrimSuffix(strings.TrimPrefix(domain, "["), "]")
	if ascii, err := idna.Lookup.ToASCII(domain); err == nil {
		return ascii
	}
	return domain
}

// lookUp asks DNS for the servers of a domain. There are none, and no error,
// where it has no records: the domain itself is the server then.
func lookUp(ctx context.Context, domain, key string) ([]clientServer, error) {
	if net.ParseIP(domain) != nil {
		return nil, nil
	}
	// What cannot be looked up counts as what is not there, as for the gateway.
	_, direct, _ := net.DefaultResolver.LookupSRV(ctx, "xmpps-client", "tcp", domain)
	_, plain, _ := net.DefaultResolver.LookupSRV(ctx, "xmpp-client", "tcp", domain)
	return rank(direct, plain, key)
}

// rank joins the records of both services to one list (XEP-0368 2), the heavier
// first where the gateway would draw lots.
func rank(direct, plain []*net.SRV, key string) ([]clientServer, error) {
	type ranked struct {
		clientServer
		priority, weight uint16
	}
	var all []ranked
	add := func(records []*net.SRV, direct bool) {
		for _, r := range records {
			host := strings.TrimSuffix(r.Target, ".")
			if host == "" {
				continue
			}
			at := endpoint{network: "tcp", host: host, port: strconv.Itoa(int(r.Port)), key: key}
			all = append(all, ranked{clientServer{at, direct}, r.Priority, r.Weight})
		}
	}
	add(direct, true)
	add(plain, false)
	if len(all) == 0 && len(direct)+len(plain) > 0 {
		return nil, errNoService
	}
	slices.SortStableFunc(all, func(a, b ranked) int {
		return cmp.Or(cmp.Compare(a.priority, b.priority), cmp.Compare(b.weight, a.weight))
	})
	var servers []clientServer
	for _, r := range all[:min(len(all), maxServers)] {
		servers = append(servers, r.clientServer)
	}
	return servers, nil
}
