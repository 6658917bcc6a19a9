package lab

import (
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

// outputDelay is how long a server's helpers may keep its output open after it
// has ended.
const outputDelay = 2 * time.Second

// process is one run of a program.
type process struct {
	cmd  *exec.Cmd
	done chan struct{} // closed when the program has ended and was reaped
	err  error         // how it ended; to be read after done
}

// startProcess runs cmd so that it cannot outlive this program, and reaps it.
func startProcess(cmd *exec.Cmd, owner *syscall.Credential) (*process, error) {
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Credential: owner,
		// A group of its own keeps Ctrl-C in a terminal from ending the servers
		// before the program that uses them.
		Setpgid: true,
		// Not SIGTERM: a paused server would keep that one for later.
		Pdeathsig: syscall.SIGKILL,
	}
	cmd.WaitDelay = outputDelay
	p := &process{cmd: cmd, done: make(chan struct{})}
	started := make(chan error, 1)
	go func() {
		// The signal on the parent's death comes when the thread that forked
		// ends, so this goroutine keeps its thread as long as the server lives.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		defer close(p.done)
		err := cmd.Start()
		started <- err
		if err == nil {
			p.err = cmd.Wait()
		}
	}()
	return p, <-started
}

// ended reports whether the program has ended.
func (p *process) ended() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}
