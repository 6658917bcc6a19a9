package xmpp_test

import (
	"testing"

	"thingbridge/deploy/lab"
	"thingbridge/deploy/lab/labtest"
	"thingbridge/gateway/xmpp"
)

// Two gateways with one account and one resource do not throw each other out for
// ever: the one that was there says what to do, and comes back under another.
func TestTheSameResourceTwiceOnAServer(t *testing.T) {
	onAccountServers(t, func(t *testing.T, server *lab.XMPPServer) {
		first, told := logIn(t, accountOn(t, server))
		soon(t, "stream", told.ups)
		second, toldToo := logIn(t, accountOn(t, server))
		soon(t, "stream of the second", toldToo.ups)
		soon(t, "end of the first", told.downs)
		expectRefusal(t, first, "give this one a resource of its own in xmpp.accounts[].jid")
		settle(t, second)
		if s := second.Status(); s.State != xmpp.Up || s.Streams != 1 {
			t.Errorf("the second: %+v, want one stream that is up", s)
		}
	})
}

// Servers as they are when somebody has configured them too little or too well.
func TestServersThatTurnAccountsAway(t *testing.T) {
	tests := []struct {
		name, remedy string
		start        func(t *testing.T) *lab.XMPPServer
	}{
		{"Prosody without TLS", "offers no encryption", func(t *testing.T) *lab.XMPPServer {
			return labtest.Prosody(t, lab.ProsodyConfig{
				Users: accountUsers, Plaintext: true, Lines: `modules_disabled = { "s2s", "s2s_auth_certs", "tls" }`,
			}).XMPPServer
		}},
		{"Prosody with other mechanisms", "SCRAM-SHA-256, SCRAM-SHA-1, PLAIN", func(t *testing.T) *lab.XMPPServer {
			return labtest.Prosody(t, lab.ProsodyConfig{
				HostLines: `authentication = "anonymous"`,
			}).XMPPServer
		}},
		{"ejabberd with other mechanisms", "SCRAM-SHA-256, SCRAM-SHA-1, PLAIN", func(t *testing.T) *lab.XMPPServer {
			return labtest.Ejabberd(t, lab.EjabberdConfig{
				Users: accountUsers, Lines: "disable_sasl_mechanisms: [PLAIN, SCRAM-SHA-1, SCRAM-SHA-1-PLUS]",
			}).XMPPServer
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			link, told := logIn(t, accountOn(t, test.start(t)))
			expectRefusal(t, link, test.remedy)
			if len(told.ups) > 0 {
				t.Error("logged in")
			}
		})
	}
}
