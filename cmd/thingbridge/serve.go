package main

import (
	"context"
	"errors"
	"reflect"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"thingbridge/adapters/serial"
	"thingbridge/cmd/thingbridge/config"
	"thingbridge/devices"
	"thingbridge/gateway"
	"thingbridge/gateway/store"
)

// drain bounds how long readings that have arrived may take to become messages
// when the program stops.
const drain = time.Second

// program is the gateway as it runs: the parts, joined.
type program struct {
	log      zerolog.Logger
	config   *config.Config
	store    *store.Store
	registry *devices.Registry
	safety   *safety
	inbox    *inbox
	memory   *memory
	fleet    *fleet
	ports    *serial.Ports
	bridges  *bridges
	face     *face
}

// reloads is where new configurations come from.
type reloads struct {
	// next blocks until a configuration is to be put in force (nil: there was one
	// with mistakes), and returns false when ctx has ended.
	next func(ctx context.Context) (*config.Config, bool)
	// ask makes next return what the configuration is now, or says what is wrong with
	// it. It does not wait. Nil: there is nothing to read again.
	ask func() error
}

// serve runs the gateway until ctx ends.
func serve(ctx context.Context, c *config.Config, reload reloads, log zerolog.Logger) (err error) {
	p := &program{log: log, config: c, registry: devices.NewRegistry(), ports: serial.NewPorts()}
	if p.store, err = store.Open(ctx, c.Store.Path); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.store.Close()) }()
	memories, err := p.store.Memories(ctx)
	if err != nil {
		return err
	}
	p.registry.Remember(memories)
	p.safety = &safety{registry: p.registry, keeper: gateway.NewKeeper(p.registry, p.store, log), store: p.store}
	keeping, stopKeeping := context.WithCancel(context.WithoutCancel(ctx))
	var keeper sync.WaitGroup
	keeper.Go(func() { p.safety.keeper.Run(keeping) })
	defer keeper.Wait()
	defer stopKeeping()

	p.inbox = newInbox(p.store)
	p.memory = newMemory(p.registry, p.safety, p.inbox)
	p.fleet = newFleet(p.registry, p.safety, p.inbox, p.memory, p.ports, log)
	p.bridges = &bridges{registry: p.registry, store: p.store, inbox: p.inbox, memory: p.memory, reload: reload.ask, log: log}
	if err := p.bridges.start(ctx, c.XMPP, p.settings()); err != nil {
		return err
	}
	defer p.close()
	if err := p.fleet.run(c); err != nil {
		return err
	}
	c.DropLines()
	p.face = openFace(c.SocketPath(), p.ports, log)
	defer p.face.close()
	giveBack()
	log.Info().Str("version", describe(version, nil).Version).Str("xmpp", identities(c.XMPP)).
		Int("adapters", len(c.Adapters)).Msg("thingbridge runs")
	for {
		next, more := reload.next(ctx)
		if !more {
			log.Info().Msg("thingbridge stops")
			return nil
		}
		if next == nil {
			continue
		}
		if err := p.reconfigure(ctx, next); err != nil {
			return err
		}
	}
}

func (p *program) settings() gateway.Settings {
	c := p.config
	p.safety.durable.Store(slices.ContainsFunc(c.Feeds, func(f gateway.FeedConfig) bool { return f.Durable }))
	return gateway.Settings{Presence: c.Presence, Access: c.Access, Feeds: c.Feeds}
}

// reconfigure puts a configuration in force. What did not change goes on.
func (p *program) reconfigure(ctx context.Context, next *config.Config) error {
	old := p.config
	if next.Store.Path != old.Store.Path {
		p.log.Warn().Str("store", old.Store.Path).Msg("the store stays where it is until the program is started again")
		next.Store = old.Store
	}
	if next.SocketPath() != p.face.socket {
		p.log.Warn().Str("socket", p.face.socket).Msg("the socket stays where it is until the program is started again")
	}
	p.config = next
	if !reflect.DeepEqual(old.XMPP, next.XMPP) {
		p.log.Info().Msg("the link to the XMPP server changes")
		p.bridges.close()
		if err := p.bridges.start(ctx, next.XMPP, p.settings()); err != nil {
			return err
		}
	} else {
		p.bridges.configure(p.settings())
	}
	if err := p.fleet.run(next); err != nil {
		return err
	}
	next.DropLines()
	p.log.Info().Int("adapters", len(next.Adapters)).Msg("the new configuration is in force")
	p.log.Debug().Int("goroutines", runtime.NumGoroutine()).Msg("what the program needs")
	return nil
}

// close ends the adapters, then the bridge, so that what has arrived still
// becomes messages.
func (p *program) close() {
	p.fleet.close()
	ctx, cancel := context.WithTimeout(context.Background(), drain)
	defer cancel()
	if err := p.registry.Drain(ctx); err != nil {
		p.log.Warn().Msg("some readings came too late to be told")
	}
	p.bridges.close()
}
