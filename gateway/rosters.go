package gateway

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"thingbridge/devices"
	"thingbridge/gateway/roster"
	"thingbridge/gateway/talk"
	"thingbridge/gateway/xep"
	"thingbridge/gateway/xmpp"
)

const (
	maxGrants     = 64 // servers that let us write rosters; there is hardly ever more than one
	rosterTimeout = 15 * time.Second
)

// grants is the servers that let us read and write the rosters of their users
// (XEP-0356). Each speaks for its own users alone.
type grants struct {
	mu      sync.Mutex
	domains map[string]grant
}

type grant uint8

const (
	promised grant = iota + 1 // the server says so
	proven                    // and it was seen to be true
)

func (g *grants) clear() {
	g.mu.Lock()
	defer g.mu.Unlock()
	clear(g.domains)
}

func (g *grants) set(domain string, granted bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.domains == nil {
		g.domains = make(map[string]grant)
	}
	if granted && len(g.domains) < maxGrants {
		g.domains[domain] = promised
	} else {
		delete(g.domains, domain)
	}
}

func (g *grants) of(user xmpp.JID) grant {
	g.mu.Lock()
	defer g.mu.Unlock()
	if user.Local() == "" {
		return 0
	}
	return g.domains[user.Domain()]
}

func (g *grants) has(user xmpp.JID) bool    { return g.of(user) > 0 }
func (g *grants) proved(user xmpp.JID) bool { return g.of(user) == proven }

func (g *grants) prove(user xmpp.JID) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.domains[user.Domain()] == promised {
		g.domains[user.Domain()] = proven
	}
}

// hearPrivilege takes the message in which a server says what we may do, and
// reports whether it was one. A device that came while we were away is put into
// rosters then.
func (b *Bridge) hearPrivilege(s *xmpp.Stanza) bool {
	if s.Kind != xmpp.Message || s.From.Local() != "" || s.From.Resource() != "" || b.contactOf(s) != house {
		return false
	}
	granted, ok := xep.RosterPrivilege(s)
	if !ok {
		return false
	}
	b.grants.set(s.From.Domain(), granted)
	b.Log.Info().Stringer("jid", s.From).Bool("rosters", granted).Msg("the server says what the gateway may do in its users' names")
	for user := range b.members.all() {
		if granted && user.Domain() == s.From.Domain() {
			b.members.look(user)
		}
	}
	return true
}

// rosterPush takes what a server says of a change in its user's roster (XEP-0356
// 4.3): it is looked at as a whole.
func (b *Bridge) rosterPush(_ context.Context, q *asked) ([]byte, *xmpp.StanzaError) {
	if !b.grants.has(q.user) || !q.from.IsBare() {
		return nil, &xmpp.StanzaError{Type: xmpp.Cancel, Condition: xmpp.ServiceUnavailable}
	}
	if b.members.has(q.user) {
		b.members.look(q.user)
	}
	return nil, nil
}

// rosterOf fetches what a user's roster holds of us.
func (b *Bridge) rosterOf(ctx context.Context, user xmpp.JID) (map[devices.ID]*roster.Item, error) {
	result, err := b.askServer(ctx, user, "get", xep.AppendRosterGet(nil))
	if err != nil {
		return nil, err
	}
	items := make(map[devices.ID]*roster.Item)
	query := result.Child(xep.NSRoster, "query")
	if query == nil {
		return items, nil
	}
	for _, item := range xep.RosterItems(query) {
		if id, ours := b.Identity.Contact(item.JID); ours && item.JID.IsBare() {
			slices.Sort(item.Groups)
			items[id] = &roster.Item{Name: item.Name, Groups: item.Groups, Subscription: item.Subscription}
		}
	}
	return items, nil
}

// putItem writes a contact into a user's roster, and takes over what it says.
func (b *Bridge) putItem(ctx context.Context, user xmpp.JID, id devices.ID, item roster.Item) error {
	bare, _ := b.Identity.Address(id)
	_, err := b.askServer(ctx, user, "set", xep.AppendRosterSet(nil, xep.RosterItem{
		JID: bare, Name: item.Name, Groups: item.Groups, Subscription: item.Subscription,
	}))
	if err == nil && !b.grants.proved(user) {
		err = b.prove(ctx, user, id)
	}
	if err != nil {
		return err
	}
	b.step(ctx, id, user, user, granted(&item))
	return nil
}

// granted is what an item that we wrote means.
func granted(item *roster.Item) roster.Event {
	if item.Subscription == "both" {
		return roster.GrantBoth
	}
	return roster.Grant
}

// prove sees whether what a server took for the first time is there.
func (b *Bridge) prove(ctx context.Context, user xmpp.JID, id devices.ID) error {
	have, err := b.rosterOf(ctx, user)
	if err != nil {
		return err
	}
	if !have[id].Sees() {
		return errCannotWrite
	}
	b.grants.prove(user)
	return nil
}

// dropItem takes a contact out of a user's roster. That it is not there is no error,
// nor is it one that a server does not do what it says.
func (b *Bridge) dropItem(ctx context.Context, user xmpp.JID, id devices.ID) error {
	bare, _ := b.Identity.Address(id)
	_, err := b.askServer(ctx, user, "set", xep.AppendRosterSet(nil, xep.RosterItem{JID: bare, Subscription: "remove"}))
	if refused := (*xmpp.StanzaError)(nil); errors.As(err, &refused) && (refused.Condition == xmpp.ItemNotFound || !b.grants.proved(user)) {
		return nil
	}
	return err
}

// askServer sends an iq to a user's account, which the server answers.
func (b *Bridge) askServer(ctx context.Context, user xmpp.JID, iqType string, payload []byte) (*xmpp.Stanza, error) {
	waiting, cancel := context.WithTimeout(ctx, rosterTimeout)
	defer cancel()
	self, _ := b.Identity.Address(house)
	return b.Link.Request(waiting, user, func(dst []byte, id string) []byte {
		return appendIQ(dst, self, user, iqType, id, payload)
	})
}

func appendIQ(dst []byte, from, to xmpp.JID, iqType, id string, payload []byte) []byte {
	dst = append(dst, "<iq type='"...)
	dst = append(dst, iqType...)
	for _, a := range [...]struct{ name, value string }{{"' id='", id}, {"' from='", from.String()}, {"' to='", to.String()}} {
		dst = append(dst, a.name...)
		dst = xmpp.AppendAttr(dst, a.value)
	}
	dst = append(append(dst, "'>"...), payload...)
	return append(dst, "</iq>"...)
}

// errCannotWrite says that a server grants what it does not do.
var errCannotWrite = errors.New("the server says that the gateway may write rosters, but does not let it")

// write fills a user's roster, or reports that the server does not let us. Such a
// server is believed no longer until the next stream; ejabberd before 23.10 is one.
func (f *follower) write(ctx context.Context, user xmpp.JID, do func() error) (ok bool) {
	err := do()
	switch refused := (*xmpp.StanzaError)(nil); {
	case err == nil:
		delete(f.again, user)
		return true
	case ctx.Err() != nil:
		return true // the next start does it
	case errors.As(err, &refused) && !f.grants.proved(user) || errors.Is(err, errCannotWrite):
		f.grants.set(user.Domain(), false)
		f.Log.Warn().Err(err).Str("server", user.Domain()).
			Msg("the server does not let the gateway write rosters; users are asked instead. ejabberd can do it from 23.10 on")
		return false
	}
	delay := min(max(2*f.again[user].delay, firstRetry), lastRetry)
	f.again[user] = rosterRetry{at: time.Now().Add(delay), delay: delay}
	f.Log.Warn().Err(err).Stringer("jid", user).Stringer("again", delay).Msg("a roster could not be filled")
	return true
}

// fill brings the roster of a registered user to what it should hold.
func (f *follower) fill(ctx context.Context, user xmpp.JID, everything bool) error {
	have, err := f.rosterOf(ctx, user)
	if err != nil {
		return err
	}
	kept := f.members.kept(user)
	ids := make(map[devices.ID]bool)
	for id := range f.known {
		ids[id] = true
	}
	for id := range kept {
		ids[id] = true
	}
	ids[house] = true
	for _, id := range slices.Sorted(maps.Keys(ids)) { // the house comes first
		there := id == house || f.exists(id)
		if !there && f.known[id] != nil || !everything && id != house && have[id] == nil && kept[id] == nil {
			continue // it is away for the moment, or not wanted
		}
		if err := f.change(ctx, user, id, have[id], roster.Fill(f.entry(user, id), have[id], kept[id])); err != nil {
			return err
		}
	}
	return nil
}

// entry returns what a contact shall be called in a user's roster, or nil when the
// user is not to see it.
func (b *Bridge) entry(user xmpp.JID, id devices.ID) *roster.Wish {
	if !b.mayView(user, id) {
		return nil
	}
	if id == house {
		return &roster.Wish{Entry: roster.Entry{Name: talk.HouseName(b.readers.lang(user))}, Both: true}
	}
	d, ok := b.Registry.Device(id)
	if !ok {
		return nil
	}
	return &roster.Wish{Entry: roster.Entry{Name: d.Title(), Group: d.Area}}
}

// change makes one change in a user's roster.
func (b *Bridge) change(ctx context.Context, user xmpp.JID, id devices.ID, have *roster.Item, c roster.Change) error {
	kept := c.Kept
	switch c.Do {
	case roster.Put:
		if err := b.putItem(ctx, user, id, c.Item); err != nil {
			return err
		}
		b.members.keep(user, id, &kept)
	case roster.Note:
		b.members.keep(user, id, &kept)
	case roster.Drop:
		b.members.keep(user, id, nil)
		b.step(ctx, id, user, user, roster.Revoke)
		return b.dropItem(ctx, user, id)
	}
	forgotten := have.Sees() && !kept.Removed && b.contacts.state(id, user).From != roster.FromYes
	if forgotten && c.Do != roster.Put && b.entry(user, id) != nil {
		b.step(ctx, id, user, user, granted(have))
	}
	return nil
}

// dismiss takes all contacts away from a user who has left (XEP-0100 4.3).
func (f *follower) dismiss(ctx context.Context, user xmpp.JID) error {
	for _, id := range f.contacts.all() {
		if f.contacts.state(id, user) != (roster.State{}) {
			f.step(ctx, id, user, user, roster.Revoke)
		}
	}
	if !f.grants.has(user) {
		return nil // the user's client takes them out
	}
	have, err := f.rosterOf(ctx, user)
	if err != nil {
		return err
	}
	for _, id := range slices.Sorted(maps.Keys(have)) {
		if err := f.dropItem(ctx, user, id); err != nil {
			return err
		}
	}
	return nil
}
