package labtest_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"thingbridge/deploy/lab"
	"thingbridge/deploy/lab/labtest"
)

const (
	anna = "anna@home.test"
	ben  = "ben@home.test"
)

// house starts a server with two users.
func house(t *testing.T) *lab.Prosody {
	t.Helper()
	t.Parallel()
	return labtest.Prosody(t, lab.ProsodyConfig{Users: map[string]string{"anna": "a", "ben": "b"}})
}

// of matches events of a kind and a type.
func of(kind labtest.Kind, typ string) func(labtest.Event) bool {
	return func(e labtest.Event) bool { return e.Kind == kind && e.Type == typ }
}

func TestMessagesArriveOnceAndInOrder(t *testing.T) {
	p := house(t)
	a := labtest.Slixmpp(t, labtest.Login{Account: p.Account("anna"), Lang: "de"})
	b := labtest.Slixmpp(t, labtest.Login{Account: p.Account("ben")})
	b.Fence("")
	ids := []string{a.Send(ben, "eins & <zwei>"), a.Send(ben, "drei")}
	a.Fence("")
	type told struct{ ID, From, Type, Body string }
	var got []told
	for _, e := range b.Fence("") {
		got = append(got, told{e.ID, e.From, e.Type, e.Body})
		if !strings.Contains(e.XML, `xml:lang="de"`) {
			t.Errorf("language is missing in %v", e)
		}
	}
	want := []told{{ids[0], a.JID, "chat", "eins & <zwei>"}, {ids[1], a.JID, "chat", "drei"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("messages (-want +got):\n%s", diff)
	}
}

func TestARequestWaitsForApproval(t *testing.T) {
	p := house(t)
	a := labtest.Slixmpp(t, labtest.Login{Account: p.Account("anna")})
	b := labtest.Slixmpp(t, labtest.Login{Account: p.Account("ben")})
	a.Subscribe(ben)
	if e := b.Expect(of(labtest.Subscription, "subscribe")); e.From != anna {
		t.Errorf("request of %s, want %s", e.From, anna)
	}
	b.Fence("")
	want := map[string]labtest.RosterItem{ben: {JID: ben, Subscription: "none", Ask: "subscribe", Groups: []string{}}}
	if diff := cmp.Diff(want, a.Roster()); diff != "" {
		t.Errorf("roster before the approval (-want +got):\n%s", diff)
	}
	b.Approve(anna)
	b.Presence("away", "in the bath")
	a.Expect(of(labtest.Subscription, "subscribed"))
	e := a.Expect(func(e labtest.Event) bool { return e.Kind == labtest.Presence && e.Show == "away" })
	if e.Status != "in the bath" || e.From != b.JID {
		t.Errorf("got presence %v", e)
	}
	if got := a.Roster()[ben].Subscription; got != "to" {
		t.Errorf("subscription after the approval is %q, want to", got)
	}
	a.Remove(ben)
	if left := a.Roster(); len(left) != 0 {
		t.Errorf("roster after the removal: %v", left)
	}
	if n := b.SubscriptionRequests(); n != 1 {
		t.Errorf("%d requests, want 1", n)
	}
}

func TestRequestsCanBeApprovedByThemselves(t *testing.T) {
	p := house(t)
	a := labtest.Slixmpp(t, labtest.Login{Account: p.Account("anna")})
	b := labtest.Slixmpp(t, labtest.Login{Account: p.Account("ben"), AutoApprove: true})
	a.Subscribe(ben)
	a.ExpectAll(
		func(e labtest.Event) bool { return e.Kind == labtest.Presence && e.From == b.JID },
		of(labtest.Subscription, "subscribed"),
	)
}

func TestAClientComesBackAfterItsServer(t *testing.T) {
	p := house(t)
	a := labtest.Slixmpp(t, labtest.Login{Account: p.Account("anna"), Reconnect: true})
	p.Kill()
	a.Expect(of(labtest.Disconnected, ""))
	if err := p.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	a.Expect(of(labtest.Connected, ""))
	a.Reconnect()
	a.Expect(of(labtest.Connected, ""))
	a.Logout()
	a.Expect(of(labtest.Disconnected, ""))
	a.Login()
	a.Fence("")
}

func TestIQsAreAnswered(t *testing.T) {
	p := house(t)
	a := labtest.Slixmpp(t, labtest.Login{Account: p.Account("anna")})
	answer := a.Get(p.Host, "<query xmlns='http://jabber.org/protocol/disco#info'/>")
	if answer.Kind != labtest.IQ || answer.Type != "result" || !strings.Contains(answer.XML, "urn:xmpp:ping") {
		t.Errorf("disco#info of the server: %v", answer)
	}
	answer = a.Set(ben+"/nowhere", "<nonsense xmlns='urn:example:nonsense'/>")
	if answer.Type != "error" || !strings.Contains(answer.XML, "service-unavailable") {
		t.Errorf("nonsense to nobody: %v", answer)
	}
	a.SendXML("<iq type='get' id='by-hand'><ping xmlns='urn:xmpp:ping'/></iq>")
	if e := a.Expect(of(labtest.IQ, "result")); e.ID != "by-hand" {
		t.Errorf("answer to a stanza written by hand: %v", e)
	}
}

func TestReceiptsAreGivenWhenWished(t *testing.T) {
	p := house(t)
	a := labtest.Slixmpp(t, labtest.Login{Account: p.Account("anna"), Receipts: true})
	labtest.Slixmpp(t, labtest.Login{Account: p.Account("ben"), Receipts: true})
	id := a.Send(ben, "are you there?")
	receipt := a.Expect(of(labtest.Message, "normal"))
	if !strings.Contains(receipt.XML, "urn:xmpp:receipts") || !strings.Contains(receipt.XML, id) {
		t.Errorf("receipt for %s: %v", id, receipt)
	}
}

func TestLoginsAreRefusedWithAReason(t *testing.T) {
	p := house(t)
	other := labtest.Prosody(t, lab.ProsodyConfig{})
	tests := []struct {
		name   string
		change func(*lab.Account)
		want   string
	}{
		{"wrong password", func(a *lab.Account) { a.Password = "wrong" }, "not authorized"},
		{"certificate of an authority that is not trusted", func(a *lab.Account) { a.CAFile = other.CAFile }, "certificate"},
		{"certificate for another host", func(a *lab.Account) { a.JID = "anna@elsewhere.test" }, "disconnected"},
		{"no server", func(a *lab.Account) { a.Addr = p.IP + ":1" }, "connection failed"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			account := p.Account("anna")
			test.change(&account)
			_, err := labtest.TrySlixmpp(t, labtest.Login{Account: account})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got error %v, want one with %q", err, test.want)
			}
		})
	}
}
