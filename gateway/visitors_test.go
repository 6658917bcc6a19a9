package gateway

import (
	"fmt"
	"testing"
	"time"

	"thingbridge/gateway/xep"
	"thingbridge/gateway/xmpp"
)

// Whoever comes with whatever, what is kept of visitors stays small.
func TestVisitorsAreBounded(t *testing.T) {
	now := time.Unix(0, 0)
	v := newVisitors()
	jid := func(user, client int) xmpp.JID {
		j, err := xmpp.ParseJID(fmt.Sprintf("user%d@home.test/%d", user, client))
		if err != nil {
			t.Fatal(err)
		}
		return j
	}
	for client := range 2 * maxClients {
		v.come(jid(0, client), xep.Caps{Ver: "same"}, fmt.Sprint("id", client), now)
	}
	if n := len(v.byUser[jid(0, 0).Bare()]); n != maxClients || len(v.inquiries) != 1 {
		t.Errorf("%d clients of one user, %d questions", n, len(v.inquiries))
	}
	const users = maxVisitors + 100
	for user := range users {
		v.come(jid(user, 0), xep.Caps{Ver: fmt.Sprint(user)}, fmt.Sprint("id", user), now)
	}
	if v.count > maxVisitors || len(v.inquiries) > maxInquiries {
		t.Errorf("%d visitors, %d questions", v.count, len(v.inquiries))
	}
	for user := range users {
		v.leave(jid(user, 0))
	}
	for client := range 2 * maxClients {
		v.leave(jid(0, client))
	}
	if v.count != 0 || len(v.byUser) != 0 {
		t.Errorf("after all have left: %d, %d", v.count, len(v.byUser))
	}
}

// A client that does not answer is not the only one that is ever asked.
func TestSilentClientIsAskedAgain(t *testing.T) {
	now := time.Unix(0, 0)
	v := newVisitors()
	anna, _ := xmpp.ParseJID("anna@home.test/a")
	bert, _ := xmpp.ParseJID("bert@home.test/b")
	caps := xep.Caps{Ver: "x"}
	if _, ask := v.come(anna, caps, "1", now); !ask {
		t.Error("the first is not asked")
	}
	if _, ask := v.come(bert, caps, "2", now); ask {
		t.Error("both are asked at once")
	}
	if _, ask := v.come(bert, caps, "3", now.Add(inquireAgain+1)); !ask {
		t.Error("nobody is asked any more")
	}
}
