package serial

import (
	"sync"
	"time"

	"thingbridge/devices"
)

const (
	// readBuffer is how much is read at once.
	readBuffer = 4 << 10
	// gather is how long what comes is left to gather while the port only talks: waking
	// up for each packet of a chatty device costs more than what is in it.
	gather = 20 * time.Millisecond
)

// session is a port while it is open: one goroutine reads, one writes, and the loop of
// the adapter talks to both.
type session struct {
	port   Port
	chunks chan []byte // what came; goes back into spare
	spare  chan []byte
	failed chan error    // has an element when the reader has ended
	frames chan []byte   // to be written
	taken  chan error    // how that went
	asked  chan struct{} // has an element when something was written, to which an answer may come
	orders chan order
	gone   chan struct{} // closed at the end
	both   sync.WaitGroup
}

// order is a command that somebody waits for.
type order struct {
	cmd  devices.Command
	done chan error // has room for one
}

func newSession(port Port) *session {
	s := &session{
		port: port, chunks: make(chan []byte), spare: make(chan []byte, 2), failed: make(chan error, 1),
		frames: make(chan []byte), taken: make(chan error, 1), asked: make(chan struct{}, 1), orders: make(chan order), gone: make(chan struct{}),
	}
	for range cap(s.spare) {
		s.spare <- make([]byte, readBuffer)
	}
	s.both.Go(s.read)
	s.both.Go(s.write)
	return s
}

func (s *session) read() {
	for {
		var buf []byte
		select {
		case <-s.gone:
			return
		case buf = <-s.spare:
		}
		n, err := s.port.Read(buf)
		if err != nil {
			s.failed <- err
			return
		}
		if n == 0 {
			s.spare <- buf
			continue
		}
		select {
		case <-s.gone:
			return
		case s.chunks <- buf[:n]:
		}
		if n < len(buf) && !s.pause() {
			return
		}
	}
}

// pause lets more come, unless an answer is waited for. It returns false at the end.
func (s *session) pause() bool {
	timer := time.NewTimer(gather)
	defer timer.Stop()
	select {
	case <-s.gone:
		return false
	case <-s.asked:
	case <-timer.C:
	}
	return true
}

func (s *session) write() {
	for {
		select {
		case <-s.gone:
			return
		case frame := <-s.frames:
			_, err := s.port.Write(frame)
			select {
			case s.asked <- struct{}{}:
			default:
			}
			s.taken <- err
			if err != nil {
				return
			}
		}
	}
}

// end closes the port and waits for both goroutines.
func (s *session) end() error {
	close(s.gone)
	err := s.port.Close()
	s.both.Wait()
	return err
}
