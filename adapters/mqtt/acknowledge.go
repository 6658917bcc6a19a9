package mqtt

import (
	"context"
	"fmt"
	"io"

	"github.com/eclipse/paho.mqtt.golang/packets"

	"thingbridge/adapters"
)

// maxUnsettled bounds the messages that wait for their acknowledgement. Brokers
// send fewer before they want one (Mosquitto 20); if one sends more, reading
// waits.
const maxUnsettled = 1024

// acknowledgement is owed to the broker for a message; with QoS 0 none is.
type acknowledgement struct {
	id     uint16
	qos    byte
	serial uint64 // of the message in the ledger; 0: it is not there
}

// append writes a PUBACK for QoS 1 and a PUBREC for QoS 2 (MQTT 3.1.1, 3.4 and
// 3.5). The rest of QoS 2, PUBREL and PUBCOMP, is between the broker and paho.
func (a acknowledgement) append(dst []byte) []byte {
	kind := byte(packets.Puback)
	if a.qos == 2 {
		kind = packets.Pubrec
	}
	return append(dst, kind<<4, 2, byte(a.id>>8), byte(a.id))
}

// settler makes safe what was applied, and then acknowledges it.
type settler struct {
	sink  adapters.Sink
	notes adapters.Notebook // nil: what was taken is not remembered over a restart
	taken *ledger
	kept  *records
	note  []byte
}

func newSettler(sink adapters.Sink, taken *ledger, kept *records) *settler {
	notes, _ := sink.(adapters.Notebook)
	return &settler{sink: sink, notes: notes, taken: taken, kept: kept}
}

// run sends to w what arrives in owed, in its order, each after the sink has
// settled what was applied before it: once for all that has gathered meanwhile.
// It returns when owed is closed, ctx ends or something fails.
func (s *settler) run(ctx context.Context, owed <-chan acknowledgement, w io.Writer) error {
	var packets []byte
	for {
		select {
		case <-ctx.Done():
			return nil
		case a, more := <-owed:
			if !more {
				return nil
			}
			var serial uint64
			packets, serial = gather(packets[:0], a, owed)
			if err := s.settle(ctx, serial); err != nil {
				return fmt.Errorf("settle %d messages: %w", len(packets)/4, err)
			}
			s.taken.offer(serial)
			if _, err := w.Write(packets); err != nil {
				return fmt.Errorf("acknowledge %d messages: %w", len(packets)/4, err)
			}
		}
	}
}

// gather writes to dst the packets of a and of what waits behind it. It returns
// the highest serial too.
func gather(dst []byte, a acknowledgement, owed <-chan acknowledgement) (packets []byte, serial uint64) {
	dst, serial = a.append(dst), a.serial
	for len(dst) < 4*maxUnsettled {
		select {
		case a, more := <-owed:
			if !more {
				return dst, serial
			}
			dst, serial = a.append(dst), max(serial, a.serial)
		default:
			return dst, serial
		}
	}
	return dst, serial
}

// settle makes safe what was applied, and with it the note of the messages up to
// a serial.
func (s *settler) settle(ctx context.Context, serial uint64) error {
	if err := s.kept.store(ctx); err != nil {
		return err
	}
	if s.notes == nil {
		return s.sink.Settle(ctx)
	}
	s.note = s.taken.appendNote(s.note[:0], max(serial, s.taken.safe()))
	return s.notes.SettleNoting(ctx, s.note)
}

// recall takes over what the run before has noted.
func (s *settler) recall(ctx context.Context) error {
	if s.notes == nil {
		return nil
	}
	note, err := s.notes.Noted(ctx)
	s.taken.load(note)
	return err
}

// open notes which session it is, before there are messages of it. That it fails
// is said by the settle that is next.
func (s *settler) open(ctx context.Context) {
	if s.notes != nil {
		s.note = s.taken.appendNote(s.note[:0], s.taken.safe())
		_ = s.notes.Note(ctx, s.note)
	}
}
