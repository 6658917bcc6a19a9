package serial

import (
	"sync"

	"thingbridge/devices"
)

// readBuffer is how much is read at once.
const readBuffer = 4 << 10

// session is a port while it is open: one goroutine reads, one writes, and the loop of
// the adapter talks to both.
type session struct {
	port   Port
	chunks chan []byte // what came; goes back into spare
	spare  chan []byte
	failed chan error  // has an element when the reader has ended
	frames chan []byte // to be written
	taken  chan error  // how that went
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
		frames: make(chan []byte), taken: make(chan error, 1), orders: make(chan order), gone: make(chan struct{}),
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
	}
}

func (s *session) write() {
	for {
		select {
		case <-s.gone:
			return
		case frame := <-s.frames:
			_, err := s.port.Write(frame)
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
