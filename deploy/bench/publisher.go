package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"strconv"
	"time"
)

const (
	window     = 4096 // readings under way in a flood: fewer than any queue on the way holds
	atOnce     = 32   // readings in one write of a flood
	fullPause  = 100 * time.Microsecond
	maxPacket  = 127 // bytes of a packet whose length takes one byte (MQTT 3.1.1, 2.2.3)
	dialBudget = 5 * time.Second
)

// publisher publishes readings of the devices in turn, at QoS 0 and as cheaply
// as it can be done.
type publisher struct {
	conn   net.Conn
	trips  *arrivals
	topics [][]byte // what precedes the number, by device
	next   int      // device
	packet []byte
}

func dialPublisher(ctx context.Context, broker string, devices int, trips *arrivals) (*publisher, error) {
	dialer := net.Dialer{Timeout: dialBudget}
	conn, err := dialer.DialContext(ctx, "tcp", broker)
	if err != nil {
		return nil, err
	}
	// CONNECT with a clean session, no keepalive and the client id "pub" (MQTT 3.1.1, 3.1).
	hello := []byte("\x10\x0f\x00\x04MQTT\x04\x02\x00\x00\x00\x03pub")
	answer := make([]byte, 4)
	_, err = conn.Write(hello)
	if err == nil {
		_, err = io.ReadFull(conn, answer)
	}
	if err == nil && answer[3] != 0 {
		err = fmt.Errorf("refused with code %d", answer[3])
	}
	if err != nil {
		conn.Close()
		return nil, fmt.Errorf("broker: %w", err)
	}
	p := &publisher{conn: conn, trips: trips}
	for i := range devices {
		topic := fmt.Sprintf("bench/d%d/state", i+1)
		head := append([]byte{0x30, 0, 0, byte(len(topic))}, topic...)
		p.topics = append(p.topics, append(head, `{"value": `...))
	}
	return p, nil
}

func (p *publisher) close() { p.conn.Close() }

// append appends the PUBLISH packet of the next reading.
func (p *publisher) append(dst []byte, now time.Time) []byte {
	start := len(dst)
	dst = append(dst, p.topics[p.next]...)
	dst = strconv.AppendInt(dst, int64(p.trips.leave(now)), 10)
	dst = append(dst, '}')
	dst[start+1] = byte(min(len(dst)-start-2, maxPacket))
	p.next = (p.next + 1) % len(p.topics)
	return dst
}

// publish publishes one reading.
func (p *publisher) publish() error {
	p.packet = p.append(p.packet[:0], time.Now())
	_, err := p.conn.Write(p.packet)
	return err
}

// pace publishes one reading each interval, until ctx ends.
func (p *publisher) pace(ctx context.Context, interval time.Duration) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for due := time.Now(); wait(ctx, timer, time.Until(due)); due = due.Add(interval) {
		if err := p.publish(); err != nil {
			return err
		}
	}
	return nil
}

// wait waits with a timer that is used again, and reports whether ctx still lives.
func wait(ctx context.Context, timer *time.Timer, d time.Duration) bool {
	timer.Reset(d)
	select {
	case <-timer.C:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}

// flood publishes as long as fewer than window readings are under way, until ctx
// ends.
func (p *publisher) flood(ctx context.Context) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for ctx.Err() == nil {
		if p.trips.underway()+atOnce > window {
			wait(ctx, timer, fullPause)
			continue
		}
		now := time.Now()
		p.packet = p.packet[:0]
		for range atOnce {
			p.packet = p.append(p.packet, now)
		}
		if _, err := p.conn.Write(p.packet); err != nil {
			return err
		}
	}
	return nil
}
