package codec

import (
	"bytes"
	"fmt"
	"time"
)

// Line says how a port is set up where the configuration does not.
type Line struct {
	Baud     int
	DataBits int
	Parity   string        // none, odd or even
	StopBits int           // 1 or 2
	Settle   time.Duration // after the port was opened, before anything is written
}

// SplitLine is the Split of protocols of text lines of at most limit bytes: a frame is
// a line without its end, \n or \r\n, and without what comes before a NUL, which is
// what lines that were cut by a power-up are full of. Empty lines are passed over.
func SplitLine(data []byte, limit int) (advance int, frame []byte, err error) {
	end := bytes.IndexByte(data, '\n')
	switch {
	case end < 0 && len(data) > limit:
		return len(data), nil, fmt.Errorf("no end of line in %d bytes, want one within %d", len(data), limit)
	case end < 0:
		return 0, nil, nil
	case end > limit:
		return end + 1, nil, fmt.Errorf("a line of %d bytes, want at most %d", end, limit)
	}
	line := bytes.TrimRight(data[:end], "\r")
	if nul := bytes.LastIndexByte(line, 0); nul >= 0 {
		line = line[nul+1:]
	}
	if len(line) == 0 {
		return end + 1, nil, nil
	}
	return end + 1, line, nil
}
