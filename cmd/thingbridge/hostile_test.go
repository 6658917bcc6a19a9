package main

import (
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	hostileStanzas = 5000     // of each user
	hostileShort   = 2500     // of each user to an account, which only the way to the link sets apart
	hostileMemory  = 64 << 20 // bytes that the gateway may have more, at its highest
)

// A user with rights and a stranger send thousands of stanzas each that were made to break
// something. The link lives, each iq is answered once by whom it was for, nothing
// forged is obeyed, and memory is bounded.
func TestHostileStanzas(t *testing.T) {
	for _, server := range faultServers() {
		t.Run(server.name, func(t *testing.T) {
			t.Parallel()
			survive(newTestHouseAt(t, server, ""), hostileAddresses, hostileStanzas)
		})
		t.Run("account on "+server.name, func(t *testing.T) {
			t.Parallel()
			h := newTestHouseAt(t, place{server.name, server.start, true}, "")
			h.write("thingbridge.yml", strings.Replace(h.text(), h.thing, h.thing+"/gw", 1)) // else nobody knows its resource
			survive(h, accountAddresses, hostileShort)
		})
	}
}

func survive(h *testHouse, targets []string, each int) {
	t := h.t
	h.publish("boiler/state", `{"temp": 21.4}`)
	h.start()
	h.await("connected to the XMPP server")
	before, err := usageOfProcess(h.gateway.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	var attacks sync.WaitGroup
	attacks.Go(func() { h.attack("anna", newHostile(1, false, targets), each) })
	attacks.Go(func() { h.attack("archive", newHostile(2, true, targets), each) })
	attacks.Wait()
	took := time.Since(began)

	answered := make(chan struct{}, 1)
	anna := follow(t, h.server.Account("anna"), func(s *rawStanza) {
		if s.Body == "Temperature: 21.4 °C" && s.From == h.thing+"/gw" { // to where the iqs went
			select {
			case answered <- struct{}{}:
			default:
			}
		}
	})
	good := func() bool { // what anna may say in a second may be used up
		anna.send("<message type='chat' to='" + h.thing + "'><body>get temperature</body></message>")
		select {
		case <-answered:
			return true
		case <-time.After(time.Second):
			return false
		}
	}
	for tries := 0; !good(); tries++ {
		if tries == 20 {
			t.Fatal("a good message was not answered")
		}
	}
	if log := h.log.String(); strings.Count(log, "connected to the XMPP server") != 1 || len(errorsIn(log)) > 0 {
		t.Errorf("the link did not live, or worse: %q", errorsIn(log))
	}
	for len(h.told) > 0 {
		t.Errorf("the device was told %s", <-h.told)
	}
	after, err := usageOfProcess(h.gateway.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	if after.peak > before.memory+hostileMemory {
		t.Errorf("memory: %d bytes before, at most %d", before.memory, after.peak)
	}
	t.Logf("%d stanzas in %v; before %+v, after %+v", 2*each, took.Round(time.Millisecond), before, after)
}

// attack sends a user's stanzas as fast as the server takes them, and sees that
// each iq is answered.
func (h *testHouse) attack(user string, with *hostile, each int) {
	t := h.t
	t.Helper()
	c, err := loginRaw(t.Context(), h.server.Account(user), "hostile")
	if err != nil {
		t.Error(err)
		return
	}
	defer c.conn.Close()
	var stanzas []string
	for range each {
		stanzas = append(stanzas, with.next())
	}
	const last = "last"
	with.asked[last] = h.thing
	stanzas = append(stanzas, "<iq type='get' to='"+h.thing+"' id='"+last+"'><ping xmlns='urn:xmpp:ping'/></iq>")
	var sending sync.WaitGroup
	sending.Go(func() {
		for _, stanza := range stanzas {
			if err := c.send(stanza); err != nil {
				t.Errorf("%s: the server ended the session: %v", user, err)
				return
			}
		}
	})
	answers, bad := h.answers(c, with.asked)
	c.conn.Close()
	sending.Wait()
	missing := 0
	for id, to := range with.asked {
		if answers[id] == 1 {
			continue
		}
		if missing++; missing <= 3 {
			t.Errorf("%s: iq %.40s to %.60s was answered %d times: %.300s", user, id, to, answers[id], stanzaOf(stanzas, id))
		}
	}
	if missing > 3 || len(bad) > 0 {
		t.Errorf("%s: of %d iqs %d were not answered once; answers nobody asked for: %.5q", user, len(with.asked), missing, bad)
	}
	t.Logf("%s: %d iqs, %d answered", user, len(with.asked), len(answers))
}

// answers counts the answers by their ids, until all are there or nothing more
// comes. Those to nothing that was asked, or of somebody else, are bad.
func (h *testHouse) answers(c *rawClient, asked map[string]string) (answers map[string]int, bad []string) {
	answers = make(map[string]int)
	for len(answers) < len(asked) {
		_ = c.conn.SetReadDeadline(time.Now().Add(patience / 2))
		s, err := c.next()
		if err != nil {
			return answers, bad
		}
		if s.kind() != "iq" || s.Type != "result" && s.Type != "error" {
			continue
		}
		if to, ok := asked[s.ID]; !ok || !strings.EqualFold(s.From, to) {
			bad = append(bad, s.Type+" from "+s.From+" for "+s.ID)
			continue
		}
		answers[s.ID]++
	}
	return answers, bad
}

// stanzaOf returns the stanza with an id.
func stanzaOf(stanzas []string, id string) string {
	for _, s := range stanzas {
		if strings.Contains(s, "id='"+strings.ReplaceAll(id, "'", "&apos;")+"'") {
			return s
		}
	}
	return ""
}
