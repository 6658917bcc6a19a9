package sml

// makerDZG is the FLAG id of DZG Metering.
const makerDZG = "DZG"

// Bits of the status that DZG's meters write beside what was imported (DVS74, product
// manual): those that say that it is this status, and that energy flows to the grid.
const (
	statusMask = 0xFFE000FF
	statusDZG  = 0x04
	feedsIn    = 1 << 11
)

// oldDZG are the serial numbers of meters with the fault, where no status tells.
var oldDZG = [...]struct{ from, to uint64 }{{42_000_000, 48_999_999}, {55_000_000, 58_999_999}}

// ofDZG says what is known of a meter of DZG that may write powers in a wrong way.
type ofDZG struct {
	maybe  bool
	serial uint64
	status uint64
	known  bool // that the status is one
}

// look notes what entries say.
func (z *ofDZG) look(all []entry) {
	for i := range all {
		e := &all[i]
		if id := e.value.data; e.value.kind == octets && dinNumbered(id) && string(id[2:5]) == makerDZG {
			z.maybe, z.serial = true, big(id[6:])
		}
		if n, ok := e.status.number(); ok && e.code.C == 1 && e.code.D == 8 && n&statusMask == statusDZG {
			z.status, z.known = n, true
		}
	}
}

// power corrects a power. The meters write one between 327.68 W and 655.35 W, that is
// drawn, as 2 bytes with a sign, and some that are fed in without the bytes that make
// them negative.
func (z *ofDZG) power(e *element, n int64) int64 {
	if !z.maybe || e.kind != integer || len(e.data) == 0 {
		return n
	}
	size := len(e.data)
	switch {
	case n < 0 && size <= 3 && z.draws():
		return int64(big(e.data))
	case n > 0 && size > 1 && e.data[0] == 0 && e.data[1]&0x80 != 0 && z.known && z.status&feedsIn != 0:
		return n - 1<<(8*(size-1))
	}
	return n
}

// draws reports whether energy comes from the grid.
func (z *ofDZG) draws() bool {
	if z.known {
		return z.status&feedsIn == 0
	}
	for _, its := range oldDZG {
		if z.serial >= its.from && z.serial <= its.to {
			return true
		}
	}
	return false
}
