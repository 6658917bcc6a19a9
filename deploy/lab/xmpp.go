package lab

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"slices"
	"sync"
)

// DefaultHost is the XMPP domain of a server whose configuration names none.
const DefaultHost = "home.test"

// XMPPServer is what every XMPP server of the lab offers, whichever it is.
type XMPPServer struct {
	*Server
	Host          string // domain of the users
	C2SAddr       string // clients, STARTTLS
	DirectTLSAddr string // clients, TLS from the first byte
	ComponentAddr string // components (XEP-0114), plain TCP
	S2SAddr       string // other servers, STARTTLS; empty outside a federation

	register func(ctx context.Context, user, password string) error
	// writesLate says that a kill may undo what was registered just before.
	writesLate bool

	usersMu sync.Mutex
	users   map[string]string // localpart to password
}

// Start does what [Server.Start] does, and waits until the server answers, as some
// accept connections before all their domains are there. Accounts made by the configuration or by
// Register are there again, even if the server was killed before it had written
// them; anything else that a server writes late may be lost by a kill.
func (x *XMPPServer) Start(ctx context.Context) error {
	if err := x.Server.Start(ctx); err != nil {
		return err
	}
	if err := x.awaitAnswer(ctx); err != nil {
		x.Kill()
		return fmt.Errorf("start %s: it does not answer: %w; its last lines:\n%s", x.name, err, x.log.last())
	}
	if !x.writesLate {
		return nil
	}
	x.usersMu.Lock()
	users := maps.Clone(x.users)
	x.usersMu.Unlock()
	return x.registerAll(ctx, users)
}

// awaitAnswer opens a client's stream and waits for the first byte of the answer.
func (x *XMPPServer) awaitAnswer(ctx context.Context) error {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", x.C2SAddr)
	if err != nil {
		return err
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	_, err = fmt.Fprintf(conn, "<?xml version='1.0'?><stream:stream to='%s' version='1.0' xmlns='jabber:client'"+
		" xmlns:stream='http://etherx.jabber.org/streams'>", x.Host)
	if err != nil {
		return err
	}
	_, err = conn.Read(make([]byte, 1))
	return errors.Join(err, ctx.Err())
}

// Account is what a client needs in order to log in.
type Account struct {
	JID      string // bare
	Password string
	Addr     string // host:port of the client port (STARTTLS)
	CAFile   string // the authority that signed the server's certificate
}

// Register makes an account, or gives an existing one another password.
func (x *XMPPServer) Register(ctx context.Context, user, password string) error {
	if err := x.register(ctx, user, password); err != nil {
		return fmt.Errorf("register %s@%s with %s: %w", user, x.Host, x.name, err)
	}
	x.usersMu.Lock()
	defer x.usersMu.Unlock()
	x.users[user] = password
	return nil
}

// Account returns the login of a user that the configuration named or Register
// made. Of anybody else it holds no password.
func (x *XMPPServer) Account(user string) Account {
	x.usersMu.Lock()
	defer x.usersMu.Unlock()
	return Account{JID: user + "@" + x.Host, Password: x.users[user], Addr: x.C2SAddr, CAFile: x.CAFile}
}

// newXMPPServer chooses the ports of a server for host.
func newXMPPServer(s server, host string) (*XMPPServer, error) {
	x := &XMPPServer{Server: s.Server, Host: host, users: map[string]string{}}
	var err error
	for _, port := range []struct {
		address *string
		first   int
	}{
		{&x.C2SAddr, portC2S},
		{&x.DirectTLSAddr, portDirectTLS},
		{&x.ComponentAddr, portComponent},
	} {
		if *port.address, err = s.address(port.first); err != nil {
			return nil, err
		}
	}
	x.ready = []string{x.C2SAddr, x.DirectTLSAddr}
	return x, nil
}

// open starts a configured server and registers its users.
func (x *XMPPServer) open(ctx context.Context, s server, users map[string]string) error {
	if err := s.handOver(); err != nil {
		return err
	}
	if err := x.Start(ctx); err != nil {
		return err
	}
	return x.registerAll(ctx, users)
}

func (x *XMPPServer) registerAll(ctx context.Context, users map[string]string) error {
	for _, user := range slices.Sorted(maps.Keys(users)) {
		if err := x.Register(ctx, user, users[user]); err != nil {
			return err
		}
	}
	return nil
}
