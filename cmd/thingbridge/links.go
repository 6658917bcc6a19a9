package main

import (
	"context"
	"fmt"
	"sync"

	"github.com/rs/zerolog"

	"thingbridge/cmd/thingbridge/config"
	"thingbridge/devices"
	"thingbridge/gateway"
	"thingbridge/gateway/outbox"
	"thingbridge/gateway/store"
	"thingbridge/gateway/xmpp"
)

// plannedLink is one link that the configuration asks for.
type plannedLink struct {
	identity gateway.Identity
	self     xmpp.JID
	open     func(zerolog.Logger) *xmpp.Link
}

// planLinks returns the links of a configuration: one as a component, or one for
// each account.
func planLinks(x config.XMPP) ([]plannedLink, error) {
	if x.Component != nil {
		domain, err := xmpp.ParseJID(x.Component.Domain)
		if err != nil {
			return nil, fmt.Errorf("xmpp.component.domain: %w", err)
		}
		authorities, err := config.Authorities(x.Component.CAFile)
		if err != nil {
			return nil, fmt.Errorf("xmpp.component.ca_file: %w", err)
		}
		cfg := xmpp.ComponentConfig{Domain: domain, Server: x.Component.Server, Secret: x.Component.Secret, CAs: authorities}
		return []plannedLink{{
			identity: gateway.Component{Domain: domain},
			self:     domain,
			open:     func(log zerolog.Logger) *xmpp.Link { return xmpp.NewComponent(cfg, log) },
		}}, nil
	}
	own := make(map[devices.ID]bool)
	for _, a := range x.Accounts {
		if a.Device != "" {
			own[a.Device] = true
		}
	}
	links := make([]plannedLink, 0, len(x.Accounts))
	for i, a := range x.Accounts {
		authorities, err := config.Authorities(a.CAFile)
		if err != nil {
			return nil, fmt.Errorf("xmpp.accounts[%d].ca_file: %w", i, err)
		}
		cfg := xmpp.AccountConfig{JID: a.JID, Password: a.Password, Server: a.Server, CAs: authorities, Register: a.Register}
		links = append(links, plannedLink{
			identity: gateway.Account{JID: a.JID.Bare(), Device: a.Device, Others: own},
			self:     a.JID.Bare(),
			open:     func(log zerolog.Logger) *xmpp.Link { return xmpp.NewAccount(cfg, log) },
		})
	}
	return links, nil
}

// bridges are the bridges that run, one for each link. It is used by one
// goroutine.
type bridges struct {
	registry *devices.Registry
	store    *store.Store
	inbox    *inbox
	memory   *memory
	reload   func() error
	log      zerolog.Logger

	running []*gateway.Bridge
	stop    context.CancelFunc
	ended   sync.WaitGroup
}

// start runs the bridges of a configuration.
func (b *bridges) start(ctx context.Context, x config.XMPP, settings gateway.Settings) error {
	links, err := planLinks(x)
	if err != nil {
		return err
	}
	b.running = nil
	for _, link := range links {
		bridge, err := b.build(ctx, link, settings)
		if err != nil {
			return err
		}
		b.running = append(b.running, bridge)
	}
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	b.stop = stop
	for _, bridge := range b.running {
		b.ended.Go(func() {
			if err := bridge.Run(running); err != nil && running.Err() == nil {
				b.log.Error().Err(err).Msg("bridge ended")
			}
		})
	}
	return nil
}

func (b *bridges) build(ctx context.Context, link plannedLink, settings gateway.Settings) (*gateway.Bridge, error) {
	log := b.log
	box, err := outbox.New(ctx, b.store.Outbox(link.self.String()), outbox.Config{Log: log})
	if err != nil {
		return nil, err
	}
	return gateway.New(ctx, gateway.Parts{
		Identity:      link.identity,
		Registry:      b.registry,
		Link:          link.open(log),
		Outbox:        box,
		Subscriptions: b.store,
		Languages:     b.store,
		Questions:     b.store,
		Rooms:         b.store,
		Inbox:         b.inbox,
		Memory:        b.memory,
		Version:       describe(version, nil).Version,
		Reload:        b.reload,
		Log:           log,
	}, settings)
}

// configure puts settings in force in all bridges.
func (b *bridges) configure(settings gateway.Settings) {
	for _, bridge := range b.running {
		bridge.Configure(settings)
	}
}

// close ends the bridges: all contacts become unavailable.
func (b *bridges) close() {
	if b.stop != nil {
		b.stop()
	}
	b.ended.Wait()
}
