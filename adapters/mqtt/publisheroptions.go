package mqtt

import (
	"context"
	"crypto/tls"
	"net"
	"net/url"

	paho "github.com/eclipse/paho.mqtt.golang"
)

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
