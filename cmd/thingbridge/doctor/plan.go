package doctor

import (
	"context"
	"fmt"

	"thingbridge/adapters/mqtt"
	"thingbridge/cmd/thingbridge/config"
)

// Plan returns what is to be tried of a configuration that was loaded without a
// mistake. It touches nothing.
func Plan(c *config.Config) []Group {
	groups := []Group{
		configuration(c),
		newStoreVisit(c.Store.Path).group(),
		newComponentVisit(c.XMPP.Component, c.Store.Path).group(),
	}
	for _, a := range c.Adapters {
		if section, ok := a.Section.(*mqtt.Config); ok {
			groups = append(groups, newBrokerVisit(a.Name, section).group())
		}
	}
	return groups
}

// configuration shows what was found when the file was read: mostly secrets that
// others can read.
func configuration(c *config.Config) Group {
	g := Group{Name: "configuration"}
	for _, w := range c.Warnings {
		g.Steps = append(g.Steps, Step{Name: "secrets", Free: true, Try: func(context.Context) Finding {
			return failed(fmt.Sprintf("%s is in line %d", w.Path, w.Line), w.Path, w.Problem)
		}})
	}
	if len(g.Steps) == 0 {
		g.Steps = []Step{{Name: "secrets", Try: func(context.Context) Finding {
			return passed("not everybody on this machine can read them")
		}}}
	}
	return g
}
