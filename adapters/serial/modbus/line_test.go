package modbus

import (
	"encoding/binary"
	"slices"
	"strings"
	"testing"
	"time"

	"thingbridge/adapters/serial/codec"
	"thingbridge/devices"
)

// meters are n units with one register each, which holds the unit.
func meters(n int) (Config, map[byte]*slave) {
	var c Config
	c.SetDefaults()
	slaves := make(map[byte]*slave)
	for unit := 1; unit <= n; unit++ {
		d := device(unit, property("power", "", 0))
		d.Every = time.Second
		c.Devices = append(c.Devices, d)
		slaves[byte(unit)] = newSlave()
		slaves[byte(unit)].holding[0] = uint16(unit)
	}
	return c, slaves
}

func TestDeadUnitDoesNotSlowOthers(t *testing.T) {
	for dead := range 9 {
		c, slaves := meters(10)
		for unit := range dead {
			slaves[byte(unit+1)].dead = true
		}
		l := newLine(t, "", c, slaves)
		l.run(time.Minute)
		before := len(slaves[10].asked)
		l.run(10 * time.Minute)
		if n := len(slaves[10].asked) - before; n < 10*60*85/100 {
			t.Errorf("with %d dead units a good one is read %d times in 10 minutes, want 600 but for a tenth", dead, n)
		}
		for unit := 1; unit <= 10; unit++ {
			want := devices.Online
			if unit <= dead {
				want = devices.Offline
			}
			id := devices.ID("attic-" + devices.Number(float64(unit)).String())
			if got := l.availability(id); got != want {
				t.Errorf("with %d dead units, %s is %v, want %v", dead, id, got, want)
			}
		}
		if n := l.said("it does not answer"); n != dead {
			t.Errorf("%d dead units, said %d times: %q", dead, n, l.faults)
		}
	}
}

func TestUnitDiesAndReturns(t *testing.T) {
	c, slaves := meters(2)
	l := newLine(t, "", c, slaves)
	l.run(5 * time.Second)
	slaves[1].dead = true
	l.run(2 * time.Second)
	if l.availability("attic-1") != devices.Online {
		t.Error("it is given up before three questions")
	}
	l.run(10 * time.Second)
	if l.availability("attic-1") != devices.Offline || l.said("device attic-1: unit 1: it does not answer within 1s; look at its power") != 1 {
		t.Errorf("it is %v, faults %q", l.availability("attic-1"), l.faults)
	}
	slaves[1].dead, slaves[1].holding[0] = false, 99
	l.run(time.Minute + 10*time.Second)
	l.want("attic-1", "power", "99")
	if l.availability("attic-1") != devices.Online || l.said("device attic-1: <nil>") != 1 {
		t.Errorf("it is back, but %v, faults %q", l.availability("attic-1"), l.faults)
	}
}

func TestOneLostAnswerIsAskedForAgain(t *testing.T) {
	c, slaves := meters(1)
	slaves[1].late = []time.Duration{time.Hour}
	l := newLine(t, "", c, slaves)
	l.run(1500 * time.Millisecond)
	l.want("attic-1", "power", "1")
	if len(l.faults) > 0 {
		t.Errorf("faults %q", l.faults)
	}
}

// TestLateAnswers has a unit with two registers that are read by questions which differ
// in nothing that an RTU answer repeats.
func TestLateAnswers(t *testing.T) {
	for _, port := range []string{"", "tcp://10.0.0.5:502"} {
		// An answer that is late by little comes while the next question waits for its own.
		for late := 990 * time.Millisecond; late < 2990*time.Millisecond; late += 3 * time.Millisecond {
			s := newSlave()
			s.holding[0], s.holding[1000] = 1, 2
			d := device(1, property("a", "", 0), property("b", "", 1000))
			d.Every = time.Second
			l := newLine(t, port, config(d), map[byte]*slave{1: s})
			l.run(900 * time.Millisecond)
			s.late = []time.Duration{late}
			for range 200 {
				l.run(25 * time.Millisecond)
				l.want("attic-1", "a", "1", "b", "2")
			}
			if t.Failed() {
				t.Fatalf("late by %v on %q", late, port)
			}
			if late > 1010*time.Millisecond && l.m.Strays() == 0 {
				t.Errorf("late by %v on %q: the late answer is not counted", late, port)
			}
		}
	}
}

func TestAnswersThatComeTwice(t *testing.T) {
	s := newSlave()
	s.holding[0], s.holding[1000], s.twice = 1, 2, true
	l := newLine(t, "", config(device(1, property("a", "", 0), property("b", "", 1000))), map[byte]*slave{1: s})
	l.run(time.Minute)
	l.want("attic-1", "a", "1", "b", "2")
	if l.m.Strays() == 0 || l.said("an answer that nobody waits for: unit 1 (attic-1): ") == 0 {
		t.Errorf("%d strays, faults %q", l.m.Strays(), l.faults)
	}
}

func TestNoiseBeforeAnswers(t *testing.T) {
	for _, noise := range []string{"\x00", "\xff\xff\xff", "\x01", "\x01\x03", "\x01\x03\x02", "\x01\x83", "\x01\x03\x02\x00\x05", "\x02\x03\x02\x00\x05\x3d\x87"} {
		c, slaves := meters(1)
		slaves[1].before = []byte(noise)
		l := newLine(t, "", c, slaves)
		l.run(10 * time.Second)
		l.want("attic-1", "power", "1")
		if n := len(slaves[1].asked); n < 10 || n > 11 {
			t.Errorf("after % x: %d questions in 10 s, want 10", noise, n)
		}
	}
}

func TestBadCheckSums(t *testing.T) {
	c, slaves := meters(2)
	slaves[1].mangle = func(frame []byte) []byte {
		frame = slices.Clone(frame)
		frame[3] ^= 0x40
		return frame
	}
	l := newLine(t, "", c, slaves)
	l.run(5 * time.Second)
	l.want("attic-1", "power", "")
	l.want("attic-2", "power", "2")
	good := AppendRTU(nil, 1, []byte{3, 2, 0, 1})
	wrong := binary.LittleEndian.AppendUint16(nil, CRC([]byte{1, 3, 2, 0x40, 1}))
	want := "bad CRC in a frame of unit 1: got " + hexed(good[5:]) + ", want " + hexed(wrong)
	if l.said(want) == 0 {
		t.Errorf("faults %q, want %q", l.faults, want)
	}
	if l.availability("attic-1") != devices.Offline {
		t.Errorf("what never answers well is %v", l.availability("attic-1"))
	}
	slaves[1].mangle = nil
	l.run(time.Minute)
	l.want("attic-1", "power", "1")
}

func hexed(data []byte) string {
	const digits = "0123456789abcdef"
	var out []string
	for _, b := range data {
		out = append(out, string([]byte{digits[b>>4], digits[b&15]}))
	}
	return strings.Join(out, " ")
}

func TestWrongAnswers(t *testing.T) {
	for name, mangle := range map[string]func([]byte) []byte{
		"of another unit":     func([]byte) []byte { return AppendRTU(nil, 9, []byte{3, 2, 0, 7}) },
		"to another function": func([]byte) []byte { return AppendRTU(nil, 1, []byte{4, 2, 0, 7}) },
		"of another length":   func([]byte) []byte { return AppendRTU(nil, 1, []byte{3, 4, 0, 7, 0, 7}) },
		"cut off":             func(frame []byte) []byte { return frame[:len(frame)-1] },
	} {
		c, slaves := meters(1)
		slaves[1].mangle = mangle
		l := newLine(t, "", c, slaves)
		l.run(20 * time.Second)
		l.want("attic-1", "power", "")
		if l.availability("attic-1") != devices.Offline {
			t.Errorf("an answer %s counts", name)
		}
	}
	for name, change := range map[string]func([]byte){
		"of another transaction": func(frame []byte) { frame[1]++ },
		"of another unit":        func(frame []byte) { frame[6]++ },
		"to another function":    func(frame []byte) { frame[7]++ },
	} {
		c, slaves := meters(1)
		slaves[1].mangle = func(frame []byte) []byte { change(frame); return frame }
		l := newLine(t, "tcp://10.0.0.5:502", c, slaves)
		l.run(20 * time.Second)
		l.want("attic-1", "power", "")
		if l.m.Strays() == 0 {
			t.Errorf("an answer %s is not counted", name)
		}
	}
}

func TestPortThatEchoes(t *testing.T) {
	c, s := boiler()
	l := newLine(t, "", c, map[byte]*slave{17: s})
	l.echo = true
	l.run(15 * time.Second)
	l.want("attic-17", "temperature", "21.5", "on", "true", "mode", "auto")
	if len(l.faults) > 0 || l.availability("attic-17") != devices.Online {
		t.Errorf("faults %q", l.faults)
	}
	ticket := l.set("attic-17", "on", devices.Boolean(false))
	l.run(time.Second)
	if err := l.settled(ticket); err != nil || s.coils[7] {
		t.Errorf("%v, the coil is %v", err, s.coils[7])
	}
	s.dead = true
	ticket = l.set("attic-17", "on", devices.Boolean(true))
	l.run(10 * time.Second)
	if l.settled(ticket) == nil {
		t.Error("the echo of a command was taken for the answer of a dead device")
	}
	if l.availability("attic-17") != devices.Offline {
		t.Errorf("a dead device on a port that echoes is %v", l.availability("attic-17"))
	}
}

func TestSomebodyElseAsks(t *testing.T) {
	c, slaves := meters(1)
	l := newLine(t, "", c, slaves)
	l.run(500 * time.Millisecond)
	l.receive(AppendRTU(nil, 5, []byte{3, 0, 9, 0, 1}))
	l.receive(AppendRTU(nil, 5, []byte{3, 2, 0, 9}))
	if l.said("somebody else asks on this line: unit 5: question: read holding registers: 1 from holding register 40010 (address 9) on") != 1 {
		t.Errorf("faults %q", l.faults)
	}
	if l.m.Strays() != 2 {
		t.Errorf("%d strays, want 2", l.m.Strays())
	}
	l.run(time.Second)
	l.want("attic-1", "power", "1")
}

func TestGatewaySpeaksForADeadUnit(t *testing.T) {
	c, slaves := meters(2)
	slaves[1].refuse[ReadHolding] = NoTarget
	l := newLine(t, "tcp://10.0.0.5:502", c, slaves)
	l.run(20 * time.Second)
	if l.availability("attic-1") != devices.Offline || l.availability("attic-2") != devices.Online || l.said("gateway target does not respond") != 1 {
		t.Errorf("%v, %v, %q", l.availability("attic-1"), l.availability("attic-2"), l.faults)
	}
	if l.hung != nil {
		t.Errorf("the gateway answers, but: %v", l.hung)
	}
}

func TestSilentConnectionIsMadeAnew(t *testing.T) {
	for port, want := range map[string]bool{"tcp://10.0.0.5:502": true, "tcp://10.0.0.5:4001": true, "/dev/ttyUSB0": false} {
		c, slaves := meters(1)
		l := newLine(t, port, c, slaves)
		l.run(10 * time.Second)
		slaves[1].dead = true
		l.run(50 * time.Second)
		if l.hung != nil {
			t.Errorf("%s: given up after 50 s", port)
		}
		l.run(2 * time.Minute)
		if (l.hung != nil) != want {
			t.Errorf("%s: hung is %v", port, l.hung)
		}
		var r codec.Result
		l.m.Lost(&r)
		l.take(&r)
		slaves[1].dead = false
		r.Reset()
		l.m.Opened(&r, l.now)
		l.take(&r)
		l.run(time.Second)
		if l.availability("attic-1") != devices.Online {
			t.Errorf("%s: after it was opened again the unit is %v", port, l.availability("attic-1"))
		}
	}
}

func TestSeveralDevicesInOneBox(t *testing.T) {
	s := newSlave()
	first, second := device(4, property("on", "coil", 0, writable)), device(4, property("on", "coil", 1, writable))
	first.ID, second.ID = "pump", "valve"
	l := newLine(t, "", config(first, second), map[byte]*slave{4: s})
	l.run(time.Second)
	if len(s.asked) != 1 {
		t.Errorf("%d questions for two coils, want 1", len(s.asked))
	}
	l.set("valve", "on", devices.Boolean(true))
	l.run(time.Second)
	l.want("pump", "on", "false")
	l.want("valve", "on", "true")
}

func TestCommandsGoFirst(t *testing.T) {
	c, slaves := meters(50)
	slaves[50].coils[3] = false
	c.Devices[49].Properties = append(c.Devices[49].Properties, property("on", "coil", 3, writable))
	l := newLine(t, "", c, slaves)
	l.run(20 * time.Millisecond) // 50 units are to be read now
	ticket := l.set("attic-50", "on", devices.Boolean(true))
	l.run(120 * time.Millisecond)
	if err := l.settled(ticket); err != nil {
		t.Fatal(err)
	}
	l.want("attic-50", "on", "true")
}
