package roster

// states is a set of states of one direction.
type states uint8

const (
	fromNone    states = 1 << FromNone
	fromYes     states = 1 << FromYes
	fromPending states = 1 << FromPending
	fromAny            = fromNone | fromYes | fromPending

	toNone    states = 1 << ToNone
	toYes     states = 1 << ToYes
	toPending states = 1 << ToPending
	toRefused states = 1 << ToRefused
	toAny            = toNone | toYes | toPending | toRefused
)

type fromLine struct {
	event      Event
	permission Permission
	states     states
	next       From
	send       string
	presence   Visibility
}

// fromTable is complete for its events: each situation is in exactly one line.
var fromTable = []fromLine{
	// RFC 6121 3.1.3 and A.3.1. A repeated request is answered again: the first
	// answer may have been lost.
	{Subscribe, Allowed, fromAny, FromYes, "subscribed", Current},
	{Subscribe, Undecided, fromYes, FromYes, "subscribed", Current},
	{Subscribe, Undecided, fromNone | fromPending, FromPending, "", Silent},
	// RFC 6121 3.1.3 rule 1 and 3.2.2.
	{Subscribe, Denied, fromNone | fromPending, FromNone, "unsubscribed", Silent},
	{Subscribe, Denied, fromYes, FromNone, "unsubscribed", Gone},

	// RFC 6121 3.3.3 and A.3.3.
	{Unsubscribe, whoever, fromYes, FromNone, "unsubscribed", Gone},
	{Unsubscribe, whoever, fromNone | fromPending, FromNone, "", Silent},

	// RFC 6121 4.3.2. A probe means that the user's roster holds the contact. Where
	// access allows it, a subscription that we do not know of was lost by us (a
	// store that had to be set up again): taking it up again is better than
	// ending it, which would show the user a prompt. A device that may still come is
	// no reason to end it either.
	{Probe, Allowed, fromYes | fromNone, FromYes, "", Current},
	{Probe, Allowed, fromPending, FromYes, "subscribed", Current},
	{Probe, Undecided, fromYes, FromYes, "", Current},
	{Probe, Undecided, fromNone, FromNone, "", Silent},
	{Probe, Undecided, fromPending, FromPending, "", Silent},
	{Probe, Denied, fromNone | fromPending, FromNone, "unsubscribed", Silent},
	{Probe, Denied, fromYes, FromNone, "unsubscribed", Gone},

	// XEP-0356 4.2: the roster that we wrote says so; RFC 6121 3.1.5: then presence.
	{Grant, may, fromAny, FromYes, "", Current},
	{Grant, Denied, fromAny, FromNone, "", Silent},
	{GrantBoth, may, fromAny, FromYes, "", Current},
	{GrantBoth, Denied, fromAny, FromNone, "", Silent},

	// RFC 6121 3.2.2 and A.2.4.
	{Revoke, whoever, fromYes, FromNone, "unsubscribed", Gone},
	{Revoke, whoever, fromPending, FromNone, "unsubscribed", Silent},
	{Revoke, whoever, fromNone, FromNone, "", Silent},
}

type toLine struct {
	event      Event
	permission Permission
	states     states
	next       To
	send       string
}

// toTable is complete for its events as well.
var toTable = []toLine{
	// RFC 6121 3.1.2 and A.2.1. Who has not answered is asked again only when there
	// is a reason anew, for then the first request may have been lost.
	{Ask, may, toNone | toPending, ToPending, "subscribe"},
	{Ask, may, toYes, ToYes, ""},
	{Ask, may, toRefused, ToRefused, ""},
	{Ask, Denied, toNone | toPending | toYes, ToNone, ""},
	{Ask, Denied, toRefused, ToRefused, ""},

	{Invite, may, toNone | toPending | toRefused, ToPending, "subscribe"},
	{Invite, may, toYes, ToYes, ""},
	{Invite, Denied, toNone | toPending | toYes, ToNone, ""},
	{Invite, Denied, toRefused, ToRefused, ""},

	// RFC 6121 3.1.6 and A.3.2. Who refused can still change their mind. What nobody
	// asked for is given back: else two servers would disagree after a lost
	// "unsubscribe" for good. To a stranger nothing is said.
	{Subscribed, whoever, toPending | toYes | toRefused, ToYes, ""},
	{Subscribed, may, toNone, ToNone, "unsubscribe"},
	{Subscribed, Denied, toNone, ToNone, ""},

	// RFC 6121 3.2.3 and A.3.4. It is also what the user's server answers to a probe
	// that is not allowed (4.3.2).
	{Unsubscribed, whoever, toPending | toYes | toRefused, ToRefused, ""},
	{Unsubscribed, whoever, toNone, ToNone, ""},

	// RFC 6121 4.2.3, 4.4.3, 4.5.3 and, where the contact sees nobody, 4.6.3
	// (directed presence): no subscription changes.
	{Available, whoever, toNone, ToNone, ""},
	{Available, whoever, toYes, ToYes, ""},
	{Available, whoever, toPending, ToPending, ""},
	{Available, whoever, toRefused, ToRefused, ""},
	{Unavailable, whoever, toNone, ToNone, ""},
	{Unavailable, whoever, toYes, ToYes, ""},
	{Unavailable, whoever, toPending, ToPending, ""},
	{Unavailable, whoever, toRefused, ToRefused, ""},

	// RFC 6120 8.3.1: an error is never answered. A server that is away takes nothing
	// from its users.
	{Error, whoever, toNone, ToNone, ""},
	{Error, whoever, toYes, ToYes, ""},
	{Error, whoever, toPending, ToPending, ""},
	{Error, whoever, toRefused, ToRefused, ""},

	// RFC 6121 3.3.2 and A.2.3.
	{Leave, whoever, toPending | toYes, ToNone, "unsubscribe"},
	{Leave, whoever, toNone, ToNone, ""},
	{Leave, whoever, toRefused, ToRefused, ""},
	{Revoke, whoever, toPending | toYes, ToNone, "unsubscribe"},
	{Revoke, whoever, toNone, ToNone, ""},
	{Revoke, whoever, toRefused, ToRefused, ""},

	// XEP-0356 4.2.
	{GrantBoth, may, toAny, ToYes, ""},
	{GrantBoth, Denied, toNone | toPending | toYes, ToNone, ""},
	{GrantBoth, Denied, toRefused, ToRefused, ""},
}
