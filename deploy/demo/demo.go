package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"thingbridge/deploy/lab"
)

// Config says who takes part in a demo. All but Terminal, Color and Log is
// required.
type Config struct {
	// In is what the person says, a line each. At its end the demo leaves.
	In io.Reader
	// Out takes what the person sees.
	Out io.Writer
	// Terminal is the terminal that In and Out are, where lines can be edited; nil
	// where they are none. Then each line waits for the answer to the one before.
	Terminal *os.File
	// Color is whether Out may be coloured.
	Color bool
	// Log takes the gateway's log; nil keeps it in a file of the demo's folder.
	Log io.Writer
	// Gateway runs the gateway with a configuration file until ctx ends.
	Gateway func(ctx context.Context, configFile string, log io.Writer) error
}

// Run runs a demo until the person leaves or ctx ends, both of which are no
// error. When it returns, its servers have ended and its folder is gone; when the
// program is killed, that happens a moment later. A read from In that is under way
// when ctx ends is left to itself, as nothing can interrupt that of a terminal.
func Run(ctx context.Context, config Config) error {
	err := run(ctx, config)
	if err == nil {
		fmt.Fprintln(config.Out, "The house is gone again. Nothing keeps running, and no file is left.")
	}
	return err
}

// unlessEnded returns err, or nil when ctx has ended: then err says no more than
// that.
func unlessEnded(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

func run(ctx context.Context, config Config) (err error) {
	f, err := newFolder()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.remove()) }()
	fmt.Fprintln(config.Out, "Starting a private XMPP server and a simulated house ...")
	server, err := startServer(ctx, f)
	if err != nil {
		return unlessEnded(ctx, err)
	}
	defer func() { err = errors.Join(err, stopServer(server)) }()
	return moveIn(ctx, config, f, server)
}

// moveIn runs the gateway and the chat on a server that runs.
func moveIn(ctx context.Context, config Config, f *folder, server *lab.Prosody) (err error) {
	s := newScreen(config)
	defer func() { err = errors.Join(err, s.close()) }()
	g, err := startGateway(ctx, f, s, config)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, g.stop()) }()

	account := server.Account(user)
	account.CAFile = f.file(caFile)
	me, err := login(ctx, account)
	if err != nil {
		return unlessEnded(ctx, err)
	}
	defer func() { err = errors.Join(err, me.close()) }()
	s.print(welcome(account, server.DirectTLSAddr))
	c := newChat(me, s, config.patience())
	err = c.run(ctx, life{client: me.ended, server: server.Done(), gateway: g.ended}, me.events)
	return unlessEnded(ctx, err)
}

// welcome says what runs and how to join it.
func welcome(account lab.Account, directTLS string) string {
	return fmt.Sprintf(`
A house lives on this machine until you leave. All of it is simulated, and an hour
in it takes a minute. Each thing in it is a contact. This chat is one client of
many; join with any other on this machine:

  address   %s
  password  %s
  server    %s (STARTTLS) or %s (direct TLS)
  CA file   %s
  house     %s
`, account.JID, account.Password, account.Addr, directTLS, account.CAFile, domain)
}
