package serial

import (
	"errors"

	"thingbridge/adapters/serial/codec"
)

// maxQueue bounds the frames that wait for a port: some seconds of a slow one.
const maxQueue = 256

var errQueue = errors.New("too many frames wait to be sent; the port does not take them")

// queue is the frames that wait for the port. Its memory is used again; the zero queue
// is empty.
type queue struct {
	waiting []waiting // the first is being written, or is next
	spare   [][]byte
}

// waiting is a frame that is not to be written before what was kept with it is stored.
type waiting struct {
	codec.Frame
	after uint64 // the number of the record; 0: nothing was kept
}

// add copies a frame to the end.
func (q *queue) add(f codec.Frame, after uint64) error {
	if len(q.waiting) >= maxQueue {
		return errQueue
	}
	var buf []byte
	if n := len(q.spare); n > 0 {
		buf, q.spare = q.spare[n-1], q.spare[:n-1]
	}
	q.waiting = append(q.waiting, waiting{codec.Frame{Bytes: append(buf[:0], f.Bytes...), Ticket: f.Ticket}, after})
	return nil
}

// pop drops the first frame, whose bytes may then be written over.
func (q *queue) pop() {
	q.spare = append(q.spare, q.waiting[0].Bytes)
	n := copy(q.waiting, q.waiting[1:])
	q.waiting = q.waiting[:n]
}

// clear empties the queue. The memory of what may still be read is not used again.
func (q *queue) clear() { *q = queue{} }
