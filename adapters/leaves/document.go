package leaves

import (
	"errors"
	"fmt"
	"unicode/utf8"
)

// Limits of a payload. What devices send stays far below them.
const (
	maxPayload = 256 << 10 // bytes
	maxLeaves  = 8192
	maxDepth   = 16
	maxPath    = 512 // bytes
	maxKept    = 1024
)

// Errors of [Document.Read], beside those that say where a payload stops being JSON.
var (
	errTooLong  = fmt.Errorf("the payload is longer than %d bytes", maxPayload)
	errEncoding = errors.New("the payload is not UTF-8 text")
	errTooMany  = fmt.Errorf("the payload has more than %d values or is nested deeper than %d", maxLeaves, maxDepth)
)

// Separator stands between the keys of a path.
const Separator = '/'

// Document is a payload that was read. It refers to the payload until the next Read.
type Document struct {
	leaves []Leaf
	paths  []byte // of all leaves, in a row
}

// Read reads payload, which is one JSON value. On an error there are no leaves.
func (d *Document) Read(payload []byte) error {
	d.reset()
	switch {
	case len(payload) > maxPayload:
		return errTooLong
	case !utf8.Valid(payload):
		return errEncoding
	}
	s := scanner{in: payload, document: d}
	ok := s.value(0)
	if ok {
		s.space()
		ok = s.at == len(s.in)
	}
	if !ok {
		d.reset()
		if s.tooMany {
			return errTooMany
		}
		return fmt.Errorf("the payload is not JSON from byte %d on", s.at)
	}
	for i := range d.leaves {
		leaf := &d.leaves[i]
		leaf.Path = d.paths[leaf.from:leaf.to:leaf.to]
	}
	return nil
}

// All returns the leaves in the order of the payload. They are valid until the next
// Read.
func (d *Document) All() []Leaf { return d.leaves }

// Find returns the first leaf with a path, and whether there is one.
func (d *Document) Find(path string) (*Leaf, bool) {
	for i := range d.leaves {
		if string(d.leaves[i].Path) == path {
			return &d.leaves[i], true
		}
	}
	return nil, false
}

// Text returns the text at a path, or "".
func (d *Document) Text(path string) string {
	leaf, ok := d.Find(path)
	if !ok || leaf.Kind != Text {
		return ""
	}
	return leaf.String()
}

func (d *Document) reset() {
	if cap(d.leaves) > maxKept {
		d.leaves, d.paths = nil, nil
	}
	d.leaves, d.paths = d.leaves[:0], d.paths[:0]
}
