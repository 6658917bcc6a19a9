package lab

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"
)

// Cable is a serial cable: two pseudo terminals, and socat, which carries what is
// written to one over to the other. Both are links in a temporary folder, which stay the
// same when the cable is unplugged and plugged in again. Its methods can be called from
// any goroutine.
type Cable struct {
	Port   string // the end of the gateway
	Device string // the end of who plays the hardware

	dir     string
	program string
	log     tail

	mu      sync.Mutex
	process *process // nil: unplugged
}

// StartSocat plugs in a new cable. When ctx ends before that, it fails; afterwards the
// cable lives until [Cable.Close].
func StartSocat(ctx context.Context) (*Cable, error) {
	program, err := findProgram("socat", "socat")
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "thingbridge-cable-")
	if err != nil {
		return nil, err
	}
	c := &Cable{Port: filepath.Join(dir, "port"), Device: filepath.Join(dir, "device"), dir: dir, program: program}
	if err := c.Plug(ctx); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// Plug plugs the cable in again after [Cable.Unplug]. Both ends are then new.
func (c *Cable) Plug(ctx context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.process != nil {
		return errors.New("plug in a cable: it is plugged in already")
	}
	const end = "pty,raw,echo=0,mode=660,link="
	cmd := exec.Command(c.program, end+c.Port, end+c.Device)
	cmd.Dir, cmd.Stdout, cmd.Stderr = c.dir, &c.log, &c.log
	p, err := startProcess(cmd, nil)
	if err != nil {
		return fmt.Errorf("plug in a cable: %w", err)
	}
	c.process = p
	if err := c.awaitEnds(ctx, p); err != nil {
		c.unplug()
		return fmt.Errorf("plug in a cable: %w; the last lines of socat:\n%s", err, c.log.last())
	}
	return nil
}

// awaitEnds waits until both ends are there.
func (c *Cable) awaitEnds(ctx context.Context, p *process) error {
	ticker := time.NewTicker(pollInterval)
	defer ticker.Stop()
	for {
		_, err := os.Stat(c.Port)
		_, other := os.Stat(c.Device)
		if err = errors.Join(err, other); err == nil {
			return nil
		}
		select {
		case <-ticker.C:
		case <-p.done:
			return errors.New("socat ended by itself")
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		}
	}
}

// Unplug pulls the cable out, as one pulls an adapter out of its socket: both ends hang
// up at once, and are then no more. Without a cable plugged in it does nothing.
func (c *Cable) Unplug() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.unplug()
}

func (c *Cable) unplug() {
	if c.process == nil {
		return
	}
	_ = c.process.cmd.Process.Kill() // it may have ended
	<-c.process.done
	c.process = nil
	_ = os.Remove(c.Port) // links, which socat leaves behind when it is killed
	_ = os.Remove(c.Device)
}

// PID returns the process id of socat, or 0.
func (c *Cable) PID() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.process == nil {
		return 0
	}
	return c.process.cmd.Process.Pid
}

// Close pulls the cable out for good. Closing twice is as good as once.
func (c *Cable) Close() error {
	c.Unplug()
	return os.RemoveAll(c.dir)
}
