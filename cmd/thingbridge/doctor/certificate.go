package doctor

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// certificate is what a server shows, and what it must be.
type certificate struct {
	whose     string // "the broker"
	host      string // that it must be for
	caFile    string // with the authorities that count; empty: those of this machine
	caKey     string // the key of caFile
	wrongName Remedy // when it is for another host
}

// accepted says what is good about the certificate of a handshake.
func accepted(state tls.ConnectionState) Finding {
	return passed(fmt.Sprintf("%s, its certificate is good until %s",
		tls.VersionName(state.Version), day(state.PeerCertificates[0].NotAfter)))
}

// finding says what is wrong with the certificate; ok is false when err is about
// something else.
func (c certificate) finding(err error, now time.Time) (found Finding, ok bool) {
	var (
		authority x509.UnknownAuthorityError
		name      x509.HostnameError
		invalid   x509.CertificateInvalidError
	)
	switch {
	case errors.As(err, &authority) && c.caFile == "":
		return failed("this machine does not trust the authority of "+c.whose+"'s certificate", c.caKey,
			"name the file with the certificate of that authority"), true
	case errors.As(err, &authority):
		return failed(c.whose+"'s certificate is not from an authority in "+c.caFile, c.caKey,
			"name the file with the authority of "+c.whose+"'s certificate"), true
	case errors.As(err, &name):
		return failed(fmt.Sprintf("%s's certificate is not for %q, but for %s", c.whose, c.host, namesIn(name.Certificate)),
			c.wrongName.Key, c.wrongName.Text), true
	case errors.As(err, &invalid):
		return c.validityFinding(invalid, now), true
	}
	return Finding{}, false
}

// validityFinding tells a certificate that has ended from one that has not begun,
// which mostly is about this machine's clock.
func (c certificate) validityFinding(invalid x509.CertificateInvalidError, now time.Time) Finding {
	cert := invalid.Cert
	switch {
	case invalid.Reason != x509.Expired || cert == nil:
		return failed(fmt.Sprintf("%s's certificate is not valid: %s", c.whose, shorten(invalid.Error())), "",
			"give "+c.whose+" another certificate")
	case now.Before(cert.NotBefore):
		return failed(fmt.Sprintf("%s's certificate is good from %s on, and here it is %s", c.whose, day(cert.NotBefore), day(now)), "",
			"set this machine's clock: timedatectl set-ntp true")
	}
	return failed(fmt.Sprintf("%s's certificate has expired on %s, and here it is %s", c.whose, day(cert.NotAfter), day(now)), "",
		"renew it at "+c.whose+", or set this machine's clock if that is wrong")
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
