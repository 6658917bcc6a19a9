package rflink

import (
	"errors"
	"fmt"
	"time"

	"thingbridge/adapters/serial/codec"
	"thingbridge/devices"
)

// How commands are sent: one at a time, for the gateway has one radio.
const (
	maxWaiting = 64
	confirms   = 4 * time.Second // the gateway, when it has sent it some times
	mostTries  = 3
)

var (
	errUnknown = errors.New("the gateway does not know this command; is the protocol one that it can send, and the address as long as it wants it?")
	errBusy    = fmt.Errorf("%d commands wait for the radio; wait until they are sent", maxWaiting)
)

// order is a command on its way.
type order struct {
	ticket codec.Ticket // 0: nobody waits for it
	line   []byte
	proves []devices.Reading // what holds when it was sent
	tries  int
	sent   time.Time
}

// queue is the commands that were not confirmed. The first is under way.
type queue struct {
	orders []order
}

// put appends an order, and sends it if it is the first.
func (q *queue) put(r *codec.Result, o order, now time.Time) {
	q.orders = append(q.orders, o)
	if len(q.orders) == 1 {
		q.send(r, now)
	}
}

func (q *queue) send(r *codec.Result, now time.Time) {
	o := &q.orders[0]
	o.tries++
	o.sent = now
	r.Send = append(r.Send, codec.Frame{Bytes: o.line})
}

// settle takes the answer to the order that is under way.
func (q *queue) settle(r *codec.Result, err error, at time.Time) {
	if len(q.orders) == 0 {
		return
	}
	o := q.orders[0]
	if err == nil {
		for _, reading := range o.proves {
			reading.At = at
			r.Readings = append(r.Readings, reading)
		}
	}
	if o.ticket != 0 {
		r.Done = append(r.Done, codec.Outcome{Ticket: o.ticket, Err: err})
	}
	q.orders = q.orders[:copy(q.orders, q.orders[1:])]
	if len(q.orders) > 0 {
		q.send(r, at)
	}
}

// due sends again what was not answered, and gives it up in the end.
func (q *queue) due(r *codec.Result, now time.Time) (next time.Time) {
	if len(q.orders) == 0 {
		return time.Time{}
	}
	o := &q.orders[0]
	switch {
	case now.Sub(o.sent) < confirms:
	case o.tries < mostTries:
		q.send(r, now)
	default:
		q.settle(r, fmt.Errorf("the gateway was told %d times: %w", o.tries, codec.ErrNoAnswer), now)
		if len(q.orders) == 0 {
			return time.Time{}
		}
	}
	return q.orders[0].sent.Add(confirms)
}

// fail settles all orders with err.
func (q *queue) fail(r *codec.Result, err error) {
	for i := range q.orders {
		if q.orders[i].ticket != 0 {
			r.Done = append(r.Done, codec.Outcome{Ticket: q.orders[i].ticket, Err: err})
		}
	}
	q.orders = nil
}

// disown makes the orders of a device that is gone prove nothing. They are sent all the
// same: somebody waits for them.
func (q *queue) disown(id devices.ID) {
	for i := range q.orders {
		if o := &q.orders[i]; len(o.proves) > 0 && o.proves[0].Device == id {
			o.proves = nil
		}
	}
}
