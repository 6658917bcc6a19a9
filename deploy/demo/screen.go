package demo

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
	"unicode"
)

// maxLine bounds a line of what the person says; the gateway reads less.
const maxLine = 64 << 10

// screen is where the person reads and writes. One goroutine reads; print and
// prompt can be called from any.
type screen interface {
	// print shows whole lines; the last may lack its line feed.
	print(text string)
	// prompt says with whom the next line talks.
	prompt(contact string)
	// readLine returns the next line, without its end; io.EOF when the person
	// leaves.
	readLine() (string, error)
	// close gives the terminal back as it was.
	close() error
	// paint returns the colours to use.
	paint() palette
}

func newScreen(config Config) screen {
	colors := palette{}
	if config.Color {
		colors = ansi()
	}
	if config.Terminal != nil {
		return newTerminal(config, colors)
	}
	lines := bufio.NewScanner(config.In)
	lines.Buffer(nil, maxLine)
	return &page{lines: lines, out: config.Out, colors: colors}
}

// patience is how long a line waits for the answer to the one before it. A person
// decides that alone.
func (c Config) patience() time.Duration {
	if c.Terminal != nil {
		return 0
	}
	return answerPatience
}

// page is the screen of a program that reads and writes us: what it says is shown
// among the answers, as on a terminal.
type page struct {
	lines  *bufio.Scanner
	colors palette

	mu      sync.Mutex
	out     io.Writer
	contact string
}

func (p *page) print(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	// A reader that is gone has also closed its end of our input, or will not
	// miss the rest.
	_, _ = io.WriteString(p.out, whole(text))
}

func (p *page) prompt(contact string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.contact = contact
}

func (p *page) readLine() (string, error) {
	if !p.lines.Scan() {
		if err := p.lines.Err(); err != nil {
			return "", fmt.Errorf("read what you say: %w", err)
		}
		return "", io.EOF
	}
	line := p.lines.Text()
	p.mu.Lock()
	contact := p.contact
	p.mu.Unlock()
	p.print(promptOf(contact, p.colors) + printable(line))
	return line, nil
}

func (p *page) close() error   { return nil }
func (p *page) paint() palette { return p.colors }

func promptOf(contact string, colors palette) string {
	return colors.bold + contact + ">" + colors.reset + " "
}

// whole ends text with a line feed.
func whole(text string) string {
	if strings.HasSuffix(text, "\n") {
		return text
	}
	return text + "\n"
}

// printable drops what could do something to a terminal: text of contacts comes
// from outside.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' {
			return -1
		}
		return r
	}, text)
}

// palette is how text looks; the zero palette leaves it as it is.
type palette struct {
	bold, dim, green, yellow, red, reset string
}

func ansi() palette {
	return palette{bold: "\x1b[1m", dim: "\x1b[2m", green: "\x1b[32m", yellow: "\x1b[33m", red: "\x1b[31m", reset: "\x1b[0m"}
}
