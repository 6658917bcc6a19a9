package xep_test

import (
	"slices"
	"testing"

	"thingbridge/gateway/xep"
	"thingbridge/gateway/xmpp"
)

// called.
func FuzzRosterItem(f *testing.F) {
	f.Add("Lamp", "Hall")
	f.Add("'/><x>&\"", "]]>")
	f.Fuzz(func(t *testing.T, name, group string) {
		jid, err := xmpp.ParseJID("lamp@things.home.test")
		if err != nil {
			t.Fatal(err)
		}
		want := xep.RosterItem{JID: jid, Name: string(xmpp.AppendText(nil, name)), Subscription: "both", Groups: []string{string(xmpp.AppendText(nil, group))}}
		got := xep.RosterItems(element(t, string(xep.AppendRosterSet(nil, want))))
		if len(got) != 1 || got[0].JID != want.JID || got[0].Name != want.Name || got[0].Subscription != "both" || !slices.Equal(got[0].Groups, want.Groups) {
			t.Errorf("%+v, want %+v", got, want)
		}
	})
}

func TestRosterItemsLeaveOutWhatIsNone(t *testing.T) {
	query := element(t, "<query xmlns='jabber:iq:roster'><item jid='@@'/><item/><group>x</group><item jid='a@b'><group/></item></query>")
	if got := xep.RosterItems(query); len(got) != 1 || got[0].JID.String() != "a@b" {
		t.Errorf("%+v", got)
	}
}

func TestRosterPrivilege(t *testing.T) {
	for text, want := range map[string][2]bool{
		"<privilege xmlns='urn:xmpp:privilege:2'><perm access='roster' type='both'/></privilege>": {true, true},
		"<privilege xmlns='urn:xmpp:privilege:1'><perm access='roster' type='both'/></privilege>": {true, true},
		"<privilege xmlns='urn:xmpp:privilege:2'><perm access='roster' type='get'/></privilege>":  {false, true},
		"<privilege xmlns='urn:xmpp:privilege:2'/>":                                               {false, true},
		"<privilege xmlns='urn:example'><perm access='roster' type='both'/></privilege>":          {false, false},
	} {
		readWrite, ok := xep.RosterPrivilege(&xmpp.Stanza{Children: []xmpp.Element{*element(t, text)}})
		if readWrite != want[0] || ok != want[1] {
			t.Errorf("%s: %v, %v", text, readWrite, ok)
		}
	}
}

func TestRegistrationForm(t *testing.T) {
	form := element(t, string(xep.Registration(xep.RegistrationForm{Title: "<T>", Instructions: "I & you", Contacts: "It's all", Registered: true})))
	if form.Child(xep.NSRegister, "registered") == nil || form.Child(xep.NSRegister, "instructions").Text != "I & you" {
		t.Errorf("%+v", form)
	}
	for text, want := range map[string]bool{
		"<query xmlns='jabber:iq:register'/>": true,
		"<query xmlns='jabber:iq:register'><x xmlns='jabber:x:data'><field var='contacts'><value>true</value></field></x></query>":  true,
		"<query xmlns='jabber:iq:register'><x xmlns='jabber:x:data'><field var='contacts'><value>0</value></field></x></query>":     false,
		"<query xmlns='jabber:iq:register'><x xmlns='jabber:x:data'><field var='contacts'><value>false</value></field></x></query>": false,
		"<query xmlns='jabber:iq:register'><x xmlns='jabber:x:data'><field var='contacts'/></x></query>":                            true,
	} {
		if got := xep.WantsContacts(element(t, text)); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
	for _, text := range [][]byte{xep.GatewayPrompt("<", "&"), xep.GatewayJID("a@b"), xep.AppendNick(nil, "<a>"), xep.AppendRosterX(nil, []xep.RosterItem{{Name: "'"}})} {
		element(t, string(text))
	}
}
