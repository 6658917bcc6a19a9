package lab_test

import (
	"crypto/tls"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"thingbridge/deploy/lab"
	"thingbridge/deploy/lab/labtest"
)

// What the snippets for installers say, to be changed by them.
const (
	snippetDomain = "things.example.org"
	snippetSecret = "change-me"
)

// snippet reads a file of deploy and changes what must differ on this machine; it
// fails when the file lacks something of that.
func snippet(t *testing.T, path string, changes map[string]string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("..", path))
	if err != nil {
		t.Fatal(err)
	}
	text := string(content)
	for from, to := range changes {
		if !strings.Contains(text, from) {
			t.Fatalf("%s lacks %q", path, from)
		}
		text = strings.ReplaceAll(text, from, to)
	}
	return text
}

// ownAddress returns an address of 127.0.0.0/8 for the test alone.
func ownAddress(t *testing.T) string {
	t.Helper()
	ip, release, err := lab.ClaimAddress()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(release)
	return ip
}

func checkSnippet(t *testing.T, address string) {
	t.Helper()
	if _, answer := handshake(t, address, snippetDomain, snippetSecret); !accepts(answer) {
		t.Errorf("right secret: %s", answer)
	}
	if _, answer := handshake(t, address, snippetDomain, "wrong"); !refuses(answer) {
		t.Errorf("wrong secret: %s", answer)
	}
}

func TestProsodyTakesTheSnippet(t *testing.T) {
	t.Parallel()
	p := labtest.Prosody(t, lab.ProsodyConfig{ConfD: []string{snippet(t, "prosody/component.cfg.lua", nil)}})
	checkSnippet(t, p.ComponentAddr)
}

func TestEjabberdTakesTheSnippet(t *testing.T) {
	t.Parallel()
	ip := ownAddress(t)
	text := snippet(t, "ejabberd/component.yml", map[string]string{"127.0.0.1": ip})
	labtest.Ejabberd(t, lab.EjabberdConfig{IP: ip, ConfD: []string{text}})
	checkSnippet(t, ip+":5347")
}

func TestEjabberdTakesTheSnippetWithTLS(t *testing.T) {
	t.Parallel()
	authority, err := lab.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	ip, dir := ownAddress(t), reachableFolder(t)
	issued, err := authority.Issue(ip)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "component.pem")
	if err := os.WriteFile(file, append(issued.CertPEM, issued.KeyPEM...), 0o644); err != nil {
		t.Fatal(err)
	}
	text := snippet(t, "ejabberd/component.yml", map[string]string{
		"127.0.0.1": ip, "# tls: true": "tls: true", "# certfile: /etc/ejabberd/component.pem": "certfile: " + file,
	})
	labtest.Ejabberd(t, lab.EjabberdConfig{IP: ip, Dir: dir, ConfD: []string{text}})
	conn, err := tls.Dial("tcp", ip+":5347", &tls.Config{RootCAs: authority.Pool()})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, answer := shakeHands(t, &stream{conn: conn}, snippetDomain, snippetSecret); !accepts(answer) {
		t.Errorf("right secret: %s", answer)
	}
}

func TestMosquittoTakesTheSnippet(t *testing.T) {
	t.Parallel()
	ip, dir := ownAddress(t), reachableFolder(t)
	passwords, acl := filepath.Join(dir, "thingbridge.passwd"), filepath.Join(dir, "thingbridge.acl")
	text := snippet(t, "mosquitto/thingbridge.conf", map[string]string{
		"127.0.0.1":                         ip,
		"/etc/mosquitto/thingbridge.passwd": passwords,
		"/etc/mosquitto/thingbridge.acl":    acl,
	})
	if err := os.WriteFile(acl, []byte(snippet(t, "mosquitto/thingbridge.acl", nil)), 0o600); err != nil {
		t.Fatal(err)
	}
	run(t, "mosquitto_passwd", "-c", "-b", passwords, "gateway", "right")
	run(t, "mosquitto_passwd", "-b", passwords, "boiler", "hot")
	labtest.Mosquitto(t, lab.MosquittoConfig{IP: ip, Dir: dir, Lines: text})

	url := "mqtt://" + ip + ":1883"
	for _, login := range []mqttLogin{{url: url}, {url: url, user: "gateway", password: "wrong"}} {
		if _, err := connectMQTT(t, login); err == nil {
			t.Errorf("user %q with password %q was let in", login.user, login.password)
		}
	}
	gateway, err := connectMQTT(t, mqttLogin{url: url, user: "gateway", password: "right"})
	if err != nil {
		t.Fatal(err)
	}
	boiler, err := connectMQTT(t, mqttLogin{url: url, user: "boiler", password: "hot"})
	if err != nil {
		t.Fatal(err)
	}
	heard := listen(t, gateway, "#")
	for _, topic := range []string{"attic/temperature", "homeassistant/sensor/boiler/config"} {
		publish(t, boiler, topic)
	}
	if got := receive(t, heard); got != "homeassistant/sensor/boiler/config" {
		t.Errorf("the gateway hears %s, which the boiler may not say", got)
	}
	commands := listen(t, boiler, "#")
	for _, topic := range []string{"cmnd/attic/POWER", "cmnd/boiler/POWER"} {
		publish(t, gateway, topic)
	}
	if got := receive(t, commands); got != "cmnd/boiler/POWER" {
		t.Errorf("the boiler hears %s, which is not for it", got)
	}
}

func run(t *testing.T, program string, arguments ...string) {
	t.Helper()
	if out, err := exec.Command(program, arguments...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v: %s", program, err, out)
	}
}
