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
	id  uint16
	qos byte
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

// acknowledge sends to w what arrives in owed, in its order, each after the sink
// has settled what was applied before it: once for all that has gathered
// meanwhile. It returns when ctx ends or something fails.
func acknowledge(ctx context.Context, owed <-chan acknowledgement, sink adapters.Sink, w io.Writer) error {
	var packets []byte
	for {
		packets = packets[:0]
		select {
		case <-ctx.Done():
			return nil
		case a := <-owed:
			packets = a.append(packets)
		}
		for gathered := true; gathered && len(packets) < 4*maxUnsettled; {
			select {
			case a := <-owed:
				packets = a.append(packets)
			default:
				gathered = false
			}
		}
		if err := sink.Settle(ctx); err != nil {
			return fmt.Errorf("settle %d messages: %w", len(packets)/4, err)
		}
		if _, err := w.Write(packets); err != nil {
			return fmt.Errorf("acknowledge %d messages: %w", len(packets)/4, err)
		}
	}
}
