package doctor

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"os"
	"syscall"
	"time"
)

// shakeHands starts TLS on the connection, where the broker is to have it.
func (v *brokerVisit) shakeHands(ctx context.Context) Finding {
	if !v.secure {
		return skipped("none, as broker does not say mqtts://")
	}
	config, found := v.tlsConfig()
	if config == nil {
		return found
	}
	conn := tls.Client(v.conn, config)
	if err := conn.HandshakeContext(ctx); err != nil {
		return v.handshakeFinding(err)
	}
	v.conn = witness{conn}
	return accepted(conn.ConnectionState())
}

// tlsConfig reads the files of the configuration. Without one it says why.
func (v *brokerVisit) tlsConfig() (*tls.Config, Finding) {
	config := &tls.Config{ServerName: v.at.host, MinVersion: tls.VersionTLS12}
	if v.cfg.CAFile != "" {
		pem, err := os.ReadFile(v.cfg.CAFile)
		if err != nil {
			return nil, failed(err.Error(), v.key("ca_file"), "correct the name, or let the gateway's user read it")
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(pem) {
			return nil, failed(v.cfg.CAFile+" holds no certificate", v.key("ca_file"), "name a file with certificates in PEM")
		}
	}
	if v.cfg.CertFile == "" {
		return config, Finding{}
	}
	own, err := tls.LoadX509KeyPair(v.cfg.CertFile, v.cfg.KeyFile)
	if err != nil {
		return nil, failed(plain(err), v.key("cert_file"), "name a certificate and its key, both in PEM")
	}
	config.Certificates = []tls.Certificate{own}
	return config, Finding{}
}

// keyFile sees that our key is a secret.
func (v *brokerVisit) keyFile(context.Context) Finding {
	info, err := os.Stat(v.cfg.KeyFile)
	if err != nil {
		return failed(err.Error(), v.key("key_file"), "correct the name, or let the gateway's user read it")
	}
	if info.Mode().Perm()&0o004 != 0 {
		return failed("everybody on this machine can read "+v.cfg.KeyFile, v.key("key_file"), "chmod 600 it")
	}
	return passed("not everybody on this machine can read it")
}

// handshakeFinding says why TLS did not come about.
func (v *brokerVisit) handshakeFinding(err error) Finding {
	if found, ok := v.certificateFinding(err); ok {
		return found
	}
	var header tls.RecordHeaderError
	switch {
	case errors.As(err, &header), errors.Is(err, io.EOF), errors.Is(err, syscall.ECONNRESET):
		return failed(v.at.String()+" does not speak TLS", v.key("broker"),
			"write mqtt:// if that is meant, or the broker's port for TLS, such as 8883")
	case errors.Is(err, context.DeadlineExceeded):
		return failed(v.at.String()+" takes connections and then says nothing", v.key("broker"),
			"write the broker's port for TLS; restart the broker if it is that")
	}
	return failed("the broker ended TLS: "+plain(err), v.key("broker"), "look into the broker's log")
}

// certificateFinding says what is wrong with a certificate, the broker's or ours;
// ok is false when err is about something else.
func (v *brokerVisit) certificateFinding(err error) (found Finding, ok bool) {
	shown := certificate{
		whose: "the broker", host: v.at.host, caFile: v.cfg.CAFile, caKey: v.key("ca_file"),
		wrongName: Remedy{v.key("broker"), "write a name that the certificate has, or give the broker one for this name"},
	}
	if found, ok := shown.finding(err, time.Now()); ok {
		return found, true
	}
	if isAlert(err) {
		return v.alertFinding(plain(err)), true
	}
	return Finding{}, false
}

// alertFinding explains what the broker said of our certificate.
func (v *brokerVisit) alertFinding(alert string) Finding {
	if v.cfg.CertFile == "" {
		return failed("the broker ended TLS: "+alert, v.key("cert_file"),
			"add cert_file and key_file, if it asks clients for a certificate")
	}
	return failed("the broker ended TLS: "+alert, v.key("cert_file"),
		"name a certificate from the authority that the broker trusts")
}
