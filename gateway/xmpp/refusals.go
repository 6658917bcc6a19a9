package xmpp

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"time"
)

// What a person can do about an account that does not come up. {account} is its
// bare JID, {domain} the domainpart, {server} what we connected to.
const (
	remedyNoServer  = "{domain} has no XMPP server for clients; correct xmpp.accounts[].jid, or name the server in xmpp.accounts[].server"
	remedyServerKey = "xmpp.accounts[].server of {account} is no address of a server; write host:port, or tls://host:port for direct TLS"
	remedyNoPort    = "{server} is not the client port of an XMPP server; correct xmpp.accounts[].server: " +
		"host:5222 for STARTTLS, tls://host:5223 for direct TLS"
	remedyNoTLS = "{server} offers no encryption, and the password of {account} is sent to nobody without; " +
		"have the server's operator allow STARTTLS, or name a direct TLS port (tls://host:port) in xmpp.accounts[].server"
	remedyTLS = "{server} and this machine find no common way to encrypt; " +
		"have the server's operator allow TLS 1.2 or newer, or correct xmpp.accounts[].server"
	remedyInjected = "somebody between here and {server} meddles with the connection of {account}; " +
		"use another network, or direct TLS (tls://host:port) in xmpp.accounts[].server"
	remedyAuthority = "the certificate of {server} is self-signed or of an authority that this machine does not know; " +
		"if it is the right one, name a file with that authority in xmpp.accounts[].ca_file"
	remedyExpired = "the certificate of {server} has expired or is not valid yet; " +
		"correct this machine's clock, or have the server's operator renew it"
	remedyName = "the certificate of {server} is not for {domain}; correct the domain in xmpp.accounts[].jid, " +
		"or xmpp.accounts[].server, or have the server's operator get a certificate for {domain}"
	remedyCertificate = "the certificate of {server} cannot be accepted; have the server's operator replace it"

	remedyHost      = "{server} is no server of {domain}; correct xmpp.accounts[].jid, or xmpp.accounts[].server"
	remedyElsewhere = "the server of {domain} sends us from one place to the next; name the right one in xmpp.accounts[].server"
	remedyPassword  = "the server does not know {account} with this password; correct the file that " +
		"xmpp.accounts[].password_file names, or xmpp.accounts[].jid, " +
		"or let the account be made with xmpp.accounts[].register where the server allows that"
	remedyTaken = "the account {account} exists on the server, with another password; correct the file that " +
		"xmpp.accounts[].password_file names, or take another name in xmpp.accounts[].jid"
	remedyDisabled = "the account {account} is locked; ask the server's operator, or use another one in xmpp.accounts[].jid"
	remedyRenew    = "the password of {account} has expired; set another one with a chat client, " +
		"and write it to the file that xmpp.accounts[].password_file names"
	remedyMechanism = "{server} offers {account} no login that thingbridge knows (SCRAM-SHA-256, SCRAM-SHA-1, PLAIN); " +
		"have the server's operator allow one of them, or use another server in xmpp.accounts[].jid"
	remedyTooWeak = "{server} refuses the only login that it offers {account}; " +
		"set the password again with a chat client, or ask the server's operator"
	remedyImposter = "{server} accepts {account} without knowing its password, and may be an impostor; " +
		"check xmpp.accounts[].server, and ask the server's operator"
	remedySASL     = "{server} refuses the login of {account}; ask the server's operator, or use another one in xmpp.accounts[].jid"
	remedyRegister = "the account {account} does not exist, or has another password, and {server} does not let thingbridge register it; " +
		"register it in the way that the server's web site says, write the password to the file that " +
		"xmpp.accounts[].password_file names, and remove xmpp.accounts[].register"
	remedyBind     = "the server lets {account} log in but gives it no address; ask the server's operator, or correct xmpp.accounts[].jid"
	remedyConflict = "somebody else has logged in as {account} with the same resource; stop the other gateway, " +
		"or give this one a resource of its own in xmpp.accounts[].jid (name@domain/resource)"
)

// loginRemedies are for the conditions of a SASL failure (RFC 6120 6.5) that do
// not pass by themselves.
var loginRemedies = map[string]string{
	"not-authorized":      remedyPassword,
	"account-disabled":    remedyDisabled,
	"credentials-expired": remedyRenew,
	"mechanism-too-weak":  remedyTooWeak,
	"invalid-mechanism":   remedyTooWeak,
	"encryption-required": remedyTooWeak,
}

func (a *account) refuse(cause error, remedy string, t target) error {
	names := strings.NewReplacer("{account}", a.home.String(), "{domain}", a.home.Domain(), "{server}", t.String())
	return &RefusedError{Cause: cause, Remedy: names.Replace(remedy)}
}

// explain is asked why an established stream ended.
func (a *account) explain(err error) error {
	ended := (*StreamError)(nil)
	if !errors.As(err, &ended) || ended.Condition != "conflict" {
		return err
	}
	a.yielded = true // two that replace each other would never end
	return a.refuse(err, remedyConflict, target{})
}

// explainTLS says what to do when there is no encryption.
func (a *account) explainTLS(t target, err error) error {
	remedy, cause := tlsRemedy(err)
	if remedy != "" {
		return a.refuse(cause, remedy, t)
	}
	return a.explainStream(t, err)
}

func tlsRemedy(err error) (string, error) {
	var (
		authority x509.UnknownAuthorityError
		name      x509.HostnameError
		invalid   x509.CertificateInvalidError
		verify    *tls.CertificateVerificationError
		record    tls.RecordHeaderError
	)
	switch {
	case errors.Is(err, errNoTLS), errors.Is(err, errTLSRefused):
		return remedyNoTLS, err
	case errors.Is(err, errInjected):
		return remedyInjected, err
	case errors.As(err, &name):
		return remedyName, errors.New(shorten(name.Error()))
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return remedyExpired, validity(invalid.Cert)
	case errors.As(err, &authority):
		return remedyAuthority, authority
	case errors.As(err, &verify):
		return remedyCertificate, errors.New(shorten(verify.Err.Error()))
	case errors.As(err, &record):
		return remedyNoPort, errors.New(record.Msg)
	case isTLS(err):
		return remedyTLS, plainError(err)
	}
	return "", err
}

// validity tells when a certificate is valid: without the present time, which
// would make the same failure read differently each time.
func validity(c *x509.Certificate) error {
	return fmt.Errorf("it is valid from %s to %s", c.NotBefore.UTC().Format(time.DateOnly), c.NotAfter.UTC().Format(time.DateOnly))
}

// isTLS knows the errors that crypto/tls has no types for: its own, and the
// alerts of the other side.
func isTLS(err error) bool {
	if op := (*net.OpError)(nil); errors.As(err, &op) && (op.Op == "remote error" || op.Op == "local error") {
		return true
	}
	return strings.HasPrefix(err.Error(), "tls: ")
}

// verdict is what a server has decided that has shown to be the domain's. There
// is no use in asking the domain's other servers.
type verdict struct{ error }

// explainLogin says what to do when a login fails on an encrypted stream.
func (a *account) explainLogin(t target, err error) error {
	if err == nil {
		return nil
	}
	if remedy := loginRemedy(err); remedy != "" {
		return &verdict{a.refuse(err, remedy, t)}
	}
	return a.explainStream(t, err)
}

func loginRemedy(err error) string {
	failure, refused := (*saslFailure)(nil), (*StanzaError)(nil)
	switch {
	case errors.As(err, &failure):
		if failure.condition == "temporary-auth-failure" {
			return ""
		}
		if remedy := loginRemedies[failure.condition]; remedy != "" {
			return remedy
		}
		return remedySASL
	case errors.Is(err, errNoMechanism):
		return remedyMechanism
	case errors.Is(err, errNotProven):
		return remedyImposter
	case errors.Is(err, errBadSASL), errors.Is(err, errNotEncrypted):
		return remedySASL
	case errors.Is(err, errTaken):
		return remedyTaken
	case errors.Is(err, errNoRegistration), errors.Is(err, errMoreWanted):
		return remedyRegister
	case errors.Is(err, errOtherJID), errors.As(err, &refused) && refused.Type != Wait:
		return remedyBind
	}
	return ""
}

// explainStream is for what can go wrong before and after encryption.
func (a *account) explainStream(t target, err error) error {
	ended := (*StreamError)(nil)
	switch {
	case errors.As(err, &ended):
		switch ended.Condition {
		case "host-unknown", "host-gone", "improper-addressing":
			return a.refuse(err, remedyHost, t)
		case "conflict":
			return a.explain(err)
		}
	case errors.Is(err, errNoClients), errors.Is(err, errNotWellFormed), errors.Is(err, errRestricted), errors.Is(err, errHeaderTooLong):
		return a.refuse(err, remedyNoPort, t)
	case errors.Is(err, os.ErrDeadlineExceeded):
		err = errors.New("the server does not answer")
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET):
		err = errHungUp
	}
	return fmt.Errorf("log in to %s: %w", t, plainError(err))
}
