package xmpp

import (
	"errors"
	"fmt"
	"math"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"mellium.im/sasl"
)

func TestWeightsDecideAmongEqualPriorities(t *testing.T) {
	srv := func(weights ...uint16) answer {
		var a answer
		for i, w := range weights {
			a.records = append(a.records, &net.SRV{Target: fmt.Sprintf("%d.test.", i), Port: 1, Weight: w})
		}
		return a
	}
	const rounds = 4000
	first := map[string]int{}
	n := 0
	for range rounds {
		targets, err := choose("home.test", srv(30, 10), srv(0), func(most int) int { n = (n*1103515245 + 12345) & math.MaxInt32; return n >> 8 % most })
		if err != nil || len(targets) != 3 {
			t.Fatalf("choose() = %v, %v, want three targets", targets, err)
		}
		first[targets[0].String()]++
	}
	for target, want := range map[string]int{"tls://0.test:1": rounds * 30 / 41, "tls://1.test:1": rounds * 10 / 41, "0.test:1": rounds / 41} {
		if got := first[target]; got < want/2 || got > want*3/2 {
			t.Errorf("%s came first %d times, want about %d", target, got, want)
		}
	}
}

func TestTargetsAreBounded(t *testing.T) {
	var a answer
	for range 1000 {
		a.records = append(a.records, &net.SRV{Target: "a.test.", Port: 1})
	}
	if targets, err := choose("home.test", a, a, func(int) int { return 0 }); err != nil || len(targets) != maxTargets {
		t.Errorf("%d targets, %v, want %d", len(targets), err, maxTargets)
	}
}

func TestHostOfADomain(t *testing.T) {
	for domain, want := range map[string]string{
		"home.test": "home.test", "bücher.test": "xn--bcher-kva.test", "[2001:db8::1]": "2001:db8::1", "192.0.2.1": "192.0.2.1",
	} {
		if got := hostOf(domain); got != want {
			t.Errorf("hostOf(%q) = %q, want %q", domain, got, want)
		}
	}
}

func TestManagedSendDoesNotAllocate(t *testing.T) {
	server, client := tcpPair(t)
	_ = server.Close()
	s := &stream{longest: MaxStanza, out: newWriter(sink{client}, &counters{}), counters: &counters{}}
	s.out.ledger = &ledger{}
	done := make(chan error, 1)
	go func() { done <- s.out.run() }()
	b := []byte(benchStanza)
	sent := uint32(0)
	send := func() {
		if err := s.send(t.Context(), b); err != nil {
			t.Error(err)
		}
		if sent++; sent%16 == 0 {
			if err := s.out.acknowledge(sent); err != nil {
				t.Error(err)
			}
		}
	}
	for range 100_000 { // until all buffers have their size
		send()
	}
	if n := testing.AllocsPerRun(100_000, send); n >= 0.01 {
		t.Errorf("%v allocations for each Send, want none", n)
	}
	s.out.finish("")
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestLedgerCountsModulo(t *testing.T) {
	l := &ledger{sent: math.MaxUint32 - 1, acked: math.MaxUint32 - 1}
	for range 4 {
		l.record([]byte("<a/>"), 1)
	}
	if err := l.acknowledge(1); err != nil || string(l.unacknowledged()) != "<a/>" {
		t.Errorf("acknowledge(1) = %v with %q left, want one stanza", err, l.unacknowledged())
	}
	for _, wrong := range []uint32{0, 3, math.MaxUint32} {
		if err := l.acknowledge(wrong); !errors.Is(err, errBadAck) {
			t.Errorf("acknowledge(%d) = %v, want errBadAck", wrong, err)
		}
	}
}

// FuzzLedger holds that what is unacknowledged is exactly the stanzas that were
// recorded and not acknowledged, or nothing when they were too many to keep.
func FuzzLedger(f *testing.F) {
	f.Add([]byte{1, 2, 3, 200, 0, 130, 9, 255})
	f.Add([]byte{127, 127, 127, 228, 1, 200})
	f.Fuzz(func(t *testing.T, steps []byte) {
		l := &ledger{}
		var want []string
		for i, step := range steps {
			if step < 128 {
				stanza := fmt.Sprintf("<a b='>%d'>%s</a>", i, strings.Repeat("<c/>", int(step)*200))
				want = append(want, stanza)
				l.record([]byte(stanza), 1)
			} else {
				n := min(int(step)-128, len(want))
				want = slices.Delete(want, 0, n)
				if err := l.acknowledge(uint32(l.acked) + uint32(n)); err != nil {
					t.Fatal(err)
				}
			}
			kept := strings.Join(want, "")
			if l.gap {
				kept = ""
			}
			if got := string(l.unacknowledged()); got != kept || len(got) > maxKept || l.sent-l.acked != uint64(len(want)) {
				t.Fatalf("step %d: %d bytes are kept, want %d; %d stanzas are open, want %d", i, len(got), len(kept), l.sent-l.acked, len(want))
			}
		}
	})
}

// FuzzSCRAM holds that a server's messages, whatever they are, end a login soon
// and without a panic, and that none but the right proof is taken.
func FuzzSCRAM(f *testing.F) {
	f.Add("r=%s,s=c2FsdA==,i=4096", "v=AAAA", true)
	f.Add("r=%s,s=c2FsdA==,i=4096,x=", "", false)
	f.Add("r=%s,s=,i=4096", "e=other-error", true)
	f.Add(",,,", "=", true)
	f.Fuzz(func(t *testing.T, first, last string, challenged bool) {
		client := sasl.NewClient(sasl.ScramSha1, sasl.Credentials(func() ([]byte, []byte, []byte) { return []byte("u"), []byte("p"), nil }))
		more, hello, err := client.Step(nil)
		if err != nil {
			t.Fatal(err)
		}
		_, nonce, _ := strings.Cut(string(hello), "r=")
		first = strings.Replace(first, "%s", nonce, 1)
		if checkFirst(first) == nil && !strings.Contains(first+",", ",i=4096,") {
			return // it would only take long
		}
		c := &conversation{client: client, more: more}
		begin := time.Now()
		_, err = c.challenge(string(appendBase64(nil, []byte(first))))
		if err == nil && challenged {
			_, err = c.challenge(string(appendBase64(nil, []byte(last))))
			last = ""
		}
		if err == nil {
			err = c.success(string(appendBase64(nil, []byte(last))))
		}
		if err == nil {
			t.Fatalf("%q and %q were taken", first, last)
		}
		if d := time.Since(begin); d > 5*time.Second {
			t.Fatalf("%q and %q took %v", first, last, d)
		}
	})
}

// FuzzFeatures holds that whatever a server offers is read without a panic and
// within limits.
func FuzzFeatures(f *testing.F) {
	f.Add("<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism></mechanisms>")
	f.Add("<limits xmlns='urn:xmpp:stream-limits:0'><max-bytes>99999999999999999999</max-bytes></limits>")
	f.Add("<query xmlns='jabber:iq:register'><username/><password/><x xmlns='jabber:x:data'><field var='a'><required/></field></x></query>")
	f.Add("<enabled xmlns='urn:xmpp:sm:3' h='-1' resume='true' max='18446744073709551616'/>")
	f.Fuzz(func(t *testing.T, in string) {
		e, err := newParser().element([]byte("<features>" + in + "</features>"))
		if err != nil {
			return
		}
		for _, m := range offeredMechanisms(&e) {
			if strings.Contains(m, "<") && !strings.Contains(in, "&") && !strings.Contains(in, "CDATA") {
				t.Fatalf("mechanism %q of %q", m, in)
			}
		}
		if n := limitOf(&e); n < 0 || n > math.MaxInt32 {
			t.Fatalf("limit %d", n)
		}
		_, _, _, _ = bindings(&e), failureOf(&e), canRegister(e.Child(nsRegister, "query")), canFill(&e)
		if _, err := handledOf(&e); err == nil {
			t.Fatal("an element without h has acknowledged something")
		}
	})
}

// FuzzTarget holds that a server as configured is read as what it writes itself.
func FuzzTarget(f *testing.F) {
	for _, seed := range []string{"a.test", "a.test:1", "tls://a.test", "tls://[::1]:5223", "[::1]", "::1", ":1", "a:b:c", "tls://tls://a"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, in string) {
		got, err := parseTarget(in)
		if err != nil {
			return
		}
		again, err := parseTarget(got.String())
		if diff := cmp.Diff(got, again, cmp.AllowUnexported(target{})); err != nil || diff != "" {
			t.Fatalf("%q is read as %v, and that as %v, %v", in, got, again, err)
		}
	})
}
