package meter

import (
	"fmt"
	"strconv"
	"time"

	"thingbridge/devices"
)

// Register is what a code stands for: a property, how often its values are told, and
// the unit in which they are.
type Register struct {
	Property devices.Property
	Pace     Pace
}

// Naming is what the names of registers depend on beside their codes.
type Naming struct {
	// Tariffs are the words behind the names of registers by tariff: energy_low.
	// Index 0, the total, has none.
	Tariffs [5]string

	// Power is the C of the power that people look at: Import, Absolute or Net.
	Power byte
}

// Numbered is for meters that say of their tariffs no more than the number.
func Numbered(power byte) Naming { return Naming{[5]string{"", "t1", "t2", "t3", "t4"}, power} }

// Powers that people look at, the best first.
const (
	Net      = 16 // what is drawn less what is fed in
	Import   = 1
	Absolute = 15
)

// The places of C in OBIS: 1 to 20 are of all phases together, and each phase has 20
// of its own, in the same order (IEC 62056-61, table 4).
const (
	perPhase    = 20
	imported    = Import
	exported    = 2
	current     = 11
	voltage     = 12
	powerFactor = 13
	frequency   = 14
	angles      = 81
	neutral     = 91
)

// The places of D.
const (
	average   = 4 // of the running interval; of a current, the limit
	maximum   = 6
	now       = 7
	counted   = 8
	sags      = 32
	swells    = 36
	perPeriod = 96 // first F of a register of the past: a day, a week, a month, a year
)

// quantities are the names of C in 1 to 10 and 15, 16, by what is measured.
var quantities = [...]struct{ power, energy, unit, class, energyClass string }{
	1:  {"power_import", "energy", "W", "power", "energy"},
	2:  {"power_export", "energy_export", "W", "power", "energy"},
	3:  {"reactive_power", "reactive_energy", "var", "reactive_power", "reactive_energy"},
	4:  {"reactive_power_export", "reactive_energy_export", "var", "reactive_power", "reactive_energy"},
	5:  {"reactive_power_q1", "reactive_energy_q1", "var", "reactive_power", "reactive_energy"},
	6:  {"reactive_power_q2", "reactive_energy_q2", "var", "reactive_power", "reactive_energy"},
	7:  {"reactive_power_q3", "reactive_energy_q3", "var", "reactive_power", "reactive_energy"},
	8:  {"reactive_power_q4", "reactive_energy_q4", "var", "reactive_power", "reactive_energy"},
	9:  {"apparent_power", "apparent_energy", "VA", "apparent_power", ""},
	10: {"apparent_power_export", "apparent_energy_export", "VA", "apparent_power", ""},
	15: {"power_absolute", "energy_absolute", "W", "power", "energy"},
	16: {"power_net", "energy_net", "W", "power", "energy"},
}

// angleNames are the angles between phases, by E: voltages against that of L1, and
// currents against their voltages.
var angleNames = map[byte]string{
	1: "angle_l2", 2: "angle_l3", 4: "current_angle_l1", 15: "current_angle_l2", 26: "current_angle_l3",
}

// periods are the names of registers of the past, by F (FNN, EDL 1.0): the last 1, 7,
// 30 and 365 days, and since the user set it to 0.
var periods = [...]string{"last_day", "last_week", "last_month", "last_year", "since_reset"}

// Of returns the register of an electricity meter that has the code, and whether
// there is one. It allocates: keep what it returns.
func Of(code Code, naming *Naming) (*Register, bool) {
	if code.A != 1 || code.B != 0 || code.F != None && (code.F < perPeriod || code.D != counted) {
		return nil, false
	}
	c, phase := code.C, ""
	if c > perPhase && c <= 4*perPhase {
		phase = "_l" + strconv.Itoa(int(c-1)/perPhase)
		c = (c-1)%perPhase + 1
	}
	switch {
	case code.C == angles && code.D == now:
		name, ok := angleNames[code.E]
		return measured(name, "", "°", Pace{Deadband: 1, Gap: slow, Most: slower}, devices.Diagnostic), ok
	case code.C == neutral && code.D == now && code.E == 0:
		return measured("current_neutral", "current", "A", currents, devices.Primary), true
	case code.D == counted:
		return energy(code, c, phase, naming)
	case code.D == now && code.E <= 1:
		return moment(c, phase, naming)
	case code.D == sags && c == voltage && code.E == 0:
		return count("voltage_sags" + phase), true
	case code.D == swells && c == voltage && code.E == 0:
		return count("voltage_swells" + phase), true
	case code.D == average && code.E == 0 && c >= imported && c <= exported && phase == "":
		name := [...]string{imported: "demand", exported: "demand_export"}[c]
		return measured(name, "power", "kW", Pace{Deadband: 0.05, Gap: slow, Most: time.Minute}, devices.Primary), true
	case code.D == average && code.E == 0 && c == current:
		return measured("current_limit"+phase, "current", "A", Pace{}, devices.Diagnostic), true
	case code.D == maximum && code.E == 0 && c >= imported && c <= exported && phase == "":
		name := [...]string{imported: "peak", exported: "peak_export"}[c]
		return measured(name, "power", "kW", Pace{}, devices.Primary), true
	}
	return nil, false
}

// The times between values that nobody waits for.
const (
	slow   = 10 * time.Second
	slower = 5 * time.Minute
)

var (
	totals   = Pace{Deadband: 20, Share: 0.02, Most: time.Minute} // W; a lamp is told at once, the noise of a motor is not
	phases   = Pace{Deadband: 20, Share: 0.02, Gap: slow, Most: time.Minute}
	currents = Pace{Deadband: 0.2, Share: 0.02, Gap: slow, Most: time.Minute}
	voltages = Pace{Deadband: 1, Gap: slow, Most: slower}
	counters = Pace{Deadband: 0.01, Gap: slow, Most: time.Minute, Counter: true}
)

// measured returns the register of a number.
func measured(name, class, unit string, pace Pace, category devices.Category) *Register {
	return &Register{
		Property: devices.Property{Name: name, Type: devices.TypeNumber, Unit: unit, Class: class, Deadband: pace.Deadband, Category: category},
		Pace:     pace,
	}
}

// count returns the register of a number of events.
func count(name string) *Register { return measured(name, "", "", Pace{}, devices.Diagnostic) }

func energy(code Code, c byte, phase string, naming *Naming) (*Register, bool) {
	if int(c) >= len(quantities) || quantities[c].energy == "" || int(code.E) >= len(naming.Tariffs) {
		return nil, false
	}
	q := &quantities[c]
	name := q.energy + phase
	if suffix := naming.Tariffs[code.E]; suffix != "" {
		name += "_" + suffix
	}
	category := devices.Primary
	if c > exported && c < Absolute {
		category = devices.Diagnostic
	}
	if code.F != None {
		if int(code.F-perPeriod) >= len(periods) {
			return nil, false
		}
		name += "_" + periods[code.F-perPeriod]
	}
	return measured(name, q.energyClass, "k"+q.unit+"h", counters, category), true
}

func moment(c byte, phase string, naming *Naming) (*Register, bool) {
	switch c {
	case current:
		return measured("current"+phase, "current", "A", currents, devices.Primary), true
	case voltage:
		return measured("voltage"+phase, "voltage", "V", voltages, devices.Primary), true
	case powerFactor:
		return measured("power_factor"+phase, "power_factor", "", Pace{Deadband: 0.05, Gap: slow, Most: slower}, devices.Diagnostic), true
	case frequency:
		return measured("frequency"+phase, "frequency", "Hz", Pace{Deadband: 0.05, Gap: slow, Most: slower}, devices.Diagnostic), true
	}
	if int(c) >= len(quantities) || quantities[c].power == "" {
		return nil, false
	}
	q := &quantities[c]
	category, pace := devices.Primary, phases
	if c > exported && c < Absolute {
		category = devices.Diagnostic
	} else if phase == "" {
		pace = totals
	}
	name := q.power + phase
	if c == naming.Power {
		name = "power" + phase
	}
	return measured(name, q.class, q.unit, pace, category), true
}

// prefixes are the powers of ten before units.
var prefixes = map[byte]int{'m': -3, 'k': 3, 'M': 6, 'G': 9}

// Number returns what d of a unit is in the unit of the register.
func (r *Register) Number(d Decimal, unit string) (devices.Value, error) {
	shift, ok := convert(unit, r.Property.Unit)
	if !ok {
		return devices.Value{}, fmt.Errorf("the unit %q, want %s", shorten([]byte(unit)), r.Property.Unit)
	}
	v := d.Shift(shift).Value()
	if v.IsZero() {
		return v, fmt.Errorf("%d × 10^%d is no value of a meter", d.Mantissa, d.Exponent)
	}
	return v, nil
}

// convert returns the power of ten between two units of the same quantity. A value
// without a unit is in the one that is wanted.
func convert(from, to string) (shift int, ok bool) {
	if from == to || from == "" {
		return 0, true
	}
	a, baseA := split(from)
	b, baseB := split(to)
	return a - b, baseA == baseB
}

// split parts a unit from the prefix before it.
func split(unit string) (shift int, base string) {
	if len(unit) > 1 {
		if shift, ok := prefixes[unit[0]]; ok && unit[0] != 'm' || ok && (unit == "mA" || unit == "mV") {
			return shift, unit[1:]
		}
	}
	return 0, unit
}
