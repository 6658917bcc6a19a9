package mqtt

import (
	"context"
	"time"

	"thingbridge/adapters/mqtt/publish"
)

// order is a message on a command topic.
type order struct {
	topic   string
	payload []byte
}

// obey carries out commands, one after the other.
func (p *Publisher) obey(ctx context.Context, orders <-chan order) {
	for {
		select {
		case <-ctx.Done():
			return
		case o := <-orders:
			p.execute(ctx, o)
		}
	}
}

// execute carries out a command for a device of ours. Others have publishers of their own.
func (p *Publisher) execute(ctx context.Context, o order) {
	id, property, err := publish.ParseTopic(o.topic)
	if err != nil {
		return
	}
	twin, ok := p.registry.Get(id)
	if !ok || twin.Source != p.scheme.Source {
		return
	}
	cmd, err := publish.Command(twin.Device, property, o.payload)
	if err == nil {
		ctx, cancel := context.WithTimeout(ctx, orderTimeout)
		defer cancel()
		err = p.registry.Execute(ctx, cmd)
	}
	if err == nil {
		var value string
		if described, ok := twin.Device.Property(property); ok {
			value = described.Shown(cmd.Value)
		}
		p.log.Info().Str("device", string(id)).Str("property", property).Str("value", value).Str("by", cmd.By).Msg("command")
		return
	}
	if now := time.Now(); now.Sub(p.refusals) > ordersLoggedPer {
		p.refusals, p.refused = now, 0
	}
	if p.refused++; p.refused <= ordersAtOnce {
		p.log.Warn().Err(err).Str("topic", shorten(o.topic)).Msg("a command that came over the broker was not carried out")
	}
}
