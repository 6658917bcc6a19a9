package main

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	mqttclient "github.com/eclipse/paho.mqtt.golang"
)

// iqsOutstanding is how many iqs wait for their answers at a time: what a user may
// have waiting at one contact is bounded, and what is beyond is told to wait.
const iqsOutstanding = 24

// Every iq that the project knows, and many that it does not, of a user and of a
// stranger: each is answered once, by the address that it went to, and with the
// outcome that it must have.
func TestIQs(t *testing.T) {
	for _, server := range faultServers() {
		t.Run(server.name, func(t *testing.T) {
			t.Parallel()
			h := newTestHouseAt(t, server, "")
			cases := iqCases(map[string]contactKind{
				"boiler@things.home.test": toDevice, "boiler@things.home.test/gw": toDevice,
				"things.home.test": toHouse, "things.home.test/gw": toHouse,
			}, []string{"ghost@things.home.test", "ghost@things.home.test/gw"})
			if len(cases) < 1000 {
				t.Fatalf("%d iqs are not all that there are", len(cases))
			}
			h.judgeIQs(cases)
		})
		t.Run("account on "+server.name, func(t *testing.T) {
			t.Parallel()
			h := newTestHouseAt(t, place{server.name, server.start, true}, "")
			h.write("thingbridge.yml", strings.Replace(h.text(), h.thing, h.thing+"/gw", 1)) // else nobody knows its resource
			cases := iqCases(map[string]contactKind{h.thing + "/gw": toDevice}, nil)
			for i := range cases {
				if server.name == "ejabberd" && strings.Contains(cases[i].payload, "'jabber:iq:last'") {
					cases[i].want, cases[i].stranger = isNotOffered, isNotOffered // which it says itself to who is no subscriber
				}
			}
			h.judgeIQs(cases)
		})
	}
}

func (h *testHouse) judgeIQs(cases []iqCase) {
	t := h.t
	h.publish("boiler/state", `{"temp": 21.4}`)
	confirm := func(device mqttclient.Client, m mqttclient.Message) {
		device.Publish("boiler/target", 1, true, m.Payload())
	}
	if token := h.device.Subscribe("boiler/target/set", 1, confirm); !token.WaitTimeout(patience) || token.Error() != nil {
		t.Fatal(token.Error())
	}
	h.start()
	h.await("connected to the XMPP server")
	h.await("connected to the broker")
	began := time.Now()
	h.askIQs("anna", cases, func(c iqCase) string { return c.want })
	took := time.Since(began)
	h.askIQs("archive", cases, func(c iqCase) string { return c.stranger })
	h.seeEvents()
	t.Logf("%d iqs of a user in %v, and as many of a stranger", len(cases), took.Round(time.Millisecond))
}

// seeEvents subscribes to the boiler as a script does, and sees it change.
func (h *testHouse) seeEvents() {
	t := h.t
	t.Helper()
	c, err := loginRaw(t.Context(), h.server.Account("anna"), "events")
	if err != nil {
		t.Fatal(err)
	}
	defer c.conn.Close()
	_ = c.conn.SetReadDeadline(time.Now().Add(patience))
	subscribe := "<iq type='set' to='" + h.thing + "/gw' id='e'>" + subscribeTo("id='mine' req='true'", "<f n='temperature' up='1'/>") + "</iq>"
	if err := c.send(subscribe); err != nil {
		t.Fatal(err)
	}
	answered := false
	var told []string
	for strings.Join(told, " ") != "21.4 25.5" {
		s, err := c.next()
		if err != nil {
			t.Fatalf("subscribed: %v; told of %q: %v", answered, told, err)
		}
		switch {
		case s.kind() == "iq" && s.ID == "e":
			answered = s.Type == isResult
		case s.kind() == "message" && len(s.Data) == 1 && s.From == h.thing+"/gw":
			if !answered {
				t.Error("data came before the promise")
			}
			if told = append(told, s.Data[0].Value); len(told) == 1 {
				h.publish("boiler/state", `{"temp": 22}`)
				h.publish("boiler/state", `{"temp": 25.5}`)
			}
		}
	}
}

// inquest is the iqs of one session, and what came of them.
type inquest struct {
	user    string
	cases   map[string]iqCase // by id
	want    func(iqCase) string
	answers map[string]int // by id
	wrong   int
}

// askIQs sends iqs as fast as they are answered, and judges the answers.
func (h *testHouse) askIQs(user string, cases []iqCase, want func(iqCase) string) {
	t := h.t
	t.Helper()
	c, err := loginRaw(t.Context(), h.server.Account(user), "iqs")
	if err != nil {
		t.Fatal(err)
	}
	q := &inquest{user: user, cases: make(map[string]iqCase), want: want, answers: make(map[string]int)}
	stanzas := make([]string, 0, len(cases)+1)
	// After the answer to the last, one that was given twice has come too.
	for i, it := range append(cases[:len(cases):len(cases)], iqCase{h.thing + "/gw", "get", "<ping xmlns='urn:xmpp:ping'/>", isResult, isForbidden}) {
		id := fmt.Sprintf("iq%d", i)
		q.cases[id] = it
		stanzas = append(stanzas, "<iq type='"+it.kind+"' to='"+it.to+"' id='"+id+"'>"+it.payload+"</iq>")
	}
	free := make(chan struct{}, iqsOutstanding)
	var sending sync.WaitGroup
	defer sending.Wait()
	defer c.conn.Close()
	sending.Go(func() {
		for i, stanza := range stanzas {
			places := 1
			if i == len(stanzas)-1 {
				places = iqsOutstanding
			}
			for range places {
				select {
				case free <- struct{}{}:
				case <-time.After(patience):
					return // what is missing will be seen
				}
			}
			if err := c.send(stanza); err != nil {
				t.Errorf("%s: the server ended the session: %v", user, err)
				return
			}
		}
	})
	for len(q.answers) < len(stanzas) {
		_ = c.conn.SetReadDeadline(time.Now().Add(patience / 2))
		s, err := c.next()
		if err != nil {
			break
		}
		if s.kind() == "iq" && (s.Type == isResult || s.Type == "error") && q.judge(t, s) {
			<-free
		}
	}
	for i, stanza := range stanzas {
		if q.answers[fmt.Sprintf("iq%d", i)] == 0 {
			q.wrong++
			t.Errorf("%s: no answer to %s", user, stanza)
		}
	}
	if q.wrong > 0 {
		t.Errorf("%s: %d of %d iqs went wrong", user, q.wrong, len(stanzas))
	}
}

// judge compares an answer with what it must be, and reports whether it is the first
// to an iq.
func (q *inquest) judge(t *testing.T, s *rawStanza) bool {
	t.Helper()
	it, asked := q.cases[s.ID]
	q.answers[s.ID]++
	got := s.outcome()
	switch {
	case !asked:
		delete(q.answers, s.ID)
		t.Errorf("%s: an answer to nothing: %s from %s, id %q", q.user, got, s.From, s.ID)
	case q.answers[s.ID] > 1:
		t.Errorf("%s: answered %d times: %s to %s: %s", q.user, q.answers[s.ID], it.kind, it.to, it.payload)
	case s.From != it.to:
		t.Errorf("%s: answered by %s: %s to %s: %s", q.user, s.From, it.kind, it.to, it.payload)
	case got != q.want(it):
		t.Errorf("%s: %s %q, want %s: %s to %s: %s", q.user, got, s.Error.Text, q.want(it), it.kind, it.to, it.payload)
	default:
		return true
	}
	q.wrong++
	return asked && q.answers[s.ID] == 1
}

// outcome is the condition of an error, or "result".
func (s *rawStanza) outcome() string {
	if s.Type == "error" {
		for _, condition := range s.Error.Conditions {
			if condition.XMLName.Space == "urn:ietf:params:xml:ns:xmpp-stanzas" {
				return condition.XMLName.Local
			}
		}
	}
	return s.Type
}
