package modbus

import (
	"cmp"
	"slices"
	"time"
)

// span is a range of registers that one question reads.
type span struct {
	function Function
	start    uint16
	count    int
	fields   []*field // by address
	every    time.Duration

	due    time.Time
	tries  int  // of the question that is open
	urgent bool // something in it was written
}

// limits bound what one question reads.
type limits struct{ gap, registers, bits int }

// newSpan returns the span of fields, which are sorted by address.
func newSpan(fields []*field) *span {
	first := fields[0]
	s := &span{function: first.function, start: first.address, fields: fields, every: first.every}
	for _, f := range fields {
		s.count = max(s.count, f.end()-int(s.start))
	}
	return s
}

// spans returns the fewest spans that read all fields that are read at all.
func spans(fields []*field, lim limits) []*span {
	sorted := slices.Clone(fields)
	slices.SortStableFunc(sorted, func(a, b *field) int {
		return cmp.Or(cmp.Compare(a.function, b.function), cmp.Compare(a.every, b.every), cmp.Compare(a.address, b.address))
	})
	var out []*span
	from := 0
	for i := range sorted {
		if i+1 < len(sorted) && lim.together(sorted[from:i+1], sorted[i+1]) {
			continue
		}
		out = append(out, newSpan(sorted[from:i+1]))
		from = i + 1
	}
	return out
}

// together reports whether next can be read along with some that come before it.
func (lim limits) together(before []*field, next *field) bool {
	first := before[0]
	gap, most := lim.gap, lim.registers
	if first.function.bits() {
		gap, most = 16*lim.gap, lim.bits
	}
	end := endOf(before)
	return next.function == first.function && next.every == first.every &&
		int(next.address) <= end+gap && max(end, next.end())-int(first.address) <= most
}

// endOf is the address behind fields.
func endOf(fields []*field) (end int) {
	for _, f := range fields {
		end = max(end, f.end())
	}
	return end
}

// split returns two spans in the place of s, cut where the gap is widest, or else in
// the middle. It returns nothing when all fields of s lie in the same registers.
func (s *span) split() []*span {
	best, widest, nearest := 0, -1, len(s.fields)
	end := s.fields[0].end()
	for i, f := range s.fields {
		gap, away := int(f.address)-end, abs(2*i-len(s.fields))
		if i > 0 && gap >= 0 && (gap > widest || gap == widest && away < nearest) {
			best, widest, nearest = i, gap, away
		}
		end = max(end, f.end())
	}
	if best == 0 {
		return nil
	}
	// Parts must not share the array: appending to one would overwrite the other.
	first, second := newSpan(slices.Clip(s.fields[:best])), newSpan(s.fields[best:])
	for _, half := range []*span{first, second} {
		half.due, half.urgent = s.due, s.urgent
	}
	return []*span{first, second}
}

func abs(n int) int { return max(n, -n) }

// holds reports whether s reads f.
func (s *span) holds(f *field) bool { return slices.Contains(s.fields, f) }

// question returns the PDU that reads s.
func (s *span) question(dst []byte) []byte {
	m := Message{Form: Ask, Function: s.function, Address: s.start, Count: uint16(s.count)}
	return m.Append(dst)
}

// bytes is how many bytes of data the answer has.
func (s *span) bytes() int {
	if s.function.bits() {
		return (s.count + 7) / 8
	}
	return 2 * s.count
}

// of returns the data of f in the answer to s; of a coil its value.
func (s *span) of(f *field, data []byte) (registers []byte, on bool) {
	at := int(f.address) - int(s.start)
	if f.layout.coil {
		return nil, data[at/8]>>(at%8)&1 != 0
	}
	return data[2*at : 2*(at+f.layout.registers)], false
}
