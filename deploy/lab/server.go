package lab

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"
)

const (
	// pollInterval is the pause between two attempts to connect to a server that
	// is starting.
	pollInterval = 20 * time.Millisecond

	// closePatience is what Close grants a server for an orderly end.
	closePatience = 5 * time.Second
)

// Server is a child process with an address and a folder of its own. Its methods
// can be called from any goroutine. It is made by [StartProsody], [StartEjabberd]
// and [StartMosquitto], which return it running.
type Server struct {
	// Dir holds configuration, data and certificates.
	Dir string
	// IP is the address that the server listens on.
	IP string
	// CAFile is the certificate to trust for the server's own.
	CAFile string

	name    string
	argv    []string
	env     []string
	ready   []string // addresses that accept connections once it has started
	owner   *syscall.Credential
	log     *tail
	claim   claim
	ownsDir bool

	mu      sync.Mutex
	process *process // the latest run
}

// Start runs the server again after it was stopped or killed, on the same ports
// and with the data it had. It returns when all its ports accept connections; when
// ctx ends before that, it kills the server and returns an error. Once started,
// the server does not depend on ctx.
func (s *Server) Start(ctx context.Context) error {
	p, err := s.launch()
	if err != nil {
		return fmt.Errorf("start %s: %w", s.name, err)
	}
	for _, address := range s.ready {
		if err := waitFor(ctx, address, p.done); err != nil {
			s.Kill()
			return fmt.Errorf("start %s: %w; its last lines:\n%s", s.name, err, s.log.last())
		}
	}
	return nil
}

func (s *Server) launch() (*process, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.process != nil && !s.process.ended() {
		return nil, errors.New("it runs already")
	}
	cmd := exec.Command(s.argv[0], s.argv[1:]...)
	cmd.Dir = s.Dir
	cmd.Env = append(os.Environ(), s.env...)
	cmd.Stdout = s.log
	cmd.Stderr = s.log
	p, err := startProcess(cmd, s.owner)
	if err != nil {
		return nil, err
	}
	s.process = p
	return p, nil
}

// Stop asks the server to end in order and returns when it has. When ctx ends
// first, the server is killed and Stop says so. Without a running server it does
// nothing.
func (s *Server) Stop(ctx context.Context) error {
	p := s.running()
	if p == nil {
		return nil
	}
	// A paused server takes the signal when it goes on.
	p.cmd.Process.Signal(syscall.SIGTERM)
	p.cmd.Process.Signal(syscall.SIGCONT)
	select {
	case <-p.done:
		return nil
	case <-ctx.Done():
		s.Kill()
		return fmt.Errorf("stop %s: killed, as it did not end by itself: %w", s.name, ctx.Err())
	}
}

// Kill ends the server as a power cut would, and returns when it has ended.
// Without a running server it does nothing.
func (s *Server) Kill() {
	p := s.running()
	if p == nil {
		return
	}
	p.cmd.Process.Kill()
	<-p.done
}

// Pause halts the server: its connections stay open, and nobody answers.
func (s *Server) Pause() error { return s.signal("pause", syscall.SIGSTOP) }

// Resume lets a paused server go on.
func (s *Server) Resume() error { return s.signal("resume", syscall.SIGCONT) }

func (s *Server) signal(what string, sig syscall.Signal) error {
	p := s.running()
	if p == nil {
		return fmt.Errorf("%s %s: it does not run", what, s.name)
	}
	if err := p.cmd.Process.Signal(sig); err != nil {
		return fmt.Errorf("%s %s: %w", what, s.name, err)
	}
	return nil
}

// PID returns the process id of the running server, or 0.
func (s *Server) PID() int {
	p := s.running()
	if p == nil {
		return 0
	}
	return p.cmd.Process.Pid
}

// Done returns a channel that is closed when the present run of the server has
// ended, for whatever reason.
func (s *Server) Done() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.process.done
}

// Close ends the server and gives its address back. A folder that the caller gave
// is kept, and the server then stopped in order if it ends within a few seconds;
// a temporary one is removed. The server must not be started again. Closing twice
// is as good as once.
func (s *Server) Close() error {
	defer s.claim.release()
	if s.ownsDir {
		s.Kill()
		return os.RemoveAll(s.Dir)
	}
	ctx, cancel := context.WithTimeout(context.Background(), closePatience)
	defer cancel()
	return s.Stop(ctx)
}

func (s *Server) running() *process {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.process == nil || s.process.ended() {
		return nil
	}
	return s.process
}

// run executes a helper program of the server (such as prosodyctl) as the server's
// user in its folder.
func (s *Server) run(ctx context.Context, argv ...string) error {
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Dir = s.Dir
	cmd.Env = append(os.Environ(), s.env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: s.owner}
	cmd.WaitDelay = outputDelay
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w: %s", err, strings.TrimSpace(string(out)))
	}
	return nil
}

// waitFor returns when address accepts a connection.
func waitFor(ctx context.Context, address string, ended <-chan struct{}) error {
	ticker := time.NewTicker(pollInterval)
	defer ticker.Stop()
	var dialer net.Dialer
	for {
		conn, err := dialer.DialContext(ctx, "tcp", address)
		if err == nil {
			return conn.Close()
		}
		select {
		case <-ticker.C:
		case <-ended:
			return errors.New("it ended by itself")
		case <-ctx.Done():
			return fmt.Errorf("nobody listens on %s yet: %w", address, ctx.Err())
		}
	}
}
