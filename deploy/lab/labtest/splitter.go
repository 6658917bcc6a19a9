package labtest

import "encoding/binary"

// What TLS looks like from outside (RFC 8446 5.1 and 5.2).
const (
	recordHeader     = 5           // type, version (2), length (2)
	recordMax        = 1<<14 + 256 // bytes of one protected record
	recordMajor      = 3           // first byte of every version of TLS
	typeChangeCipher = 20          // the lowest type of a record
	typeHandshake    = 22
	typeApplication  = 23 // the highest
)

// splitter tells in one direction of a connection what is readable from what is
// TLS. XML has no byte that begins a handshake (XML 1.0 2.2), so the first such byte
// begins TLS, and from there on everything must be records of TLS. What is none is
// taken for readable, with all that follows.
type splitter struct {
	clear     []byte // the readable, up to maxClear
	encrypted int    // bytes of protected data

	secured bool   // TLS has begun
	broken  bool   // what followed was no TLS
	header  []byte // of the record that has begun to arrive
	left    int    // bytes of the present record still to come
}

// Write never fails.
func (s *splitter) Write(p []byte) (int, error) {
	for rest := p; len(rest) > 0; {
		rest = rest[s.take(rest):]
	}
	return len(p), nil
}

// take consumes some bytes of p, at least one, and returns how many.
func (s *splitter) take(p []byte) int {
	switch {
	case s.broken:
		s.keep(p)
		return len(p)
	case !s.secured && p[0] != typeHandshake:
		s.keep(p[:1])
		return 1
	case s.left > 0:
		n := min(s.left, len(p))
		s.left -= n
		if s.header[0] == typeApplication {
			s.encrypted += n
		}
		if s.left == 0 {
			s.header = s.header[:0]
		}
		return n
	}
	s.secured = true
	s.header = append(s.header, p[0])
	if len(s.header) == recordHeader {
		s.begin()
	}
	return 1
}

// begin looks at the header of a record.
func (s *splitter) begin() {
	length := int(binary.BigEndian.Uint16(s.header[3:]))
	if s.header[0] < typeChangeCipher || s.header[0] > typeApplication ||
		s.header[1] != recordMajor || length == 0 || length > recordMax {
		s.broken = true
		s.keep(s.header)
		return
	}
	s.left = length
}

func (s *splitter) keep(p []byte) {
	s.clear = append(s.clear, p[:min(len(p), maxClear-len(s.clear))]...)
}
