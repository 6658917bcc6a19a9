package mysensorstest

import (
	"context"
	"fmt"
	"io"
	"time"
)

// Serve has the network live on a line, with so many seconds of its time in each second,
// until ctx ends or the line is closed. Its time starts at start. Closing the line when
// ctx has ended is for the caller, and has Serve return.
func (n *Network) Serve(ctx context.Context, line io.ReadWriter, start time.Time, speed float64) error {
	chunks, failed := make(chan []byte), make(chan error, 1)
	go func() {
		for {
			chunk := make([]byte, 256)
			size, err := line.Read(chunk)
			if size > 0 {
				select {
				case chunks <- chunk[:size]:
				case <-ctx.Done():
				}
			}
			if err != nil {
				failed <- err
				return
			}
		}
	}()
	began := time.Now()
	clock := func() time.Time { return start.Add(time.Duration(float64(time.Since(began)) * speed)) }
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		next := n.Advance(clock())
		if said := n.Said(); len(said) > 0 {
			if _, err := line.Write(said); err != nil {
				return fmt.Errorf("say what the gateway says: %w", err)
			}
		}
		timer.Stop()
		if !next.IsZero() {
			timer.Reset(max(time.Duration(float64(next.Sub(clock()))/speed), time.Millisecond))
		}
		select {
		case <-ctx.Done():
			<-failed
			return ctx.Err()
		case err := <-failed:
			return fmt.Errorf("hear what the gateway hears: %w", err)
		case chunk := <-chunks:
			n.Advance(clock())
			n.Hear(chunk)
		case <-timer.C:
		}
	}
}
