package mysensors_test

import (
	"strings"
	"testing"
	"time"

	"thingbridge/adapters/serial/codec"
	"thingbridge/adapters/serial/mysensors"
	"thingbridge/devices"
)

func TestWhatASleepingNodeIsToldWaits(t *testing.T) {
	g := opened(t, mysensors.Config{}, nil)
	g.hears("1;255;0;0;17;2.3.2", "1;1;0;0;14;", "1;1;1;0;45;20.0", "1;255;3;0;32;500")
	g.pass(time.Second)
	g.takes()
	g.settled(g.told("attic-1", "target", devices.Number(21)), nil)
	g.settled(g.told("attic-1", "target", devices.Number(22)), nil)
	g.sends()
	g.has("attic-1", "target", "20")
	if len(g.kept) != 2 {
		t.Errorf("kept %q, want the node and the newest command", g.kept)
	}
	g.hears("1;1;2;0;45;")
	g.sends("1;1;1;0;45;22.0") // it asks, and is told what it shall have
	g.hears("1;255;3;0;33;300000")
	g.sends("1;1;1;1;45;22.0")
	g.pass(300 * time.Millisecond)
	g.sends("1;1;1;1;45;22.0")
	g.hears("1;255;3;0;32;500")
	g.sends("1;1;1;1;45;22.0")
	g.hears("1;1;1;1;45;22.0")
	g.has("attic-1", "target", "22")
	g.pass(time.Minute)
	g.takes()
	if len(g.kept) != 1 {
		t.Errorf("kept %q, want the node alone", g.kept)
	}

	g.told("attic-1", "target", devices.Number(23))
	g.do(func(r *codec.Result) { g.it.Lost(r) })
	g.is("attic-1", devices.Offline)
	killed := opened(t, mysensors.Config{}, g.kept)
	killed.is("attic-1", devices.Unknown)
	killed.hears("1;255;3;0;33;300000")
	killed.sends("1;1;1;1;45;23.0")
	for range 7 {
		killed.pass(time.Minute)
		killed.hears("1;255;3;0;32;500")
	}
	if sent := killed.takes(); len(sent) < 5 {
		t.Errorf("sent %q, want the command whenever it wakes", sent)
	}
	killed.complains(`"23.0" was sent whenever the node woke, 5 times, and it does not answer`)
	if len(killed.kept) != 1 {
		t.Errorf("kept %q, want the node alone", killed.kept)
	}
}

func TestWhatWaitsTooLongIsGivenUp(t *testing.T) {
	g := opened(t, mysensors.Config{}, nil)
	g.hears("1;255;0;0;17;2.3.2", "1;1;0;0;19;", "1;1;1;0;36;1", "1;255;3;0;32;500")
	g.pass(time.Second)
	g.told("attic-1", "locked", devices.Boolean(false))
	g.pass(24 * time.Hour)
	g.takes()
	g.complains("waited 24h0m0s")
	g.hears("1;255;3;0;33;1000")
	g.sends()
}

func TestOldNodesSleepByHeartbeats(t *testing.T) {
	for library, waits := range map[string]bool{"2.0.0": true, "2.1.1": true, "2.3.2": false} {
		g := opened(t, mysensors.Config{}, nil)
		g.hears("1;255;0;0;17;"+library, "1;1;0;0;3;", "1;1;1;0;2;0", "1;255;3;0;22;1234")
		g.pass(time.Minute)
		g.takes()
		g.told("attic-1", "on", devices.Boolean(true))
		if sent := g.takes(); (len(sent) == 0) != waits {
			t.Errorf("%s: sent %q", library, sent)
		}
	}
}

func TestSilence(t *testing.T) {
	t.Run("of a node that listens", func(t *testing.T) {
		g := opened(t, mysensors.Config{}, nil)
		g.hears("1;255;0;0;17;2.3.2", "1;1;0;0;3;", "1;1;1;0;2;0")
		g.silent(10*time.Minute, "1;255;3;0;18;")
		g.hears("1;255;3;0;22;1")
		g.sends("1;255;3;0;29;R")
		g.hears("1;255;3;0;31;-67")
		g.has("attic-1", "signal", "-67")
		g.is("attic-1", devices.Online)
		g.silent(10*time.Minute+45*time.Second, "1;255;3;0;18;", "1;255;3;0;18;", "1;255;3;0;18;", "1;255;3;0;18;")
		g.is("attic-1", devices.Offline)
		g.silent(10*time.Minute, "1;255;3;0;18;")
		g.hears("1;255;3;0;22;1")
		g.is("attic-1", devices.Online)
	})
	t.Run("of one that says when it sleeps", func(t *testing.T) {
		g := opened(t, mysensors.Config{}, nil)
		g.hears("1;255;0;0;17;2.3.2", "1;1;0;0;6;", "1;1;1;0;0;20", "1;255;3;0;33;3600000", "1;255;3;0;32;500")
		g.silent(3*time.Hour - time.Second)
		g.is("attic-1", devices.Online)
		g.silent(time.Second)
		g.is("attic-1", devices.Unknown)
		g.silent(21 * time.Hour)
		g.is("attic-1", devices.Offline)
	})
	t.Run("of one with a rhythm that does not listen", func(t *testing.T) {
		g := opened(t, mysensors.Config{}, nil)
		g.hears("1;255;0;0;17;2.3.2", "1;1;0;0;6;")
		for range 9 {
			g.hears("1;1;1;0;0;20")
			g.pass(15 * time.Minute)
		}
		g.takes()
		g.silent(29 * time.Minute)
		g.is("attic-1", devices.Online)
		g.silent(time.Minute)
		g.is("attic-1", devices.Unknown)
		g.silent(105 * time.Minute)
		g.is("attic-1", devices.Offline)
	})
	t.Run("of a door that says nothing when nothing happens", func(t *testing.T) {
		g := opened(t, mysensors.Config{}, nil)
		g.hears("1;255;0;0;17;2.3.2", "1;1;0;0;0;")
		for i := range 12 {
			g.hears("1;1;1;0;16;1")
			g.pass(time.Duration(3+i*i) * time.Second)
		}
		g.takes()
		g.silent(23*time.Hour, "1;255;3;0;18;", "1;255;3;0;18;", "1;255;3;0;18;")
		g.is("attic-1", devices.Online)
		g.silent(48 * time.Hour)
		g.is("attic-1", devices.Unknown)
	})
	t.Run("that is configured", func(t *testing.T) {
		g := opened(t, mysensors.Config{Nodes: []mysensors.Node{{Node: 1, Silence: time.Hour}}}, nil)
		g.hears("1;255;0;0;17;2.3.2", "1;1;0;0;6;", "1;1;1;0;0;20")
		g.silent(time.Hour - time.Second)
		g.is("attic-1", devices.Online)
		g.silent(time.Second)
		g.is("attic-1", devices.Offline)
	})
}

// silent lets time pass in which only the gateway answers, and holds what nodes are sent.
func (g *rig) silent(d time.Duration, want ...string) {
	g.t.Helper()
	var got []string
	for end := g.now.Add(d); g.now.Before(end); {
		g.pass(min(4*time.Second, end.Sub(g.now)))
		g.hears("0;255;3;0;2;2.3.2")
		for _, line := range g.takes() {
			if !strings.HasPrefix(line, "0;") {
				got = append(got, line)
			}
		}
	}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		g.t.Errorf("nodes were sent %q in %s, want %q", got, d, want)
	}
}
