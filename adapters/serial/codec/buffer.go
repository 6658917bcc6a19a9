package codec

import (
	"fmt"
	"iter"
)

// Buffer gathers what comes from a port and cuts it into frames. The zero Buffer is
// empty. It never holds more than MaxFrame bytes.
type Buffer struct {
	data []byte
}

// Take adds chunk and yields each frame that is whole now, or bytes that were passed
// over together with what was wrong with them. Either is valid until the next is asked
// for. An error does not end the sequence; breaking off loses what was not yet looked at.
func (b *Buffer) Take(c Codec, chunk []byte) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for len(chunk) > 0 {
			if b.data == nil {
				b.data = make([]byte, 0, MaxFrame)
			}
			n := copy(b.data[len(b.data):cap(b.data)], chunk)
			b.data, chunk = b.data[:len(b.data)+n], chunk[n:]
			if !b.cut(c, yield) {
				b.Reset()
				return
			}
		}
	}
}

// cut yields the frames in data and keeps the rest.
func (b *Buffer) cut(c Codec, yield func([]byte, error) bool) bool {
	rest := b.data
	for len(rest) > 0 {
		advance, frame, err := c.Split(rest)
		advance = min(advance, len(rest))
		if err != nil {
			frame = rest[:max(advance, 0)]
		}
		rest = rest[max(advance, 0):]
		if (frame != nil || err != nil) && !yield(frame, err) {
			return false
		}
		if advance <= 0 {
			break
		}
	}
	if len(rest) == cap(b.data) {
		b.data = b.data[:0]
		return yield(rest, fmt.Errorf("no frame in %d bytes", len(rest)))
	}
	b.data = b.data[:copy(b.data, rest)]
	return true
}

// Reset forgets a half frame.
func (b *Buffer) Reset() { b.data = b.data[:0] }
