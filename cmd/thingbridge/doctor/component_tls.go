package doctor

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"syscall"
	"time"

	"thingbridge/cmd/thingbridge/config"
)

// componentPort is what to do about a port that does not speak TLS with components.
const componentPort = "write the port where the server speaks TLS with components, or leave tls:// out if the server is on this machine"

// shakeHands starts TLS on the connection, where the server is to have it.
func (v *componentVisit) shakeHands(ctx context.Context) Finding {
	if !v.secure {
		return skipped("none, as server does not say tls://")
	}
	authorities, err := config.Authorities(v.cfg.CAFile)
	if err != nil {
		return failed(plain(err), keyCAFile, "name a file with certificates in PEM")
	}
	conn := tls.Client(v.conn, &tls.Config{ServerName: v.at.host, RootCAs: authorities, MinVersion: tls.VersionTLS12})
	if err := conn.HandshakeContext(ctx); err != nil {
		return v.handshakeFinding(err)
	}
	v.conn = conn
	return accepted(conn.ConnectionState())
}

// handshakeFinding says why there is no encryption.
func (v *componentVisit) handshakeFinding(err error) Finding {
	shown := certificate{
		whose: "the server", host: v.at.host, caFile: v.cfg.CAFile, caKey: keyCAFile,
		wrongName: Remedy{keyServer, "write a name that the certificate has, or give the server one for this name"},
	}
	if found, ok := shown.finding(err, time.Now()); ok {
		return found
	}
	var header tls.RecordHeaderError
	switch {
	case errors.As(err, &header):
		return failed(v.at.String()+" does not speak TLS", keyServer, componentPort)
	case errors.Is(err, io.EOF), errors.Is(err, syscall.ECONNRESET):
		return failed(v.at.String()+" closes the connection instead of beginning TLS", keyServer,
			"give the listener its certificate (in ejabberd, certfile: beside tls: true); else "+componentPort)
	case errors.Is(err, context.DeadlineExceeded):
		return failed(v.at.String()+" takes connections and then says nothing", keyServer,
			componentPort+"; restart the server if it is that")
	case isAlert(err):
		return failed("the server ended TLS: "+plain(err), keyServer, "let the server allow TLS 1.2 or newer; else look into its log")
	}
	return failed("there is no TLS with "+v.at.String()+": "+plain(err), keyServer, "let the server allow TLS 1.2 or newer; else look into its log")
}
