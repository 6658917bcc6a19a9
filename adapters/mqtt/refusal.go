package mqtt

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"

	"github.com/eclipse/paho.mqtt.golang/packets"

	"thingbridge/adapters"
)

// explain says why the broker could not be reached or did not let us in, and
// which key to change. The error wraps [adapters.ErrPermanent] when nothing but
// a change by a person can help.
func explain(c *Config, at address, err error) error {
	text, permanent := reason(c, at, err)
	err = fmt.Errorf("broker %s: %s", at.text, text)
	if permanent {
		return adapters.Permanent(err)
	}
	return err
}

func reason(c *Config, at address, err error) (text string, permanent bool) {
	var wrong mistake
	switch {
	case errors.As(err, &wrong):
		return wrong.Error(), true
	case errors.Is(err, packets.ErrorRefusedBadUsernameOrPassword), errors.Is(err, packets.ErrorRefusedNotAuthorised):
		if c.Username == "" {
			return "refuses clients without a login; set username and password", true
		}
		return fmt.Sprintf("refuses the login of %q; check username and password", shorten(c.Username)), true
	case errors.Is(err, packets.ErrorRefusedIDRejected):
		return fmt.Sprintf("refuses the client ID %q; change client_id", shorten(c.ClientID)), true
	case errors.Is(err, packets.ErrorRefusedBadProtocolVersion):
		return "does not speak MQTT 3.1.1; change broker", true
	case errors.Is(err, packets.ErrorRefusedServerUnavailable):
		return "says that it is not available", false
	}
	if text, permanent, ok := tlsReason(c, at, err); ok {
		return text, permanent
	}
	return networkReason(at, err), false
}

// tlsReason explains what TLS found wrong with the broker or the broker with us.
func tlsReason(c *Config, at address, err error) (text string, permanent, ok bool) {
	var (
		authority x509.UnknownAuthorityError
		name      x509.HostnameError
		invalid   x509.CertificateInvalidError
		header    tls.RecordHeaderError
		remote    *net.OpError
	)
	switch {
	case errors.As(err, &authority):
		if c.CAFile == "" {
			return "its certificate is from an authority that this system does not trust; set ca_file", true, true
		}
		return fmt.Sprintf("its certificate is not from an authority in %s; change ca_file", c.CAFile), true, true
	case errors.As(err, &name):
		return fmt.Sprintf("its certificate is not for %q; use a name in broker that it is for (%v)", at.host, err), true, true
	case errors.As(err, &invalid): // heals by itself when this clock is set after a start without network
		return fmt.Sprintf("its certificate is not valid; renew it, or set this machine's clock (%v)", err), false, true
	case errors.As(err, &header):
		return "does not speak TLS on this port; use mqtt:// in broker, or its port for TLS", true, true
	case errors.As(err, &remote) && remote.Op == "remote error": // so crypto/tls marks an alert of the other side
		if c.CertFile == "" {
			return fmt.Sprintf("ended TLS; if it asks for a certificate, set cert_file and key_file (%v)", remote.Err), true, true
		}
		return fmt.Sprintf("ended TLS; it may not accept the certificate %s; check cert_file and key_file (%v)", c.CertFile, remote.Err), true, true
	}
	return "", false, false
}

// networkReason explains what heals by itself, or is at the broker.
func networkReason(at address, err error) string {
	var dns *net.DNSError
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		return fmt.Sprintf("the host %q is not known; check broker, and the DNS", at.host)
	case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, os.ErrNotExist):
		return "nothing listens there; start it, or check broker"
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
		return fmt.Sprintf("no answer in %s; check broker, and the firewall", connectTimeout)
	case errors.Is(err, io.EOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		if at.tls {
			return "closed the connection during the login; if this port is not for TLS, use mqtt:// in broker"
		}
		return "closed the connection during the login; if this port is for TLS, use mqtts:// in broker"
	}
	var op *net.OpError
	if errors.As(err, &op) { // without our port, which changes with each attempt
		return op.Err.Error()
	}
	return err.Error()
}
