package main

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"thingbridge/cmd/thingbridge/config"
	"thingbridge/devices"
	"thingbridge/gateway"
	"thingbridge/gateway/outbox"
	"thingbridge/gateway/store"
	"thingbridge/gateway/xmpp"
)

// drain bounds how long readings that have arrived may take to become messages
// when the program stops.
const drain = time.Second

// program is the gateway as it runs: the parts, joined.
type program struct {
	log      zerolog.Logger
	config   *config.Config
	durable  atomic.Bool // whether a feed is
	store    *store.Store
	registry *devices.Registry
	keeper   *gateway.Keeper
	fleet    *fleet

	bridge  *gateway.Bridge
	unlink  context.CancelFunc
	bridged sync.WaitGroup
}

// serve runs the gateway until ctx ends. reload blocks until a configuration is
// to be put in force (nil: there was one with mistakes), and returns false when
// ctx has ended.
func serve(ctx context.Context, c *config.Config, reload func(context.Context) (*config.Config, bool), log zerolog.Logger) (err error) {
	p := &program{log: log, config: c, registry: devices.NewRegistry()}
	if p.store, err = store.Open(ctx, c.Store.Path); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.store.Close()) }()
	memories, err := p.store.Memories(ctx)
	if err != nil {
		return err
	}
	p.registry.Remember(memories)
	p.keeper = gateway.NewKeeper(p.registry, p.store, log)
	keeping, stopKeeping := context.WithCancel(context.WithoutCancel(ctx))
	var keeper sync.WaitGroup
	keeper.Go(func() { p.keeper.Run(keeping) })
	defer keeper.Wait()
	defer stopKeeping()

	p.fleet = newFleet(p.registry, p.settle, log)
	if err := p.link(ctx); err != nil {
		return err
	}
	defer p.close()
	if err := p.fleet.run(c.Adapters); err != nil {
		return err
	}
	log.Info().Str("version", describe(version, nil).Version).Str("domain", c.XMPP.Component.Domain).
		Int("adapters", len(c.Adapters)).Msg("thingbridge runs")
	for {
		next, more := reload(ctx)
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

// settle makes what was applied safe: in the store, and, where a feed is
// durable, in the outbox.
func (p *program) settle(ctx context.Context) error {
	if p.durable.Load() {
		if err := p.registry.Drain(ctx); err != nil {
			return err
		}
	}
	return p.keeper.Settle(ctx)
}

// link connects a bridge to the server.
func (p *program) link(ctx context.Context) error {
	c := p.config.XMPP.Component
	domain, err := xmpp.ParseJID(c.Domain)
	if err != nil {
		return fmt.Errorf("xmpp.component.domain: %w", err)
	}
	box, err := outbox.New(ctx, p.store.Outbox(domain.String()), outbox.Config{Log: p.log})
	if err != nil {
		return err
	}
	p.bridge, err = gateway.New(ctx, gateway.Parts{
		Identity:      gateway.Component{Domain: domain},
		Registry:      p.registry,
		Link:          xmpp.NewComponent(xmpp.ComponentConfig{Domain: domain, Server: c.Server, Secret: c.Secret}, p.log),
		Outbox:        box,
		Subscriptions: p.store,
		Languages:     p.store,
		Version:       describe(version, nil).Version,
		Log:           p.log,
	}, p.settings())
	if err != nil {
		return err
	}
	linked, unlink := context.WithCancel(context.WithoutCancel(ctx))
	p.unlink = unlink
	p.bridged.Go(func() {
		if err := p.bridge.Run(linked); err != nil && linked.Err() == nil {
			p.log.Error().Err(err).Msg("bridge ended")
		}
	})
	return nil
}

func (p *program) settings() gateway.Settings {
	c := p.config
	p.durable.Store(slices.ContainsFunc(c.Feeds, func(f gateway.FeedConfig) bool { return f.Durable }))
	return gateway.Settings{Presence: c.Presence, Access: c.Access, Feeds: c.Feeds}
}

// reconfigure puts a configuration in force. What did not change goes on.
func (p *program) reconfigure(ctx context.Context, next *config.Config) error {
	old := p.config
	if next.Store.Path != old.Store.Path {
		p.log.Warn().Str("store", old.Store.Path).Msg("the store stays where it is until the program is started again")
		next.Store = old.Store
	}
	p.config = next
	if !reflect.DeepEqual(old.XMPP, next.XMPP) {
		p.log.Info().Msg("the link to the XMPP server changes")
		p.cut()
		if err := p.link(ctx); err != nil {
			return err
		}
	} else {
		p.bridge.Configure(p.settings())
	}
	if err := p.fleet.run(next.Adapters); err != nil {
		return err
	}
	p.log.Info().Int("adapters", len(next.Adapters)).Msg("the new configuration is in force")
	return nil
}

// cut ends the bridge: all contacts become unavailable.
func (p *program) cut() {
	p.unlink()
	p.bridged.Wait()
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
	p.cut()
}
