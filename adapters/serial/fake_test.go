package serial

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing/synctest"
	"time"
)

// fake is a port without hardware, for tests in which time is faked.
type fake struct {
	in     chan []byte // what comes
	fail   chan error  // ends reads
	closed chan struct{}
	once   sync.Once

	mu      sync.Mutex
	written []string
	stuck   bool // writes are taken by nobody
}

// settle waits until what came is taken, where it came in one piece.
func settle() {
	time.Sleep(2 * gather)
	synctest.Wait()
}

func newFake() *fake {
	return &fake{in: make(chan []byte, 1000), fail: make(chan error, 1), closed: make(chan struct{})}
}

func (f *fake) Read(p []byte) (int, error) {
	timer := time.NewTimer(lookAgain)
	defer timer.Stop()
	select {
	case chunk := <-f.in:
		return copy(p, chunk), nil
	case err := <-f.fail:
		return 0, err
	case <-f.closed:
		return 0, errGone
	case <-timer.C:
		return 0, nil
	}
}

func (f *fake) Write(p []byte) (int, error) {
	f.mu.Lock()
	stuck := f.stuck
	if !stuck {
		f.written = append(f.written, string(p))
	}
	f.mu.Unlock()
	if !stuck {
		return len(p), nil
	}
	timer := time.NewTimer(writeTimeout)
	defer timer.Stop()
	select {
	case <-f.closed:
		return 0, errGone
	case <-timer.C:
		return 0, errors.New("the other end took 0 bytes")
	}
}

// sent returns what was written.
func (f *fake) sent() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.written)
}

func (f *fake) Close() error {
	f.once.Do(func() { close(f.closed) })
	return nil
}

// fakes makes a an adapter that gets a new fake for each open, and returns these.
func fakes(a *Adapter, each func(n int) (*fake, error)) {
	n := 0
	a.open = func(context.Context) (Port, error) {
		n++
		f, err := each(n)
		if err != nil {
			return nil, err
		}
		return f, nil
	}
}
