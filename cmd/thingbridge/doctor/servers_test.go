package doctor

import (
	"errors"
	"net"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"thingbridge/cmd/thingbridge/config"
	"thingbridge/gateway/xmpp"
)

func TestRank(t *testing.T) {
	none := []*net.SRV{{Target: "."}}
	tests := []struct {
		name          string
		direct, plain []*net.SRV
		want          []string
		err           error
	}{
		{"no records", nil, nil, nil, nil},
		{"both services as one list",
			[]*net.SRV{{Target: "a.test.", Port: 3, Priority: 5}, {Target: "c.test.", Port: 4, Priority: 20}},
			[]*net.SRV{{Target: "b.test.", Port: 1, Priority: 10}, {Target: "d.test.", Port: 2, Priority: 30}},
			[]string{"tls://a.test:3", "b.test:1", "tls://c.test:4", "d.test:2"}, nil},
		{"the heavier first", nil,
			[]*net.SRV{{Target: "a.test.", Port: 1, Weight: 1}, {Target: "b.test.", Port: 1, Weight: 9}}, []string{"b.test:1", "a.test:1"}, nil},
		{"one service that is not offered", none, []*net.SRV{{Target: "a.test.", Port: 1}}, []string{"a.test:1"}, nil},
		{"a domain without XMPP", none, none, nil, errNoService},
		{"more than anybody has", nil, slicesOf(maxServers+1, &net.SRV{Target: "a.test.", Port: 1}), strings.Fields(strings.Repeat("a.test:1 ", maxServers)), nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			servers, err := rank(test.direct, test.plain, "")
			var got []string
			for _, s := range servers {
				got = append(got, s.String())
			}
			if diff := cmp.Diff(test.want, got); diff != "" || !errors.Is(err, test.err) {
				t.Errorf("rank() = %v, want %v; (-want +got):\n%s", err, test.err, diff)
			}
		})
	}
}

func slicesOf(n int, r *net.SRV) []*net.SRV {
	records := make([]*net.SRV, n)
	for i := range records {
		records[i] = r
	}
	return records
}

// What the link says of all accounts is said of the one.
func TestRefusedFinding(t *testing.T) {
	self, err := xmpp.ParseJID("boiler@home.test")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, said, detail, key, remedy string }{
		{"a key", "home.test is none; correct xmpp.accounts[].jid, or xmpp.accounts[].server",
			"home.test is none (why)", "xmpp.accounts[7].jid", "correct xmpp.accounts[7].jid, or xmpp.accounts[7].server"},
		{"a secret", "it is wrong; correct the file that xmpp.accounts[].password_file names",
			"it is wrong (why)", "xmpp.accounts[7].password", "correct xmpp.accounts[7].password"},
		{"a key at the end of a sentence", "it is wrong; see xmpp.accounts[].jid (name@domain/resource)",
			"it is wrong (why)", "xmpp.accounts[7].jid", "see xmpp.accounts[7].jid (name@domain/resource)"},
		{"no key", "it is locked; ask the operator", "it is locked (why)", "", "ask the operator"},
		{"one part", "ask the operator", "the server refuses the login (why)", "", "ask the operator"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			v := newAccountVisit(7, config.Account{JID: self}, "")
			got := v.refusedFinding(&xmpp.RefusedError{Cause: errors.New("why"), Remedy: test.said})
			if diff := cmp.Diff(failed(test.detail, test.key, test.remedy), got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
