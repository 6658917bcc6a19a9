package doctor

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
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
	state := conn.ConnectionState()
	return passed(fmt.Sprintf("%s, its certificate is good until %s",
		tls.VersionName(state.Version), state.PeerCertificates[0].NotAfter.UTC().Format(time.DateOnly)))
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
	var (
		authority x509.UnknownAuthorityError
		name      x509.HostnameError
		invalid   x509.CertificateInvalidError
	)
	switch {
	case errors.As(err, &authority) && v.cfg.CAFile == "":
		return failed("this machine does not trust the authority of the broker's certificate", v.key("ca_file"),
			"name the file with the certificate of that authority"), true
	case errors.As(err, &authority):
		return failed("the broker's certificate is not from an authority in "+v.cfg.CAFile, v.key("ca_file"),
			"name the file with the authority of the broker's certificate"), true
	case errors.As(err, &name):
		return failed(fmt.Sprintf("the broker's certificate is not for %q, but for %s", v.at.host, namesIn(name.Certificate)),
			v.key("broker"), "write a name that the certificate has, or give the broker one for this name"), true
	case errors.As(err, &invalid):
		return validityFinding(invalid, time.Now()), true
	case isAlert(err):
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

// validityFinding tells a certificate that has ended from one that has not begun,
// which mostly is about this machine's clock.
func validityFinding(invalid x509.CertificateInvalidError, now time.Time) Finding {
	cert := invalid.Cert
	switch {
	case invalid.Reason != x509.Expired || cert == nil:
		return failed("the broker's certificate is not valid: "+shorten(invalid.Error()), "", "give the broker another certificate")
	case now.Before(cert.NotBefore):
		return failed(fmt.Sprintf("the broker's certificate is good from %s on, and here it is %s",
			day(cert.NotBefore), day(now)), "", "set this machine's clock: timedatectl set-ntp true")
	}
	return failed(fmt.Sprintf("the broker's certificate has expired on %s, and here it is %s", day(cert.NotAfter), day(now)), "",
		"renew it at the broker, or set this machine's clock if that is wrong")
}

func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// namesIn lists what a certificate is for.
func namesIn(cert *x509.Certificate) string {
	const most = 5
	names := slices.Clone(cert.DNSNames)
	for _, ip := range cert.IPAddresses {
		names = append(names, ip.String())
	}
	if len(names) == 0 {
		return "no host at all"
	}
	for i := range names {
		names[i] = fmt.Sprintf("%q", shorten(names[i]))
	}
	if len(names) > most {
		names = append(names[:most], "…")
	}
	return strings.Join(names, ", ")
}
