package doctor

import (
	"context"
	"time"

	"thingbridge/gateway/xmpp"
)

// lookEvery is how often a link is asked whether it has failed: it tells its
// handler of streams alone, not of attempts.
const lookEvery = 20 * time.Millisecond

// guest is who has logged in at a server and asks it.
type guest struct {
	link   *xmpp.Link
	self   xmpp.JID // the component, or the account
	host   xmpp.JID // of the server's users; zero: no idea
	server string   // the key that names the server
	help   string   // where to find out why the server does not do its part
	up     bool
}

// await waits for ready, and returns why it will not be.
func (g *guest) await(ctx context.Context, ready <-chan struct{}) error {
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for {
		select {
		case <-ready:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		case <-look.C:
		}
		if err := g.link.Status().LastError; err != nil {
			return err
		}
	}
}

// online makes a step of try that is skipped where there was no login.
func (g *guest) online(try func(context.Context) Finding) func(context.Context) Finding {
	return func(ctx context.Context) Finding {
		if !g.up {
			return skipped("not tried")
		}
		return try(ctx)
	}
}
