package config

import (
	"fmt"
	"strings"
)

// Publish says through which adapter devices are announced: its name, "true" for the
// first that can, "" for none.
type Publish string

// UnmarshalText reads true, false or a name.
func (p *Publish) UnmarshalText(text []byte) error {
	*p = Publish(text)
	if strings.EqualFold(string(text), "true") {
		*p = "true"
	}
	if strings.EqualFold(string(text), "false") {
		*p = ""
	}
	return nil
}

// Publisher returns the adapter through which the devices of a are announced; ok is
// false when they are not.
func (c *Config) Publisher(a Adapter, kinds []Kind) (through Adapter, ok bool) {
	for _, other := range c.Adapters {
		if a.Publish != "" && isBroker(other.Kind, kinds) && (a.Publish == "true" || string(a.Publish) == other.Name) {
			return other, true
		}
	}
	return Adapter{}, false
}

func isBroker(kind string, kinds []Kind) bool {
	for _, k := range kinds {
		if k.Name == kind {
			return k.Broker
		}
	}
	return false
}

// checkPublish reports adapters whose devices cannot be announced as they shall be.
func (b *binder) checkPublish(root *node, adapters []Adapter) {
	list := root.find("adapters")
	if list == nil {
		return
	}
	var brokers []string
	for _, a := range adapters {
		if isBroker(a.Kind, b.kinds) {
			brokers = append(brokers, a.Name)
		}
	}
	for i, a := range adapters {
		if a.Publish == "" {
			continue
		}
		line, here := list.lineOf(fmt.Sprintf("[%d].publish", i)), "adapters."+a.Name+".publish"
		known := false
		for _, name := range brokers {
			known = known || name == string(a.Publish)
		}
		near, similar := nearest(string(a.Publish), brokers)
		switch {
		case isBroker(a.Kind, b.kinds):
			b.rep.add(line, here, "its devices are on a broker already; remove the line, or write it at an adapter of another kind")
		case len(brokers) == 0:
			b.rep.add(line, here, "needs a broker; add an adapter of kind mqtt, or remove the line")
		case known || a.Publish == "true":
		case similar:
			b.rep.addf(line, here, "no broker is called %q; did you mean %q?", shorten(string(a.Publish)), near)
		default:
			b.rep.addf(line, here, "no broker is called %q; write true, or one of %s", shorten(string(a.Publish)), strings.Join(brokers, ", "))
		}
	}
}
