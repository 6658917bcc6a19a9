package sml

import (
	"errors"
	"fmt"
	"iter"

	"thingbridge/adapters/serial/meter"
)

// getListResponse is the message with the values.
const getListResponse = 0x0701

// maxEntries bounds the values of a file. Meters have up to 60.
const maxEntries = 500

// entry is one register.
type entry struct {
	code   meter.Code
	status element
	unit   byte
	scaler int64
	value  element
}

// lists yields the reader of each list of values in a file, or what is wrong with a
// message, which is passed over.
func lists(data []byte) iter.Seq2[*reader, error] {
	return func(yield func(*reader, error) bool) {
		r := &reader{data: data}
		for r.place < len(r.data) {
			if r.data[r.place] == 0 { // fills up
				r.place++
				continue
			}
			body, err := r.message()
			if err != nil {
				err = fmt.Errorf("a message at byte %d: %w", r.place, err)
			}
			if (err != nil || body != nil) && !yield(body, err) {
				return
			}
			if err != nil && !errors.Is(err, errSum) { // nobody knows where the next begins
				return
			}
		}
	}
}

// errSum is for a message with a wrong CRC.
var errSum = errors.New("CRC")

// message reads a message to its end, and returns a reader of its list of values, or
// nil where it is another message.
func (r *reader) message() (*reader, error) {
	from := r.place
	if err := r.open(6); err != nil {
		return nil, err
	}
	for range 3 { // transaction, group, what to do on errors
		if err := r.skip(1); err != nil {
			return nil, err
		}
	}
	if err := r.open(2); err != nil {
		return nil, err
	}
	tag, err := r.next()
	if err != nil {
		return nil, err
	}
	body := &reader{data: r.data, place: r.place}
	if err := r.skip(1); err != nil {
		return nil, err
	}
	text := r.data[from:r.place]
	sum, err := r.next()
	if err != nil {
		return nil, err
	}
	if _, err := r.next(); err != nil { // the end
		return nil, err
	}
	got, ok := sum.number()
	if !ok || got > 0xFFFF || !sums(uint16(got), text) {
		return nil, fmt.Errorf("%w: got %04x, want %04x", errSum, got, x25(text))
	}
	if what, ok := tag.number(); !ok || what != getListResponse {
		return nil, nil
	}
	return body, nil
}

// entries reads a list of values: who it is of, and each register.
func (r *reader) entries(dst []entry) (server []byte, all []entry, err error) {
	if err := r.open(7); err != nil {
		return nil, dst, err
	}
	var id element
	for i := range 4 { // client, server, name, time
		if i == 1 {
			id, err = r.next()
		} else {
			err = r.skip(1)
		}
		if err != nil {
			return nil, dst, err
		}
	}
	values, err := r.next()
	if err == nil && (values.kind != list || values.count > maxEntries) {
		err = fmt.Errorf("%d values, want a list of at most %d", values.count, maxEntries)
	}
	if err != nil {
		return nil, dst, err
	}
	for range values.count {
		e, ok, err := r.entry()
		if err != nil {
			return nil, dst, err
		}
		if ok {
			dst = append(dst, e)
		}
	}
	return id.data, dst, nil
}

// entry reads a register: code, status, time, unit, scaler, value, signature. The
// Holley DTZ541 writes its time as a bare number, which is one element as well.
func (r *reader) entry() (e entry, ok bool, err error) {
	if err := r.open(7); err != nil {
		return e, false, err
	}
	var part [7]element
	for i := range part {
		place := r.place
		if part[i], err = r.next(); err != nil {
			return e, false, err
		}
		if part[i].kind == list { // a time, or a value that is more than one
			r.place = place
			if err := r.skip(1); err != nil {
				return e, false, err
			}
		}
	}
	name := part[0].data
	if len(name) != 6 {
		return e, false, nil
	}
	e.code = meter.Code{A: name[0], B: name[1], C: name[2], D: name[3], E: name[4], F: name[5]}
	e.status, e.value = part[1], part[5]
	if unit, ok := part[3].number(); ok && unit <= 0xFF {
		e.unit = byte(unit)
	}
	e.scaler, _ = part[4].signed()
	return e, !e.value.absent() && e.value.kind != list, nil
}
