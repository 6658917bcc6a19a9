package line

import (
	"bytes"
	"fmt"
)

// maxLine is the longest line, in bytes. Even a long object of JSON is far shorter.
const maxLine = 8 << 10

// splitter cuts bytes into lines. It remembers that it is amid a line that is too
// long, so that the end of such a line is not taken for a line.
type splitter struct {
	end      []byte
	skipping bool
}

// split is the Split of a codec. What stands before a NUL is left out: lines that were
// cut by a power-up are full of them.
func (s *splitter) split(data []byte) (advance int, frame []byte, err error) {
	at := bytes.Index(data, s.end)
	if s.skipping {
		if at < 0 {
			return s.keepEnd(data), nil, nil
		}
		s.skipping = false
		return at + len(s.end), nil, nil
	}
	switch {
	case at < 0 && len(data) >= maxLine+len(s.end):
		s.skipping = true
		return s.keepEnd(data), nil, fmt.Errorf("no end of line in %d bytes, want one within %d; is the terminator %q?", maxLine, maxLine, s.end)
	case at < 0:
		return 0, nil, nil
	case at > maxLine:
		return at + len(s.end), nil, fmt.Errorf("a line of %d bytes, want at most %d", at, maxLine)
	}
	line := bytes.Trim(data[:at], "\r\n")
	if nul := bytes.LastIndexByte(line, 0); nul >= 0 {
		line = line[nul+1:]
	}
	if len(line) == 0 {
		return at + len(s.end), nil, nil
	}
	return at + len(s.end), line, nil
}

// keepEnd passes over data but for what may be the first part of an end.
func (s *splitter) keepEnd(data []byte) int {
	for n := min(len(s.end)-1, len(data)); n > 0; n-- {
		if bytes.HasPrefix(s.end, data[len(data)-n:]) {
			return len(data) - n
		}
	}
	return len(data)
}
