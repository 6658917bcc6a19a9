package doctor

import (
	"context"

	"thingbridge/adapters/mqtt"
	"thingbridge/adapters/serial"
	"thingbridge/cmd/thingbridge/config"
)

// Plan returns what is to be tried of a configuration that was loaded without a
// mistake. It touches nothing.
func Plan(c *config.Config) []Group {
	groups := []Group{
		configuration(c),
		newStoreVisit(c.Store.Path).group(),
	}
	if c.XMPP.Component != nil {
		groups = append(groups, newComponentVisit(*c.XMPP.Component, c.Store.Path).group())
	}
	for i, a := range c.XMPP.Accounts {
		groups = append(groups, newAccountVisit(i, a, c.Store.Path).group())
	}
	for _, a := range c.Adapters {
		switch section := a.Section.(type) {
		case *mqtt.Config:
			groups = append(groups, newBrokerVisit(a.Name, section).group())
		case *serial.Config:
			groups = append(groups, newSerialVisit(a.Name, *section, c.Store.Path).group())
		}
	}
	return groups
}

// configuration shows what was found when the file was read, and would not keep
// the gateway from running: secrets that others can read.
func configuration(c *config.Config) Group {
	g := Group{Name: "configuration"}
	for _, w := range c.Warnings {
		g.Steps = append(g.Steps, Step{Name: "warnings", Free: true, Try: func(context.Context) Finding {
			return failed("it works so, and should be mended", w.Path, w.Problem)
		}})
	}
	if len(g.Steps) == 0 {
		g.Steps = []Step{{Name: "warnings", Try: func(context.Context) Finding {
			return passed("none; its secrets are not for everybody on this machine")
		}}}
	}
	return g
}
