package xmpp

import (
	"bytes"
	"io"
	"net"
	"strings"
	"testing"
)

const benchStanza = "<message from='living-room@things.example.org/gw' to='anna@example.org' type='headline' id='a1'>" +
	"<body>21.4 °C</body><no-store xmlns='urn:xmpp:hints'/></message>"

// sink is a server that takes everything at once.
type sink struct{ net.Conn }

func (sink) Write(b []byte) (int, error) { return len(b), nil }

func TestSendDoesNotAllocate(t *testing.T) {
	server, client := tcpPair(t)
	drained := make(chan struct{})
	go func() {
		defer close(drained)
		_, _ = io.Copy(io.Discard, server)
	}()
	s := &stream{longest: MaxStanza, out: newWriter(sink{client}, &counters{}), counters: &counters{}}
	done := make(chan error, 1)
	go func() { done <- s.out.run() }()
	b := []byte(benchStanza)
	send := func() {
		if err := s.send(t.Context(), b); err != nil {
			t.Error(err)
		}
	}
	for range 100_000 { // until both buffers have their size
		send()
	}
	if n := testing.AllocsPerRun(100_000, send); n >= 0.01 {
		t.Errorf("%v allocations for each Send, want none", n)
	}
	s.out.finish("")
	if err := <-done; err != nil {
		t.Error(err)
	}
	_ = client.Close()
	<-drained
}

func BenchmarkSend(b *testing.B) {
	for _, batch := range []int{1, 64} {
		b.Run(map[int]string{1: "one", 64: "sixty-four"}[batch], func(b *testing.B) {
			server, client := tcpPair(b)
			go func() { _, _ = io.Copy(io.Discard, server) }()
			s := &stream{longest: MaxStanza, out: newWriter(client, &counters{}), counters: &counters{}}
			done := make(chan error, 1)
			go func() { done <- s.out.run() }()
			stanzas := bytes.Repeat([]byte(benchStanza), batch)
			b.SetBytes(int64(len(stanzas)))
			b.ReportAllocs()
			for b.Loop() {
				if err := s.send(b.Context(), stanzas); err != nil {
					b.Fatal(err)
				}
			}
			s.out.finish("")
			<-done
			b.ReportMetric(float64(b.N*batch)/b.Elapsed().Seconds(), "stanzas/s")
		})
	}
}

func BenchmarkReceive(b *testing.B) {
	stanza := strings.Replace(benchStanza, "anna@example.org", "anna@example.org/phone", 1)
	f := newFramer(io.MultiReader(strings.NewReader(opening), &endless{text: stanza}))
	header, err := f.next()
	if err != nil {
		b.Fatal(err)
	}
	p := newParser()
	if _, err := p.streamHeader(header.bytes); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(stanza)))
	b.ReportAllocs()
	for b.Loop() {
		got, err := f.next()
		if err != nil {
			b.Fatal(err)
		}
		e, err := p.element(got.bytes)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := newStanza(&e, NSComponent); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAppendText(b *testing.B) {
	dst := make([]byte, 0, 256)
	b.ReportAllocs()
	for b.Loop() {
		dst = AppendText(dst[:0], "21.4 °C → 21.0 · heating · 45 % & rising")
	}
}

// endless repeats a text.
type endless struct {
	text string
	at   int
}

func (e *endless) Read(p []byte) (int, error) {
	n := copy(p, e.text[e.at:])
	e.at = (e.at + n) % len(e.text)
	return n, nil
}

func tcpPair(tb testing.TB) (server, client net.Conn) {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	client, err = net.Dial("tcp", l.Addr().String())
	if err != nil {
		tb.Fatal(err)
	}
	if server, err = l.Accept(); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _, _, _ = client.Close(), server.Close(), l.Close() })
	return server, client
}
