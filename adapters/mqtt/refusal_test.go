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
	"strings"
	"syscall"
	"testing"

	"github.com/eclipse/paho.mqtt.golang/packets"

	"thingbridge/adapters"
)

func TestExplainNamesTheKeyToChange(t *testing.T) {
	secure := address{network: "tcp", dial: "b:8883", host: "b", tls: true, text: "mqtts://b"}
	dial := func(err error) error { return &net.OpError{Op: "dial", Net: "tcp", Err: err} }
	verify := func(err error) error { return &tls.CertificateVerificationError{Err: err} }
	tests := []struct {
		name      string
		err       error
		permanent bool
		want      string
	}{
		{"login", packets.ErrorRefusedNotAuthorised, true, `login of "gateway"; check username and password`},
		{"format of the login", packets.ErrorRefusedBadUsernameOrPassword, true, "check username and password"},
		{"client ID", packets.ErrorRefusedIDRejected, true, "change client_id"},
		{"version", packets.ErrorRefusedBadProtocolVersion, true, "does not speak MQTT 3.1.1"},
		{"broker is busy", packets.ErrorRefusedServerUnavailable, false, "not available"},
		{"file has gone", mistake{"ca_file", os.ErrNotExist}, true, "ca_file: file does not exist"},
		{"authority", verify(x509.UnknownAuthorityError{}), true, "set ca_file"},
		{"name", verify(x509.HostnameError{Certificate: &x509.Certificate{DNSNames: []string{"c"}}, Host: "b"}), true, `not for "b"; use a name in broker`},
		{"age", verify(x509.CertificateInvalidError{Cert: &x509.Certificate{}, Reason: x509.Expired}), false, "set this machine's clock"},
		{"no TLS", tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"}, true, "use mqtt:// in broker"},
		{"our certificate", &net.OpError{Op: "remote error", Err: errors.New("tls: certificate required")}, true, "set cert_file and key_file"},
		{"unknown host", dial(&net.DNSError{Name: "b", IsNotFound: true}), false, "check broker, and the DNS"},
		{"nobody there", dial(os.NewSyscallError("connect", syscall.ECONNREFUSED)), false, "nothing listens there"},
		{"silence", dial(os.ErrDeadlineExceeded), false, "the firewall"},
		{"silence in TLS", context.DeadlineExceeded, false, "the firewall"},
		{"hung up", fmt.Errorf("%w : %w", packets.ErrorNetworkError, io.EOF), false, "if this port is not for TLS"},
		{"something else", &net.OpError{Op: "read", Net: "tcp", Source: &net.TCPAddr{Port: 4711}, Err: syscall.EHOSTUNREACH}, false, "mqtts://b: no route to host"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := explain(&Config{Username: "gateway"}, secure, test.err)
			if errors.Is(err, adapters.ErrPermanent) != test.permanent {
				t.Errorf("permanent is %v, want %v", !test.permanent, test.permanent)
			}
			text := err.Error()
			if !strings.HasPrefix(text, "broker mqtts://b: ") || !strings.Contains(text, test.want) || strings.Contains(text, "\n") {
				t.Errorf("text %q, want one line about the broker with %q", text, test.want)
			}
		})
	}
}
