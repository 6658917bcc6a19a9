package mqtt

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/eclipse/paho.mqtt.golang/packets"
)

// Limits of what a broker can send and of how long it may take to be sent.
const (
	maxPayload   = 1 << 20          // bytes of one message; a reading has a few hundred
	maxTopic     = 65535            // bytes of a topic (MQTT 3.1.1, 1.5.3)
	readBuffer   = 32 << 10         // bytes of messages that one read of the socket can bring
	keptPacket   = 4 * readBuffer   // bytes of memory that are kept after a large message
	maxShown     = 100              // bytes of a topic that is shown and not used
	writeTimeout = 10 * time.Second // for a broker that does not read
)

// publication is a PUBLISH packet. Its slices are valid until publish returns.
type publication struct {
	topic    []byte
	payload  []byte
	retained bool
	again    bool // the broker says that it may have sent it before (the DUP flag)
	ack      acknowledgement
}

// receiver takes what a stream takes out.
type receiver interface {
	forgotten()                               // the broker knows no earlier session of ours; before connected
	connected()                               // the broker accepted the login
	publish(publication)                      // in the order of arrival
	oversized([]byte, int64, acknowledgement) // the start of a topic, and the bytes of a packet that was skipped
	idle()                                    // all that was read has been taken; the next read may wait
}

// stream is a connection that paho reads and writes. PUBLISH packets that arrive
// go to the receiver, in the goroutine that reads, and all others to paho. It
// also stops answers that would make paho panic or believe it was logged in.
type stream struct {
	net.Conn
	to     receiver
	from   *incoming
	in     *bufio.Reader
	left   int    // bytes of the current packet that paho has yet to read
	packet []byte // a packet that does not fit into the buffer of in

	silence  time.Duration // after which a broker that has accepted the login is given up
	accepted bool          // the broker has accepted the login; nothing may come before

	filters atomic.Int32          // in the SUBSCRIBE packet that waits for its answer
	failed  atomic.Pointer[error] // why a read failed

	mu sync.Mutex // makes a deadline and its write one
}

func newStream(conn net.Conn, to receiver, silence time.Duration) *stream {
	from := &incoming{Conn: conn}
	return &stream{Conn: conn, to: to, silence: silence, from: from, in: bufio.NewReaderSize(from, readBuffer)}
}

// Read reads from packets that are not PUBLISH. Only one goroutine may call it.
func (s *stream) Read(b []byte) (int, error) {
	for s.left == 0 {
		if err := s.next(); err != nil {
			return 0, s.fail(err)
		}
	}
	n, err := s.in.Read(b[:min(len(b), s.left)])
	s.left -= n
	if err != nil {
		return n, s.fail(err)
	}
	return n, nil
}

// fail keeps the first error.
func (s *stream) fail(err error) error {
	s.failed.CompareAndSwap(nil, &err)
	return err
}

// failure returns why reading came to an end, or nil while it goes on. Paho
// knows it too, but often tells something that followed from it.
func (s *stream) failure() error {
	if err := s.failed.Load(); err != nil {
		return *err
	}
	return nil
}

// Write writes b whole, within writeTimeout.
func (s *stream) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.Conn.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		return 0, err
	}
	return s.Conn.Write(b)
}

// SetWriteDeadline does nothing: each Write has its own deadline.
func (s *stream) SetWriteDeadline(time.Time) error { return nil }

// SetDeadline sets the deadline of reads.
func (s *stream) SetDeadline(t time.Time) error { return s.Conn.SetReadDeadline(t) }

// next takes a PUBLISH packet, or lets paho read the packet that is next.
func (s *stream) next() error {
	h, err := s.header()
	if err != nil {
		return err
	}
	if h.kind == packets.Publish {
		return s.take(h)
	}
	if err := s.check(h); err != nil {
		return err
	}
	s.left = h.size + h.length
	return nil
}

// header is the fixed header of a packet (MQTT 3.1.1, 2.2).
type header struct {
	kind   byte
	flags  byte
	size   int // bytes of the header itself
	length int // bytes that follow it
}

// header looks at the next packet's header without taking it.
func (s *stream) header() (header, error) {
	h := header{}
	for h.size = 2; h.size <= 5; h.size++ {
		b, err := s.peek(h.size)
		if err != nil {
			return header{}, err
		}
		last := b[h.size-1]
		h.length |= int(last&0x7f) << (7 * (h.size - 2))
		if last&0x80 == 0 {
			h.kind, h.flags = b[0]>>4, b[0]&0xf
			return h, nil
		}
	}
	return header{}, protocolError("a length of more than four bytes")
}

// peek returns the next n bytes, which must fit into the buffer.
func (s *stream) peek(n int) ([]byte, error) {
	if s.in.Buffered() < n {
		s.to.idle()
	}
	return s.in.Peek(n)
}

// check refuses packets that paho does not defend itself against.
func (s *stream) check(h header) error {
	most := 2
	switch h.kind {
	case packets.Suback: // paho panics at more codes than it asked for
		most += int(s.filters.Load())
	case packets.Connack: // paho takes a code that it does not know for success
		b, err := s.peek(h.size + 2)
		if err != nil {
			return err
		}
		if h.length != 2 || b[h.size+1] > packets.ErrRefusedNotAuthorised {
			return protocolError(fmt.Sprintf("a CONNACK with code %d", b[h.size+1]))
		}
		if b[h.size+1] == packets.Accepted {
			s.accepted, s.from.silence = true, s.silence
			if b[h.size]&1 == 0 { // session present (MQTT 3.1.1, 3.2.2.2)
				s.to.forgotten()
			}
			s.to.connected()
		}
	case packets.Puback, packets.Pubrec, packets.Pubrel, packets.Pubcomp, packets.Unsuback, packets.Pingresp:
	default:
		return protocolError(fmt.Sprintf("a packet of type %d, which is not for clients", h.kind))
	}
	if h.length > most {
		return protocolError(fmt.Sprintf("a packet of type %d and %d bytes, want at most %d", h.kind, h.length, most))
	}
	return nil
}

// protocolError is what a broker sent that MQTT does not allow.
type protocolError string

func (e protocolError) Error() string { return "the broker sent " + string(e) }

const errMalformed = protocolError("a malformed PUBLISH")

// take takes a PUBLISH packet out of the stream and hands it on.
func (s *stream) take(h header) error {
	if h.flags>>1&3 == 3 || !s.accepted { // there is no QoS 3
		return errMalformed
	}
	if h.length > maxPayload+maxTopic+4 {
		return s.skip(h)
	}
	total := h.size + h.length
	if total <= s.in.Size() {
		b, err := s.peek(total)
		if err != nil {
			return err
		}
		if err := s.handOver(h, b[h.size:]); err != nil {
			return err
		}
		_, err = s.in.Discard(total)
		return err
	}
	s.to.idle()
	if cap(s.packet) < total {
		s.packet = make([]byte, total)
	}
	b := s.packet[:total]
	if cap(s.packet) > keptPacket {
		s.packet = nil
	}
	if _, err := io.ReadFull(s.in, b); err != nil {
		return err
	}
	return s.handOver(h, b[h.size:])
}

// handOver reads the variable header and the payload in b (MQTT 3.1.1, 3.3).
func (s *stream) handOver(h header, b []byte) error {
	p := publication{retained: h.flags&1 != 0, again: h.flags&8 != 0, ack: acknowledgement{qos: h.flags >> 1 & 3}}
	if len(b) < 2 {
		return errMalformed
	}
	n := 2 + int(binary.BigEndian.Uint16(b))
	start := n
	if p.ack.qos > 0 {
		start += 2
	}
	if start > len(b) {
		return errMalformed
	}
	if p.ack.qos > 0 {
		p.ack.id = binary.BigEndian.Uint16(b[n:])
	}
	p.topic, p.payload = b[2:n], b[start:]
	if len(p.payload) > maxPayload {
		s.to.oversized(p.topic[:min(len(p.topic), maxShown)], int64(len(p.payload)), p.ack)
		return nil
	}
	s.to.publish(p)
	return nil
}

// skip passes over a PUBLISH packet that is too large to be read into memory.
func (s *stream) skip(h header) error {
	s.to.idle()
	var shown [maxShown]byte
	var two [2]byte
	ack := acknowledgement{qos: h.flags >> 1 & 3}
	if _, err := s.in.Discard(h.size); err != nil {
		return err
	}
	if _, err := io.ReadFull(s.in, two[:]); err != nil {
		return err
	}
	n := int(binary.BigEndian.Uint16(two[:]))
	topic := shown[:min(n, maxShown)]
	if _, err := io.ReadFull(s.in, topic); err != nil {
		return err
	}
	if _, err := s.in.Discard(n - len(topic)); err != nil {
		return err
	}
	rest := h.length - 2 - n
	if ack.qos > 0 {
		if _, err := io.ReadFull(s.in, two[:]); err != nil {
			return err
		}
		ack.id = binary.BigEndian.Uint16(two[:])
		rest -= 2
	}
	if _, err := s.in.Discard(rest); err != nil {
		return err
	}
	s.to.oversized(topic, int64(rest), ack)
	return nil
}
