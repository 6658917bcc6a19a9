package labtest

import (
	"bufio"
	"cmp"
	_ "embed" // the driver
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"sync"
	"syscall"
	"testing"
	"time"

	"thingbridge/deploy/lab"
)

//go:embed driver.py
var driver string

const (
	// python is Debian's own, the one that python3-slixmpp installs for.
	python = "/usr/bin/python3"

	// patience is how long a client waits for anything; longer than the driver does,
	// which knows better what is missing.
	patience = 40 * time.Second

	// maxEvents bounds what a client keeps that nobody has asked for.
	maxEvents = 100_000

	// maxLine bounds one line of the driver: a stanza of the largest size that
	// servers let pass, as JSON.
	maxLine = 4 << 20
)

// Login says who logs in and how. Only Account is needed.
type Login struct {
	Account     lab.Account
	Resource    string // empty for one of the server's choice
	Priority    int
	Reconnect   bool   // log in again after the connection broke
	AutoApprove bool   // answer requests for a subscription with yes
	Hidden      bool   // send no presence after the login
	Receipts    bool   // ask for delivery receipts (XEP-0184) and give them
	Plaintext   bool   // log in without TLS, which the server must allow
	Lang        string // xml:lang of the stream; empty for en

	// Notify are nodes of which the client wants news (XEP-0163); its presence says
	// so by XEP-0115.
	Notify []string
}

// Client is a user logged in by slixmpp, an XMPP library in Python. The server's
// certificate is checked against the lab's authority. Its methods are for the
// goroutine of the test; each fails the test when it does not get what it is for.
type Client struct {
	JID string // full

	t     testing.TB
	name  string
	stdin io.WriteCloser
	cmd   *exec.Cmd
	done  chan struct{} // closed when the driver has ended and all it said is kept

	mu       sync.Mutex
	events   []Event       // not yet expected
	answers  map[int]reply // to commands
	requests int           // for a subscription, ever
	changed  chan struct{} // closed and replaced when any of the above changed
	seq      int
}

// reply is the driver's answer to one command.
type reply struct {
	Error  string       `json:"error"`
	Event  Event        `json:"event"`
	Roster []RosterItem `json:"roster"`
	JID    string       `json:"jid"`

	Commands []Command   `json:"commands"`
	Step     CommandStep `json:"step"`
}

// command is one order to the driver.
type command struct {
	Seq     int    `json:"seq"`
	Do      string `json:"do"`
	JID     string `json:"jid,omitempty"`
	Type    string `json:"type,omitempty"`
	Body    string `json:"body,omitempty"`
	Show    string `json:"show,omitempty"`
	Status  string `json:"status,omitempty"`
	Payload string `json:"payload,omitempty"`
	Login   *order `json:"login,omitempty"`

	Node    string              `json:"node,omitempty"`
	Session string              `json:"session,omitempty"`
	Action  string              `json:"action,omitempty"`
	Form    map[string][]string `json:"form,omitempty"`
}

// order is the driver's view of a Login.
type order struct {
	JID         string `json:"jid"`
	Password    string `json:"password"`
	Addr        string `json:"addr"`
	CAFile      string `json:"ca_file"`
	Priority    int    `json:"priority"`
	Reconnect   bool   `json:"reconnect"`
	AutoApprove bool   `json:"auto_approve"`
	Hidden      bool   `json:"hidden"`
	Receipts    bool   `json:"receipts"`
	Plaintext   bool   `json:"plaintext"`
	Lang        string `json:"lang"`

	Notify []string `json:"notify"`
}

// Slixmpp logs a user in; the test's end logs it out.
func Slixmpp(t testing.TB, login Login) *Client {
	t.Helper()
	c, err := TrySlixmpp(t, login)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TrySlixmpp is Slixmpp for logins that may be refused; the error tells why.
func TrySlixmpp(t testing.TB, login Login) (*Client, error) {
	t.Helper()
	c := startDriver(t, login.Account.JID)
	answer := c.ask(command{Do: "login", Login: login.order()})
	if answer.Error != "" {
		return nil, fmt.Errorf("%s cannot log in: %s", c.name, answer.Error)
	}
	c.JID = answer.JID
	return c, nil
}

func (l Login) order() *order {
	jid := l.Account.JID
	if l.Resource != "" {
		jid += "/" + l.Resource
	}
	return &order{
		JID: jid, Password: l.Account.Password, Addr: l.Account.Addr, CAFile: l.Account.CAFile,
		Priority: l.Priority, Reconnect: l.Reconnect, AutoApprove: l.AutoApprove, Hidden: l.Hidden,
		Receipts: l.Receipts, Plaintext: l.Plaintext, Lang: cmp.Or(l.Lang, "en"),
		Notify: l.Notify,
	}
}

// startDriver runs the driver until the end of the test.
func startDriver(t testing.TB, name string) *Client {
	t.Helper()
	cmd := exec.Command(python, "-c", driver)
	cmd.Stderr = captureLog(t, "slixmpp for "+name)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatalf("run Debian's Python: %v (`make deps` installs it with python3-slixmpp)", err)
	}
	c := &Client{
		t: t, name: name, stdin: stdin, cmd: cmd, done: make(chan struct{}),
		answers: map[int]reply{}, changed: make(chan struct{}),
	}
	go c.listen(stdout)
	t.Cleanup(c.end)
	return c
}

// listen keeps what the driver says until it ends.
func (c *Client) listen(stdout io.Reader) {
	defer close(c.done)
	lines := bufio.NewScanner(stdout)
	lines.Buffer(nil, maxLine)
	for lines.Scan() {
		var said struct {
			Seq   int    `json:"seq"` // 0 for what nobody asked for
			Reply reply  `json:"reply"`
			Event *Event `json:"event"`
		}
		if err := json.Unmarshal(lines.Bytes(), &said); err != nil {
			c.t.Errorf("slixmpp for %s: line %q: %v", c.name, lines.Text(), err)
			continue
		}
		c.mu.Lock()
		if said.Event != nil && len(c.events) < maxEvents {
			c.events = append(c.events, *said.Event)
			if said.Event.Kind == Subscription && said.Event.Type == "subscribe" {
				c.requests++
			}
		}
		if said.Seq != 0 {
			c.answers[said.Seq] = said.Reply
		}
		close(c.changed)
		c.changed = make(chan struct{})
		c.mu.Unlock()
	}
	if err := lines.Err(); err != nil {
		c.t.Errorf("slixmpp for %s: read: %v", c.name, err)
	}
}

// end closes the driver's input, upon which it logs out and ends.
func (c *Client) end() {
	c.stdin.Close()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-c.done:
	case <-timer.C:
		c.t.Errorf("slixmpp for %s does not end; killed", c.name)
		c.cmd.Process.Kill()
		<-c.done
	}
	if err := c.cmd.Wait(); err != nil {
		c.t.Errorf("slixmpp for %s: %v", c.name, err)
	}
}

// ask sends a command and waits for its answer.
func (c *Client) ask(order command) reply {
	c.t.Helper()
	c.seq++
	order.Seq = c.seq
	line, err := json.Marshal(order)
	if err != nil {
		c.t.Fatal(err)
	}
	if _, err := c.stdin.Write(append(line, '\n')); err != nil {
		c.t.Fatalf("%s: %s: the driver has ended: %v", c.name, order.Do, err)
	}
	var answer reply
	ok := c.await(func() bool {
		found := false
		answer, found = c.answers[order.Seq]
		delete(c.answers, order.Seq)
		return found
	})
	if !ok {
		c.t.Fatalf("%s: %s: no answer within %v", c.name, order.Do, patience)
	}
	return answer
}

// do is ask for commands that only fail when the test is wrong or the stream gone.
func (c *Client) do(order command) reply {
	c.t.Helper()
	answer := c.ask(order)
	if answer.Error != "" {
		c.t.Fatalf("%s: %s: %s", c.name, order.Do, answer.Error)
	}
	return answer
}

// await calls met with the lock held, at once and whenever the driver has said
// something, until it holds, the driver has ended or patience is used up.
func (c *Client) await(met func() bool) bool {
	timer := time.NewTimer(patience)
	defer timer.Stop()
	for {
		c.mu.Lock()
		ok, changed := met(), c.changed
		c.mu.Unlock()
		if ok {
			return true
		}
		select {
		case <-changed:
		case <-timer.C:
			return false
		case <-c.done:
			c.mu.Lock()
			defer c.mu.Unlock()
			return met()
		}
	}
}
