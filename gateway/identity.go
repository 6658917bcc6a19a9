package gateway

import (
	"thingbridge/devices"
	"thingbridge/gateway/xmpp"
)

// house is the ID of the contact that stands for all devices. No device can have
// it.
const house devices.ID = ""

// Identity says under which addresses contacts appear, and who keeps their
// subscriptions. It is all in which a component and an account differ for a
// bridge. An Identity is immutable.
type Identity interface {
	// Address returns the addresses of a contact.
	Address(id devices.ID) (bare, full xmpp.JID)

	// Contact returns the contact that has an address, and whether one has.
	Contact(address xmpp.JID) (id devices.ID, ok bool)

	// Speaks reports whether feeds about a device are this bridge's to send.
	Speaks(id devices.ID) bool

	// Broadcasts returns the contact whose presence the server itself tells to
	// all who are subscribed; ok is false when the bridge tells each of them.
	Broadcasts() (id devices.ID, ok bool)
}

// Component is the identity of a component: the house is its domain, and each
// device an address there.
type Component struct{ Domain xmpp.JID }

// Address joins the ID to the domain. An ID always makes a valid address.
func (c Component) Address(id devices.ID) (bare, full xmpp.JID) {
	bare, err := xmpp.NewJID(string(id), c.Domain.Domain(), "")
	if err != nil {
		bare = c.Domain
	}
	full, _ = bare.WithResource(Resource)
	return bare, full
}

// Contact takes the localpart for the ID.
func (c Component) Contact(address xmpp.JID) (devices.ID, bool) {
	return devices.ID(address.Local()), address.Domain() == c.Domain.Domain()
}

// Speaks is true: all devices live here.
func (c Component) Speaks(devices.ID) bool { return true }

// Broadcasts is false: a component is the server of its contacts.
func (c Component) Broadcasts() (devices.ID, bool) { return "", false }

// Account is the identity of one account on somebody's server: of one device, or
// of the house, whose ID is empty.
type Account struct {
	JID    xmpp.JID // bare
	Device devices.ID
	Others map[devices.ID]bool // devices that have accounts of their own
}

// Address returns the account's. The server adds the resource to what it sends.
func (a Account) Address(devices.ID) (bare, full xmpp.JID) { return a.JID, a.JID }

// Contact returns the one contact that the account is.
func (a Account) Contact(address xmpp.JID) (devices.ID, bool) {
	return a.Device, address.IsZero() || address.Bare() == a.JID
}

// Speaks is true for the account's device; for the house, for all that have no
// account of their own.
func (a Account) Speaks(id devices.ID) bool {
	if a.Device == house {
		return !a.Others[id]
	}
	return id == a.Device
}

// Broadcasts is true: the server keeps the account's subscriptions.
func (a Account) Broadcasts() (devices.ID, bool) { return a.Device, true }
