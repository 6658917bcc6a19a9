package doctor

import (
	"context"
	"sync"
	"time"

	"thingbridge/gateway/xmpp"
)

// doorbell tells of the login of an account, and keeps nothing of what comes: all
// of it is meant for the gateway, to which the server sends it too, or later.
type doorbell struct {
	link *xmpp.Link
	up   chan struct{} // closed when the link is up
	once sync.Once
}

func newDoorbell(link *xmpp.Link) *doorbell {
	return &doorbell{link: link, up: make(chan struct{})}
}

func (d *doorbell) Up() { d.once.Do(func() { close(d.up) }) }

func (d *doorbell) Down(error) {}

// Stanza answers questions alone, as somebody who asks waits for it.
func (d *doorbell) Stanza(s *xmpp.Stanza) {
	if s.Kind != xmpp.IQ {
		return
	}
	reply := xmpp.AppendErrorReply(nil, s, xmpp.StanzaError{Type: xmpp.Cancel, Condition: xmpp.ServiceUnavailable})
	if len(reply) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = d.link.Send(ctx, reply) // the link may be gone, and then nobody waits
}
