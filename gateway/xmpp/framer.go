package xmpp

import (
	"bytes"
	"errors"
	"io"
)

// Limits of what is kept of one element in a stream.
const (
	// MaxStanza is how many bytes a stanza may have: what Prosody allows a
	// component, and twice what it allows a client. Send takes 4 KiB less.
	MaxStanza = 512 << 10

	maxHeader    = 16 << 10 // the stream's own start tag
	maxHead      = 16 << 10 // kept of a stanza that is longer than MaxStanza: enough to answer it
	smallBuffer  = 16 << 10 // what a framer starts with, and comes back to after a large stanza
	leastReading = 4 << 10  // room for one read

	// stanzaMargin keeps what we send below the limit of the server, however it counts.
	stanzaMargin = 4 << 10
)

var errHeaderTooLong = errors.New("the stream header is too long")

// frame is what lies between two boundaries.
type frame struct {
	end       boundary
	bytes     []byte // valid until the next call
	truncated bool   // bytes are only the first maxHead of an element longer than MaxStanza
}

// framer cuts a stream of bytes into frames. It holds at most one stanza.
type framer struct {
	src     io.Reader
	scanner scanner
	buf     []byte
	start   int    // buf[start:pos] is the scanned part of the frame
	pos     int    // buf[pos:end] was read and not yet scanned
	end     int    //
	head    []byte // of the element being skipped; nil: none is
}

func newFramer(src io.Reader) *framer {
	return &framer{src: src, buf: make([]byte, smallBuffer)}
}

// next returns the next frame. Its errors wrap errNotWellFormed, errRestricted,
// errHeaderTooLong or are those of the source.
func (f *framer) next() (frame, error) {
	for {
		f.passSpace()
		n, found, err := f.scanner.scan(f.buf[f.pos:f.end])
		f.pos += n
		if err != nil {
			return frame{}, err
		}
		if found != none {
			return f.cut(found), nil
		}
		if err := f.limit(); err != nil {
			return frame{}, err
		}
		if err := f.fill(); err != nil {
			return frame{}, err
		}
	}
}

// passSpace drops whitespace between stanzas, which keeps connections alive and
// means nothing.
func (f *framer) passSpace() {
	for f.pos < f.end && f.start == f.pos && f.scanner.between() && isSpace(f.buf[f.pos]) {
		f.pos++
		f.start++
	}
}

// idle reports whether nothing was read that is not part of a frame.
func (f *framer) idle() bool { return f.start == f.end }

func (f *framer) cut(found boundary) frame {
	cut := frame{end: found, bytes: f.buf[f.start:f.pos]}
	if f.pos-f.start > MaxStanza {
		f.head = f.copyHead()
	}
	if f.head != nil {
		cut.bytes, cut.truncated = f.head, true
		f.head = nil
	}
	f.start = f.pos
	return cut
}

// limit begins to skip an element that has become too long.
func (f *framer) limit() error {
	size := f.pos - f.start
	if f.scanner.depth == 0 && size > maxHeader {
		return errHeaderTooLong
	}
	if f.head == nil && size > MaxStanza {
		f.head = f.copyHead()
	}
	if f.head != nil {
		f.start = f.pos
	}
	return nil
}

func (f *framer) copyHead() []byte { return bytes.Clone(f.buf[f.start:min(f.start+maxHead, f.pos)]) }

// fill reads once. Everything before pos that is no part of the frame is given up.
func (f *framer) fill() error {
	if f.start == f.end {
		f.start, f.pos, f.end = 0, 0, 0
		if len(f.buf) > 4*smallBuffer {
			f.buf = make([]byte, smallBuffer)
		}
	}
	if len(f.buf)-f.end < leastReading {
		f.makeRoom()
	}
	n, err := f.src.Read(f.buf[f.end:])
	f.end += n
	if n > 0 {
		return nil
	}
	return err
}

func (f *framer) makeRoom() {
	to := f.buf
	if most := MaxStanza + smallBuffer; f.end-f.start > len(f.buf)/2 && len(f.buf) < most {
		to = make([]byte, min(2*len(f.buf), most))
	}
	n := copy(to, f.buf[f.start:f.end])
	f.buf, f.pos, f.start, f.end = to, f.pos-f.start, 0, n
}
