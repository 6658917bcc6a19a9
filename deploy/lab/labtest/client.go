package labtest

import (
	"fmt"
	"strings"
)

// Send sends a chat message and returns its id. It is written to the stream when
// Send returns.
func (c *Client) Send(to, body string) (id string) {
	c.t.Helper()
	return c.do(command{Do: "message", JID: to, Body: body}).Event.ID
}

// SendXML writes a stanza as it is given. It must be well-formed and be in the
// namespace jabber:client, which is the default when it names none.
func (c *Client) SendXML(stanza string) {
	c.t.Helper()
	c.do(command{Do: "raw", Payload: stanza})
}

// Presence tells the server and all subscribers that the user is available. Show is
// empty or one of away, chat, dnd, xa.
func (c *Client) Presence(show, status string) {
	c.t.Helper()
	c.do(command{Do: "presence", Show: show, Status: status})
}

// DirectedPresence tells one contact that the user is available.
func (c *Client) DirectedPresence(jid string) {
	c.t.Helper()
	c.do(command{Do: "presence", JID: jid})
}

// Unavailable tells the server that the user is away; the stream stays.
func (c *Client) Unavailable() {
	c.t.Helper()
	c.do(command{Do: "presence", Type: "unavailable"})
}

// Subscribe asks for a contact's presence.
func (c *Client) Subscribe(jid string) { c.t.Helper(); c.subscription(jid, "subscribe") }

// Approve lets a contact see the user's presence.
func (c *Client) Approve(jid string) { c.t.Helper(); c.subscription(jid, "subscribed") }

// Deny refuses a contact the user's presence, or takes the permission back.
func (c *Client) Deny(jid string) { c.t.Helper(); c.subscription(jid, "unsubscribed") }

// Unsubscribe gives up a contact's presence.
func (c *Client) Unsubscribe(jid string) { c.t.Helper(); c.subscription(jid, "unsubscribe") }

func (c *Client) subscription(jid, kind string) {
	c.t.Helper()
	c.do(command{Do: "presence", JID: jid, Type: kind})
}

// Remove deletes a contact from the roster, which ends both subscriptions.
func (c *Client) Remove(jid string) {
	c.t.Helper()
	c.Set("", fmt.Sprintf("<query xmlns='jabber:iq:roster'><item jid='%s' subscription='remove'/></query>", jid))
}

// Get sends an IQ of type get and returns the answer: a result or an error, see
// [Event.Type]. No answer at all fails the test. An empty address is the user's own
// account, for which the server answers.
func (c *Client) Get(to, payload string) Event {
	c.t.Helper()
	return c.do(command{Do: "iq", Type: "get", JID: to, Payload: payload}).Event
}

// Set sends an IQ of type set and returns the answer as Get does.
func (c *Client) Set(to, payload string) Event {
	c.t.Helper()
	return c.do(command{Do: "iq", Type: "set", JID: to, Payload: payload}).Event
}

// VerifyCaps waits until the library has asked what the version in a presence stands
// for, and found that the answer fits (XEP-0115 5.4).
func (c *Client) VerifyCaps(ver string) {
	c.t.Helper()
	c.do(command{Do: "verify", Payload: ver})
}

// Roster fetches the roster from the server, by bare JID.
func (c *Client) Roster() map[string]RosterItem {
	c.t.Helper()
	items := map[string]RosterItem{}
	for _, item := range c.do(command{Do: "roster"}).Roster {
		items[item.JID] = item
	}
	return items
}

// Reconnect breaks the connection without a word, as a phone in a tunnel does, and
// logs in again.
func (c *Client) Reconnect() {
	c.t.Helper()
	c.JID = c.do(command{Do: "reconnect"}).JID
}

// Login logs in again after Logout, or after the connection was lost.
func (c *Client) Login() {
	c.t.Helper()
	c.JID = c.do(command{Do: "login"}).JID
}

// Logout ends the stream in order. Only Login works afterwards.
func (c *Client) Logout() {
	c.t.Helper()
	c.do(command{Do: "logout"})
}

// SubscriptionRequests returns how many requests for a subscription the client has
// received since its start, whether expected or not.
func (c *Client) SubscriptionRequests() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.requests
}

// Expect waits for an event that matches, and drops those before it: a test reads
// as what happened in order.
func (c *Client) Expect(match func(Event) bool) Event {
	c.t.Helper()
	return c.ExpectAll(match)[0]
}

// ExpectAll waits until every match has found an event of its own, in any order,
// drops what came before the last of them, and returns the events in the order of
// matches.
func (c *Client) ExpectAll(matches ...func(Event) bool) []Event {
	c.t.Helper()
	found := make([]Event, len(matches))
	ok := c.await(func() bool {
		taken, last := assign(c.events, matches)
		if taken == nil {
			return false
		}
		for i, at := range taken {
			found[i] = c.events[at]
		}
		c.events = c.events[last+1:]
		return true
	})
	if !ok {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.t.Fatalf("%s: what was expected did not come within %v; what came:\n%s", c.name, patience, list(c.events))
	}
	return found
}

// assign gives each match the first event that is still free. It returns nil when
// one finds none, and the greatest index given away.
func assign(events []Event, matches []func(Event) bool) (taken []int, last int) {
	used := map[int]bool{}
	last = -1
	for _, match := range matches {
		at := -1
		for i, event := range events {
			if !used[i] && match(event) {
				at = i
				break
			}
		}
		if at < 0 {
			return nil, -1
		}
		used[at] = true
		taken = append(taken, at)
		last = max(last, at)
	}
	return taken, last
}

// Fence pings an address (empty: the user's own server), waits for the answer and
// returns all events up to then that nobody has expected. Stanzas between two
// addresses keep their order, so what the pinged side had sent before is among
// them: with it one shows that something did not come.
func (c *Client) Fence(to string) []Event {
	c.t.Helper()
	if to == "" {
		_, to, _ = strings.Cut(c.name, "@")
	}
	c.Get(to, "<ping xmlns='urn:xmpp:ping'/>")
	c.mu.Lock()
	defer c.mu.Unlock()
	events := c.events
	c.events = nil
	return events
}

func list(events []Event) string {
	var b strings.Builder
	for _, event := range events {
		fmt.Fprintf(&b, "  %v\n", event)
	}
	return b.String()
}
