package rflink_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"thingbridge/adapters/serial/codec"
	"thingbridge/adapters/serial/codec/codectest"
	"thingbridge/adapters/serial/rflink"
)

// corpus reads a file of lines of real gateways.
func corpus(t *testing.T, name string) []byte {
	dir := os.Getenv("CORPUS")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "..", "shared", "corpus")
	}
	data, err := os.ReadFile(filepath.Join(dir, "serial", name))
	if os.IsNotExist(err) {
		t.Skipf("no lines of real gateways: %v; CORPUS names another folder", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// Real lines keep the contract, and mean something: what is at fault in them is said.
func TestRealLines(t *testing.T) {
	stream := corpus(t, "rflink-rx-lines.txt")
	if !bytes.Contains(stream, []byte("\r\n")) {
		stream = bytes.ReplaceAll(stream, []byte("\n"), []byte("\r\n"))
	}
	fresh := func() codec.Codec {
		it, err := rflink.New("attic", atOnce)
		if err != nil {
			t.Fatal(err)
		}
		return it
	}
	codectest.Run(t, codectest.Case{New: fresh, Stream: stream, Noise: [][]byte{[]byte("\x00\x80;4\r\n")}})
	g := play(t, atOnce, nil).opened()
	for line := range bytes.Lines(stream) {
		before := len(g.said)
		g.hear(strings.TrimRight(string(line), "\r\n"))
		if bytes.Contains(line, []byte(";ID=")) && len(g.said) == before {
			t.Errorf("%q means nothing", line)
		}
	}
}

func TestRealOrders(t *testing.T) {
	it, err := rflink.New("attic", rflink.Config{})
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(corpus(t, "rflink-tx-lines.txt")) {
		if got := string(it.Explain(nil, line)); !strings.HasPrefix(got, "to the gateway: ") && !strings.HasPrefix(got, "say as if") {
			t.Errorf("%q is explained as %q", line, got)
		}
	}
}
