package sml

import (
	"fmt"

	"errors"
)

// kind is the type of an element.
type kind uint8

const (
	octets   kind = 0
	boolean  kind = 4
	integer  kind = 5
	unsigned kind = 6
	list     kind = 7
)

// maxDepth bounds elements within elements. A message has 5 levels.
const maxDepth = 12

var (
	errShort = errors.New("an element that is longer than the file")
	errDeep  = errors.New("too many elements within elements")
)

// element is one value, or the beginning of a list.
type element struct {
	kind  kind
	data  []byte // of a value
	count int    // of a list
}

// absent reports whether an optional element is not there.
func (e *element) absent() bool { return e.kind == octets && len(e.data) == 0 }

// reader reads elements one by one.
type reader struct {
	data  []byte
	place int
}

// next reads an element. The elements of a list follow it.
func (r *reader) next() (element, error) {
	from, length := r.place, 0
	for {
		if r.place >= len(r.data) || r.place-from > 3 {
			return element{}, errShort
		}
		tl := r.data[r.place]
		r.place++
		length = length<<4 | int(tl&0x0F)
		if tl&0x80 == 0 {
			break
		}
	}
	e := element{kind: kind(r.data[from] >> 4 & 7)}
	head := r.place - from
	switch {
	case e.kind == list:
		if length > len(r.data)-r.place { // each element has a byte at least
			return element{}, errShort
		}
		e.count = length
		return e, nil
	case e.kind != octets && e.kind != boolean && e.kind != integer && e.kind != unsigned:
		return element{}, fmt.Errorf("an element of type %d at byte %d", e.kind, from)
	case length == 0 && head == 1: // the end of a message, 00
		return e, nil
	case length < head:
		return element{}, fmt.Errorf("an element of length %d at byte %d, want at least %d", length, from, head)
	case length-head > len(r.data)-r.place:
		return element{}, errShort
	}
	e.data = r.data[r.place : r.place+length-head]
	r.place += length - head
	return e, nil
}

// skip passes over an element with all that is in it.
func (r *reader) skip(depth int) error {
	if depth > maxDepth {
		return errDeep
	}
	e, err := r.next()
	for range e.count {
		if err == nil {
			err = r.skip(depth + 1)
		}
	}
	return err
}

// open reads the beginning of a list of n elements.
func (r *reader) open(n int) error {
	place := r.place
	e, err := r.next()
	if err == nil && (e.kind != list || e.count != n) {
		return fmt.Errorf("at byte %d: got %d elements of type %d, want a list of %d", place, e.count, e.kind, n)
	}
	return err
}

// number reads an unsigned number of at most 8 bytes.
func (e *element) number() (uint64, bool) {
	if e.kind != unsigned || len(e.data) == 0 || len(e.data) > 8 {
		return 0, false
	}
	return big(e.data), true
}

// signed reads a number of either sort that an int64 can hold.
func (e *element) signed() (int64, bool) {
	if len(e.data) == 0 || len(e.data) > 8 {
		return 0, false
	}
	n := big(e.data)
	switch e.kind {
	case unsigned:
		return int64(n), n>>63 == 0
	case integer:
		shift := 64 - 8*len(e.data)
		return int64(n<<shift) >> shift, true
	}
	return 0, false
}

func big(data []byte) (n uint64) {
	for _, b := range data {
		n = n<<8 | uint64(b)
	}
	return n
}
