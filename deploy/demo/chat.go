package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

const (
	// appearance bounds what the first contact may take to show itself. On a small
	// computer it has done so within a few seconds.
	appearance = 15 * time.Second

	// company is how long the others are waited for once it has.
	company = time.Second

	// askAgain is the pause before contacts that were not there yet are asked again.
	askAgain = 200 * time.Millisecond

	// answerPatience is how long a line of a program waits for the answer to the
	// one before it.
	answerPatience = 5 * time.Second
)

const hint = "try: status, 22, warmer, boost 30m, why, help    or: /to lamp, /list, /help, /quit"

// errLeft ends a chat that the person has left.
var errLeft = errors.New("left")

// messenger is the client, as far as the chat needs it.
type messenger interface {
	say(ctx context.Context, contact, text, thread string) error
	subscribe(ctx context.Context, contact string) error
}

// life is all without which there is no chat: each channel is closed when that has
// ended.
type life struct{ client, server, gateway <-chan struct{} }

// phase is how far a chat has come.
type phase int

const (
	meeting   phase = iota // nobody has shown itself
	gathering              // the first contact has
	talking                // the contacts were listed, and lines are read
)

// line is a line that was read, or why there will be none.
type line struct {
	text string
	err  error
}

// chat is a conversation with one contact at a time. Its state belongs to run.
type chat struct {
	messenger messenger
	screen    screen
	colors    palette
	patience  time.Duration // for an answer before the next line is read; 0: none

	phase    phase
	contacts []*contact
	current  *contact
	alarm    *time.Timer // for what the phase waits for
	waiting  string      // the thread of the line whose answer is waited for, or empty
	said     int         // lines, for their threads

	ask   chan struct{} // for the next line; at most one is asked for
	lines chan line
}

func newChat(m messenger, s screen, patience time.Duration) *chat {
	contacts := newContacts()
	return &chat{
		messenger: m, screen: s, colors: s.paint(), patience: patience,
		contacts: contacts, current: contacts[0],
		ask: make(chan struct{}, 1), lines: make(chan line, 1),
	}
}

// run talks until the person leaves or ctx ends.
func (c *chat) run(ctx context.Context, life life, events <-chan event) error {
	c.alarm = time.NewTimer(appearance)
	defer c.alarm.Stop()
	again := time.NewTicker(askAgain)
	defer again.Stop()
	go c.read()
	defer close(c.ask)
	err := c.subscribe(ctx)
	for err == nil {
		select {
		case <-ctx.Done():
			err = ctx.Err()
		case <-life.client:
			err = errors.New("the connection to the XMPP server is lost")
		case <-life.server:
			err = errors.New("the XMPP server has ended by itself")
		case <-life.gateway:
			err = errors.New("the gateway has ended by itself")
		case <-again.C:
			err = c.subscribe(ctx)
		case e := <-events:
			c.hear(e)
		case <-c.alarm.C:
			err = c.late()
		case l := <-c.lines:
			err = c.take(ctx, l)
		}
	}
	if errors.Is(err, errLeft) {
		return nil
	}
	return err
}

// read reads a line whenever one is asked for. It ends with the chat, or with the
// read that is under way then.
func (c *chat) read() {
	for range c.ask {
		text, err := c.screen.readLine()
		c.lines <- line{text, err} // has room: one is asked for at a time
		if err != nil {
			return
		}
	}
}

// subscribe asks the contacts that do not let us see them yet: a gateway that is
// starting does not know its devices.
func (c *chat) subscribe(ctx context.Context) error {
	for _, contact := range c.contacts {
		if contact.subscribed {
			continue
		}
		if err := c.messenger.subscribe(ctx, contact.address); err != nil {
			return fmt.Errorf("subscribe to %s: %w", contact.address, err)
		}
	}
	return nil
}

// late is called when what the phase waits for took too long.
func (c *chat) late() error {
	switch {
	case c.phase == meeting:
		return fmt.Errorf("%s has not shown itself within %v; thingbridge demo --verbose shows what the gateway does", c.current.address, appearance)
	case c.phase == gathering:
		c.open()
	case c.waiting != "":
		c.screen.print(c.colors.dim + "(no answer within " + c.patience.String() + ")" + c.colors.reset)
		c.next()
	}
	return nil
}

// hear takes what a contact did.
func (c *chat) hear(e event) {
	from := c.find(func(other *contact) bool { return other.address == e.contact })
	if from == nil {
		return // somebody else on the server
	}
	switch e.kind {
	case eventSubscribed, eventDenied:
		from.subscribed = e.kind == eventSubscribed
	case eventShown, eventGone:
		c.show(from, e)
	case eventSaid:
		c.screen.print(c.colors.bold + from.name + ":" + c.colors.reset + " " + indent(e.text))
	case eventRefused:
		c.screen.print(c.colors.red + from.name + " did not get it: " + indent(e.text) + c.colors.reset)
	}
	if (e.kind == eventSaid || e.kind == eventRefused) && c.waiting != "" && e.thread == c.waiting {
		c.next()
	}
}

// show takes a presence. Of contacts that the person is not talking to, numbers
// that drift are no news.
func (c *chat) show(from *contact, e event) {
	change := from.apply(e)
	switch {
	case c.phase == talking && (change == turned || change == drifted && from == c.current):
		c.screen.print(from.line(c.colors))
	case c.phase == meeting && from == c.current && from.online:
		c.phase = gathering
		c.alarm.Reset(company)
	}
	if c.phase == gathering && c.find(func(other *contact) bool { return !other.known }) == nil {
		c.open()
	}
}

// open begins the conversation.
func (c *chat) open() {
	c.phase = talking
	c.screen.print("\n")
	c.list()
	c.screen.print("\n" + c.colors.dim + hint + c.colors.reset + "\n\n")
	c.next()
}

func (c *chat) list() {
	var b strings.Builder
	for _, contact := range c.contacts {
		b.WriteString(contact.line(c.colors) + "\n")
	}
	c.screen.print(b.String())
}

// next asks for the next line.
func (c *chat) next() {
	c.waiting = ""
	c.screen.prompt(c.current.name)
	c.ask <- struct{}{}
}

// take does what a line says.
func (c *chat) take(ctx context.Context, l line) error {
	text := strings.TrimSpace(l.text)
	switch {
	case errors.Is(l.err, io.EOF):
		return errLeft
	case l.err != nil:
		return l.err
	case text == "":
		c.next()
		return nil
	case text[0] == '/':
		if err := c.obey(text); err != nil {
			return err
		}
		c.next()
		return nil
	}
	return c.say(ctx, text)
}

// say sends a line to the current contact.
func (c *chat) say(ctx context.Context, text string) error {
	c.said++
	thread := "line-" + strconv.Itoa(c.said)
	if err := c.messenger.say(ctx, c.current.address, strings.ToValidUTF8(printable(text), "�"), thread); err != nil {
		return fmt.Errorf("write to %s: %w", c.current.address, err)
	}
	if c.patience == 0 {
		c.next()
		return nil
	}
	c.waiting = thread
	c.alarm.Reset(c.patience)
	return nil
}

func (c *chat) find(is func(*contact) bool) *contact {
	for _, contact := range c.contacts {
		if is(contact) {
			return contact
		}
	}
	return nil
}

// indent sets the further lines of a text apart from those of others.
func indent(text string) string { return strings.ReplaceAll(printable(text), "\n", "\n  ") }
