package doctor

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"syscall"
	"time"

	paho "github.com/eclipse/paho.mqtt.golang"
	"github.com/eclipse/paho.mqtt.golang/packets"

	"thingbridge/adapters/mqtt"
)

// brokerVisit logs in to a broker and looks around.
type brokerVisit struct {
	name   string // of the adapter
	cfg    *mqtt.Config
	at     endpoint
	secure bool

	conn   net.Conn // until the client has it
	client paho.Client
}

func newBrokerVisit(name string, cfg *mqtt.Config) *brokerVisit {
	v := &brokerVisit{name: name, cfg: cfg}
	u, err := url.Parse(cfg.Broker)
	if err != nil { // the configuration was validated
		u = &url.URL{}
	}
	v.at = endpoint{network: "tcp", host: u.Hostname(), port: u.Port(), key: v.key("broker")}
	fallback := "1883"
	switch u.Scheme {
	case "mqtts", "ssl", "tls":
		v.secure, fallback = true, "8883"
	}
	v.at.port = cmp.Or(v.at.port, fallback)
	if u.Scheme == "unix" {
		v.at = endpoint{network: "unix", path: u.Path, key: v.key("broker")}
	}
	return v
}

func (v *brokerVisit) key(name string) string { return "adapters." + v.name + "." + name }

func (v *brokerVisit) group() Group {
	g := Group{Name: "broker " + v.name, End: v.end, Steps: []Step{
		{Name: "resolve", Try: v.at.resolve},
		{Name: "connect", Try: v.connect},
		{Name: "TLS", Try: v.shakeHands},
		{Name: "authenticate", Try: v.authenticate},
		{Name: "subscribe", Try: v.subscribe},
		{Name: "publish", Try: v.publish},
		{Name: "version", Try: v.version},
	}}
	if v.cfg.KeyFile != "" {
		g.Steps = append(g.Steps, Step{Name: "key file", Try: v.keyFile, Free: true})
	}
	return g
}

func (v *brokerVisit) connect(ctx context.Context) (found Finding) {
	v.conn, found = v.at.dial(ctx)
	return found
}

// authenticate logs in as somebody else than the gateway, who may be logged in:
// two clients with one ID throw each other out.
func (v *brokerVisit) authenticate(ctx context.Context) Finding {
	conn := v.conn
	v.conn = nil
	release := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer release()
	o := v.options()
	o.SetCustomOpenConnectionFn(func(*url.URL, paho.ClientOptions) (net.Conn, error) { return conn, nil })
	if deadline, ok := ctx.Deadline(); ok {
		o.SetConnectTimeout(time.Until(deadline))
	}
	client := paho.NewClient(o)
	token := client.Connect()
	<-token.Done() // soon after ctx has closed the connection
	if err := token.Error(); err != nil {
		_ = conn.Close()
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return v.loginFinding(err)
	}
	v.client = client
	if v.cfg.Username == "" {
		return passed("the broker lets everybody in")
	}
	return passed(fmt.Sprintf("the broker lets %q in", v.cfg.Username))
}

func (v *brokerVisit) options() *paho.ClientOptions {
	o := paho.NewClientOptions()
	o.AddBroker("tcp://" + v.at.String()) // not dialled
	o.SetProtocolVersion(4)
	o.SetClientID("thingbridge-doctor-" + rand.Text()[:4]) // all brokers take 23 characters
	o.SetUsername(v.cfg.Username)
	o.SetPassword(string(v.cfg.Password))
	o.SetCleanSession(true)
	o.SetAutoReconnect(false)
	o.SetConnectRetry(false)
	return o
}

// loginFinding says why the broker did not let us in.
func (v *brokerVisit) loginFinding(err error) Finding {
	if found, ok := v.certificateFinding(err); ok { // TLS 1.3 tells late what it thinks of our certificate
		return found
	}
	switch {
	case errors.Is(err, packets.ErrorRefusedBadUsernameOrPassword), errors.Is(err, packets.ErrorRefusedNotAuthorised):
		if v.cfg.Username == "" {
			return failed("the broker refuses clients without a login", v.key("username"), "add username and password_file")
		}
		return failed(fmt.Sprintf("the broker refuses the login of %q", v.cfg.Username), v.key("password"),
			"write the password that the broker has for this user, or correct username; for Mosquitto: mosquitto_passwd FILE USER")
	case errors.Is(err, packets.ErrorRefusedIDRejected):
		return skipped("the broker takes none but chosen client IDs, and that of the gateway is not for doctor")
	case errors.Is(err, packets.ErrorRefusedBadProtocolVersion):
		return failed("the broker does not speak MQTT 3.1.1", v.key("broker"), "turn MQTT 3.1.1 on in the broker, or use another")
	case errors.Is(err, packets.ErrorRefusedServerUnavailable):
		return failed("the broker says that it is not available", "", "look into the broker's log")
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		return failed(v.at.String()+" takes connections and then says nothing", v.key("broker"),
			"restart that broker if it is the right one, else correct host and port")
	case errors.Is(err, io.EOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		remedy := "look into the broker's log"
		if !v.secure {
			remedy = "write mqtts:// if this port is for TLS; if not, " + remedy
		}
		return failed(v.at.String()+" closed the connection during the login", v.key("broker"), remedy)
	}
	return failed(plain(err), v.key("broker"), "is that a broker? if so, look into its log")
}

func (v *brokerVisit) end() {
	if v.client != nil {
		v.client.Disconnect(250) // milliseconds
	}
	if v.conn != nil {
		_ = v.conn.Close()
	}
}
