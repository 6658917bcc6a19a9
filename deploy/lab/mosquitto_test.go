package lab_test

import (
	"crypto/tls"
	"testing"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"thingbridge/deploy/lab"
	"thingbridge/deploy/lab/labtest"
)

// mqttLogin is what a client shows to a broker.
type mqttLogin struct {
	url, user, password string
	tls                 *tls.Config
}

// connectMQTT logs in once, without retries.
func connectMQTT(t *testing.T, login mqttLogin) (mqtt.Client, error) {
	t.Helper()
	options := mqtt.NewClientOptions().AddBroker(login.url).SetUsername(login.user).SetPassword(login.password).
		SetTLSConfig(login.tls).SetAutoReconnect(false).SetConnectTimeout(answerTime)
	client := mqtt.NewClient(options)
	token := client.Connect()
	if !token.WaitTimeout(answerTime) {
		t.Fatalf("no answer of the broker at %s", login.url)
	}
	if token.Error() == nil {
		t.Cleanup(func() { client.Disconnect(0) })
	}
	return client, token.Error()
}

func TestListenersLetInWhomTheyShould(t *testing.T) {
	t.Parallel()
	authority, err := lab.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	issued, err := authority.Issue("gateway")
	if err != nil {
		t.Fatal(err)
	}
	cert, err := issued.TLS()
	if err != nil {
		t.Fatal(err)
	}
	m := labtest.Mosquitto(t, lab.MosquittoConfig{Authority: authority, Listeners: []lab.MosquittoListener{
		{},
		{Users: map[string]string{"gateway": "pass word"}},
		{Security: lab.TLS},
		{Security: lab.MutualTLS},
	}})
	trusting := &tls.Config{RootCAs: authority.Pool()}
	known := &tls.Config{RootCAs: authority.Pool(), Certificates: []tls.Certificate{cert}}
	tests := []struct {
		name    string
		login   mqttLogin
		refused bool
	}{
		{name: "anybody by plain TCP", login: mqttLogin{url: m.URL}},
		{name: "a user with the right password", login: mqttLogin{url: "mqtt://" + m.Addrs[1], user: "gateway", password: "pass word"}},
		{name: "a user with a wrong password", login: mqttLogin{url: "mqtt://" + m.Addrs[1], user: "gateway", password: "wrong"}, refused: true},
		{name: "nobody where users are asked for", login: mqttLogin{url: "mqtt://" + m.Addrs[1]}, refused: true},
		{name: "who trusts the authority", login: mqttLogin{url: "mqtts://" + m.Addrs[2], tls: trusting}},
		{name: "who trusts another authority", login: mqttLogin{url: "mqtts://" + m.Addrs[2], tls: &tls.Config{}}, refused: true},
		{name: "who has a certificate", login: mqttLogin{url: "mqtts://" + m.Addrs[3], tls: known}},
		{name: "who should have a certificate", login: mqttLogin{url: "mqtts://" + m.Addrs[3], tls: trusting}, refused: true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if _, err := connectMQTT(t, test.login); (err != nil) != test.refused {
				t.Errorf("error %v, want refused: %t", err, test.refused)
			}
		})
	}
}

func TestRetainedMessagesSurviveAStop(t *testing.T) {
	t.Parallel()
	const topic = "house/temperature"
	m := labtest.Mosquitto(t, lab.MosquittoConfig{Persist: true})
	client, err := connectMQTT(t, mqttLogin{url: m.URL})
	if err != nil {
		t.Fatal(err)
	}
	done(t, client.Publish(topic, 1, true, "21.5"))
	if err := m.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := m.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	again, err := connectMQTT(t, mqttLogin{url: m.URL})
	if err != nil {
		t.Fatal(err)
	}
	if got := receive(t, listen(t, again, topic)); got != topic {
		t.Errorf("got %s, want %s", got, topic)
	}
}

// listen subscribes and returns the topics of what comes.
func listen(t *testing.T, client mqtt.Client, filter string) <-chan string {
	t.Helper()
	topics := make(chan string, 16)
	done(t, client.Subscribe(filter, 1, func(_ mqtt.Client, m mqtt.Message) { topics <- m.Topic() }))
	return topics
}

func publish(t *testing.T, client mqtt.Client, topic string) {
	t.Helper()
	done(t, client.Publish(topic, 1, false, "x"))
}

func done(t *testing.T, token mqtt.Token) {
	t.Helper()
	if !token.WaitTimeout(answerTime) || token.Error() != nil {
		t.Fatalf("broker: %v", token.Error())
	}
}
