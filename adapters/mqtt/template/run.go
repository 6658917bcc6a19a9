package template

import (
	"errors"
)

// run is one rendering. It lives in its Message, for its memory.
type run struct {
	m     *Message
	out   []byte
	base  int // where this rendering begins in out
	slots []value
	stack []value // arguments of the calls that are being made
	work  int     // what may still be done
}

// flow tells a loop what a statement wants.
type flow uint8

const (
	flowNext flow = iota
	flowContinue
	flowBreak
)

type (
	// expr computes a value.
	expr func(r *run) (value, error)
	// stmt appends to the output or sets variables.
	stmt func(r *run) (flow, error)
)

var (
	errWork   = errors.New("it takes too many steps")
	errOutput = errors.New("a text gets too long")
)

func (r *run) begin(m *Message, dst []byte, slots int) {
	r.m, r.out, r.base, r.work = m, dst, len(dst), maxWork
	if cap(r.slots) < slots {
		r.slots = make([]value, slots)
	}
	r.slots = r.slots[:slots]
	clear(r.slots)
}

// end lets go of what the rendering made.
func (r *run) end() {
	r.out = nil
	clear(r.slots)
	clear(r.stack[:cap(r.stack)])
	r.stack = r.stack[:0]
}

// charge takes n steps off what may still be done.
func (r *run) charge(n int) error {
	if r.work -= n; r.work < 0 {
		return errWork
	}
	return nil
}

// wrote checks the length of the output after it grew.
func (r *run) wrote(before int) error {
	if len(r.out)-r.base > maxOutput {
		return errOutput
	}
	return r.charge(len(r.out) - before)
}

// text makes a value of a text that was made here.
func (r *run) text(s string) (value, error) {
	if len(s) > maxOutput {
		return value{}, errOutput
	}
	return textValue(s), r.charge(len(s) + 1)
}

// list makes a value of items that were collected here.
func (r *run) list(items []value) (value, error) {
	return listValue(items), r.charge(len(items) + 1)
}

// str is Python's str(v), charged.
func (r *run) str(v value) (string, error) {
	if v.kind == kindText {
		return v.text, nil
	}
	b := appendText(nil, v)
	if len(b) > maxOutput {
		return "", errOutput
	}
	return string(b), r.charge(len(b) + 1)
}
