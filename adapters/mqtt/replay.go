package mqtt

import (
	"context"
	"time"

	"thingbridge/adapters/mqtt/convention"
)

// replay makes known, before there is a connection, the devices that announced
// themselves in earlier runs: all at once, so that nobody sees one of which only
// half is known yet.
func (in *inbox) replay(ctx context.Context) {
	in.mu.Lock()
	defer in.mu.Unlock()
	byName := make(map[string]int, len(in.spoken.all))
	for i, s := range in.spoken.all {
		byName[s.name] = i
	}
	now := time.Now()
	named := false
	var names []convention.Name
	err := in.records.load(ctx,
		func(n convention.Name) { names = append(names, n) },
		func(by, topic string, payload []byte) {
			if !named {
				named = true
				in.spoken.names.Load(names)
			}
			i, spoken := byName[by]
			if !spoken {
				return
			}
			in.ask(i, convention.Received{Topic: []byte(topic), Payload: payload, Retained: true, At: now})
			if len(in.result.Removed) > 0 {
				in.flush()
			}
		})
	if !named {
		in.spoken.names.Load(names)
	}
	in.now = now // of what is due
	in.flush()
	if err != nil && ctx.Err() == nil {
		in.log.Error().Err(err).Msg("what devices announced before the start is not known; contacts may be missing until they announce themselves again")
	}
}
