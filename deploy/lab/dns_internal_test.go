package lab

import (
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/dns/dnsmessage"
)

var testZone = zone{"home.test.": netip.MustParseAddrPort("127.1.2.3:15269")}

func packed(t testing.TB, m dnsmessage.Message) []byte {
	t.Helper()
	text, err := m.Pack()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func question(name string, kind dnsmessage.Type) dnsmessage.Message {
	return dnsmessage.Message{
		Header:    dnsmessage.Header{ID: 77, RecursionDesired: true},
		Questions: []dnsmessage.Question{{Name: dnsmessage.MustNewName(name), Type: kind, Class: dnsmessage.ClassINET}},
	}
}

func TestDNSAnswers(t *testing.T) {
	srv := []dnsmessage.ResourceBody{&dnsmessage.SRVResource{Target: dnsmessage.MustNewName("127.1.2.3."), Port: 15269}}
	for _, c := range []struct {
		name  string
		asked string
		kind  dnsmessage.Type
		rcode dnsmessage.RCode
		want  []dnsmessage.ResourceBody
	}{
		{"a domain's server", "_xmpp-server._tcp.home.test.", dnsmessage.TypeSRV, dnsmessage.RCodeSuccess, srv},
		{"in any case of letters", "_XMPP-server._tcp.Home.TEST.", dnsmessage.TypeSRV, dnsmessage.RCodeSuccess, srv},
		{"another type of record", "_xmpp-server._tcp.home.test.", dnsmessage.TypeA, dnsmessage.RCodeSuccess, nil},
		{"another service", "_xmpps-server._tcp.home.test.", dnsmessage.TypeSRV, dnsmessage.RCodeNameError, nil},
		{"another domain", "_xmpp-server._tcp.evil.test.", dnsmessage.TypeSRV, dnsmessage.RCodeNameError, nil},
		{"no service", "home.test.", dnsmessage.TypeSRV, dnsmessage.RCodeNameError, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			query := question(c.asked, c.kind)
			var reply dnsmessage.Message
			if err := reply.Unpack(testZone.answer(packed(t, query))); err != nil {
				t.Fatal(err)
			}
			if reply.ID != query.ID || !reply.Response || reply.RCode != c.rcode {
				t.Errorf("header %v, want an answer to 77 with %v", reply.GoString(), c.rcode)
			}
			var got []dnsmessage.ResourceBody
			for _, resource := range reply.Answers {
				got = append(got, resource.Body)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("records (-want +got):\n%s", diff)
			}
		})
	}
}

// FuzzDNSAnswer holds that an answer can be read, has the id and the question of the
// query, and is itself never answered, so two servers cannot keep each other busy.
func FuzzDNSAnswer(f *testing.F) {
	f.Add(packed(f, question("_xmpp-server._tcp.home.test.", dnsmessage.TypeSRV)))
	f.Add(packed(f, question("home.test.", dnsmessage.TypeA)))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, query []byte) {
		answer := testZone.answer(query)
		if answer == nil {
			return
		}
		var asked dnsmessage.Parser
		header, err := asked.Start(query)
		if err != nil {
			t.Fatalf("a query that cannot be read was answered: %v", err)
		}
		want, err := asked.Question()
		if err != nil {
			t.Fatalf("a query without a question was answered: %v", err)
		}
		var reply dnsmessage.Message
		if err := reply.Unpack(answer); err != nil {
			t.Fatalf("the answer cannot be read: %v", err)
		}
		if reply.ID != header.ID || len(reply.Questions) != 1 || reply.Questions[0] != want {
			t.Errorf("answer %v to query %d %v", reply.GoString(), header.ID, want)
		}
		if testZone.answer(answer) != nil {
			t.Error("an answer was answered")
		}
	})
}
