package template

import (
	"fmt"
	"math"
)

// dict is a dictionary that keeps the order of its keys. It is not changed once
// it is a value.
type dict struct {
	entries []entry
	index   map[hashKey]int // of entries, made when there are many
}

type entry struct{ key, value value }

// hashKey is equal for values that Python takes for the same key: 1, 1.0 and
// True are one.
type hashKey struct {
	kind kind
	bits uint64
	text string
}

// indexFrom is the number of entries from which on a map finds them.
const indexFrom = 16

func hashOf(v value) (hashKey, error) {
	switch v.kind {
	case kindBool, kindInt:
		return hashKey{kind: kindInt, bits: v.bits}, nil
	case kindFloat:
		f := v.float()
		if f == math.Trunc(f) && math.Abs(f) < 1<<63 {
			return hashKey{kind: kindInt, bits: uint64(int64(f))}, nil
		}
		return hashKey{kind: kindFloat, bits: v.bits}, nil
	case kindNone:
		return hashKey{kind: kindNone}, nil
	case kindText, kindBig:
		return hashKey{kind: v.kind, text: v.text}, nil
	case kindUndefined:
		return hashKey{kind: kindUndefined}, nil
	}
	return hashKey{}, fmt.Errorf("%s cannot be a key", v.kind)
}

func (d *dict) find(k hashKey) int {
	if d.index != nil {
		if i, ok := d.index[k]; ok {
			return i
		}
		return -1
	}
	for i := range d.entries {
		if h, err := hashOf(d.entries[i].key); err == nil && h == k {
			return i
		}
	}
	return -1
}

// get returns the value of key, and whether there is one.
func (d *dict) get(key value) (value, bool) {
	k, err := hashOf(key)
	if err != nil {
		return value{}, false
	}
	if i := d.find(k); i >= 0 {
		return d.entries[i].value, true
	}
	return value{}, false
}

// set adds a key, or gives one that is there another value in its old place.
func (d *dict) set(key, v value) error {
	k, err := hashOf(key)
	if err != nil {
		return err
	}
	if i := d.find(k); i >= 0 {
		d.entries[i].value = v
		return nil
	}
	d.entries = append(d.entries, entry{key, v})
	switch n := len(d.entries); {
	case n == indexFrom:
		d.index = make(map[hashKey]int, 2*n)
		for i := range d.entries {
			h, _ := hashOf(d.entries[i].key)
			d.index[h] = i
		}
	case n > indexFrom:
		d.index[k] = n - 1
	}
	return nil
}

// keys are the keys in order.
func (d *dict) keys() []value {
	out := make([]value, len(d.entries))
	for i := range d.entries {
		out[i] = d.entries[i].key
	}
	return out
}

func (d *dict) values() []value {
	out := make([]value, len(d.entries))
	for i := range d.entries {
		out[i] = d.entries[i].value
	}
	return out
}

// pairs are the keys with their values, as tuples.
func (d *dict) pairs() []value {
	out := make([]value, len(d.entries))
	for i := range d.entries {
		out[i] = tupleValue(d.entries[i].key, d.entries[i].value)
	}
	return out
}
