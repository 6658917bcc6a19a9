package serial

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Bounds of how long it takes to find out that nobody is at the other end.
const (
	dialTimeout = 5 * time.Second
	keepIdle    = 15 * time.Second
	keepStep    = 5 * time.Second
	keepTries   = 3
	keepUnacked = 30 * time.Second // while something that was sent is not acknowledged, there are no keepalives
)

// socket is a port at the other end of a TCP connection: ser2net, a gateway on the
// network.
type socket struct {
	conn    net.Conn
	release func()
}

func (s *setup) openTCP(ctx context.Context) (*socket, error) {
	holder, release := s.claim("tcp " + s.at.tcp)
	if release == nil {
		return nil, takenByAdapter(s.at.tcp, holder)
	}
	d := net.Dialer{
		Timeout:         dialTimeout,
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: keepIdle, Interval: keepStep, Count: keepTries},
		Control:         boundUnacked,
	}
	conn, err := d.DialContext(ctx, "tcp", s.at.tcp)
	if err != nil {
		release()
		return nil, dialTrouble(s.at.tcp, err)
	}
	return &socket{conn: conn, release: release}, nil
}

// boundUnacked ends a connection whose other end acknowledges nothing.
func boundUnacked(_, _ string, raw syscall.RawConn) error {
	var result error
	err := raw.Control(func(fd uintptr) {
		result = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(keepUnacked.Milliseconds()))
	})
	return errors.Join(err, result)
}

// Read waits for bytes.
func (s *socket) Read(p []byte) (n int, err error) {
	if err := s.conn.SetReadDeadline(time.Now().Add(lookAgain)); err != nil {
		return 0, fmt.Errorf("%w: %w", errGone, err)
	}
	n, err = s.conn.Read(p)
	switch {
	case n > 0, errors.Is(err, os.ErrDeadlineExceeded):
		return n, nil
	case errors.Is(err, io.EOF):
		return 0, errClosed
	case err != nil:
		return 0, fmt.Errorf("%w: %w", errGone, innermost(err))
	}
	return 0, nil
}

// Write hands p to the kernel.
func (s *socket) Write(p []byte) (n int, err error) {
	if err := s.conn.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		return 0, fmt.Errorf("%w: %w", errGone, err)
	}
	n, err = s.conn.Write(p)
	return n, writeError(n, len(p), innermost(err))
}

// Close closes the connection. It can be called more than once.
func (s *socket) Close() error {
	defer s.release()
	if err := s.conn.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}

// innermost takes addresses out of an error of a connection, which are said elsewhere.
func innermost(err error) error {
	var detail *net.OpError
	if errors.As(err, &detail) {
		err = detail.Err
	}
	var call *os.SyscallError
	if errors.As(err, &call) {
		err = call.Err
	}
	return err
}
