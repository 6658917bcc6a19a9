package serial

import (
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"strconv"
	"strings"
)

// place is where a port is: one of both.
type place struct {
	path string // of a device
	tcp  string // host:port
}

// parsePlace reads what the configuration calls a port.
func parsePlace(text string) (place, error) {
	scheme, rest, isURL := strings.Cut(text, "://")
	switch {
	case text == "":
		return place{}, errors.New(`is missing; add for example "port: /dev/serial/by-id/usb-…", or tcp://host:5003`)
	case isURL && scheme != "tcp":
		return place{}, fmt.Errorf("%q is no port; write the path of a device, or tcp://host:port", shorten(text))
	case isURL:
		return parseTCP(text, rest)
	case !filepath.IsAbs(text):
		return place{}, fmt.Errorf("%q is no port; write its path, such as /dev/ttyUSB0, or better its name in /dev/serial/by-id", shorten(text))
	}
	return place{path: filepath.Clean(text)}, nil
}

func parseTCP(text, rest string) (place, error) {
	host, port, err := net.SplitHostPort(strings.TrimSuffix(rest, "/"))
	if err != nil || host == "" {
		return place{}, fmt.Errorf("%q is no address; write tcp://host:port", shorten(text))
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		return place{}, fmt.Errorf("%q is no port of TCP; use 1 to 65535", shorten(port))
	}
	return place{tcp: strings.ToLower(net.JoinHostPort(host, port))}, nil
}

// real returns what two names of one port have in common. The device of a name below
// /dev/serial can change whenever it is plugged in.
func (p place) real() string {
	if p.tcp != "" {
		return "tcp://" + p.tcp
	}
	if resolved, err := filepath.EvalSymlinks(p.path); err == nil {
		return resolved
	}
	return p.path
}

// shorten keeps outside text from filling a message.
func shorten(text string) string {
	const most = 80
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}
