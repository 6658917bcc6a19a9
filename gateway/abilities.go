package gateway

import (
	"runtime"
	"slices"

	"thingbridge/gateway/xep"
)

const (
	// capsNode names this program in what contacts announce of themselves.
	capsNode = "urn:x-thingbridge:gateway"
	// deviceForm is the FORM_TYPE of what a device says of itself alone.
	deviceForm = "urn:x-thingbridge:device"
	// softwareForm is that of XEP-0232.
	softwareForm = "urn:xmpp:dataforms:softwareinfo"
)

// abilities is what contacts announce of themselves by hash (XEP-0115). It is the
// same for all devices, so that a client that has asked one of a thousand knows all
// of them: neither names nor anything else of one device is in it.
type abilities struct{ house, device ability }

// ability is what one sort of contact can.
type ability struct {
	info xep.Info
	ver  string
	caps []byte // the element of presences
}

func newAbilities(c *contacts, version string) abilities {
	second := xep.Identity{Category: "component", Type: "generic"}
	if c.broadcast(house) {
		second = bot
	}
	return abilities{
		house:  newAbility(atHouse, version, xep.Identity{Category: "gateway", Type: "iot", Name: "thingbridge"}, second),
		device: newAbility(atDevice, version, bot),
	}
}

// bot is what answers behind a resource.
var bot = xep.Identity{Category: "client", Type: "bot"}

func newAbility(at target, version string, identities ...xep.Identity) ability {
	a := ability{info: xep.Info{
		Identities: identities,
		Features:   features(at),
		Forms: []xep.InfoForm{{Type: softwareForm, Fields: []xep.InfoField{
			{Var: "software", Values: []string{"thingbridge"}},
			{Var: "software_version", Values: []string{version}},
			{Var: "os", Values: []string{runtime.GOOS}},
		}}},
	}}
	a.ver = a.info.Ver()
	a.caps = xep.AppendCaps(nil, xep.Caps{Hash: xep.HashSHA1, Node: capsNode, Ver: a.ver})
	return a
}

// at returns what the contacts of a target can.
func (a *abilities) at(t target) *ability {
	if t == atHouse {
		return &a.house
	}
	return &a.device
}

// features returns the namespaces that contacts announce, in order.
func features(at target) []string {
	all := append(roomFeatures(at), messageFeatures()...)
	all = append(all, xep.NSCaps, xep.NSNick,
		xep.NSPubSub+"#retrieve-items", xep.NSPubSub+"#last-published", xep.NSPubSub+"#auto-subscribe",
		xep.NSPubSub+"#filtered-notifications", xep.NSPubSub+"#access-presence")
	for _, q := range queries() {
		if q.at&at != 0 && !q.hidden {
			all = append(all, q.space)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
