package xmpp

import (
	"errors"
	"fmt"
	"math"
	"net"
	"strconv"
	"sync/atomic"
	"time"
)

// nsManagement is stream management (XEP-0198).
const nsManagement = "urn:xmpp:sm:3"

const requestAck = "<r xmlns='" + nsManagement + "'/>"

// resumeWithin is how long a lost connection is hidden from the handler while
// the stream may be resumed. Who waits for a stanza to arrive must not wait for
// long, though servers would keep the stream for five or ten minutes.
const resumeWithin = time.Minute

var errBadAck = errors.New("the server acknowledges stanzas that were not sent")

// management is what outlives the connection of a managed stream.
type management struct {
	id      string        // under which the stream is resumed; empty: it cannot be
	within  time.Duration // after the connection was lost
	handled atomic.Uint32 // stanzas that have arrived, modulo 2^32
}

// enable asks for stream management after resource binding. A server that
// refuses it is used without.
func (o *opened) enable() error {
	if err := o.exchange([]byte("<enable xmlns='" + nsManagement + "' resume='true'/>")); err != nil {
		return err
	}
	answer, err := o.reply(func(e *Element) bool { return e.Space == nsManagement })
	if err != nil || answer.Local != "enabled" {
		return err
	}
	o.managed = &management{within: resumeWithin}
	if resume := answer.Attr("resume"); resume == "true" || resume == "1" {
		o.managed.id = answer.Attr("id")
	}
	if most, err := strconv.ParseUint(answer.Attr("max"), 10, 31); err == nil {
		o.managed.within = min(resumeWithin, time.Duration(most)*time.Second)
	}
	return nil
}

// resume tries to go on with the stream that last says. o.resumed tells whether
// it could; if not, the server expects resource binding.
func (o *opened) resume(last *management) error {
	request := []byte("<resume xmlns='" + nsManagement + "' h='")
	request = strconv.AppendUint(request, uint64(last.handled.Load()), 10)
	request = append(request, "' previd='"...)
	request = AppendAttr(request, last.id)
	if err := o.exchange(append(request, "'/>"...)); err != nil {
		return err
	}
	answer, err := o.reply(func(e *Element) bool { return e.Space == nsManagement })
	if err != nil || answer.Local != "resumed" {
		return err
	}
	if o.handled, err = handledOf(&answer); err != nil {
		return err
	}
	o.resumed, o.managed = true, last
	return nil
}

// handledOf reads how many stanzas the server has handled.
func handledOf(e *Element) (uint32, error) {
	h, err := strconv.ParseUint(e.Attr("h"), 10, 64)
	if err != nil || h > math.MaxUint32 {
		return 0, fmt.Errorf("%w: %q", errBadAck, shorten(e.Attr("h")))
	}
	return uint32(h), nil
}

// manage takes an element of stream management.
func (s *stream) manage(e *Element) error {
	switch e.Local {
	case "r":
		s.out.control([]byte(s.lastAck()))
	case "a":
		handled, err := handledOf(e)
		if err != nil {
			return err
		}
		return s.out.acknowledge(handled)
	}
	return nil
}

// countIn counts a stanza that was handled.
func (s *stream) countIn() {
	if s.managed != nil {
		s.managed.handled.Add(1)
	}
}

// lastAck acknowledges what has arrived, where the server wants to know.
func (s *stream) lastAck() string {
	if s.managed == nil {
		return ""
	}
	return "<a xmlns='" + nsManagement + "' h='" + strconv.FormatUint(uint64(s.managed.handled.Load()), 10) + "'/>"
}

// askForLife sends what the server must answer.
func (s *stream) askForLife() {
	if s.managed != nil {
		s.out.control([]byte(requestAck))
		return
	}
	s.out.addNow(s.link.appendPing(nil, keepaliveID))
}

// resumable reports whether a stream that ended with err may go on with another
// connection. A server that ended the stream itself has forgotten it, and what
// it sent wrong would come again.
func (s *stream) resumable(err error) bool {
	if s.managed == nil || s.managed.id == "" {
		return false
	}
	for _, final := range [...]error{errStreamEnd, errNotWellFormed, errRestricted, errHeaderTooLong, errBadAck} {
		if errors.Is(err, final) {
			return false
		}
	}
	ended := (*StreamError)(nil)
	return !errors.As(err, &ended)
}

// goOn continues the stream on the connection of o. What the server had not
// handled is written again.
func (s *stream) goOn(o *opened) error {
	if err := s.out.goOn(o.conn, o.handled); err != nil {
		return err
	}
	o.home, o.bound = s.home, s.bound
	s.opened = o
	s.frames.src = s
	return nil
}

func (w *writer) goOn(conn net.Conn, handled uint32) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.ledger.acknowledge(handled); err != nil {
		return err
	}
	w.conn, w.phase = conn, writing
	w.queued = append(w.queued[:0], w.ledger.unacknowledged()...)
	w.ledger.askAgain()
	w.release()
	w.signal()
	return nil
}
