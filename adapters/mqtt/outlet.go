package mqtt

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/url"
	"sync"
	"time"

	paho "github.com/eclipse/paho.mqtt.golang"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/adapters/mqtt/publish"
	"thingbridge/devices"
)

// outlet is one connection of a publisher.
type outlet struct {
	client paho.Client
	lost   chan error
	births chan struct{} // of a Home Assistant, or of a gateway that will explain it
	orders chan order
	before chan devices.ID // announced in an earlier run

	mu      sync.Mutex
	midwife midwife
}

func (p *Publisher) outlet() *outlet {
	return &outlet{
		lost: make(chan error, 1), births: make(chan struct{}, 1), orders: make(chan order, maxOrders), before: make(chan devices.ID, maxInherited),
		midwife: midwife{topic: p.scheme.Birth()},
	}
}

// connect logs in with a session that ends with the connection.
func (o *outlet) connect(ctx context.Context, p *Publisher, at address) error {
	secure, mistakes := tlsConfig(&p.cfg, at)
	if len(mistakes) > 0 {
		return mistakes[0]
	}
	options := publisherOptions(&p.cfg, at)
	options.SetWill(p.scheme.Status(), string(publish.Offline()), 1, true)
	var cause error
	options.SetCustomOpenConnectionFn(opener(ctx, at, secure, &cause))
	options.SetConnectionLostHandler(func(_ paho.Client, err error) { o.lost <- err })
	options.SetDefaultPublishHandler(func(_ paho.Client, m paho.Message) { o.take(p, m) })
	o.client = paho.NewClient(options)
	token := o.client.Connect()
	<-token.Done()
	if cause != nil {
		return cause
	}
	return token.Error()
}

// take sorts a message. It does not wait: paho would answer no ping meanwhile. What is
// retained was said before we came.
func (o *outlet) take(p *Publisher, m paho.Message) {
	switch {
	case m.Retained():
		if id, ok := p.scheme.Announced(m.Topic(), m.Payload()); ok {
			select {
			case o.before <- id:
			default:
			}
		}
	case convention.Ours([]byte(m.Topic())):
	case m.Topic() == gatewayTopic:
		o.mu.Lock()
		o.midwife.explain(m.Payload(), time.Now())
		o.mu.Unlock()
	case m.Topic() == p.scheme.Birth():
		if publish.IsBirth(m.Payload()) {
			o.mu.Lock()
			o.midwife.hear(time.Now())
			o.mu.Unlock()
			select {
			case o.births <- struct{}{}:
			default:
			}
		}
	default:
		select {
		case o.orders <- order{m.Topic(), m.Payload()}:
		default: // so many at once are no person's
		}
	}
}

// born reports whether a Home Assistant has begun since it was last asked.
func (o *outlet) born() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	some := len(o.midwife.births) > 0
	o.midwife.births = nil
	return some
}

// wait waits until the broker has taken a message.
func (o *outlet) wait(ctx context.Context, token paho.Token) error {
	timer := time.NewTimer(answerTimeout)
	defer timer.Stop()
	select {
	case <-token.Done():
		return token.Error()
	case <-ctx.Done():
		return ctx.Err()
	case err := <-o.lost:
		return fmt.Errorf("%w: %w", errParted, err)
	case <-timer.C:
		return fmt.Errorf("no answer in %s", answerTimeout)
	}
}

// publisherOptions are those of a client that publishes. As with the adapter's own,
// paho does not connect again by itself, which would hide why the broker refuses us.
func publisherOptions(cfg *Config, at address) *paho.ClientOptions {
	o := paho.NewClientOptions()
	o.AddBroker(at.network + "://" + at.dial)
	o.SetProtocolVersion(4)
	o.SetClientID(cfg.ClientID)
	o.SetUsername(cfg.Username)
	o.SetPassword(string(cfg.Password))
	o.SetCleanSession(true) // what is ordered while we are away is not obeyed late
	o.SetAutoReconnect(false)
	o.SetConnectRetry(false)
	o.SetConnectTimeout(connectTimeout)
	o.SetWriteTimeout(publishTimeout)
	o.SetKeepAlive(cfg.Keepalive)
	return o
}

// opener dials; what goes wrong is left in cause, for paho hides it.
func opener(ctx context.Context, at address, secure *tls.Config, cause *error) func(*url.URL, paho.ClientOptions) (net.Conn, error) {
	return func(*url.URL, paho.ClientOptions) (net.Conn, error) {
		dialing, cancel := context.WithTimeout(ctx, connectTimeout)
		defer cancel()
		conn, err := at.open(dialing, secure)
		*cause = err
		return conn, err
	}
}
