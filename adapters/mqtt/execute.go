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
	a.mu.Lock()
	spoken, s := a.spoken, a.session
	a.mu.Unlock()
	messages, by, err := spoken.command(cmd, time.Now())
	if err != nil {
		return fmt.Errorf("mqtt %s: %w", a.name, err)
	}
	if s == nil {
		return fmt.Errorf("mqtt %s: broker %s: %w", a.name, a.at.text, adapters.ErrUnavailable)
	}
	for _, m := range messages {
		if err := s.publish(ctx, m); err != nil {
			return fmt.Errorf("mqtt %s: broker %s: publish to %q: %w", a.name, a.at.text, shorten(m.Topic), err)
		}
	}
	s.in.echo(by, cmd)
	return nil
}

// command returns the messages that carry cmd, and the convention that they are of.
func (s *speakers) command(cmd devices.Command, now time.Time) (messages []convention.Message, by convention.Convention, err error) {
	for _, speaker := range s.all {
		messages, err := speaker.Command(cmd, now)
		if err == nil {
			return messages, speaker, nil
		}
		if !errors.Is(err, convention.ErrNotMine) {
			return nil, nil, err
		}
	}
	return nil, nil, fmt.Errorf("device %q: %w", shorten(string(cmd.Device)), convention.ErrNotMine)
}

// echo applies what a command has changed that nothing else will report.
func (in *inbox) echo(by convention.Convention, cmd devices.Command) {
	in.mu.Lock()
	defer in.mu.Unlock()
	var echo convention.Result
	if by.Echo(&echo, cmd, time.Now()); len(echo.Readings) > 0 {
		in.sink.Apply(echo.Update)
	}
}

// publish sends m and waits for the broker's answer. An error by the connection
// wraps [adapters.ErrUnavailable].
func (s *session) publish(ctx context.Context, m convention.Message) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := checkTopic(m.Topic); err != nil {
		return err
	}
	token := s.client.Publish(m.Topic, m.QoS, m.Retain, m.Payload)
	err := s.wait(ctx, token, answerTimeout)
	if err == nil || ctx.Err() != nil || errors.Is(err, adapters.ErrUnavailable) {
		return err
	}
	return fmt.Errorf("%w: %w", adapters.ErrUnavailable, err)
}
