package mysensorstest

import (
	"strconv"
	"time"
)

// state is what a node is doing.
type state uint8

const (
	asking     state = iota // for a number
	presenting              // itself
	awake
	listening // a little, before it sleeps
	sleeping
)

const (
	askAgain = 2 * time.Second
	window   = 500 * time.Millisecond // that a node listens before it sleeps
)

// Node is one node. Its fields are read by tests.
type Node struct {
	ID     int // 0: it has none yet
	Sketch string
	Every  time.Duration // between its reports
	Sleeps bool          // between its reports
	Starts int           // how often it has presented itself
	Dead   bool          // its battery is empty
	Numb   bool          // it does not obey, and echoes nothing

	sensors []sensor
	battery int
	network *Network
	state   state
	next    time.Time
	asked   time.Time
	reports int
}

// sensor is a child with its values.
type sensor struct {
	child, kind int
	description string
	values      []value
}

// value is something that a child measures or can be told.
type value struct {
	kind int
	text string
	move func(n *Node, before string) string // what a report makes of it; nil: it stays
}

// Value returns what a child has; "" if it has no such thing.
func (n *Node) Value(child, kind int) string {
	if v := n.value(child, kind); v != nil {
		return v.text
	}
	return ""
}

func (n *Node) value(child, kind int) *value {
	for i := range n.sensors {
		for j := range n.sensors[i].values {
			if v := &n.sensors[i].values[j]; n.sensors[i].child == child && v.kind == kind {
				return v
			}
		}
	}
	return nil
}

// Values calls each with every value of the node.
func (n *Node) Values(each func(child, childKind, kind int, text string)) {
	for _, s := range n.sensors {
		for _, v := range s.values {
			each(s.child, s.kind, v.kind, v.text)
		}
	}
}

// Asleep reports whether the node hears nothing.
func (n *Node) Asleep() bool { return n.state == sleeping }

func (n *Node) listens() bool { return !n.Dead && (n.state == awake || n.state == listening) }

// step does what is due.
func (n *Node) step() {
	now := n.next
	if n.Dead {
		n.next = time.Time{}
		return
	}
	switch n.state {
	case asking:
		n.asked = now
		n.next = now.Add(askAgain)
		if !n.network.loses() {
			n.network.says("255;255;3;0;3;")
		}
	case presenting:
		n.present()
		n.work(now)
	case listening:
		n.state, n.next = sleeping, now.Add(n.Every)
	case sleeping:
		n.internal(33, strconv.Itoa(int(n.Every/time.Millisecond)))
		n.work(now)
	default:
		n.work(now)
	}
}

// present says what the node is.
func (n *Node) present() {
	n.Starts++
	n.send(255, 0, 0, 17, Version)
	n.internal(6, "0")
	n.internal(11, n.Sketch)
	n.internal(12, "1.0")
	for _, s := range n.sensors {
		n.send(s.child, 0, 0, s.kind, s.description)
	}
}

// work reports everything, and goes to sleep if the node is one that does.
func (n *Node) work(now time.Time) {
	n.state, n.next = awake, now.Add(n.Every)
	for i := range n.sensors {
		s := &n.sensors[i]
		for j := range s.values {
			v := &s.values[j]
			if v.move != nil {
				v.text = v.move(n, v.text)
			}
			n.send(s.child, 1, 0, v.kind, v.text)
		}
	}
	if n.reports++; n.Sleeps && n.reports%10 == 1 {
		n.battery = max(n.battery-1, 1)
		n.internal(0, strconv.Itoa(n.battery))
	}
	if n.Sleeps {
		n.internal(32, strconv.Itoa(int(window/time.Millisecond)))
		n.state, n.next = listening, now.Add(window)
	}
}

// told handles what the controller sends.
func (n *Node) told(m message) {
	if n.Numb {
		return
	}
	if m.ack == 1 {
		n.send(m.child, m.command, 1, m.kind, m.payload)
	}
	switch {
	case m.command == 1:
		n.obey(m)
	case m.command == 3 && m.kind == 18:
		n.internal(22, strconv.Itoa(n.reports))
	case m.command == 3 && m.kind == 19:
		n.present()
	case m.command == 3 && m.kind == 29:
		n.internal(31, "-67")
	}
}

// obey takes a value. A cover moves at once.
func (n *Node) obey(m message) {
	switch v := n.value(m.child, m.kind); {
	case v != nil:
		v.text = m.payload
	case m.kind == 29, m.kind == 30:
		position := n.value(m.child, 3)
		if position == nil {
			return
		}
		position.text = map[int]string{29: "100", 30: "0"}[m.kind]
		n.send(m.child, 1, 0, 3, position.text)
	}
}

func (n *Node) internal(kind int, payload string) { n.send(255, 3, 0, kind, payload) }

// send sends a message by radio.
func (n *Node) send(child, command, ack, kind int, payload string) {
	if n.Dead || n.network.loses() {
		return
	}
	line := strconv.Itoa(n.ID)
	for _, field := range []int{child, command, ack, kind} {
		line += ";" + strconv.Itoa(field)
	}
	n.network.says(line + ";" + payload)
}
