package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"
)

// faultLine is a line between the gateway and a server or broker that breaks as
// told. Upstream is what the gateway says.
type faultLine struct {
	t     *testing.T
	proxy *toxiproxy.Proxy
}

func newFaultLine(t *testing.T, upstream string) *faultLine {
	t.Helper()
	quiet := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())
	l := &faultLine{t: t, proxy: toxiproxy.NewProxy(quiet, upstream, "127.0.0.1:0", upstream)}
	l.open()
	t.Cleanup(l.close)
	return l
}

func (l *faultLine) addr() string { return l.proxy.Listen }

// close ends all connections and refuses others.
func (l *faultLine) close() { l.proxy.Stop() }

func (l *faultLine) open() {
	l.t.Helper()
	if err := l.proxy.Start(); err != nil {
		l.t.Fatal(err)
	}
}

// cut ends all connections.
func (l *faultLine) cut() {
	l.t.Helper()
	l.close()
	l.open()
}

// toxic is a trouble with data on its way, as toxiproxy calls and describes it.
type toxic struct {
	Type       string           `json:"type"`
	Stream     string           `json:"stream"`
	Toxicity   float32          `json:"toxicity"`
	Attributes map[string]int64 `json:"attributes"`
}

const (
	upstream   = "upstream"
	downstream = "downstream"
)

// swallow takes everything and passes nothing on; when it ends, so do the
// connections.
func swallow(stream string) toxic { return toxic{"timeout", stream, 1, map[string]int64{"timeout": 0}} }

// stall keeps everything back until it ends.
func stall(stream string) toxic {
	const day = 86_400_000
	return toxic{"latency", stream, 1, map[string]int64{"latency": day}}
}

// slow passes on so many KB a second.
func slow(stream string, rate int64) toxic {
	return toxic{"bandwidth", stream, 1, map[string]int64{"rate": rate}}
}

// slice passes on each byte by itself.
func slice(stream string) toxic {
	return toxic{"slicer", stream, 1, map[string]int64{"average_size": 1, "size_variation": 0, "delay": 0}}
}

func (l *faultLine) trouble(all ...toxic) {
	l.t.Helper()
	for _, it := range all {
		text, err := json.Marshal(it)
		if err == nil {
			_, err = l.proxy.Toxics.AddToxicJson(strings.NewReader(string(text)))
		}
		if err != nil {
			l.t.Fatalf("%s %s: %v", it.Stream, it.Type, err)
		}
	}
}

// mend ends all troubles.
func (l *faultLine) mend() { l.proxy.Toxics.ResetToxics(l.t.Context()) }
