package web

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"net"
	"net/http"
	"net/url"
	"syscall"
)

// ErrNotRunning says that no gateway listens on a socket.
var ErrNotRunning = errors.New("no gateway runs there")

// maxLine bounds an entry as it is read: bytes in hexadecimal and in words.
const maxLine = 1 << 20

// Client asks a running gateway. Its methods can be called from any goroutine.
type Client struct {
	socket string
	http   http.Client
}

// NewClient returns a client of the gateway that listens on socket.
func NewClient(socket string) *Client {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "unix", socket)
	}
	return &Client{socket: socket, http: http.Client{Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}}}
}

// Ports returns the serial ports of the gateway. The error wraps [ErrNotRunning] or
// fs.ErrPermission where that is the reason.
func (c *Client) Ports(ctx context.Context) (ports []Port, err error) {
	body, err := c.get(ctx, "/v1/ports")
	if err != nil {
		return nil, err
	}
	defer func() { _ = body.Close() }()
	err = json.NewDecoder(io.LimitReader(body, maxLine)).Decode(&ports)
	return ports, err
}

// Entries yields the traffic of the port of an adapter, as [Ports] does. The first error
// ends it; that ctx has ended is none.
func (c *Client) Entries(ctx context.Context, name string, follow bool) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		path := "/v1/ports/" + url.PathEscape(name) + "/entries"
		if follow {
			path += "?follow"
		}
		body, err := c.get(ctx, path)
		if err == nil {
			defer func() { _ = body.Close() }()
			err = readEntries(body, yield)
		}
		if err != nil && ctx.Err() == nil {
			yield(Entry{}, err)
		}
	}
}

// readEntries yields a line at a time. It returns nil when yield wants no more.
func readEntries(body io.Reader, yield func(Entry, error) bool) error {
	lines := bufio.NewScanner(body)
	lines.Buffer(nil, maxLine)
	for lines.Scan() {
		var e Entry
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			return fmt.Errorf("the gateway says what this program does not understand: %w", err)
		}
		if !yield(e, nil) {
			return nil
		}
	}
	return lines.Err()
}

func (c *Client) get(ctx context.Context, path string) (io.ReadCloser, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://gateway"+path, http.NoBody)
	if err != nil {
		return nil, err
	}
	response, err := c.http.Do(request)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ECONNREFUSED):
		return nil, fmt.Errorf("socket %s: %w", c.socket, ErrNotRunning)
	case errors.Is(err, fs.ErrPermission):
		return nil, fmt.Errorf("socket %s: %w", c.socket, fs.ErrPermission)
	case err != nil:
		return nil, fmt.Errorf("socket %s: %w", c.socket, err)
	case response.StatusCode == http.StatusOK:
		return response.Body, nil
	}
	defer func() { _ = response.Body.Close() }()
	var no refusal
	if json.NewDecoder(io.LimitReader(response.Body, maxLine)).Decode(&no) != nil || no.Error == "" {
		return nil, fmt.Errorf("the gateway answers with status %d", response.StatusCode)
	}
	return nil, errors.New(no.Error)
}
