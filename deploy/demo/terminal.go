package demo

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"sync"
	"syscall"

	"golang.org/x/term"
)

// terminal is a screen on which lines are edited while others appear above them.
type terminal struct {
	*term.Terminal
	file    *os.File
	out     io.Writer
	colors  palette
	resized chan os.Signal
	done    chan struct{}
	resizer sync.WaitGroup

	mu     sync.Mutex
	before *term.State // nil: the terminal is as we found it
	closed bool
}

func newTerminal(config Config, colors palette) *terminal {
	t := &terminal{
		Terminal: term.NewTerminal(struct {
			io.Reader
			io.Writer
		}{config.In, config.Out}, ""),
		file:    config.Terminal,
		out:     config.Out,
		colors:  colors,
		resized: make(chan os.Signal, 1),
		done:    make(chan struct{}),
	}
	signal.Notify(t.resized, syscall.SIGWINCH)
	t.resized <- syscall.SIGWINCH // to learn the present size
	t.resizer.Go(t.followSize)
	return t
}

func (t *terminal) followSize() {
	for {
		select {
		case <-t.done:
			return
		case <-t.resized:
		}
		// A terminal that does not know its size (a serial console: 0 x 0) is
		// taken for one of 80 columns.
		if width, height, err := term.GetSize(int(t.file.Fd())); err == nil && width > 0 {
			_ = t.SetSize(width, height)
		}
	}
}

func (t *terminal) print(text string) {
	// A terminal that is gone ends the demo by SIGHUP.
	if t.taken() {
		_, _ = t.Write([]byte(whole(text)))
		return
	}
	_, _ = io.WriteString(t.out, whole(text))
}

// taken reports whether what is printed must go around a line that is edited.
func (t *terminal) taken() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.before != nil && !t.closed
}

func (t *terminal) prompt(contact string) { t.SetPrompt(promptOf(contact, t.colors)) }

// readLine takes the terminal over when it is called first: until then nobody
// reads Ctrl-C, and it has to be a signal.
func (t *terminal) readLine() (string, error) {
	if err := t.takeOver(); err != nil {
		return "", err
	}
	line, err := t.ReadLine()
	if errors.Is(err, syscall.EIO) { // the terminal is gone, or belongs to others
		err = io.EOF
	}
	return line, err
}

func (t *terminal) takeOver() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.before != nil || t.closed {
		return nil
	}
	before, err := term.MakeRaw(int(t.file.Fd()))
	if err != nil {
		return fmt.Errorf("take over the terminal: %w", err)
	}
	t.before = before
	return nil
}

func (t *terminal) close() error {
	signal.Stop(t.resized)
	close(t.done)
	t.resizer.Wait()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closed = true
	if t.before == nil {
		return nil
	}
	// Behind the prompt, or what was being typed. A terminal that is gone needs none.
	_, _ = io.WriteString(t.out, "\r\n")
	if err := term.Restore(int(t.file.Fd()), t.before); err != nil && !errors.Is(err, syscall.EIO) {
		return fmt.Errorf("give the terminal back: %w; the command reset does it", err)
	}
	return nil
}

func (t *terminal) paint() palette { return t.colors }
