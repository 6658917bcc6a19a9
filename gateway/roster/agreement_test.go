package roster_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"thingbridge/gateway/roster"
)

// userServer is the user's side of RFC 6121, as the user's server keeps it: it
// sends what it is told to, and takes what comes.
type userServer struct {
	to, from string // "none", "pending", "yes": whether the user sees the contact, and the contact the user
}

// acts is what the user does; it returns what is sent to the contact.
func (u *userServer) acts(what string) []string {
	switch what {
	case "subscribe": // RFC 6121 3.1.2
		if u.to == "none" {
			u.to = "pending"
		}
	case "unsubscribe": // 3.3.2
		u.to = "none"
	case "subscribed": // 3.1.5: without a request it is a pre-approval, which stays at home (3.4)
		if u.from == "none" {
			return nil
		}
		u.from = "yes"
	case "unsubscribed": // 3.2.2
		if u.from == "none" {
			return nil
		}
		u.from = "none"
	}
	return []string{what}
}

// takes is what the contact's server has sent; it returns the answers.
func (u *userServer) takes(what string) []string {
	switch what {
	case "subscribed": // 3.1.6
		if u.to == "pending" {
			u.to = "yes"
		}
	case "unsubscribed": // 3.2.3
		u.to = "none"
	case "subscribe": // 3.1.3
		if u.from == "yes" {
			return []string{"subscribed"}
		}
		u.from = "pending"
	case "unsubscribe": // 3.3.3
		u.from = "none"
	case "probe": // 4.3.2
		if u.from == "yes" {
			return []string{""}
		}
		return []string{"unsubscribed"}
	}
	return nil
}

// again is what the server sends when it is not sure that it was heard.
func (u *userServer) again() []string {
	out := []string{map[string]string{"none": "unsubscribe", "pending": "subscribe", "yes": "probe"}[u.to]}
	switch u.from {
	case "none":
		return append(out, "unsubscribed")
	case "yes":
		return append(out, "subscribed", "")
	}
	return out // the user has not decided
}

// dialogue is both sides and what is under way between them.
type dialogue struct {
	user       userServer
	contact    roster.State
	permission roster.Permission
	toContact  []string
	toUser     []string
	log        []string
}

func (d *dialogue) event(event roster.Event) {
	next := roster.Next(d.contact, event, d.permission)
	d.contact = next.State
	for _, what := range []string{next.Answer.Type, next.Answer.Own} {
		if what != "" {
			d.toUser = append(d.toUser, what)
		}
	}
}

// deliver takes one stanza under way to its goal; it may be lost, or come twice.
func (d *dialogue) deliver(chance *rand.Rand, faulty bool) {
	times := 1
	if faulty {
		times = chance.IntN(3)
	}
	toContact := len(d.toContact) > 0 && (len(d.toUser) == 0 || chance.IntN(2) == 0)
	if toContact {
		what := d.toContact[0]
		d.toContact = d.toContact[1:]
		for range times {
			d.log = append(d.log, "user: "+what)
			event, _ := roster.EventOf(what)
			d.event(event)
		}
		return
	}
	what := d.toUser[0]
	d.toUser = d.toUser[1:]
	for range times {
		d.log = append(d.log, "contact: "+what)
		d.toContact = append(d.toContact, d.user.takes(what)...)
	}
}

func (d *dialogue) settle(chance *rand.Rand) {
	for len(d.toContact)+len(d.toUser) > 0 {
		d.deliver(chance, false)
	}
}

// Whatever both sides do, and whatever of it is lost or comes twice: after the
// user's server has sent again what it is not sure of, and the gateway has probed
// as after a restart, both know the same.
func TestBothSidesAgreeInTheEnd(t *testing.T) {
	const trials, steps = 5000, 30
	acts := []string{"subscribe", "unsubscribe", "subscribed", "unsubscribed"}
	for trial := range trials {
		chance := rand.New(rand.NewPCG(uint64(trial), 1))
		d := dialogue{user: userServer{to: "none", from: "none"}, permission: permissions[trial%2*2]}
		for range steps {
			switch n := chance.IntN(8); {
			case n < 3:
				d.toContact = append(d.toContact, d.user.acts(acts[chance.IntN(len(acts))])...)
			case n == 3:
				d.event(roster.Ask)
			case n == 4 && chance.IntN(3) == 0:
				d.event(roster.Leave)
			case n == 5 && chance.IntN(3) == 0:
				d.event(roster.Revoke)
			case len(d.toContact)+len(d.toUser) > 0:
				d.deliver(chance, true)
			}
		}
		for range 2 { // a line that is back, and a login
			d.toContact = append(d.toContact, d.user.again()...)
			switch d.contact.To {
			case roster.ToYes:
				d.toUser = append(d.toUser, "probe")
			case roster.ToPending:
				d.event(roster.Ask)
			}
			d.settle(chance)
			if d.user.from == "pending" {
				d.toContact = append(d.toContact, d.user.acts(acts[2+chance.IntN(2)])...)
				d.settle(chance)
			}
		}
		if (d.contact.From == roster.FromYes) != (d.user.to == "yes") || (d.contact.To == roster.ToYes) != (d.user.from == "yes") {
			t.Fatalf("trial %d: contact %+v, user %+v\n%s", trial, d.contact, d.user, fmt.Sprint(d.log))
		}
	}
}
