package serial

import (
	"context"
	"errors"
	"time"
)

// Port is an open port: a device of this machine, or a TCP connection.
type Port interface {
	// Read waits for bytes for some seconds at most, and returns 0 and no error when
	// none came. An error says that the port is gone. Close ends it.
	Read(p []byte) (n int, err error)
	// Write returns when the port has taken all of p. It fails when that takes longer
	// than five seconds.
	Write(p []byte) (n int, err error)
	// Close gives the port back within a second, and ends Read and Write.
	Close() error
}

const (
	// lookAgain bounds a Read: who reads looks whether the port is still there.
	lookAgain = 2 * time.Second
	// kernelTimeout is that of a descriptor that waits in the kernel. With none, a port
	// without bytes would look like the end of a file.
	kernelTimeout = 200 * time.Millisecond
	// writeTimeout bounds a Write. At 300 baud, the longest frame that is sent needs
	// less.
	writeTimeout = 5 * time.Second
)

var (
	errGone   = errors.New("the port is gone")
	errClosed = errors.New("the other end closed the connection")
)

// setup is how to open a port.
type setup struct {
	at       place
	baud     int
	dataBits int
	parity   string // none, odd or even
	stopBits int

	claim func(key string) (holder string, release func()) // release is nil when holder has it
}

// open opens a port. The error is a *Trouble where a person can do something.
func (s *setup) open(ctx context.Context) (Port, error) {
	if s.at.tcp != "" {
		return s.openTCP(ctx)
	}
	return s.openDevice()
}

var (
	_ Port = (*device)(nil)
	_ Port = (*socket)(nil)
)
