package mysensorstest

import (
	"bytes"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"
)

// Version is what the gateway and its nodes say they are.
const Version = "2.3.2"

// Config says what a network is like.
type Config struct {
	Seed  uint64
	Nodes int     // behind the gateway; 0: 50
	Fixed int     // how many of these, the last ones, have a number in their sketch: 254, 253, …
	Loss  float64 // the share of messages between nodes and gateway that the radio loses
}

// Network is a gateway and the nodes behind it. It is used by one goroutine.
type Network struct {
	chance  *rand.Rand
	loss    float64
	nodes   []*Node
	out     []byte // what the gateway says
	in      []byte // half a line that it hears
	now     time.Time
	started bool
	hung    bool
	lost    int
}

// New returns a network that is started by the first [Network.Advance].
func New(c Config) *Network {
	if c.Nodes == 0 {
		c.Nodes = 50
	}
	n := &Network{chance: rand.New(rand.NewPCG(c.Seed, 0x6d79)), loss: c.Loss}
	for i := range c.Nodes {
		n.nodes = append(n.nodes, newNode(n, i))
	}
	for i, one := range n.nodes[c.Nodes-c.Fixed:] {
		one.ID, one.state = 254-i, presenting
	}
	return n
}

// Nodes returns the nodes behind the gateway, in an order that does not change.
func (n *Network) Nodes() []*Node { return n.nodes }

// Lost returns how many messages the radio has lost.
func (n *Network) Lost() int { return n.lost }

// Hang has the gateway hear and say nothing, or go on.
func (n *Network) Hang(hung bool) { n.hung = hung }

// Restart is what opening its port does to a gateway. Its nodes do not notice.
func (n *Network) Restart() {
	n.in = n.in[:0]
	n.gateway(14, "Gateway startup complete.")
	n.says("0;255;0;0;17;" + Version)
}

// Advance has everything happen that is due by now. It returns when there is more.
func (n *Network) Advance(now time.Time) time.Time {
	if !n.started {
		n.started, n.now = true, now
		n.Restart()
		for i, one := range n.nodes {
			one.next = now.Add(time.Duration(i+1) * 1500 * time.Millisecond) // somebody goes round and puts in batteries
		}
	}
	for {
		first := n.first()
		if first == nil || first.next.After(now) {
			n.now = now
			if first == nil {
				return time.Time{}
			}
			return first.next
		}
		n.now = first.next
		first.step()
	}
}

// first is the node to which something happens next.
func (n *Network) first() *Node {
	var first *Node
	for _, one := range n.nodes {
		if !one.next.IsZero() && (first == nil || one.next.Before(first.next)) {
			first = one
		}
	}
	return first
}

// Said returns what the gateway has said since it was asked last.
func (n *Network) Said() []byte {
	out := n.out
	n.out = nil
	return out
}

// Hear has the gateway hear what a controller sends at the time of the last Advance.
func (n *Network) Hear(data []byte) {
	n.in = append(n.in, data...)
	for {
		line, rest, ok := bytes.Cut(n.in, []byte("\n"))
		if !ok {
			return
		}
		if !n.hung {
			n.heard(string(line))
		}
		n.in = rest
	}
}

// message is one line, read.
type message struct {
	node, child, command, ack, kind int
	payload                         string
}

// read splits a line as the gateway does it, which cuts the payload at a semicolon.
func read(line string) (m message, ok bool) {
	fields := strings.Split(strings.TrimSpace(line), ";")
	if len(fields) < 6 {
		return message{}, false
	}
	for i, to := range []*int{&m.node, &m.child, &m.command, &m.ack, &m.kind} {
		number, err := strconv.Atoi(fields[i])
		if err != nil {
			return message{}, false
		}
		*to = number
	}
	m.payload = fields[5]
	return m, true
}

// heard handles a line of the controller.
func (n *Network) heard(line string) {
	m, ok := read(line)
	switch {
	case !ok:
	case m.node == 0:
		if m.command == 3 && m.kind == 2 {
			n.gateway(2, Version)
		}
		if m.command == 3 && m.kind == 5 {
			n.gateway(5, m.payload)
		}
	case m.node == 255 && m.command == 3 && m.kind == 4:
		n.number(m.payload)
	case m.node == 255 && m.command == 3 && m.kind == 20:
		for _, one := range n.nodes {
			if one.ID > 0 && one.listens() && !n.loses() {
				one.internal(21, "0")
			}
		}
	default:
		for _, one := range n.nodes {
			if one.ID == m.node && one.listens() && !n.loses() {
				one.told(m)
			}
		}
	}
}

// number gives a number to the node that has waited for one longest.
func (n *Network) number(payload string) {
	id, err := strconv.Atoi(payload)
	if err != nil || n.loses() {
		return
	}
	var first *Node
	for _, one := range n.nodes {
		if one.state == asking && !one.asked.IsZero() && (first == nil || one.asked.Before(first.asked)) {
			first = one
		}
	}
	if first != nil {
		first.ID, first.state, first.next = id, presenting, n.now
	}
}

// loses decides whether the radio loses a message.
func (n *Network) loses() bool {
	if n.chance.Float64() >= n.loss {
		return false
	}
	n.lost++
	return true
}

func (n *Network) gateway(kind int, payload string) {
	n.says("0;255;3;0;" + strconv.Itoa(kind) + ";" + payload)
}

func (n *Network) says(line string) {
	if !n.hung {
		n.out = append(append(n.out, line...), '\n')
	}
}
