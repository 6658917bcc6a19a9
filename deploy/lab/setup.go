package lab

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
)

// setup is what every kind of server needs before its configuration can be written.
type setup struct {
	name       string // for errors
	systemUser string // whom it runs as when root starts it
	dir        string // made when empty
	ip         string // claimed when empty
	authority  *Authority
	certNames  []string // beside the address
	log        io.Writer
}

// server is a Server that has not been started, with what its configuration names.
type server struct {
	*Server
	certFile string
	keyFile  string
}

// prepare makes address, folder and certificates.
func (u setup) prepare() (server, error) {
	owner, err := serverOwner(u.systemUser)
	if err != nil {
		return server{}, err
	}
	s := server{Server: &Server{name: u.name, owner: owner, log: &tail{next: u.log}}}
	err = errors.Join(s.takeAddress(u.ip), s.takeFolder(u.dir))
	if err == nil {
		err = s.takeCertificate(u.authority, u.certNames)
	}
	if err != nil {
		return server{}, s.abandon(err)
	}
	return s, nil
}

func (s *server) takeAddress(ip string) error {
	if ip != "" {
		s.IP = ip
		return nil
	}
	claimed, err := claimAddress()
	s.claim, s.IP = claimed, claimed.ip
	return err
}

func (s *server) takeFolder(dir string) error {
	if dir != "" {
		absolute, err := filepath.Abs(dir)
		if err != nil {
			return err
		}
		s.Dir = absolute
		return os.MkdirAll(absolute, 0o700)
	}
	made, err := os.MkdirTemp("", "thingbridge-"+s.name+"-")
	s.Dir, s.ownsDir = made, err == nil
	return err
}

func (s *server) takeCertificate(authority *Authority, names []string) error {
	if authority == nil {
		own, err := NewAuthority()
		if err != nil {
			return err
		}
		authority = own
	}
	s.CAFile = filepath.Join(s.Dir, "ca.crt")
	if err := os.WriteFile(s.CAFile, authority.PEM(), 0o644); err != nil {
		return fmt.Errorf("write CA certificate: %w", err)
	}
	cert, err := authority.Issue(append([]string{s.IP}, names...)...)
	if err != nil {
		return err
	}
	s.certFile, s.keyFile, err = cert.WriteFiles(s.Dir, "server")
	return err
}

// address finds a free port from first on and returns it with the server's IP.
func (s *server) address(first int) (string, error) {
	port, err := freePort(s.IP, first)
	if err != nil {
		return "", err
	}
	return net.JoinHostPort(s.IP, strconv.Itoa(port)), nil
}

// writeFile writes a file that only the server (and root) can read.
func (s *server) writeFile(name, content string) error {
	return os.WriteFile(filepath.Join(s.Dir, name), []byte(content), 0o600)
}

// handOver gives the folder to the server's user.
func (s *server) handOver() error {
	if err := hand(s.Dir, s.owner); err != nil {
		return fmt.Errorf("give the folder to its user: %w", err)
	}
	return nil
}

// abandon closes a server that did not come to life and returns why.
func (s *server) abandon(why error) error {
	return errors.Join(fmt.Errorf("%s: %w", s.name, why), s.Close())
}

// portOf returns the port of an address that the lab made.
func portOf(address string) string {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return ""
	}
	return port
}
