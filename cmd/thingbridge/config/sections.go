package config

import (
	"fmt"
	"path/filepath"
	"strings"
)

// Store is what survives a restart.
type Store struct {
	// The file of the database; it is made when it does not exist.
	Path string `yaml:"path,path"`
}

// Validate reports mistakes in what was given.
func (s *Store) Validate(report func(path, problem string)) {
	if s.Path == "" {
		report("path", "is empty; name a file, such as thingbridge.db")
	}
}

// Web is how a running gateway is asked.
type Web struct {
	// The unix socket on which the gateway answers the command line, such as thingbridge tap.
	// It is for the user and the group of the gateway. Without it, the socket is beside the
	// file of the store: thingbridge.sock beside thingbridge.db.
	Socket string `yaml:"socket,path"`
}

// Validate reports mistakes in what was given.
func (w *Web) Validate(report func(path, problem string)) {
	if len(w.Socket) > maxSocket {
		report("socket", fmt.Sprintf("has %d bytes with its folder, at most %d are possible; name a shorter one", len(w.Socket), maxSocket))
	}
}

// maxSocket is the room that the system has for the path of a socket, in bytes.
const maxSocket = 107

// SocketPath returns where the gateway of c answers the command line.
func (c *Config) SocketPath() string {
	if c.Web.Socket != "" {
		return c.Web.Socket
	}
	return strings.TrimSuffix(c.Store.Path, filepath.Ext(c.Store.Path)) + ".sock"
}

// Log is what the gateway says of itself.
type Log struct {
	// How much is said: error, warn, info, debug (the traffic) or trace.
	Level Level `yaml:"level"`
}
