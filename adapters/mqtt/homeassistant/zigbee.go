package homeassistant

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"thingbridge/adapters/mqtt/convention"
)

// zigbee2mqtt keeps a list of its devices on <base>/bridge/devices. It is long, so it is
// asked for only where an announcement does not say what its device is called.

const (
	zigbeeOrigin   = "zigbee2mqtt"  // in lower case
	zigbeePrefix   = "zigbee2mqtt_" // of its identifiers, before the address
	bridgeState    = "/bridge/state"
	bridgeDevices  = "/bridge/devices"
	maxZigbeeList  = 16 << 20 // bytes; a device has some 20 KiB in it
	maxZigbeeNames = 2_000    // devices of all lists
)

// zigbeeDevice is what the list says of a device.
type zigbeeDevice struct {
	Address    string `json:"ieee_address"`
	Name       string `json:"friendly_name"`
	Definition struct {
		Model       string `json:"model"`
		Vendor      string `json:"vendor"`
		Description string `json:"description"`
	} `json:"definition"`
}

// inquire subscribes to the list that e's bridge keeps, if e does not say enough.
func (d *Discovery) inquire(r *convention.Result, e *entity) {
	if strings.ToLower(e.info.origin) != zigbeeOrigin || e.info.name != "" && e.info.model != "" && e.info.manufacturer != "" {
		return
	}
	for _, key := range e.presence.keys {
		base, ok := strings.CutSuffix(key.topic, bridgeState)
		if !ok || isWild(base) {
			continue
		}
		if topic := base + bridgeDevices; !d.zigbeeLists[topic] {
			d.zigbeeLists[topic] = true
			r.Subscribe = append(r.Subscribe, convention.Filter{Topic: topic, QoS: defaultQoS})
		}
	}
}

// hearZigbee takes a list of devices.
func (d *Discovery) hearZigbee(r *convention.Result, m *convention.Received) {
	if len(m.Payload) == 0 {
		return
	}
	var list []zigbeeDevice
	err := fmt.Errorf("it has %d bytes, at most %d are read", len(m.Payload), maxZigbeeList)
	if len(m.Payload) <= maxZigbeeList {
		err = json.Unmarshal(m.Payload, &list)
	}
	if err != nil {
		r.Faults = append(r.Faults, convention.Fault{Topic: string(m.Topic), Err: fmt.Errorf("the list of devices is passed over: %w", err)})
		return
	}
	touched := make(map[*group]bool)
	for _, one := range list {
		identity := "id:" + zigbeePrefix + one.Address
		if known, ok := d.zigbee[identity]; known == one || !ok && len(d.zigbee) >= maxZigbeeNames || len(identity) > maxTopic {
			continue
		}
		one.Name, one.Definition.Model = clip(one.Name), clip(one.Definition.Model)
		one.Definition.Vendor, one.Definition.Description = clip(one.Definition.Vendor), clip(one.Definition.Description)
		d.zigbee[identity] = one
		if g := d.identities[identity]; g != nil {
			touched[g] = true
		}
	}
	for _, g := range slices.SortedFunc(maps.Keys(touched), func(a, b *group) int { return int(a.number) - int(b.number) }) {
		d.publish(r, g)
	}
}
