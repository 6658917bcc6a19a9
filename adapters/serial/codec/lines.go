package codec

import (
	"bytes"
	"errors"
	"fmt"
)

// Lines is the Split of protocols of text. A frame is a line without its end, and
// without what comes before a NUL, of which lines that were cut by a power-up are full.
// Empty lines are passed over. It remembers that it is amid a line that is too long, so
// that the rest of such a line is not taken for one.
type Lines struct {
	end      []byte
	limit    int
	skipping bool
}

var errRest = errors.New("the rest of a line that is too long")

// NewLines returns the Split of lines of at most limit bytes, which end with end. The
// limit is far below MaxFrame.
func NewLines(end string, limit int) Lines { return Lines{end: []byte(end), limit: limit} }

// Split is [Codec.Split].
func (l *Lines) Split(data []byte) (advance int, frame []byte, err error) {
	at := bytes.Index(data, l.end)
	if l.skipping {
		if at >= 0 {
			l.skipping = false
			return at + len(l.end), nil, errRest
		}
		if advance = l.keepEnd(data); advance == 0 {
			return 0, nil, nil
		}
		return advance, nil, errRest
	}
	switch {
	case at < 0 && len(data) >= l.limit+len(l.end):
		l.skipping = true
		return l.keepEnd(data), nil, fmt.Errorf("no end of line in %d bytes, want %q", l.limit, l.end)
	case at < 0:
		return 0, nil, nil
	case at > l.limit:
		return at + len(l.end), nil, fmt.Errorf("a line of %d bytes, want at most %d", at, l.limit)
	}
	line := bytes.Trim(data[:at], "\r\n")
	if nul := bytes.LastIndexByte(line, 0); nul >= 0 {
		line = line[nul+1:]
	}
	if len(line) == 0 {
		return at + len(l.end), nil, nil
	}
	return at + len(l.end), line, nil
}

// keepEnd passes over data but for what may be the first part of an end.
func (l *Lines) keepEnd(data []byte) int {
	for n := min(len(l.end)-1, len(data)); n > 0; n-- {
		if bytes.HasPrefix(l.end, data[len(data)-n:]) {
			return len(data) - n
		}
	}
	return len(data)
}

// End returns what ends a line.
func (l *Lines) End() string { return string(l.end) }

// Restart forgets a line of before the port was opened.
func (l *Lines) Restart() { l.skipping = false }
