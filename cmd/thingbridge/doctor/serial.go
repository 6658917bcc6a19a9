package doctor

import (
	"context"
	"errors"
	"fmt"
	"time"

	"thingbridge/adapters/serial"
)

// serialVisit opens a serial port and listens.
type serialVisit struct {
	name     string // of the adapter
	cfg      serial.Config
	store    string
	listener *serial.Listener // nil: not open
}

func newSerialVisit(name string, cfg serial.Config, store string) *serialVisit {
	return &serialVisit{name: name, cfg: cfg, store: store}
}

func (v *serialVisit) key(name string) string { return "adapters." + v.name + "." + name }

func (v *serialVisit) group() Group {
	return Group{Name: "serial " + v.name, End: v.end, Steps: []Step{
		{Name: "open", Try: v.open},
		{Name: "listen", Try: v.listen},
	}}
}

// open opens the port, unless the gateway has it.
func (v *serialVisit) open(ctx context.Context) Finding {
	if gateway, err := useOf(v.store); err == nil && gateway.running {
		return skipped(gateway.String() + " and has the port; see what passes with: thingbridge tap " + v.name)
	}
	var err error
	v.listener, err = serial.Listen(ctx, v.name, v.cfg)
	var trouble *serial.Trouble
	switch {
	case errors.As(err, &trouble):
		return failed(trouble.Problem, v.key("port"), trouble.Remedy)
	case err != nil:
		return failed(plain(err), v.key("port"), "correct port")
	}
	h := v.listener.Opened()
	if h.Other != "" {
		return failed(h.Other+" has "+h.Port+" open too", v.key("port"), "end that process: each of both loses what the other reads")
	}
	return passed(h.Port)
}

// spare is kept of the patience with a step, to say what came.
const spare = time.Second

// listen tells what comes, and whether it makes sense.
func (v *serialVisit) listen(ctx context.Context) Finding {
	if v.listener == nil {
		return skipped("not tried")
	}
	if deadline, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, deadline.Add(-min(spare, time.Until(deadline)/2)))
		defer cancel()
	}
	h, err := v.listener.Hear(ctx)
	if err != nil && ctx.Err() == nil {
		return failed("the port was lost while it was listened to: "+plain(err), v.key("port"), "see that the cable is firm, and what the kernel says: sudo dmesg")
	}
	return v.judge(h)
}

// judge says what a hearing means.
func (v *serialVisit) judge(h serial.Hearing) Finding {
	took := h.Time.Round(100 * time.Millisecond)
	switch {
	case h.Hint != "":
		return failed(fmt.Sprintf("%d bytes came, which are none of %s", h.Bytes, v.cfg.Codec), v.key("baud"), h.Hint)
	case h.Frames > 0 && h.Bad > 0: // of devices that are known to the gateway, but not to us
		return passed(fmt.Sprintf("%s within %s: %s; and %d that mean nothing by themselves: %s", count(h.Frames, "frame"), took, h.Sample, h.Bad, h.Fault))
	case h.Frames > 0:
		return passed(fmt.Sprintf("%s within %s: %s", count(h.Frames, "frame"), took, h.Sample))
	case h.Bad > 0:
		return failed(fmt.Sprintf("%d bytes came, and no frame of %s: %s", h.Bytes, v.cfg.Codec, h.Fault), v.key("codec"),
			"see whether codec and its section are right; what comes is shown by: thingbridge tap "+v.name)
	case h.Asked > 0 && h.Bytes == 0:
		return failed(fmt.Sprintf("what is at the other end does not answer within %s", took), v.key("port"),
			"see that it is the right port, that baud, parity and wires are right, and that it has power")
	}
	return skipped(fmt.Sprintf("nothing came within %s, which can be so with devices that say little", took))
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func (v *serialVisit) end() {
	if v.listener != nil {
		_ = v.listener.Close()
	}
}
