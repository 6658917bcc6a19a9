package web

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"syscall"
	"time"
)

const (
	maxSocketPath = 107 // bytes; what the system has room for
	socketMode    = 0o660
	knocking      = time.Second
)

// ErrTaken says that another gateway listens on a socket.
var ErrTaken = errors.New("another gateway listens there")

// Listen makes the socket at path. One that a killed gateway has left is replaced.
func Listen(path string) (net.Listener, error) {
	if len(path) > maxSocketPath {
		return nil, fmt.Errorf("the path of the socket %s has %d bytes, at most %d are possible; name a shorter one with web.socket", path, len(path), maxSocketPath)
	}
	l, err := net.Listen("unix", path)
	if errors.Is(err, syscall.EADDRINUSE) {
		if err := clear(path); err != nil {
			return nil, err
		}
		l, err = net.Listen("unix", path)
	}
	if err != nil {
		return nil, fmt.Errorf("listen on the socket %s: %w", path, err)
	}
	if err := os.Chmod(path, socketMode); err != nil {
		_ = l.Close()
		return nil, fmt.Errorf("keep others from the socket: %w", err)
	}
	return l, nil
}

// clear removes the socket at path when nobody listens on it.
func clear(path string) error {
	info, err := os.Lstat(path)
	if err != nil || info.Mode().Type() != fs.ModeSocket {
		return fmt.Errorf("the socket %s cannot be made: there is a file of that name that is none; name another with web.socket", path)
	}
	c, err := net.DialTimeout("unix", path, knocking)
	if err == nil {
		_ = c.Close()
		return fmt.Errorf("the socket %s: %w", path, ErrTaken)
	}
	if !errors.Is(err, syscall.ECONNREFUSED) {
		return fmt.Errorf("the socket %s: %w", path, err)
	}
	return os.Remove(path)
}
