package codec

import "time"

// Line says how a port is set up where the configuration does not.
type Line struct {
	Baud     int
	DataBits int
	Parity   string        // none, odd or even
	StopBits int           // 1 or 2
	Settle   time.Duration // after the port was opened, before anything is written
}
