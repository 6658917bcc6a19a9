package xmpp_test

import (
	"strings"
	"testing"
)

func TestRegistration(t *testing.T) {
	const offered = plainOnly + "<register xmlns='http://jabber.org/features/iq-register'/>"
	const fields = "<iq type='result' id='login'><query xmlns='jabber:iq:register'><instructions/><username/><password/>%</query></iq>"
	const form = "<x xmlns='jabber:x:data'><field var='FORM_TYPE'/><field var='username'><required/></field><field var='ocr'><required/></field></x>"
	refuse := func(kind, condition string) string {
		return "<iq type='error' id='login'><error type='" + kind + "'><" + condition + stanzasNS + "/></error></iq>"
	}
	tests := []struct{ name, features, fields, answer, remedy string }{
		{"makes the account", offered, strings.Replace(fields, "%", "", 1), "<iq type='result' id='login'/>", ""},
		{"of an account that exists", offered, strings.Replace(fields, "%", "", 1), refuse("cancel", "conflict"), "xmpp.accounts[].password_file"},
		{"that is not offered", plainOnly, "", "", "does not let thingbridge register"},
		{"that is refused", offered, strings.Replace(fields, "%", "", 1), refuse("cancel", "not-allowed"), "does not let thingbridge register"},
		{"that wants an address for mail", offered, strings.Replace(fields, "%", "<email/>", 1), "", "does not let thingbridge register"},
		{"that wants a puzzle to be solved", offered, strings.Replace(fields, "%", form, 1), "", "does not let thingbridge register"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			asAccount(t, func(b *accountBench) { b.conf.Register = true }, func(t *testing.T, b *accountBench) {
				p := b.secured()
				p.greet(test.features)
				p.expect("</auth>")
				p.write("<failure" + saslNS + "><not-authorized/></failure>")
				if test.fields != "" {
					p.expect("<iq type='get' id='login'><query xmlns='jabber:iq:register'/></iq>")
					p.write(test.fields)
				}
				if test.answer != "" {
					p.expect("<query xmlns='jabber:iq:register'><username>gateway</username><password>pw</password></query></iq>")
					p.write(test.answer)
				}
				if test.remedy != "" {
					p.drain()
					b.expectRemedy(test.remedy)
					return
				}
				p.expect("</auth>")
				p.write(loggedIn)
				p.greet(bindOnly)
				p.bindAs(accountJID + "/one")
				<-b.told.ups
				p.cut()
			})
		})
	}
}

func TestNobodyIsRegisteredUnasked(t *testing.T) {
	asAccount(t, nil, func(t *testing.T, b *accountBench) {
		p := b.secured()
		p.greet(plainOnly + "<register xmlns='http://jabber.org/features/iq-register'/>")
		p.expect("</auth>")
		p.write("<failure" + saslNS + "><not-authorized/></failure>")
		p.drainInto()
		if got := string(p.got); strings.Contains(got, "<iq") {
			t.Errorf("sends %q", got)
		}
	})
}
