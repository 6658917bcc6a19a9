package doctor_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	paho "github.com/eclipse/paho.mqtt.golang"

	"thingbridge/adapters"
	"thingbridge/adapters/mqtt"
	"thingbridge/adapters/mqtt/mapped"
	"thingbridge/deploy/lab"
	"thingbridge/deploy/lab/labtest"
)

// access is the list of a broker on which "reader" may write nothing.
const access = "user gateway\ntopic readwrite #\ntopic read $SYS/#\n" +
	"user reader\ntopic read #\n"

// outcomes of a broker.
const (
	dialled    = "resolve skipped, connect passed, "
	loggedOut  = "subscribe skipped, publish skipped, version skipped"
	noTLS      = "TLS skipped, authenticate skipped, " + loggedOut
	badTLS     = dialled + "TLS failed, authenticate skipped, " + loggedOut
	badLogin   = dialled + "TLS skipped, authenticate failed, " + loggedOut
	withoutTLS = dialled + "TLS skipped, authenticate passed, "
)

// house is the adapter's section as it is with a broker and a device.
func house(broker string, change ...func(*mqtt.Config)) mqtt.Config {
	c := mqtt.DefaultConfig("house")
	c.Broker = broker
	c.Devices = []mapped.Device{{ID: "boiler", Name: "Boiler", Properties: []mapped.Property{{Name: "power", Topic: "boiler/power", Unit: "W"}}}}
	for _, f := range change {
		f(&c)
	}
	return c
}

func login(username string, password adapters.Secret) func(*mqtt.Config) {
	return func(c *mqtt.Config) { c.Username, c.Password = username, password }
}

func authority(file string) func(*mqtt.Config) {
	return func(c *mqtt.Config) { c.CAFile = file }
}

func own(cert, key string) func(*mqtt.Config) {
	return func(c *mqtt.Config) { c.CertFile, c.KeyFile = cert, key }
}

func TestBroker(t *testing.T) {
	t.Parallel()
	trusted, stranger := newAuthority(t), newAuthority(t)
	broker := labtest.Mosquitto(t, lab.MosquittoConfig{Authority: trusted, Listeners: []lab.MosquittoListener{
		{Users: map[string]string{"gateway": secret, "reader": secret}, Lines: "acl_file " + shared(t, "acl", access)},
		{Security: lab.TLS},
		{Security: lab.MutualTLS},
	}})
	plain, secure, mutual := "mqtt://"+broker.Addrs[0], "mqtts://"+broker.Addrs[1], "mqtts://"+broker.Addrs[2]
	ca, wrongCA := authority(shared(t, "ca.crt", string(trusted.PEM()))), authority(shared(t, "other.crt", string(stranger.PEM())))
	good, foreign := issue(t, trusted), issue(t, stranger)
	exposed := issue(t, trusted)
	if err := os.Chmod(exposed.key, 0o644); err != nil {
		t.Fatal(err)
	}

	tests := []struct {
		name   string
		config mqtt.Config
		want   string
		key    string
		words  []string
	}{
		{"all well", house(plain, login("gateway", secret)), withoutTLS + "subscribe passed, publish passed, version passed", "", nil},
		{"all well with TLS", house(secure, ca), dialled + "TLS passed, authenticate passed, subscribe passed, publish passed, version passed", "", nil},
		{"all well with certificates", house(mutual, ca, own(good.cert, good.key)), dialled + "TLS passed, authenticate passed, subscribe passed, publish passed, version passed, key file passed", "", nil},
		{"no status topic", house(plain, login("gateway", secret), func(c *mqtt.Config) { c.StatusTopic = "" }), withoutTLS + "subscribe passed, publish skipped, version passed", "", nil},
		{"a password that is refused", house(plain, login("gateway", "open")), badLogin, "password", []string{`"gateway"`, "mosquitto_passwd"}},
		{"no login", house(plain), badLogin, "username", []string{"add username and password_file"}},
		{"a user who may not write", house(plain, login("reader", secret), func(c *mqtt.Config) { c.StatusTopic = "reader/status" }), withoutTLS + "subscribe passed, publish failed, version skipped", "status_topic", []string{"reader/status", "access list"}},
		{"no authority", house(secure), badTLS, "ca_file", []string{"does not trust"}},
		{"another authority", house(secure, wrongCA), badTLS, "ca_file", []string{"other.crt"}},
		{"no certificate of ours", house(mutual, ca), dialled + "TLS passed, authenticate failed, " + loggedOut, "cert_file", []string{"add cert_file and key_file"}},
		{"a certificate of somebody else", house(mutual, ca, own(foreign.cert, foreign.key)), dialled + "TLS passed, authenticate failed, " + loggedOut + ", key file passed", "cert_file", []string{"that the broker trusts"}},
		{"a key that everybody can read", house(mutual, ca, own(exposed.cert, exposed.key)), dialled + "TLS passed, authenticate passed, subscribe passed, publish passed, version passed, key file failed", "key_file", []string{"chmod 600"}},
		{"TLS at a port without it", house("mqtts://"+broker.Addrs[0], ca), badTLS, "broker", []string{"does not speak TLS", "mqtt://"}},
		{"no TLS at a port with it", house("mqtt://" + broker.Addrs[1]), badLogin, "broker", []string{"mqtts://"}},
		{"a host that nobody knows", house("mqtt://broker.invalid"), "resolve failed, connect skipped, " + noTLS, "broker", []string{`"broker.invalid"`}},
		{"a port where nobody listens", house("mqtt://" + closed(t)), "resolve skipped, connect failed, " + noTLS, "broker", []string{"nothing listens"}},
		{"a socket that is not there", house("unix://" + filepath.Join(t.TempDir(), "s")), "resolve skipped, connect failed, " + noTLS, "broker", []string{"there is no socket"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := brokered(component(t, closed(t), domain, secret), test.config)
			got, checks := examine(t, c, "broker house", patience)
			expect(t, got, test.want, checks, keyOf(test.key), test.words...)
		})
	}
}

func keyOf(name string) string {
	if name == "" {
		return ""
	}
	return "adapters.house." + name
}

func TestBrokerThatNeverAnswers(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, broker, want string }{
		{"without TLS", "mqtt://" + listen(t, mute), badLogin},
		{"with TLS", "mqtts://" + listen(t, mute), badTLS},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := brokered(component(t, closed(t), domain, secret), house(test.broker))
			got, checks := examine(t, c, "broker house", brief)
			expect(t, got, test.want, checks, "adapters.house.broker", "says nothing")
		})
	}
}

func TestCertificateOfABroker(t *testing.T) {
	t.Parallel()
	now := time.Now()
	tests := []struct {
		name        string
		host        string
		from, until time.Time
		key         string
		words       []string
	}{
		{"that has expired", "127.0.0.1", now.AddDate(-2, 0, 0), now.AddDate(0, 0, -2), "", []string{"has expired on " + now.AddDate(0, 0, -2).UTC().Format(time.DateOnly), "renew it"}},
		{"that is not good yet", "127.0.0.1", now.AddDate(0, 0, 2), now.AddDate(1, 0, 0), "", []string{"set this machine's clock"}},
		{"for another name", "broker.example.org", now.AddDate(-1, 0, 0), now.AddDate(1, 0, 0), "adapters.house.broker", []string{`not for "127.0.0.1", but for "broker.example.org"`}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			certificate, ca := selfSigned(t, test.host, test.from, test.until)
			address := listen(t, func(conn net.Conn) {
				secure := tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{certificate}})
				_ = secure.Handshake()
				secure.Close()
			})
			c := brokered(component(t, closed(t), domain, secret), house("mqtts://"+address, authority(ca)))
			got, checks := examine(t, c, "broker house", patience)
			expect(t, got, badTLS, checks, test.key, test.words...)
		})
	}
}

// A gateway that is logged in stays so, and what it says of itself stays what it
// was.
func TestBrokerIsLeftAsItWas(t *testing.T) {
	t.Parallel()
	broker := labtest.Mosquitto(t, lab.MosquittoConfig{})
	config := house(broker.URL)
	said, lost := make(chan paho.Message, 100), make(chan error, 1)
	options := paho.NewClientOptions().AddBroker("tcp://" + broker.Addr).SetClientID(config.ClientID).SetAutoReconnect(false).
		SetConnectionLostHandler(func(_ paho.Client, err error) { lost <- err })
	gateway := paho.NewClient(options)
	done(t, gateway.Connect())
	defer gateway.Disconnect(100)
	done(t, gateway.Publish(config.StatusTopic, 1, true, "online"))
	done(t, gateway.Subscribe("thingbridge/#", 1, func(_ paho.Client, m paho.Message) { said <- m }))

	got, checks := examine(t, brokered(component(t, closed(t), domain, secret), config), "broker house", patience)
	expect(t, got, withoutTLS+"subscribe passed, publish passed, version passed", checks, "")

	done(t, gateway.Publish("thingbridge/fence", 1, false, ""))
	for m := range said {
		if m.Topic() == "thingbridge/fence" {
			break
		}
		if m.Topic() != config.StatusTopic || string(m.Payload()) != "online" {
			t.Errorf("somebody said %q on %s", m.Payload(), m.Topic())
		}
	}
	if len(lost) > 0 {
		t.Errorf("the gateway was thrown out: %v", <-lost)
	}
}

func done(t *testing.T, token paho.Token) {
	t.Helper()
	if !token.WaitTimeout(patience) || token.Error() != nil {
		t.Fatalf("no answer, or %v", token.Error())
	}
}

func newAuthority(t *testing.T) *lab.Authority {
	t.Helper()
	a, err := lab.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	return a
}

type files struct{ cert, key string }

func issue(t *testing.T, a *lab.Authority) files {
	t.Helper()
	issued, err := a.Issue("gateway")
	if err != nil {
		t.Fatal(err)
	}
	cert, key, err := issued.WriteFiles(t.TempDir(), "gateway")
	if err != nil {
		t.Fatal(err)
	}
	return files{cert, key}
}

// shared writes a file that the broker's user can read too.
func shared(t *testing.T, name, text string) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "doctor-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	path := filepath.Join(dir, name)
	for _, err := range []error{os.Chmod(dir, 0o755), os.WriteFile(path, []byte(text), 0o644), os.Chmod(path, 0o644)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return path
}

// selfSigned makes a certificate and a file that vouches for it.
func selfSigned(t *testing.T, host string, from, until time.Time) (tls.Certificate, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: host}, NotBefore: from, NotAfter: until,
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	if ip := net.ParseIP(host); ip != nil {
		template.IPAddresses = []net.IP{ip}
	} else {
		template.DNSNames = []string{host}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	text := new(strings.Builder)
	if err := pem.Encode(text, &pem.Block{Type: "CERTIFICATE", Bytes: der}); err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, shared(t, "ca.crt", text.String())
}
