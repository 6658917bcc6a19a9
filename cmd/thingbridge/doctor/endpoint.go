package doctor

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"syscall"
	"time"
)

// endpoint is where a server listens.
type endpoint struct {
	network    string // "tcp" or "unix"
	host, port string // of tcp
	path       string // of unix
	key        string // that names it in the configuration
}

func (e endpoint) String() string {
	if e.network == "unix" {
		return e.path
	}
	return net.JoinHostPort(e.host, e.port)
}

func (e endpoint) resolve(ctx context.Context) Finding {
	if e.network == "unix" {
		return skipped("a socket has no name to resolve")
	}
	if net.ParseIP(e.host) != nil {
		return skipped(e.host + " is an address, not a name")
	}
	addresses, err := net.DefaultResolver.LookupHost(ctx, e.host)
	if err != nil {
		return resolveFinding(e, err)
	}
	return passed(fmt.Sprintf("%s is %s", e.host, strings.Join(addresses, ", ")))
}

func resolveFinding(e endpoint, err error) Finding {
	var dns *net.DNSError
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		return failed(fmt.Sprintf("nobody knows the host %q", e.host), e.key,
			"correct the name, or write the address of the host; else add it to the DNS or to /etc/hosts")
	case errors.As(err, &dns) && dns.IsTimeout, errors.Is(err, context.DeadlineExceeded):
		return failed(fmt.Sprintf("the DNS did not say where %q is", e.host), e.key,
			"see /etc/resolv.conf and whether this machine has a network, or write the address of the host")
	}
	return failed(plain(err), e.key, "see /etc/resolv.conf, or write the address of the host")
}

// dial returns the connection, or without one why there is none.
func (e endpoint) dial(ctx context.Context) (net.Conn, Finding) {
	begin := time.Now()
	conn, err := new(net.Dialer).DialContext(ctx, e.network, e.String())
	if err != nil {
		return nil, dialFinding(e, err)
	}
	return conn, passed(fmt.Sprintf("%s, in %s", e, short(time.Since(begin))))
}

func dialFinding(e endpoint, err error) Finding {
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return failed(fmt.Sprintf("nothing listens at %s", e), e.key,
			"start the server there, let it listen at that address, or correct host and port")
	case errors.Is(err, os.ErrNotExist):
		return failed(fmt.Sprintf("there is no socket %s", e), e.key, "start the server, or correct the path")
	case errors.Is(err, os.ErrPermission):
		return failed(fmt.Sprintf("this user may not open %s", e), e.key, "run doctor as the user of the gateway, or let that user in")
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
		return failed(fmt.Sprintf("%s does not answer at all", e), e.key,
			"correct the address, or open the firewall in between; is that machine on?")
	}
	return failed(fmt.Sprintf("%s: %s", e, plain(err)), e.key, "correct the address; can this machine reach that network?")
}

// plain is the text of err without the addresses that [net.OpError] adds.
func plain(err error) string {
	var op *net.OpError
	if errors.As(err, &op) {
		err = op.Err
	}
	return shorten(err.Error())
}

// shorten keeps outside text from filling a line.
func shorten(text string) string {
	const most = 200
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}

// short rounds a duration for people.
func short(d time.Duration) time.Duration { return d.Round(100 * time.Microsecond) }
