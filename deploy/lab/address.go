package lab

import (
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
)

const (
	// claimPort is the port that a lab listens on for as long as an address is
	// its own. The kernel lets one program listen, so it is the judge.
	claimPort = 15000

	// claimAttempts bounds the search for an address: with 8 million to choose
	// from, the first one is nearly always free.
	claimAttempts = 100

	// portAttempts bounds the search for a port on an address. A port is taken
	// only when a server listens on all addresses of the machine.
	portAttempts = 200
)

// Ports that servers get, if free. They lie below those that Linux hands out by
// itself (32768 and up), so no client's connection takes one.
const (
	portC2S       = 15222
	portDirectTLS = 15223
	portHTTP      = 15280
	portS2S       = 15269
	portComponent = 15347
	portMQTT      = 11883
)

// claim is an address of 127.0.0.0/8 that belongs to one server until released.
type claim struct {
	ip   string
	hold net.Listener
}

// claimAddress finds an address that no other lab on this machine uses.
func claimAddress() (claim, error) {
	var last error
	for range claimAttempts {
		ip := fmt.Sprintf("127.%d.%d.%d", 64+rand.IntN(128), rand.IntN(256), 1+rand.IntN(254))
		hold, err := net.Listen("tcp", net.JoinHostPort(ip, strconv.Itoa(claimPort)))
		if err == nil {
			return claim{ip: ip, hold: hold}, nil
		}
		last = err
	}
	return claim{}, fmt.Errorf("find a free loopback address: %w", last)
}

// release gives the address back. The zero claim has none.
func (c claim) release() {
	if c.hold != nil {
		c.hold.Close()
	}
}

// freePort returns the first port from first on that can be listened on at ip.
func freePort(ip string, first int) (int, error) {
	var last error
	for port := first; port < first+portAttempts; port++ {
		l, err := net.Listen("tcp", net.JoinHostPort(ip, strconv.Itoa(port)))
		if err == nil {
			return port, l.Close()
		}
		last = err
	}
	return 0, fmt.Errorf("find a free port on %s: %w", ip, last)
}
