package main

import (
	"bufio"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
)

// radio is an RFLink gateway behind TCP: it says that it is there, and what its sensors
// send.
type radio struct {
	t      *testing.T
	listen net.Listener
	mu     sync.Mutex
	who    net.Conn // the last who has connected
	both   sync.WaitGroup
}

func newRadio(t *testing.T) *radio {
	listen, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &radio{t: t, listen: listen}
	r.both.Go(r.serve)
	t.Cleanup(func() {
		listen.Close()
		r.mu.Lock()
		if r.who != nil {
			r.who.Close()
		}
		r.mu.Unlock()
		r.both.Wait()
	})
	return r
}

func (r *radio) serve() {
	for {
		conn, err := r.listen.Accept()
		if err != nil {
			return
		}
		r.mu.Lock()
		r.who = conn
		r.mu.Unlock()
		r.both.Go(func() {
			defer conn.Close()
			for lines := bufio.NewScanner(conn); lines.Scan(); {
				if strings.HasPrefix(lines.Text(), "10;PING;") {
					fmt.Fprint(conn, "20;01;PONG;\r\n")
				}
			}
		})
	}
}

// send has a sensor send something.
func (r *radio) send(line string) {
	r.t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, err := fmt.Fprint(r.who, line+"\r\n"); err != nil {
		r.t.Fatal(err)
	}
}

// The battery of a sensor was changed, and it is heard under another address: an admin
// has it go on as what it was. That outlasts a kill.
func TestTheHouseReplaces(t *testing.T) {
	waves := newRadio(t)
	h := newTestHouse(t, "")
	h.write("thingbridge.yml", strings.Replace(h.text(), "access:\n", fmt.Sprintf(`  - name: rflink
    kind: serial
    port: tcp://%s
    codec: rflink
    rflink:
      patience: 1
      devices: [{key: Oregon TempHygro 1a2d, id: garden-sensor, name: Garden}]
access:
  admins: [anna@home.test]
`, waves.listen.Addr()), 1))
	h.start()
	anna := h.client("anna")
	h.await("connected to the XMPP server")
	h.await("the port is open")
	const garden, stranger = "garden-sensor@things.home.test", "rflink-oregon-temphygro-2a4b@things.home.test"
	const before, after = "20;01;Oregon TempHygro;ID=1a2d;TEMP=00d2;HUM=50;", "20;02;Oregon TempHygro;ID=2a4b;TEMP=00%x;HUM=51;"
	waves.send(before)
	anna.Subscribe(garden)
	anna.ExpectAll(subscriptionOf("subscribed"), presenceFrom(garden, "21"))
	waves.send(fmt.Sprintf(after, 215))
	anna.Subscribe(stranger)
	anna.ExpectAll(subscriptionOf("subscribed"), presenceFrom(stranger, "21.5"))

	anna.Send(inboxHouse, "replace garden-sensor")
	anna.Expect(messageWith("As which of these is Garden heard now?"))
	anna.Send(inboxHouse, "replace garden-sensor with boiler")
	anna.Expect(messageWith("Garden cannot go on as Boiler"))
	anna.Send(inboxHouse, "replace "+strings.TrimSuffix(stranger, "@things.home.test")+" with garden-sensor")
	anna.Expect(messageWith("Garden is described in the configuration."))
	anna.Send(inboxHouse, "ersetze Garden durch rflink-oregon-temphygro-2a4b")
	anna.Expect(messageWith("Soll Garden mit dem weitermachen, was als Oregon TempHygro 2a4b zu hören ist?"))
	anna.Send(inboxHouse, "ja")
	anna.ExpectAll(messageWith("Erledigt: Es macht unter seinem alten Namen weiter."), unavailableFrom(stranger))
	waves.send(fmt.Sprintf(after, 220))
	anna.Expect(presenceFrom(garden, "22"))

	h.kill()
	h.start()
	h.awaitTimes("the port is open", 2)
	h.awaitTimes("connected to the XMPP server", 2)
	waves.send(fmt.Sprintf(after, 235))
	anna.Expect(presenceFrom(garden, "23,5")) // she has spoken German
	anna.Send(inboxHouse, "devices")
	if list := anna.Expect(messageWith("I am the house.")).Body; strings.Contains(list, "2a4b") {
		t.Errorf("after a kill: %s", list)
	}

	waves.send(strings.Replace(before, "1a2d", "77", 1)) // the next battery
	anna.Subscribe("rflink-oregon-temphygro-77@things.home.test")
	anna.ExpectAll(subscriptionOf("subscribed"), presenceFrom("rflink-oregon-temphygro-77@things.home.test", "21 °C"))
	step := anna.Command(inboxHouse+"/gw", "replace", "", "", nil)
	if got := step.Field("old").Options; !slices.Contains(got, "garden-sensor") {
		t.Fatalf("the form offers %q", got)
	}
	step = anna.Command(inboxHouse+"/gw", "replace", step.Session, "next", map[string][]string{"old": {"garden-sensor"}})
	if got := step.Field("now").Options; !slices.Equal(got, []string{"rflink-oregon-temphygro-77"}) {
		t.Fatalf("the second form offers %q", got)
	}
	h.noted(anna.Command(inboxHouse+"/gw", "replace", step.Session, "complete", map[string][]string{"now": {"rflink-oregon-temphygro-77"}}), "info", "Done: it goes on under its old name.")
	anna.Expect(unavailableFrom("rflink-oregon-temphygro-77@things.home.test"))
	guest := h.client("scripts")
	if got := guest.Command(inboxHouse+"/gw", "replace", "", "", nil); got.Status == "completed" || got.Status == "executing" {
		t.Errorf("a stranger has things replaced: %+v", got)
	}
	if code, _ := h.stop(); code != exitOK {
		t.Errorf("exit %d", code)
	}
}
