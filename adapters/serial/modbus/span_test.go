package modbus

import (
	"slices"
	"testing"
	"time"

	"thingbridge/devices"
)

func TestBadRegisterIsFound(t *testing.T) {
	s := newSlave()
	var properties []Property
	for i := range 20 {
		if i != 13 {
			s.holding[uint16(100+i)] = uint16(i)
		}
		properties = append(properties, property("p"+string(rune('a'+i)), "", 100+i))
	}
	l := newLine(t, "", config(device(1, properties...)), map[byte]*slave{1: s})
	l.run(5 * time.Second)
	for i := range 20 {
		want := devices.Number(float64(i)).String()
		if i == 13 {
			want = ""
		}
		l.want("attic-1", "p"+string(rune('a'+i)), want)
	}
	if n := len(s.asked); n > 12 {
		t.Errorf("%d questions to find one bad register of 20: %v", n, s.asked)
	}
	s.asked = nil
	l.run(time.Minute)
	if l.said("pn: holding register 40114 (address 113) is not read any more: illegal data address") != 1 || len(l.faults) != 1 {
		t.Errorf("said %q, want the bad register once", l.faults)
	}
	for _, ask := range s.asked {
		if ask.Address <= 113 && ask.Address+ask.Count > 113 {
			t.Fatalf("the bad register is still read: %v", ask)
		}
	}
}

func TestReadsAreSplit(t *testing.T) {
	t.Run("at a hole that cannot be read", func(t *testing.T) {
		s := newSlave()
		s.holding[0], s.holding[5], s.holding[6] = 1, 2, 3
		l := newLine(t, "", config(device(1, property("a", "", 0), property("b", "", 5), property("c", "", 6))), map[byte]*slave{1: s})
		l.run(2 * time.Second)
		l.want("attic-1", "a", "1", "b", "2", "c", "3")
		if len(s.asked) != 3 || len(l.faults) != 0 {
			t.Errorf("%d questions, faults %q; want 3 and none", len(s.asked), l.faults)
		}
	})
	t.Run("until the device takes the length", func(t *testing.T) {
		s := newSlave()
		s.most = 10
		var properties []Property
		for i := range 100 {
			s.holding[uint16(i)] = uint16(i)
			properties = append(properties, property("p"+devices.Number(float64(i)).String(), "", i))
		}
		l := newLine(t, "", config(device(1, properties...)), map[byte]*slave{1: s})
		l.run(5 * time.Second)
		for i := range 100 {
			l.want("attic-1", "p"+devices.Number(float64(i)).String(), devices.Number(float64(i)).String())
		}
		if len(l.faults) != 0 {
			t.Errorf("faults %q", l.faults)
		}
	})
	t.Run("but not below two bits of a register", func(t *testing.T) {
		l := newLine(t, "", config(device(1,
			property("a", "", 0, func(p *Property) { p.Bit = new(0) }), property("b", "", 0, func(p *Property) { p.Bit = new(1) }),
		)), map[byte]*slave{1: newSlave()})
		l.run(5 * time.Minute)
		if l.said("is not read any more") != 2 || len(l.faults) != 2 {
			t.Errorf("faults %q", l.faults)
		}
		if l.availability("attic-1") != devices.Online {
			t.Error("a device that refuses is not online")
		}
	})
}

func TestTroublePasses(t *testing.T) {
	for _, why := range []Exception{DeviceFailure, Busy, ParityError, 99} {
		s := newSlave()
		s.holding[0], s.holding[1] = 1, 2
		s.refuse[ReadHolding] = why
		l := newLine(t, "", config(device(1, property("a", "", 0), property("b", "", 1))), map[byte]*slave{1: s})
		l.run(20 * time.Second)
		if l.said("a: holding register 40001") == 0 && l.said("a: ") == 0 {
			t.Errorf("exception %d is not said: %q", why, l.faults)
		}
		delete(s.refuse, ReadHolding)
		l.run(2 * time.Minute)
		l.want("attic-1", "a", "1", "b", "2")
	}
}

func TestLimitsOfReads(t *testing.T) {
	var properties []Property
	s := newSlave()
	for i := range 300 {
		s.input[uint16(i)] = 1
		properties = append(properties, property("r"+devices.Number(float64(i)).String(), "input", i))
	}
	c := config(device(1, properties...), device(2, property("a", "coil", 0), property("b", "coil", 1999), property("c", "coil", 2000)))
	c.MaxGap = 124
	other := newSlave()
	l := newLine(t, "", c, map[byte]*slave{1: s, 2: other})
	l.run(3 * time.Second)
	if got := slices.Collect(counts(s.asked)); !slices.Equal(got, []uint16{125, 125, 50}) {
		t.Errorf("registers per read %v", got)
	}
	if got := slices.Collect(counts(other.asked)); !slices.Equal(got, []uint16{2000, 1}) && !slices.Equal(got, []uint16{1, 2}) {
		t.Errorf("bits per read %v", got)
	}
}

func counts(asked []Message) func(func(uint16) bool) {
	return func(yield func(uint16) bool) {
		for _, ask := range asked {
			if !yield(ask.Count) {
				return
			}
		}
	}
}
