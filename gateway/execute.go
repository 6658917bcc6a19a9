package gateway

import (
	"context"
	"time"

	"thingbridge/devices"
	"thingbridge/gateway/talk"
)

const (
	handOver   = 10 * time.Second // for an adapter to take a command
	confirming = 2 * time.Second  // for a device to confirm it, before the answer says that it has not
)

// outcome is what became of a command.
type outcome struct {
	text      string
	err       error
	confirmed bool // by the device
}

// execute hands a command over, gives the device a moment to confirm it, and
// returns the answer.
func (b *Bridge) execute(ctx context.Context, cmd devices.Command, lang talk.Lang) string {
	return b.executeAll(ctx, []devices.Command{cmd}, lang)[0].text
}

// executeAll hands commands over in their order, then gives the devices a moment to
// confirm them. All of them together take no longer than one may.
func (b *Bridge) executeAll(ctx context.Context, cmds []devices.Command, lang talk.Lang) []outcome {
	handing, cancel := context.WithTimeout(ctx, handOver)
	defer cancel()
	out := make([]outcome, len(cmds))
	for i, cmd := range cmds {
		out[i].err = b.Registry.Execute(handing, cmd)
		log := b.Log.Info().Str("device", string(cmd.Device)).Str("jid", cmd.By).Str("property", cmd.Property).Str("value", b.shown(cmd))
		if out[i].err != nil {
			log = b.Log.Warn().Err(out[i].err).Str("device", string(cmd.Device)).Str("jid", cmd.By)
		}
		log.Msg("command")
	}
	waiting, stop := context.WithTimeout(ctx, confirming)
	defer stop()
	for i, cmd := range cmds {
		twin := b.awaitConfirmation(waiting, cmd, out[i].err)
		state, _ := twin.State(cmd.Property)
		out[i].confirmed = out[i].err == nil && state.Desired.IsZero()
		out[i].text = talk.Done(cmd, &twin, out[i].err, lang)
	}
	return out
}

// shown writes the value of a command, as far as it may be seen. What a device has not,
// is not known to be for everybody.
func (b *Bridge) shown(cmd devices.Command) string {
	d, ok := b.Registry.Device(cmd.Device)
	if !ok {
		return ""
	}
	p, ok := d.Property(cmd.Property)
	if !ok {
		return ""
	}
	return p.Shown(cmd.Value)
}

// awaitConfirmation returns the device once it has confirmed a command that it took,
// or as it is when ctx ends.
func (b *Bridge) awaitConfirmation(ctx context.Context, cmd devices.Command, err error) devices.Twin {
	twin, ok := b.Registry.Get(cmd.Device)
	if !ok {
		twin = devices.Twin{Device: &devices.Device{ID: cmd.Device}}
	}
	if err != nil {
		return twin
	}
	confirmed := func(t *devices.Twin) bool {
		state, _ := t.State(cmd.Property)
		return state.Desired.IsZero()
	}
	if newest, err := b.Registry.Await(ctx, cmd.Device, confirmed); newest.Device != nil || err == nil {
		return newest
	}
	return twin
}
