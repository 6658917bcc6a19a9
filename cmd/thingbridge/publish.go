package main

import (
	"context"
	"reflect"
	"time"

	"thingbridge/adapters/mqtt"
	"thingbridge/cmd/thingbridge/config"
)

// withdrawing bounds how long it may take to take announcements back.
const withdrawing = 6 * time.Second

// publish makes the running publishers those of the configuration: of each adapter
// whose devices are to be announced, one through its broker.
func (f *fleet) publish(c *config.Config) {
	for _, section := range c.Adapters {
		m := f.members[section.Name]
		through, ok := c.Publisher(section, kinds())
		if m.publisher != nil && ok && reflect.DeepEqual(m.through, through) {
			continue
		}
		if m.publisher != nil && (!ok || through.Name != m.through.Name) {
			m.withdraw()
		}
		m.stopPublishing()
		cfg, isBroker := through.Section.(*mqtt.Config)
		if !ok || !isBroker {
			continue
		}
		log := f.log.With().Str("adapter", through.Name).Logger()
		m.publisher, m.through = mqtt.NewPublisher(*cfg, section.Name, describe(version, nil).Version, f.registry, log), through
		var ctx context.Context
		ctx, m.unpublish = context.WithCancel(context.Background())
		publisher := m.publisher
		m.publishing.Go(func() { publisher.Run(ctx) })
	}
}

// withdraw takes the announcements of a member's devices back, if that is possible now.
func (m *member) withdraw() {
	if m.publisher == nil {
		return
	}
	m.publisher.Withdraw()
	done := make(chan struct{})
	go func() {
		m.publishing.Wait()
		close(done)
	}()
	timer := time.NewTimer(withdrawing)
	defer timer.Stop()
	select {
	case <-done:
	case <-timer.C:
	}
	m.stopPublishing()
}

// stopPublishing ends the publisher and leaves what it announced.
func (m *member) stopPublishing() {
	if m.publisher == nil {
		return
	}
	m.unpublish()
	m.publishing.Wait()
	m.publisher = nil
}
