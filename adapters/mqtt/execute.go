package mqtt

import (
	"context"
	"errors"
	"fmt"
	"time"

	"thingbridge/adapters"
	"thingbridge/adapters/mqtt/convention"
	"thingbridge/devices"
)

// answerTimeout bounds the wait for the broker's answer to a command where the
// caller's context does not.
const answerTimeout = 10 * time.Second

// Execute publishes the command and returns when the broker has acknowledged it;
// with QoS 0, when it was sent. A broker that does not read can keep it for two
// seconds beyond the end of ctx. A property without a topic reports the value at
// once.
func (a *Adapter) Execute(ctx context.Context, cmd devices.Command) error {
	if a.err != nil {
		return fmt.Errorf("mqtt %s: %w: %w", a.name, adapters.ErrUnavailable, a.err)
	}
	messages, err := a.table.Command(cmd, time.Now())
	if err != nil {
		return fmt.Errorf("mqtt %s: %w", a.name, err)
	}
	a.mu.Lock()
	s := a.session
	a.mu.Unlock()
	if s == nil {
		return fmt.Errorf("mqtt %s: broker %s: %w", a.name, a.at.text, adapters.ErrUnavailable)
	}
	for _, m := range messages {
		if err := s.publish(ctx, m); err != nil {
			return fmt.Errorf("mqtt %s: broker %s: publish to %q: %w", a.name, a.at.text, shorten(m.Topic), err)
		}
	}
	var echo convention.Result
	if a.table.Echo(&echo, cmd, time.Now()); len(echo.Readings) > 0 {
		s.sink.Apply(echo.Update)
	}
	return nil
}

// publish sends m and waits for the broker's answer. An error by the connection
// wraps [adapters.ErrUnavailable].
func (s *session) publish(ctx context.Context, m convention.Message) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	token := s.client.Publish(m.Topic, m.QoS, m.Retain, m.Payload)
	err := s.wait(ctx, token, answerTimeout)
	if err == nil || ctx.Err() != nil || errors.Is(err, adapters.ErrUnavailable) {
		return err
	}
	return fmt.Errorf("%w: %w", adapters.ErrUnavailable, err)
}
