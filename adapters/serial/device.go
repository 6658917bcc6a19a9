package serial

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"

	tarm "github.com/tarm/serial"
	"golang.org/x/sys/unix"
)

// device is a port of this machine: a UART, a USB adapter or a pseudo terminal.
//
// It is open twice. The library has set the port up, and could read it only by waiting
// in the kernel: a thread for each port, of which the scheduler has to take care all the
// time. The second descriptor never waits there: it has the lock, tells whether the
// hardware is still there, and carries what is read and written.
type device struct {
	own         *os.File
	port        *tarm.Port // nil: not yet open
	release     func()     // gives the claim back
	isPseudo    bool
	isExclusive bool // TIOCEXCL is set
	quick       int  // reads in a row that brought nothing and did not wait
}

// mostQuick is how many reads may bring nothing at once: a port that is gone returns
// from each like that.
const mostQuick = 3

// openDevice opens the device, the own descriptor first: once the port is ours alone,
// not even the library could open it.
func (s *setup) openDevice() (_ *device, err error) {
	path, err := filepath.EvalSymlinks(s.at.path)
	if err != nil {
		return nil, openTrouble(s.at.path, err)
	}
	own, err := os.OpenFile(path, unix.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, openTrouble(path, err)
	}
	d := &device{own: own, release: func() {}}
	defer func() {
		if err != nil {
			_ = d.Close()
		}
	}()
	stat, err := d.stat()
	if err != nil {
		return nil, openTrouble(path, err)
	}
	if holder, release := s.claim("device " + strconv.FormatUint(stat.Rdev, 10)); release != nil {
		d.release = release
	} else {
		return nil, takenByAdapter(path, holder)
	}
	if err := d.control(func(fd int) error { return unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB) }); err != nil {
		return nil, openTrouble(path, err)
	}
	d.port, err = tarm.OpenPort(&tarm.Config{
		Name: path, Baud: s.baud, Size: byte(s.dataBits), Parity: parities()[s.parity], StopBits: tarm.StopBits(s.stopBits),
		ReadTimeout: kernelTimeout,
	})
	if err != nil {
		return nil, openTrouble(path, err)
	}
	// A pseudo terminal would stay exclusive after a crash, for its other end keeps it.
	d.isPseudo = isPseudo(stat)
	if !d.isPseudo {
		if err := d.control(func(fd int) error { return unix.IoctlSetInt(fd, unix.TIOCEXCL, 0) }); err != nil {
			return nil, openTrouble(path, err)
		}
		d.isExclusive = true
	}
	return d, nil
}

// parities are the parities by their names in the configuration.
func parities() map[string]tarm.Parity {
	return map[string]tarm.Parity{"none": tarm.ParityNone, "odd": tarm.ParityOdd, "even": tarm.ParityEven}
}

// stat says which device it is, and fails for what is none.
func (d *device) stat() (stat unix.Stat_t, err error) {
	err = d.control(func(fd int) error { return unix.Fstat(fd, &stat) })
	if err == nil && stat.Mode&unix.S_IFMT != unix.S_IFCHR {
		err = unix.ENOTTY
	}
	return stat, err
}

// isPseudo reports whether a device is a pseudo terminal, by the majors of Linux.
func isPseudo(stat unix.Stat_t) bool {
	major := unix.Major(stat.Rdev)
	return major >= 136 && major <= 143
}

// other names another process that has the device open without a lock, such as a login
// on a console; "" when none is known.
func (d *device) other() string {
	if d.isPseudo { // its other end may keep it open
		return ""
	}
	return nameOf(openedBy(d.own.Name()))
}

// control calls f with the own descriptor, which stays open meanwhile.
func (d *device) control(f func(fd int) error) error {
	raw, err := d.own.SyscallConn()
	if err != nil {
		return err
	}
	var result error
	if err := raw.Control(func(fd uintptr) { result = f(int(fd)) }); err != nil {
		return err
	}
	return result
}

// Read waits for bytes. The end of the file is either a silence, to a kernel that counts
// the time itself, or the end of the hardware.
func (d *device) Read(p []byte) (n int, err error) {
	began := time.Now()
	if err := d.own.SetReadDeadline(began.Add(lookAgain)); err != nil {
		return 0, fmt.Errorf("%w: %w", errGone, bare(err))
	}
	n, err = d.own.Read(p)
	silent := errors.Is(err, os.ErrDeadlineExceeded)
	switch {
	case n > 0:
		d.quick = 0
		return n, nil
	case err != nil && !silent && !errors.Is(err, io.EOF):
		return 0, fmt.Errorf("%w: %w", errGone, bare(err))
	case d.hungUp():
		return 0, errGone
	case silent:
		d.quick = 0
		return 0, nil
	}
	if d.quick++; d.quick >= mostQuick {
		return 0, errGone
	}
	return 0, nil
}

// hungUp reports whether the hardware was pulled out, or the other end of a pseudo
// terminal closed.
func (d *device) hungUp() bool {
	gone := false
	err := d.control(func(fd int) error {
		asked := []unix.PollFd{{Fd: int32(fd)}}
		n, err := unix.Poll(asked, 0)
		gone = n > 0 && asked[0].Revents&(unix.POLLHUP|unix.POLLERR|unix.POLLNVAL) != 0
		return err
	})
	return gone || err != nil && !errors.Is(err, unix.EINTR)
}

// Write hands p to the kernel.
func (d *device) Write(p []byte) (n int, err error) {
	if err := d.own.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		return 0, fmt.Errorf("%w: %w", errGone, bare(err))
	}
	n, err = d.own.Write(p)
	return n, writeError(n, len(p), err)
}

// writeError says in words why a write has failed.
func writeError(n, want int, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, os.ErrDeadlineExceeded):
		return fmt.Errorf("the other end took %d of %d bytes within %s", n, want, writeTimeout)
	}
	return fmt.Errorf("%w: %w", errGone, bare(err))
}

// Close gives the port back. It can be called more than once.
func (d *device) Close() error {
	if d.port != nil {
		d.drain()
	}
	if d.isExclusive {
		_ = d.control(func(fd int) error { return unix.IoctlSetInt(fd, unix.TIOCNXCL, 0) })
	}
	var err error
	if d.port != nil {
		err = d.port.Close()
	}
	err = errors.Join(err, d.own.Close())
	d.release()
	if errors.Is(err, os.ErrClosed) {
		return nil
	}
	return err
}

// How long what was written may take to leave before the port is closed. The kernel
// alone would wait for half a minute.
const (
	drainTimeout = 500 * time.Millisecond
	drainStep    = 10 * time.Millisecond
)

// drain lets go out what was written, and drops what cannot.
func (d *device) drain() {
	tick := time.NewTicker(drainStep)
	defer tick.Stop()
	for deadline := time.Now().Add(drainTimeout); ; {
		waiting := 0
		err := d.control(func(fd int) (err error) {
			waiting, err = unix.IoctlGetInt(fd, unix.TIOCOUTQ)
			return err
		})
		if err != nil || waiting == 0 {
			return
		}
		if time.Now().After(deadline) || d.hungUp() {
			_ = d.control(func(fd int) error { return unix.IoctlSetInt(fd, unix.TCFLSH, unix.TCOFLUSH) })
			return
		}
		<-tick.C
	}
}

// bare takes the name of the file out of an error, which is said elsewhere.
func bare(err error) error {
	var detail *os.PathError
	if errors.As(err, &detail) {
		return detail.Err
	}
	return err
}
