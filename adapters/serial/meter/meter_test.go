package meter_test

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"thingbridge/adapters/serial/codec"
	"thingbridge/adapters/serial/meter"
	"thingbridge/devices"
)

var noon = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)

func TestDecimalsAreExact(t *testing.T) {
	for _, tt := range []struct {
		text  string
		shift int
		want  float64
		err   string
	}{
		{"000123.456", 0, 123.456, ""},
		{"006545766", -3, 6545.766, ""},
		{"00032549.5061662", 0, 32549.5061662, ""},
		{"-0.5", 0, -0.5, ""},
		{"01.193", 3, 1193, ""},
		{"", 0, 0, "is no number"},
		{"-", 0, 0, "is no number"},
		{"1.2.3", 0, 0, "is no number"},
		{"1e9", 0, 0, "is no number"},
		{"99999999999999999999", 0, 0, "more digits"},
	} {
		d, err := meter.ParseDecimal([]byte(tt.text))
		if tt.err != "" {
			if err == nil || !strings.Contains(err.Error(), tt.err) {
				t.Errorf("%q: error %v, want %q", tt.text, err, tt.err)
			}
			continue
		}
		if got := d.Shift(tt.shift).Value(); err != nil || got != devices.Number(tt.want) {
			t.Errorf("%q × 10^%d: got %s, %v, want %v", tt.text, tt.shift, got, err, tt.want)
		}
	}
}

func TestSumsOfDecimalsAreExact(t *testing.T) {
	for _, tt := range []struct {
		a, b meter.Decimal
		want devices.Value
		ok   bool
	}{
		{meter.Decimal{Mantissa: 1, Exponent: -1}, meter.Decimal{Mantissa: 2, Exponent: -1}, devices.Number(0.3), true},
		{meter.Decimal{Mantissa: 4426, Exponent: -3}, meter.Decimal{Mantissa: 24, Exponent: -1}, devices.Number(6.826), true},
		{meter.Decimal{Mantissa: math.MaxInt64}, meter.Decimal{Mantissa: 1}, devices.Value{}, false},
		{meter.Decimal{Mantissa: math.MinInt64}, meter.Decimal{Mantissa: -1}, devices.Value{}, false},
		{meter.Decimal{Mantissa: math.MaxInt64}, meter.Decimal{Mantissa: 1, Exponent: -3}, devices.Value{}, false},
		{meter.Decimal{Mantissa: 5}, meter.Decimal{}, devices.Number(5), true},
	} {
		sum, ok := tt.a.Add(tt.b)
		if ok != tt.ok || ok && sum.Value() != tt.want {
			t.Errorf("%v + %v: got %v, %t, want %s, %t", tt.a, tt.b, sum, ok, tt.want, tt.ok)
		}
	}
}

func TestCodesAreRegisters(t *testing.T) {
	dutch := meter.Naming{Tariffs: [5]string{"", "low", "normal"}, Power: meter.Import}
	net := meter.Numbered(meter.Net)
	for _, tt := range []struct {
		code   meter.Code
		naming *meter.Naming
		name   string
		unit   string
	}{
		{meter.Electricity(1, 8, 0), &dutch, "energy", "kWh"},
		{meter.Electricity(1, 8, 1), &dutch, "energy_low", "kWh"},
		{meter.Electricity(2, 8, 2), &dutch, "energy_export_normal", "kWh"},
		{meter.Electricity(2, 8, 2), &net, "energy_export_t2", "kWh"},
		{meter.Electricity(1, 7, 0), &dutch, "power", "W"},
		{meter.Electricity(1, 7, 0), &net, "power_import", "W"},
		{meter.Electricity(16, 7, 0), &net, "power", "W"},
		{meter.Electricity(36, 7, 0), &net, "power_l1", "W"},
		{meter.Electricity(61, 7, 0), &dutch, "power_l3", "W"},
		{meter.Electricity(42, 7, 0), &dutch, "power_export_l2", "W"},
		{meter.Electricity(52, 7, 0), &dutch, "voltage_l2", "V"},
		{meter.Electricity(71, 7, 0), &dutch, "current_l3", "A"},
		{meter.Electricity(91, 7, 0), &dutch, "current_neutral", "A"},
		{meter.Electricity(14, 7, 0), &dutch, "frequency", "Hz"},
		{meter.Electricity(33, 7, 0), &dutch, "power_factor_l1", ""},
		{meter.Electricity(81, 7, 26), &net, "current_angle_l3", "°"},
		{meter.Electricity(23, 7, 0), &dutch, "reactive_power_l1", "var"},
		{meter.Electricity(3, 8, 0), &dutch, "reactive_energy", "kvarh"},
		{meter.Electricity(72, 36, 0), &dutch, "voltage_swells_l3", ""},
		{meter.Electricity(1, 4, 0), &dutch, "demand", "kW"},
		{meter.Electricity(31, 4, 0), &dutch, "current_limit_l1", "A"},
		{meter.Code{A: 1, C: 1, D: 8, F: 97}, &net, "energy_last_week", "kWh"},
		{meter.Code{A: 1, C: 1, D: 7, F: 97}, &net, "", ""},
		{meter.Code{A: 0, C: 1, D: 8, F: meter.None}, &net, "", ""},
		{meter.Electricity(199, 8, 0), &net, "", ""},
		{meter.Electricity(1, 8, 9), &net, "", ""},
	} {
		r, ok := meter.Of(tt.code, tt.naming)
		if !ok {
			r = &meter.Register{}
		}
		if ok != (tt.name != "") || r.Property.Name != tt.name || r.Property.Unit != tt.unit {
			t.Errorf("%s: got %q in %q, want %q in %q", tt.code, r.Property.Name, r.Property.Unit, tt.name, tt.unit)
		}
		if ok && r.Property.Validate() != nil {
			t.Errorf("%s: %v", tt.code, r.Property.Validate())
		}
	}
}

// No code may make a property that the registry refuses.
func TestEveryCodeMakesAValidProperty(t *testing.T) {
	naming := meter.Numbered(meter.Net)
	for c := range 256 {
		for d := range 64 {
			for e := range 8 {
				for _, f := range []byte{0, 96, 100, 101, meter.None} {
					r, ok := meter.Of(meter.Code{A: 1, C: byte(c), D: byte(d), E: byte(e), F: f}, &naming)
					if !ok {
						continue
					}
					if err := r.Property.Validate(); err != nil {
						t.Errorf("%d.%d.%d*%d: %v", c, d, e, f, err)
					}
				}
			}
		}
	}
}

func TestUnitsAreConverted(t *testing.T) {
	power, _ := meter.Of(meter.Electricity(1, 7, 0), &meter.Naming{Power: meter.Import})
	energy, _ := meter.Of(meter.Electricity(1, 8, 0), &meter.Naming{})
	for _, tt := range []struct {
		register *meter.Register
		unit     string
		want     devices.Value
	}{
		{power, "kW", devices.Number(1500)},
		{power, "W", devices.Number(1.5)},
		{power, "", devices.Number(1.5)},
		{power, "kWh", devices.Value{}},
		{power, "m3", devices.Value{}},
		{energy, "Wh", devices.Number(0.0015)},
		{energy, "MWh", devices.Number(1500)},
		{energy, "kvarh", devices.Value{}},
	} {
		got, err := tt.register.Number(meter.Decimal{Mantissa: 15, Exponent: -1}, tt.unit)
		if got != tt.want || (err != nil) != tt.want.IsZero() {
			t.Errorf("1.5 %s as %s: got %s, %v, want %s", tt.unit, tt.register.Property.Unit, got, err, tt.want)
		}
	}
}

// tell gives a register values second by second, and returns which of them were told.
func tell(register *meter.Register, values ...float64) (told []float64) {
	m := meter.New(devices.Device{ID: "m"})
	for i, v := range values {
		var r codec.Result
		now := noon.Add(time.Duration(i+1) * time.Second)
		m.Set(register, devices.Number(v), now)
		m.Tell(&r, now, now.Unix()%900 == 0)
		for _, it := range r.Readings {
			n, _ := it.Value.Number()
			told = append(told, n)
		}
	}
	return told
}

func TestWhatMovesIsToldAtOnce(t *testing.T) {
	power, _ := meter.Of(meter.Electricity(1, 7, 0), &meter.Naming{Power: meter.Import})
	got := tell(power, 200, 205, 210, 2200, 2210, 2190, 2250, 200)
	if want := []float64{200, 2200, 2250, 200}; !slices.Equal(got, want) {
		t.Errorf("told %v, want %v", got, want)
	}
}

func TestSmallChangesAreToldInTime(t *testing.T) {
	power, _ := meter.Of(meter.Electricity(1, 7, 0), &meter.Naming{Power: meter.Import})
	values := make([]float64, 130)
	for i := range values {
		values[i] = 200 + float64(i%2)
	}
	if got := tell(power, values...); len(got) < 2 || len(got) > 4 {
		t.Errorf("%d values told in 130 seconds, want one in each minute: %v", len(got), got)
	}
}

func TestNoisyPhasesWait(t *testing.T) {
	phase, _ := meter.Of(meter.Electricity(21, 7, 0), &meter.Naming{Power: meter.Import})
	values := make([]float64, 60)
	for i := range values {
		values[i] = float64(i%2) * 2000
	}
	if got := tell(phase, values...); len(got) > 6 {
		t.Errorf("%d values told in a minute, want 6 at most", len(got))
	}
}

func TestCountersAreToldAtQuarters(t *testing.T) {
	energy, _ := meter.Of(meter.Electricity(1, 8, 0), &meter.Naming{})
	m := meter.New(devices.Device{ID: "m"})
	var at []time.Time
	for i := range 3600 {
		var r codec.Result
		now := noon.Add(time.Duration(i) * time.Second)
		m.Set(energy, devices.Number(100), now)
		m.Tell(&r, now, now.Unix()%900 == 0)
		for _, it := range r.Readings {
			at = append(at, it.At)
		}
	}
	if len(at) != 4 || at[3].Sub(noon) != 45*time.Minute {
		t.Errorf("a counter that stands still is told at %v, want at each quarter", at)
	}
}

// What was not worth telling is told when nothing more comes.
func TestTheLastValueIsNotLost(t *testing.T) {
	power, _ := meter.Of(meter.Electricity(1, 7, 0), &meter.Naming{Power: meter.Import})
	m := meter.New(devices.Device{ID: "m"})
	var r codec.Result
	m.Set(power, devices.Number(200), noon)
	m.Tell(&r, noon, false)
	m.Set(power, devices.Number(201), noon.Add(time.Second))
	m.Tell(&r, noon.Add(time.Second), false)
	m.Lose(&r)
	m.Lose(&r)
	if len(r.Readings) != 2 || r.Readings[1].Value != devices.Number(201) || !r.Readings[1].At.Equal(noon.Add(time.Second)) {
		t.Errorf("told %v, want 200 and 201", r.Readings)
	}
	if last := r.Availability[len(r.Availability)-1]; len(r.Availability) != 2 || last.Availability != devices.Offline {
		t.Errorf("availability %v, want online and offline", r.Availability)
	}
}

func TestAMeterIsKept(t *testing.T) {
	power, _ := meter.Of(meter.Electricity(1, 7, 0), &meter.Naming{Power: meter.Import})
	m := meter.New(devices.Device{ID: "m", Name: "Old"})
	var r codec.Result
	m.Set(power, devices.Number(200), noon)
	m.Identify("Maker", "Model", "Serial")
	m.Tell(&r, noon, false)
	if len(r.Keep) != 1 {
		t.Fatalf("%d records, want 1", len(r.Keep))
	}
	d, ok := meter.Recalled(r.Keep[0])
	if !ok {
		t.Fatal("the record is not understood")
	}
	next := meter.New(devices.Device{ID: "m", Name: "New"})
	next.Resume(d)
	r.Reset()
	next.Show(&r)
	if len(r.Announced) != 1 || r.Announced[0].Name != "New" || r.Announced[0].Serial != "Serial" || len(r.Announced[0].Properties) != 1 {
		t.Errorf("announced %v", r.Announced)
	}
	for _, record := range []codec.Record{{Key: "device/m", Value: []byte("{")}, {Key: "device/", Value: []byte("{}")}, {Key: "device/x", Value: []byte(`{"ID":"X Y"}`)}} {
		if _, ok := meter.Recalled(record); ok {
			t.Errorf("%s is a device", record.Value)
		}
	}
}

func TestCommandsAreRefused(t *testing.T) {
	power, _ := meter.Of(meter.Electricity(1, 7, 0), &meter.Naming{Power: meter.Import})
	m := meter.New(devices.Device{ID: "m"})
	m.Set(power, devices.Number(1), noon)
	for _, tt := range []struct {
		cmd  devices.Command
		want error
	}{
		{devices.Command{Device: "x", Property: "power"}, codec.ErrNoSuchDevice},
		{devices.Command{Device: "m", Property: "x"}, codec.ErrNoSuchProperty},
		{devices.Command{Device: "m", Property: "power"}, devices.ErrNotWritable},
	} {
		if err := meter.Refuse([]*meter.Meter{m}, tt.cmd); !errors.Is(err, tt.want) {
			t.Errorf("%v: got %v, want %v", tt.cmd, err, tt.want)
		}
	}
}
