package meter

// Sums adds up the registers of the tariffs, for meters that have no total. The zero
// Sums is empty.
type Sums struct {
	of [exported + 1]struct {
		sum   Decimal
		parts int
		given bool // there is a total, or a part that is no number
	}
}

// Take takes a register with its value, in kWh.
func (s *Sums) Take(code Code, value Decimal) {
	if code.A != 1 || code.B != 0 || code.C > exported || code.D != counted || code.F != None {
		return
	}
	of := &s.of[code.C]
	sum, exact := of.sum.Add(value)
	if code.E == 0 || !exact {
		of.given = true
		return
	}
	of.sum = sum
	of.parts++
}

// Spoil says that a register of a tariff could not be read, so that there is no sum.
func (s *Sums) Spoil(code Code) {
	if code.C <= exported && code.D == counted {
		s.of[code.C].given = true
	}
}

// Totals yields the code of each total that the meter does not have itself.
func (s *Sums) Totals(yield func(Code, Decimal) bool) {
	for c := imported; c <= exported; c++ {
		of := &s.of[c]
		if of.parts > 0 && !of.given && !yield(Electricity(byte(c), counted, 0), of.sum) {
			return
		}
	}
}
