package thermostat_test

import (
	"testing"
	"time"

	"thingbridge/devices/thermostat"
)

// The contact must say open for 30 seconds; the window then counts as open for at
// least 5 minutes.
func TestWindowWithContact(t *testing.T) {
	b := newBench(t)
	b.in.Contact = thermostat.ContactClosed
	wantAction(t, b.at("08:00", 19), thermostat.Heating, thermostat.CauseManual)

	b.in.Contact = thermostat.ContactOpen
	wantAction(t, b.at("08:10", 19), thermostat.Heating, thermostat.CauseManual) // may be a draught at the door
	out := b.at("08:10:30", 19)
	wantAction(t, out, thermostat.Idle, thermostat.CauseWindow)
	wantWish(t, out, 20, thermostat.CauseManual)

	b.in.Contact = thermostat.ContactClosed
	wantAction(t, b.at("08:12", 17), thermostat.Idle, thermostat.CauseWindow)
	wantAction(t, b.at("08:15:30", 17), thermostat.Heating, thermostat.CauseManual)
}

func TestWindowThatStaysOpen(t *testing.T) {
	b := newBench(t)
	b.in.Contact = thermostat.ContactOpen
	b.at("08:00", 19)
	wantAction(t, b.at("08:30", 12), thermostat.Idle, thermostat.CauseWindow)
	wantAction(t, b.at("12:00", 6), thermostat.Idle, thermostat.CauseWindow)
	wantAction(t, b.at("13:00", 4), thermostat.Heating, thermostat.CauseFrost)

	b.in.Contact = thermostat.NoContact // its battery is empty
	wantAction(t, b.at("14:00", 6), thermostat.Heating, thermostat.CauseManual)
}

// A fall is 0.6 K below where 3 K/h would have brought the room; the pause lasts
// 15 minutes and the next fall counts 15 minutes after its end.
func TestWindowByFall(t *testing.T) {
	tests := []struct {
		name    string
		celsius []float64 // one every 2 minutes
		open    bool
	}{
		{"a closed room that cools down", []float64{21, 20.95, 20.9, 20.85, 20.8, 20.75}, false},
		{"a slow fall of two degrees", []float64{21, 20.9, 20.8, 20.7, 20.6, 20.5, 20.4, 20.3, 20.2, 20.1, 20, 19.9, 19.8, 19.7, 19.6, 19.5, 19.4, 19.3, 19.2, 19.1, 19}, false},
		{"a sensor that wavers", []float64{21, 20.6, 21, 20.6, 21, 20.6}, false},
		{"a steep fall", []float64{21, 20.8, 20.5, 20.1, 19.7}, true},
		{"a jump downwards", []float64{21, 20}, true},
		{"a steep rise", []float64{19, 20, 21, 22}, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := newBench(t)
			b.cfg.Window = thermostat.DefaultConfig().Window
			for i, celsius := range test.celsius {
				b.at(monday.Add(10*time.Hour+time.Duration(2*i)*time.Minute).Format("15:04"), celsius)
			}
			if b.state.Window.Open != test.open {
				t.Errorf("got open %v after %v, want %v", b.state.Window.Open, test.celsius, test.open)
			}
		})
	}
}

func TestWindowByFallEndsByItself(t *testing.T) {
	b := newBench(t)
	b.cfg.Window = thermostat.DefaultConfig().Window
	b.at("10:00", 19.7)
	wantAction(t, b.at("10:05", 18.5), thermostat.Idle, thermostat.CauseWindow)
	wantAction(t, b.at("10:19", 16), thermostat.Idle, thermostat.CauseWindow)
	wantAction(t, b.at("10:20", 16), thermostat.Heating, thermostat.CauseManual)
	wantAction(t, b.at("10:22", 16), thermostat.Heating, thermostat.CauseManual)
	wantAction(t, b.at("10:30", 14), thermostat.Heating, thermostat.CauseManual) // not looked for again yet
	wantAction(t, b.at("10:36", 12), thermostat.Idle, thermostat.CauseWindow)    // it is still open
}

func TestRoomThatIsColdAfterwardsIsNoOpenWindow(t *testing.T) {
	b := newBench(t)
	b.cfg.Window = thermostat.DefaultConfig().Window
	b.at("10:00", 21)
	wantAction(t, b.at("10:05", 16), thermostat.Idle, thermostat.CauseWindow)
	wantAction(t, b.at("10:20", 16), thermostat.Heating, thermostat.CauseManual)
	wantAction(t, b.at("10:36", 16), thermostat.Heating, thermostat.CauseManual)
}

func TestCoolerIsNoOpenWindow(t *testing.T) {
	b := newBench(t)
	b.cfg.Window = thermostat.DefaultConfig().Window
	b.state.Mode = thermostat.Cool
	wantAction(t, b.at("15:00", 26), thermostat.Cooling, thermostat.CauseManual)
	wantAction(t, b.at("15:05", 24), thermostat.Cooling, thermostat.CauseManual)
	wantAction(t, b.at("15:10", 22), thermostat.Cooling, thermostat.CauseManual)
	wantAction(t, b.at("15:15", 19.7), thermostat.Idle, thermostat.CauseManual)
	wantAction(t, b.at("15:16", 19.7), thermostat.Idle, thermostat.CauseManual)
}

func TestPersonKnowsAboutTheWindow(t *testing.T) {
	t.Run("open pauses for 15 minutes", func(t *testing.T) {
		b := newBench(t)
		b.do(b.state.SetWindow(b.cfg, thermostat.ContactOpen, clock(t, "09:00")))
		wantAction(t, b.at("09:14", 18), thermostat.Idle, thermostat.CauseWindow)
		wantAction(t, b.at("09:15", 18), thermostat.Heating, thermostat.CauseManual)
	})
	t.Run("closed ends a pause", func(t *testing.T) {
		b := newBench(t)
		b.do(b.state.SetWindow(b.cfg, thermostat.ContactOpen, clock(t, "09:00")))
		b.do(b.state.SetWindow(b.cfg, thermostat.ContactClosed, clock(t, "09:05")))
		wantAction(t, b.at("09:05", 18), thermostat.Heating, thermostat.CauseManual)
	})
	t.Run("closed overrules a contact until it has closed", func(t *testing.T) {
		b := newBench(t)
		b.in.Contact = thermostat.ContactOpen
		b.at("09:00", 18)
		wantAction(t, b.at("09:05", 18), thermostat.Idle, thermostat.CauseWindow)
		b.do(b.state.SetWindow(b.cfg, thermostat.ContactClosed, clock(t, "09:10")))
		wantAction(t, b.at("09:10", 18), thermostat.Heating, thermostat.CauseManual)
		wantAction(t, b.at("11:00", 18), thermostat.Heating, thermostat.CauseManual)

		b.in.Contact = thermostat.ContactClosed
		b.at("11:10", 18)
		b.in.Contact = thermostat.ContactOpen
		b.at("11:20", 18)
		wantAction(t, b.at("11:21", 18), thermostat.Idle, thermostat.CauseWindow)
	})
	t.Run("neither open nor closed is refused", func(t *testing.T) {
		b := newBench(t)
		_, err := b.state.SetWindow(b.cfg, thermostat.NoContact, monday)
		wantError(t, err, thermostat.ErrWord)
	})
}
