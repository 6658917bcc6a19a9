package doctor

import (
	"errors"
	"net"
)

// witness is a connection whose errors of writing say why: a server that has
// closed may have sent its reason before, as TLS 1.3 does when it refuses our
// certificate, and the writer does not read it.
type witness struct{ net.Conn }

func (w witness) Write(p []byte) (int, error) {
	n, err := w.Conn.Write(p)
	if err == nil {
		return n, nil
	}
	if _, last := w.Read(make([]byte, 1)); isAlert(last) {
		err = last
	}
	return n, err
}

// isAlert reports whether the other side ended TLS with a reason; so crypto/tls
// marks it.
func isAlert(err error) bool {
	var remote *net.OpError
	return errors.As(err, &remote) && remote.Op == "remote error"
}
