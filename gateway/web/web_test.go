package web_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"iter"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rs/zerolog"

	"thingbridge/gateway/web"
)

const patience = 10 * time.Second

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// ports is one port, on which whatever is sent to coming passes.
type ports struct {
	kept   []web.Entry
	coming chan web.Entry
}

func (p *ports) Ports() []web.Port {
	return []web.Port{{Name: "attic", Port: "/dev/serial/by-id/usb-MySensors"}}
}

func (p *ports) Entries(ctx context.Context, name string, follow bool) (iter.Seq[web.Entry], bool) {
	if name != "attic" {
		return nil, false
	}
	return func(yield func(web.Entry) bool) {
		for _, e := range p.kept {
			if !yield(e) {
				return
			}
		}
		for follow {
			select {
			case <-ctx.Done():
				return
			case e := <-p.coming:
				if !yield(e) {
					return
				}
			}
		}
	}, true
}

// serve serves p until the test ends, and returns the socket.
func serve(t *testing.T, p web.Ports) (socket string, stop func() error) {
	t.Helper()
	socket = filepath.Join(t.TempDir(), "gateway.sock")
	l, err := web.Listen(socket)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- web.Serve(ctx, l, p, zerolog.Nop()) }()
	stop = func() error {
		cancel()
		select {
		case err := <-done:
			done <- err
			return err
		case <-time.After(patience):
			return errors.New("Serve does not return")
		}
	}
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
	return socket, stop
}

func entry(n uint64) web.Entry {
	return web.Entry{
		Number: n, At: noon, Way: "received", Hex: "31", Size: 1, Text: "one",
		Readings: []web.Reading{{Device: "attic-1", Property: "on", Value: "true"}}, Line: "12:00:00.000 < 1",
	}
}

func TestPorts(t *testing.T) {
	p := &ports{}
	socket, _ := serve(t, p)
	got, err := web.NewClient(socket).Ports(t.Context())
	if err != nil || !cmp.Equal(got, p.Ports()) {
		t.Errorf("got %v and %v", got, err)
	}
}

func TestEntriesThatAreKept(t *testing.T) {
	p := &ports{kept: []web.Entry{entry(1), entry(2)}}
	socket, _ := serve(t, p)
	var got []web.Entry
	for e, err := range web.NewClient(socket).Entries(t.Context(), "attic", false) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, e)
	}
	if diff := cmp.Diff(p.kept, got); diff != "" {
		t.Error(diff)
	}
}

func TestEntriesThatCome(t *testing.T) {
	p := &ports{kept: []web.Entry{entry(1)}, coming: make(chan web.Entry, 1)}
	socket, stop := serve(t, p)
	var got []uint64
	for e, err := range web.NewClient(socket).Entries(t.Context(), "attic", true) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, e.Number)
		switch e.Number {
		case 3: // the gateway stops while somebody looks
			go func() { _ = stop() }()
		default:
			p.coming <- entry(e.Number + 1)
		}
	}
	if !cmp.Equal(got, []uint64{1, 2, 3}) {
		t.Errorf("got %v, want 1, 2, 3", got)
	}
}

func TestWhoLooksNoMore(t *testing.T) {
	p := &ports{kept: []web.Entry{entry(1)}}
	socket, _ := serve(t, p)
	for range 50 { // more than may look at once
		ctx, cancel := context.WithCancel(t.Context())
		for _, err := range web.NewClient(socket).Entries(ctx, "attic", true) {
			if err != nil {
				// The places of those before are free again as soon as the server has noticed.
				if strings.Contains(err.Error(), "look at ports already") {
					continue
				}
				t.Fatal(err)
			}
			cancel()
		}
		cancel()
	}
}

func TestTooManyLook(t *testing.T) {
	p := &ports{kept: []web.Entry{entry(1)}}
	socket, _ := serve(t, p)
	var refused error
	for range 20 {
		next, stop := iter.Pull2(web.NewClient(socket).Entries(t.Context(), "attic", true))
		defer stop()
		if _, err, _ := next(); err != nil {
			refused = err
		}
	}
	if refused == nil || !strings.Contains(refused.Error(), "16 others look at ports already") {
		t.Errorf("of 20 that look none is refused, or not in words: %v", refused)
	}
}

func TestWhatCannotBeAnswered(t *testing.T) {
	socket, _ := serve(t, &ports{})
	for _, test := range []struct{ name, want string }{
		{"cellar", `no adapter named "cellar" has a serial port; these have one: attic`},
		{"../x y", `no adapter named "../x y" has a serial port; these have one: attic`},
	} {
		for _, err := range web.NewClient(socket).Entries(t.Context(), test.name, true) {
			if err == nil || err.Error() != test.want {
				t.Errorf("%s: got %v, want %s", test.name, err, test.want)
			}
		}
	}
}

func TestOtherRequests(t *testing.T) {
	socket, _ := serve(t, &ports{})
	client := http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", socket)
	}}}
	defer client.CloseIdleConnections()
	for _, test := range []struct {
		method, path string
		status       int
	}{
		{"GET", "/", 404},
		{"GET", "/v1/ports/", 404},
		{"POST", "/v1/ports", 404},
		{"DELETE", "/v1/ports/attic/entries", 404},
		{"GET", "/v1/ports", 200},
	} {
		request, err := http.NewRequestWithContext(t.Context(), test.method, "http://gateway"+test.path, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		response, err := client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if response.StatusCode != test.status {
			t.Errorf("%s %s: status %d, want %d", test.method, test.path, response.StatusCode, test.status)
		}
	}
}

func TestNobodyListens(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "gateway.sock")
	if _, err := web.NewClient(socket).Ports(t.Context()); !errors.Is(err, web.ErrNotRunning) || !strings.Contains(err.Error(), socket) {
		t.Errorf("without a socket: %v", err)
	}
}

func TestListen(t *testing.T) {
	dir := t.TempDir()
	socket := filepath.Join(dir, "gateway.sock")
	first, err := web.Listen(socket)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(socket); err != nil || info.Mode().Perm() != 0o660 {
		t.Errorf("the socket is %v, %v; want it for user and group alone", info.Mode(), err)
	}
	if _, err := web.Listen(socket); !errors.Is(err, web.ErrTaken) {
		t.Errorf("a second gateway: %v, want ErrTaken", err)
	}
	first.(*net.UnixListener).SetUnlinkOnClose(false) // as when it is killed
	_ = first.Close()
	again, err := web.Listen(socket)
	if err != nil {
		t.Fatalf("after a kill: %v", err)
	}
	_ = again.Close()
	if _, err := os.Stat(socket); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the socket is left behind: %v", err)
	}

	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := web.Listen(file); err == nil || !strings.Contains(err.Error(), "web.socket") {
		t.Errorf("over a file: %v", err)
	}
	if text, err := os.ReadFile(file); err != nil || !bytes.Equal(text, []byte("precious")) {
		t.Errorf("the file is %q, %v", text, err)
	}
	if _, err := web.Listen(filepath.Join(dir, strings.Repeat("x", 108))); err == nil || !strings.Contains(err.Error(), "at most 107") {
		t.Errorf("a long name: %v", err)
	}
}
