package main

import (
	"context"
	"fmt"
	"reflect"
	"sync"

	"github.com/rs/zerolog"

	"thingbridge/adapters"
	"thingbridge/adapters/mqtt"
	"thingbridge/adapters/serial"
	"thingbridge/adapters/simulated"
	"thingbridge/cmd/thingbridge/config"
	"thingbridge/devices"
)

// newAdapter builds the adapter of a section of the configuration.
func (f *fleet) newAdapter(section config.Adapter, log zerolog.Logger) (adapters.Adapter, error) {
	switch cfg := section.Section.(type) {
	case *mqtt.Config:
		return mqtt.New(section.Name, *cfg, log), nil
	case *serial.Config:
		return serial.New(section.Name, *cfg, log, f.ports), nil
	case *simulated.Config:
		return simulated.New(*cfg), nil
	}
	return nil, fmt.Errorf("adapter %s: nothing speaks %q", section.Name, section.Kind)
}

// fleet is the adapters that run. It is used by one goroutine.
type fleet struct {
	registry *devices.Registry
	safety   *safety
	inbox    *inbox
	memory   *memory
	ports    *serial.Ports
	log      zerolog.Logger
	members  map[string]*member
}

// member is one running adapter.
type member struct {
	section config.Adapter
	source  *devices.Source
	stop    context.CancelFunc
	running sync.WaitGroup

	publisher  *mqtt.Publisher // nil: the devices are not announced
	through    config.Adapter  // the broker that they are announced through
	unpublish  context.CancelFunc
	publishing sync.WaitGroup
}

func newFleet(registry *devices.Registry, safety *safety, inbox *inbox, memory *memory, ports *serial.Ports, log zerolog.Logger) *fleet {
	return &fleet{registry: registry, safety: safety, inbox: inbox, memory: memory, ports: ports, log: log, members: make(map[string]*member)}
}

// run makes the running adapters those of the configuration. One whose section
// did not change goes on undisturbed; the devices of one that is gone are gone.
func (f *fleet) run(c *config.Config) error {
	sections := c.Adapters
	wanted := make(map[string]config.Adapter, len(sections))
	for _, section := range sections {
		wanted[section.Name] = section
	}
	for name, m := range f.members {
		section, ok := wanted[name]
		if before := m.section; ok {
			before.Publish = section.Publish // which is no business of the adapter
			if reflect.DeepEqual(section, before) {
				m.section = section
				continue
			}
		}
		f.log.Info().Str("adapter", name).Msg("adapter stops: its configuration changed")
		if section.Publish == "" {
			m.withdraw()
		}
		m.end()
		m.source.Close()
		f.inbox.close(name)
		f.memory.close(name)
		delete(f.members, name)
	}
	for _, section := range sections {
		if _, ok := f.members[section.Name]; ok {
			continue
		}
		if err := f.start(section); err != nil {
			return err
		}
	}
	f.memory.configure(c)
	f.publish(c)
	return nil
}

func (f *fleet) start(section config.Adapter) error {
	log := f.log.With().Str("adapter", section.Name).Logger()
	adapter, err := f.newAdapter(section, log)
	if err != nil {
		return err
	}
	supervised := adapters.Supervise(section.Name, adapter, log)
	ctx, stop := context.WithCancel(context.Background())
	m := &member{section: section, source: f.registry.Source(section.Name, supervised), stop: stop}
	sink := newSink(section.Name, m.source, f.safety, log)
	if section.Approve {
		if err := f.inbox.open(section, sink); err != nil {
			stop()
			return err
		}
	}
	f.memory.open(section.Name, adapter, supervised)
	m.running.Go(func() {
		if err := supervised.Run(ctx, sink); err != nil {
			log.Error().Err(err).Msg("adapter ended")
		}
	})
	f.members[section.Name] = m
	return nil
}

// close ends all adapters and leaves their devices known.
func (f *fleet) close() {
	for _, m := range f.members {
		m.stop()
		if m.publisher != nil {
			m.unpublish()
		}
	}
	for _, m := range f.members {
		m.end()
	}
}

func (m *member) end() {
	m.stopPublishing()
	m.stop()
	m.running.Wait()
}
