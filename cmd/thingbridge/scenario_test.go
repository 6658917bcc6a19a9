package main

import (
	"strings"
	"syscall"
	"testing"
	"time"

	"thingbridge/deploy/lab/labtest"
)

// The main job: hardware to chat, and back.
func TestFromTheBrokerToAContactAndBack(t *testing.T) {
	for _, at := range places() {
		t.Run(at.name, func(t *testing.T) { fromTheBrokerToAContactAndBack(newTestHouseAt(t, at, "")) })
	}
}

func fromTheBrokerToAContactAndBack(h *testHouse) {
	t := h.t
	h.publish("boiler/state", `{"temp": 21.4}`)
	h.publish("boiler/target", "21")
	h.start()
	anna := h.client("anna")
	h.await("connected to the XMPP server")
	anna.Subscribe(h.thing)
	anna.ExpectAll(subscriptionOf("subscribed"), presenceFrom(h.thing, "21.4 °C → 21.0"))

	began := time.Now()
	h.publish("boiler/state", `{"temp": 22.5}`)
	anna.Expect(presenceFrom(h.thing, "22.5 °C → 21.0"))
	if took := time.Since(began); took > time.Second {
		t.Errorf("from the reading to the presence: %v, want less than a second", took)
	}

	anna.Send(h.thing, "set 21.5")
	if told := h.hear(); told != "21.5" {
		t.Errorf("on the command topic: %q, want 21.5", told)
	}
	anna.Expect(messageWith("Target: 21.5 °C is asked for; the device has not confirmed it yet."))
	anna.Send(h.thing, "get target")
	anna.Expect(messageWith("Target: 21 °C (21.5 °C asked, not confirmed yet)"))
	h.publish("boiler/target", "21.5")
	anna.Expect(presenceFrom(h.thing, "→ 21.5"))
	anna.Send(h.thing, "get target")
	anna.Expect(func(e labtest.Event) bool { return e.Kind == labtest.Message && e.Body == "Target: 21.5 °C" })

	anna.Send(h.thing, "set 99")
	anna.Expect(messageWith("99 °C is too high: Target can be 5 to 80 °C. Nothing was changed."))

	code, took := h.stop()
	if code != exitOK || took > 5*time.Second {
		t.Errorf("after SIGTERM: exit %d in %v, want 0 in 5 s", code, took)
	}
	anna.Expect(unavailableFrom(h.thing))
}

func (h *testHouse) hear() string {
	h.t.Helper()
	select {
	case payload := <-h.told:
		return payload
	case <-time.After(patience):
		h.t.Fatal("nothing on the command topic")
		return ""
	}
}

func TestStrangersLearnNothing(t *testing.T) {
	for _, server := range servers() {
		t.Run(server.name, func(t *testing.T) {
			t.Parallel()
			strangersLearnNothing(newTestHouseAt(t, server, ""))
		})
	}
}

func strangersLearnNothing(h *testHouse) {
	h.publish("boiler/state", `{"temp": 21.4}`)
	h.start()
	anna := h.client("anna")
	h.await("connected to the XMPP server")
	anna.Subscribe(h.thing)
	anna.Expect(presenceFrom(h.thing, "21.4"))
	h.tellsNothing(h.client("eve"))
}

// tellsNothing shows that whatever a stranger sends is forbidden, wherever it goes.
func (h *testHouse) tellsNothing(stranger *labtest.Client) {
	t := h.t
	t.Helper()
	for _, jid := range []string{h.thing, "ghost@things.home.test", "things.home.test"} {
		for _, payload := range []string{
			"<query xmlns='http://jabber.org/protocol/disco#info'/>", "<query xmlns='http://jabber.org/protocol/disco#items'/>",
			"<query xmlns='jabber:iq:register'/>", "<query xmlns='jabber:iq:gateway'/>", "<query xmlns='jabber:iq:search'/>",
			"<ping xmlns='urn:xmpp:ping'/>", "<x xmlns='urn:example:none'/>",
		} {
			if got := stranger.Get(jid, payload); got.Type != "error" || !strings.Contains(got.XML, "forbidden") {
				t.Errorf("%s to %s: %s", payload, jid, got.XML)
			}
		}
		stranger.Send(jid, "status")
		stranger.Expect(func(e labtest.Event) bool {
			return e.Kind == labtest.Message && e.Type == "error" && strings.Contains(e.XML, "forbidden")
		})
		stranger.Subscribe(jid)
		stranger.Expect(subscriptionOf("unsubscribed"))
	}
}

// An account's server answers for the account; what reaches us from a stranger is
// refused all the same.
func TestStrangersOfAnAccountLearnNothing(t *testing.T) {
	for _, at := range places() {
		if !at.accounts {
			continue
		}
		t.Run(at.name, func(t *testing.T) {
			t.Parallel()
			h := newTestHouseAt(t, at, "")
			h.publish("boiler/state", `{"temp": 21.4}`)
			h.start()
			h.await("connected to the XMPP server")
			eve := h.client("eve")
			eve.Send(h.thing, "status")
			eve.Expect(func(e labtest.Event) bool {
				return e.Kind == labtest.Message && e.Type == "error" && strings.Contains(e.XML, "forbidden")
			})
			eve.Subscribe(h.thing)
			eve.Expect(subscriptionOf("unsubscribed"))
			for _, e := range eve.Fence("") {
				if strings.Contains(e.XML, "21.4") {
					t.Errorf("a stranger was told: %s", e)
				}
			}
		})
	}
}

// Whatever is killed: when all of them are back, all contacts are right, nobody
// is asked anything again and no subscription is lost.
func TestKilledPartsComeBack(t *testing.T) {
	for _, at := range places() {
		t.Run(at.name, func(t *testing.T) {
			t.Parallel()
			killedPartsComeBack(newTestHouseAt(t, at, ""))
		})
	}
}

func killedPartsComeBack(h *testHouse) {
	const within = 10 * time.Second
	t := h.t
	h.publish("boiler/state", `{"temp": 20}`)
	h.start()
	anna := h.client("anna")
	h.await("connected to the XMPP server")
	anna.Subscribe(h.thing)
	anna.Expect(presenceFrom(h.thing, "20 °C"))

	// ejabberd keeps what is new in memory for seconds; an orderly restart makes it
	// write the roster, which is not ours to keep.
	if err := h.server.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := h.server.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	anna.Expect(presenceFrom(h.thing, "20 °C"))

	kills := []struct {
		name string
		kill func()
	}{
		{"gateway", func() { h.kill(); h.publish("boiler/state", `{"temp": 31}`); h.start() }},
		{"server", func() {
			h.server.Kill()
			h.publish("boiler/state", `{"temp": 32}`)
			if err := h.server.Start(t.Context()); err != nil {
				t.Fatal(err)
			}
		}},
		{"broker", func() {
			h.broker.Kill()
			if err := h.broker.Start(t.Context()); err != nil {
				t.Fatal(err)
			}
			h.publish("boiler/state", `{"temp": 33}`)
		}},
		{"all of them", func() {
			h.kill()
			h.server.Kill()
			h.broker.Kill()
			if err := h.broker.Start(t.Context()); err != nil {
				t.Fatal(err)
			}
			h.start()
			if err := h.server.Start(t.Context()); err != nil {
				t.Fatal(err)
			}
			h.publish("boiler/state", `{"temp": 34}`)
		}},
	}
	for i, part := range kills {
		part.kill()
		back := time.Now()
		anna.Expect(presenceFrom(h.thing, []string{"31 °C", "32 °C", "33 °C", "34 °C"}[i]))
		took := time.Since(back)
		t.Logf("%s killed: right again %v after the last was back", part.name, took.Round(10*time.Millisecond))
		if took > within {
			t.Errorf("%s killed: %v, want at most %v", part.name, took, within)
		}
		anna.Send(h.thing, "get temperature")
		anna.Expect(messageWith("Temperature: 3"))
	}
	if item := anna.Roster()[h.thing]; item.Subscription != "to" {
		t.Errorf("the roster says %+v", item)
	}
	if n := anna.SubscriptionRequests(); n != 0 {
		t.Errorf("%d subscription requests, want none", n)
	}
}

func TestReloadChangesWhatChangedAndNoMore(t *testing.T) {
	t.Parallel()
	h := newTestHouse(t, "")
	h.publish("boiler/state", `{"temp": 20}`)
	h.start()
	anna := h.client("anna")
	h.await("connected to the XMPP server")
	anna.Subscribe(h.thing)
	anna.Expect(presenceFrom(h.thing, "20 °C"))

	h.configure("s3cret", "feeds: [{to: scripts@home.test, every: soon}]\n")
	_ = h.gateway.Process.Signal(syscall.SIGHUP)
	h.await("the old one stays in force")
	h.configure("s3cret", "feeds: [{to: scripts@home.test}]\n")
	scripts := h.client("scripts")
	_ = h.gateway.Process.Signal(syscall.SIGHUP)
	h.await("the new configuration is in force")
	h.publish("boiler/state", `{"temp": 20.5}`)
	scripts.Expect(messageWith("temperature: 20.5 °C"))
	for _, e := range anna.Fence(h.thing) {
		if unavailableFrom(h.thing)(e) {
			t.Errorf("the contact went away: %s", e)
		}
	}
	if log := h.log.String(); strings.Contains(log, "adapter stops") || strings.Contains(log, "the link to the XMPP server changes") {
		t.Error("what did not change was disturbed")
	}
}
