package mqtt

import (
	"context"
	"fmt"

	paho "github.com/eclipse/paho.mqtt.golang"

	"thingbridge/adapters/mqtt/convention"
)

const filtersPerPacket = 256

// live subscribes, and carries out what conventions want, until the end. It
// returns nil when ctx ends.
func (s *session) live(ctx context.Context, a *Adapter) error {
	err := s.tend(ctx, a)
	if ctx.Err() != nil {
		return nil // whatever was underway
	}
	return err
}

func (s *session) tend(ctx context.Context, a *Adapter) error {
	s.in.subscriptions.renew()
	if err := s.subscribeAll(ctx, a); err != nil {
		return err
	}
	if a.cfg.StatusTopic != "" {
		if err := s.publish(ctx, convention.Message{Topic: a.cfg.StatusTopic, Payload: []byte(statusOnline), QoS: 1, Retain: true}); err != nil {
			return err
		}
	}
	a.log.Info().Str("broker", a.at.text).Int("topics", s.in.subscriptions.count()).Msg("connected to the broker")
	for _, m := range s.in.giveBirth() {
		if err := s.publish(ctx, m); err != nil {
			return err
		}
	}
	for {
		var err error
		select {
		case <-ctx.Done():
			return nil
		case <-s.lost:
			return fmt.Errorf("%w: %w", errParted, s.reason)
		case <-s.in.subscriptions.ready:
			err = s.subscribeAll(ctx, a)
		case <-s.in.questions.ready:
			err = s.ask(ctx, a)
		}
		if err != nil {
			return err
		}
	}
}

// subscribeAll asks for all topics that are wanted and not asked for yet, and
// takes back what nobody wants any more.
func (s *session) subscribeAll(ctx context.Context, a *Adapter) error {
	for {
		topics := s.in.subscriptions.unsubscribe(filtersPerPacket)
		if len(topics) == 0 {
			break
		}
		if err := s.wait(ctx, s.client.Unsubscribe(topics...), subscribeTimeout); err != nil {
			return fmt.Errorf("unsubscribe: %w", err)
		}
	}
	for {
		filters := s.in.subscriptions.subscribe(filtersPerPacket)
		if len(filters) == 0 {
			return nil
		}
		if err := s.subscribe(ctx, a, filters); err != nil {
			return err
		}
	}
}

func (s *session) subscribe(ctx context.Context, a *Adapter, filters map[string]byte) error {
	s.stream.filters.Store(int32(len(filters)))
	token := s.client.SubscribeMultiple(filters, nil)
	if err := s.wait(ctx, token, subscribeTimeout); err != nil {
		return fmt.Errorf("subscribe: %w", err)
	}
	const refused = 0x80 // MQTT 3.1.1, 3.9.3
	for topic, code := range token.(*paho.SubscribeToken).Result() {
		if code == refused && s.in.subscriptions.refuse(topic) {
			a.log.Error().Str("topic", shorten(topic)).Str("user", a.cfg.Username).Msg("the broker refuses the subscription; allow this user to read the topic")
		}
	}
	return nil
}

// ask sends what conventions want to say unasked, after the topics on which the
// answers come are subscribed to.
func (s *session) ask(ctx context.Context, a *Adapter) error {
	messages := s.in.questions.take()
	if err := s.subscribeAll(ctx, a); err != nil {
		return err
	}
	for _, m := range messages {
		if err := s.publish(ctx, m); err != nil {
			return fmt.Errorf("publish to %q: %w", shorten(m.Topic), err)
		}
	}
	return nil
}
