package mqtt

import "encoding/binary"

// noteVersion is the first byte of a note.
const noteVersion = 1

const (
	noteHead  = 1 + 8 + 8 + 8 + 4 // version, place, session, newest, counted
	noteEntry = 2 + 8             // packet identifier, sum
)

// appendNote appends what is worth knowing in the next run: of the entries, those
// up to a serial. One that is not settled must not be among them: were the
// program killed, the message would be acknowledged and never applied.
func (l *ledger) appendNote(dst []byte, serial uint64) []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	order := binary.LittleEndian
	dst = append(dst, noteVersion)
	dst = order.AppendUint64(dst, l.place)
	dst = order.AppendUint64(dst, l.session)
	dst = order.AppendUint64(dst, l.newest)
	dst = order.AppendUint32(dst, uint32(l.counted))
	end := len(l.entries)
	for end > 0 && l.entries[end-1].serial > serial {
		end--
	}
	for _, e := range l.entries[max(0, end-keptTaken):end] {
		dst = order.AppendUint16(dst, uint16(e.number))
		dst = order.AppendUint64(dst, e.sum)
	}
	return dst
}

// load takes over the note of an earlier run. One that is of another broker, or
// that cannot be read, counts for nothing: the worst is that a message is applied
// twice.
func (l *ledger) load(note []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	order := binary.LittleEndian
	if len(note) < noteHead || (len(note)-noteHead)%noteEntry != 0 || len(note) > noteHead+keptTaken*noteEntry ||
		note[0] != noteVersion || order.Uint64(note[1:]) != l.place {
		return
	}
	l.session, l.newest = order.Uint64(note[9:]), order.Uint64(note[17:])
	l.counted = int(min(order.Uint32(note[25:]), 1<<16))
	l.entries = l.entries[:0]
	for rest := note[noteHead:]; len(rest) > 0; rest = rest[noteEntry:] {
		l.serial++
		l.entries = append(l.entries, entry{number: l.number(order.Uint16(rest)), sum: order.Uint64(rest[2:]), serial: l.serial})
	}
	l.offered = l.serial
}
