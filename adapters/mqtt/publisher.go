package mqtt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	paho "github.com/eclipse/paho.mqtt.golang"
	"github.com/rs/zerolog"

	"thingbridge/adapters"
	"thingbridge/adapters/mqtt/publish"
	"thingbridge/devices"
)

const (
	publishTick     = 200 * time.Millisecond // between two looks at what changed
	publishBatch    = 128                    // changes whose messages are under way at a time
	maxOrders       = 64                     // commands that wait
	orderTimeout    = 10 * time.Second
	ordersAtOnce    = 5                // lines in the log about commands that are refused
	birthPause      = 2 * time.Second  // for Home Assistant to subscribe after it said that it is there
	withdrawTimeout = 5 * time.Second  // to take everything back
	ordersLoggedPer = 30 * time.Second // afterwards

	// orphanAfter is how long an announcement of an earlier run stands for which no
	// device has come. It is long, for Home Assistant forgets with it how people have
	// called the device there, and a sensor in the garden can sleep for half a day.
	orphanAfter  = 24 * time.Hour
	inheritPause = 300 * time.Millisecond
	maxInherited = 1024 // announcements that are looked at together

	subscriptionRefused = 0x80 // MQTT 3.1.1, 3.9.3
)

// Publisher announces the devices of another adapter on a broker, as Home Assistant
// understands it, tells their values, and takes commands for them. It has a connection
// of its own: its will says that it is gone, and what was ordered while it was away is
// not obeyed late.
type Publisher struct {
	cfg      Config
	scheme   publish.Scheme
	registry *devices.Registry
	log      zerolog.Logger

	withdrawn chan struct{}            // closed when everything is to be taken back
	withdraw  func()                   // closes it
	said      map[devices.ID]*said     // on the broker
	orphans   map[devices.ID]time.Time // of an earlier run and without a device; since when that is known
	patience  time.Duration            // with orphans
	refusals  time.Time                // when a refused command was last logged
	refused   int                      // since then
}

// said is what the broker was last told of a device.
type said struct {
	device       *devices.Device
	availability devices.Availability
	state        []byte
}

// NewPublisher returns a publisher of the devices of the adapter source, which goes
// through the broker of cfg. It connects to nothing before Run.
func NewPublisher(cfg Config, source, version string, registry *devices.Registry, log zerolog.Logger) *Publisher {
	p := &Publisher{
		cfg:       cfg,
		scheme:    publish.Scheme{Prefix: cfg.DiscoveryPrefix, Source: source, Version: version},
		registry:  registry,
		log:       log.With().Str("publish", source).Logger(),
		said:      make(map[devices.ID]*said),
		withdrawn: make(chan struct{}),
		orphans:   make(map[devices.ID]time.Time),
		patience:  orphanAfter,
	}
	p.cfg.ClientID += "-" + source
	p.withdraw = sync.OnceFunc(func() { close(p.withdrawn) })
	return p
}

// Withdraw makes Run take back all announcements and return.
func (p *Publisher) Withdraw() { p.withdraw() }

func (p *Publisher) isWithdrawn() bool {
	select {
	case <-p.withdrawn:
		return true
	default:
		return false
	}
}

// Run publishes until ctx ends or everything was withdrawn. It connects again whenever
// the connection is lost.
func (p *Publisher) Run(ctx context.Context) {
	at, err := parseBroker(p.cfg.Broker)
	if err != nil {
		p.log.Error().Err(err).Msg("devices are not announced")
		return
	}
	var pauses retry
	var repeats adapters.Repeat
	for ctx.Err() == nil && !p.isWithdrawn() {
		lasted, err := p.serve(ctx, at)
		if err == nil {
			return
		}
		if lasted > 0 {
			repeats.Clear()
		}
		if say, kept := repeats.Say(err.Error(), time.Now()); say && ctx.Err() == nil {
			p.log.Warn().Int("repeated", kept).Err(err).Msg("devices are not announced to Home Assistant: no connection to the broker")
		}
		pause := pauses.next(lasted, rand.Float64())
		if errors.Is(err, adapters.ErrPermanent) {
			pause = max(pause, time.Minute)
		}
		select {
		case <-ctx.Done():
		case <-p.withdrawn:
		case <-time.After(pause):
		}
	}
}

// serve connects and publishes; it returns nil when that is to end.
func (p *Publisher) serve(ctx context.Context, at address) (lasted time.Duration, err error) {
	o := p.outlet()
	if err := o.connect(ctx, p, at); err != nil {
		return 0, explain(&p.cfg, at, err)
	}
	began := time.Now()
	orders, stop := context.WithCancel(ctx)
	var obeying sync.WaitGroup
	obeying.Go(func() { p.obey(orders, o.orders) })
	err = p.live(ctx, o)
	stop()
	obeying.Wait()
	if err == nil {
		parting := publish.Offline()
		if p.isWithdrawn() {
			parting = []byte{} // nothing is left
		}
		o.client.Publish(p.scheme.Status(), 1, true, parting).WaitTimeout(partingTimeout)
	}
	o.client.Disconnect(uint(partingTimeout.Milliseconds()))
	return max(time.Since(began), 1), err
}

// live subscribes, announces, and tells what changes, until ctx ends.
func (p *Publisher) live(ctx context.Context, o *outlet) error {
	token := o.client.SubscribeMultiple(map[string]byte{publish.Commands: 1, p.scheme.Birth(): 0, gatewayTopic: 0, p.scheme.Configs(): 1}, nil)
	if err := o.wait(ctx, token); err != nil {
		return fmt.Errorf("subscribe: %w", err)
	}
	for topic, code := range token.(*paho.SubscribeToken).Result() {
		if code == subscriptionRefused {
			p.log.Error().Str("topic", topic).Str("user", p.cfg.Username).Msg("the broker refuses the subscription; allow this user to read the topic, or Home Assistant can command nothing")
		}
	}
	if err := o.wait(ctx, o.client.Publish(p.scheme.Status(), 1, true, publish.Online())); err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	p.log.Info().Str("broker", p.cfg.Broker).Msg("devices are announced to Home Assistant")
	cursor := p.registry.Changes()
	defer func() { cursor.Close() }()
	p.forget()
	tick := time.NewTicker(publishTick)
	defer tick.Stop()
	var born <-chan time.Time
	for {
		if err := p.tell(ctx, o, cursor); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-p.withdrawn:
			return p.takeBack(ctx, o, cursor)
		case err := <-o.lost:
			return fmt.Errorf("%w: %w", errParted, err)
		case id := <-o.before:
			p.adopt(id)
		case <-o.births:
			born = time.After(birthPause)
		case <-born:
			born = nil
			if !o.born() {
				continue
			}
			cursor.Close()
			cursor = p.registry.Changes()
			p.forget()
		case <-tick.C:
			p.bury(o, time.Now())
		}
	}
}

// forget makes everything be told again; what is on the broker stays known, to be taken
// back one day.
func (p *Publisher) forget() {
	for _, it := range p.said {
		*it = said{}
	}
}

// adopt takes over an announcement of an earlier run.
func (p *Publisher) adopt(id devices.ID) {
	if p.said[id] == nil {
		p.said[id], p.orphans[id] = &said{}, time.Now()
	}
}

// inherit adopts what is still on its way from the broker: it sends what is retained
// before it answers what we published, but not all of it may have been looked at.
func (p *Publisher) inherit(ctx context.Context, o *outlet) {
	for {
		quiet := time.NewTimer(inheritPause)
		select {
		case id := <-o.before:
			quiet.Stop()
			p.adopt(id)
		case <-quiet.C:
			return
		case <-ctx.Done():
			quiet.Stop()
			return
		}
	}
}

// bury takes back announcements for which no device has come.
func (p *Publisher) bury(o *outlet, now time.Time) {
	for id, since := range p.orphans {
		if now.Sub(since) >= p.patience {
			p.log.Info().Str("device", string(id)).Msg("a device that was announced to Home Assistant once is gone, and its announcement with it")
			p.remove(o, id)
			delete(p.said, id)
			delete(p.orphans, id)
		}
	}
}

// tell publishes what has changed.
func (p *Publisher) tell(ctx context.Context, o *outlet, cursor *devices.Cursor) error {
	for {
		batch := cursor.Take(nil, publishBatch)
		if len(batch) == 0 {
			return nil
		}
		var tokens []paho.Token
		for i := range batch {
			tokens = append(tokens, p.change(o, &batch[i])...)
		}
		for _, token := range tokens {
			if err := o.wait(ctx, token); err != nil {
				if ctx.Err() != nil {
					return nil
				}
				return fmt.Errorf("publish: %w", err)
			}
		}
	}
}

// change publishes what has changed of one device, if it is one of ours.
func (p *Publisher) change(o *outlet, c *devices.Change) (tokens []paho.Token) {
	it := p.said[c.ID]
	mine := c.Twin.Source == p.scheme.Source
	switch {
	case c.Removed && mine && it != nil:
		delete(p.said, c.ID)
		return p.remove(o, c.ID)
	case c.Removed || !mine:
		return nil
	case it == nil:
		it = &said{}
		p.said[c.ID] = it
	}
	delete(p.orphans, c.ID)
	keep := func(topic string, payload []byte) { tokens = append(tokens, o.client.Publish(topic, 1, true, payload)) }
	fresh := it.device == nil
	if it.device != c.Twin.Device {
		bundle, err := p.scheme.Bundle(c.Twin.Device)
		if err != nil {
			p.log.Error().Err(err).Str("device", string(c.ID)).Msg("the device cannot be announced")
			return nil
		}
		keep(p.scheme.Config(c.ID), bundle)
		it.device = c.Twin.Device
	}
	if fresh || it.availability != c.Twin.Availability {
		keep(publish.Availability(c.ID), publish.AvailabilityOf(&c.Twin))
		it.availability = c.Twin.Availability
	}
	if state := publish.AppendState(nil, &c.Twin); fresh || !bytes.Equal(state, it.state) {
		keep(publish.State(c.ID), state)
		it.state = state
	}
	return tokens
}

// remove takes back what is retained of a device, the announcement first.
func (p *Publisher) remove(o *outlet, id devices.ID) (tokens []paho.Token) {
	for _, topic := range []string{p.scheme.Config(id), publish.State(id), publish.Availability(id)} {
		tokens = append(tokens, o.client.Publish(topic, 1, true, []byte{}))
	}
	return tokens
}

// takeBack removes everything from the broker.
func (p *Publisher) takeBack(ctx context.Context, o *outlet, cursor *devices.Cursor) error {
	ctx, cancel := context.WithTimeout(ctx, withdrawTimeout)
	defer cancel()
	if err := p.tell(ctx, o, cursor); err != nil { // removals that nobody has told yet
		return err
	}
	p.inherit(ctx, o)
	var tokens []paho.Token
	for id := range p.said {
		tokens = append(tokens, p.remove(o, id)...)
	}
	for _, token := range tokens {
		if err := o.wait(ctx, token); err != nil {
			return fmt.Errorf("withdraw: %w", err)
		}
	}
	p.log.Info().Int("devices", len(p.said)).Msg("devices are no longer announced to Home Assistant")
	return nil
}
