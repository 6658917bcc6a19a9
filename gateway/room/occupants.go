package room

import (
	"strings"

	"thingbridge/gateway/xmpp"
)

// maxOccupants bounds what is known of a room. Who comes after them is not known,
// and so not obeyed.
const maxOccupants = 1000

// Occupant is who is behind a nick.
type Occupant struct {
	JID xmpp.JID // bare; zero where the room hides it
	ID  string   // occupant id; "" where there is none
}

// Key returns what an occupant is counted under: what is hardest to change.
func (o Occupant) Key(nick string) string {
	switch {
	case !o.JID.IsZero():
		return o.JID.String()
	case o.ID != "":
		return o.ID
	}
	return nick
}

// Occupants is who is in a room. It is used by one goroutine at a time.
type Occupants struct{ byNick map[string]Occupant }

// Clear forgets all: the room will say anew who is there.
func (o *Occupants) Clear() { clear(o.byNick) }

// Apply takes a presence of the room.
func (o *Occupants) Apply(p Presence) {
	if p.Nick == "" || p.Failed {
		return
	}
	_, known := o.byNick[p.Nick]
	switch {
	case p.Gone:
		delete(o.byNick, p.Nick)
		return
	case !known && len(o.byNick) >= maxOccupants:
		return
	case o.byNick == nil:
		o.byNick = make(map[string]Occupant)
	}
	var who Occupant
	if jid, err := xmpp.ParseJID(p.Address); err == nil {
		who.JID = jid.Bare()
	}
	who.ID = strings.Clone(p.ID)
	o.byNick[strings.Clone(p.Nick)] = who
}

// Speaker returns who speaks under a nick; ok is false for who is not here. Where a
// message has an occupant id that is not the one of the nick, it is of somebody who
// has just had it.
func (o *Occupants) Speaker(nick, id string) (who Occupant, ok bool) {
	who, ok = o.byNick[nick]
	if ok && id != "" && who.ID != "" && id != who.ID {
		return Occupant{}, false
	}
	return who, ok
}

// seen reports whether the address of anybody but the one with this nick is known.
func (o *Occupants) seen(except string) bool {
	for nick, who := range o.byNick {
		if nick != except && !who.JID.IsZero() {
			return true
		}
	}
	return false
}
