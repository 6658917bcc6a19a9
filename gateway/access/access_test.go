package access_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"thingbridge/devices"
	"thingbridge/gateway/access"
	"thingbridge/gateway/xmpp"
)

func jid(t *testing.T, text string) xmpp.JID {
	t.Helper()
	j, err := xmpp.ParseJID(text)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func TestRole(t *testing.T) {
	policy := access.New(access.Config{
		Admins: []string{"Anna@Home.test"},
		Grants: []access.Grant{
			{Who: "guest@home.test", Devices: "*", Role: access.None},
			{Who: "*@home.test", Devices: "boiler", Role: access.View},
			{Who: "*@home.test", Devices: "*", Role: access.Control},
			{Who: "kid-*@away.test", Devices: "kids-*", Role: access.Control},
			{Who: "*@*", Devices: "doorbell", Role: access.View},
		},
	})
	tests := []struct {
		name   string
		user   string
		device devices.ID
		want   access.Role
		house  access.Role
	}{
		{"an admin, written in capitals in the configuration", "anna@home.test/phone", "boiler", access.Admin, access.Admin},
		{"the first grant that fits", "bert@home.test", "boiler", access.View, access.View},
		{"a later grant for another device", "bert@home.test", "lamp", access.Control, access.View},
		{"an explicit none before a wide grant", "guest@home.test", "lamp", access.None, access.View},
		{"a pattern for users and devices", "kid-1@away.test", "kids-lamp", access.Control, access.View},
		{"a device outside the pattern", "kid-1@away.test", "lamp", access.None, access.View},
		{"anybody, where that is granted", "eve@elsewhere.test", "doorbell", access.View, access.View},
		{"a stranger", "eve@elsewhere.test", "lamp", access.None, access.View},
		{"a server, which is nobody", "home.test", "lamp", access.None, access.None},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			user := jid(t, test.user)
			if got := policy.Role(user, test.device); got != test.want {
				t.Errorf("role %v, want %v", got, test.want)
			}
			if got := policy.House(user); got != test.house {
				t.Errorf("role for the house %v, want %v", got, test.house)
			}
		})
	}
	if got := access.New(access.Config{}).Role(jid(t, "anna@home.test"), "lamp"); got != access.None {
		t.Errorf("without a configuration: %v, want none", got)
	}
}

func TestValidateReportsEachMistake(t *testing.T) {
	cfg := access.Config{
		Admins: []string{"anna", "anna@home.test"},
		Grants: []access.Grant{
			{Who: "*@*.test", Devices: "*", Role: access.View},
			{Who: "a@b", Devices: "[", Role: access.View},
			{Who: "an na@b", Devices: "*", Role: access.View},
		},
	}
	var got []string
	cfg.Validate(func(path, problem string) {
		if problem == "" {
			t.Errorf("%s: no words", path)
		}
		got = append(got, path)
	})
	want := []string{"admins[0]", "grants[0].who", "grants[1].devices", "grants[2].who"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestRoleReadsItsOwnWords(t *testing.T) {
	for role := access.None; role <= access.Admin; role++ {
		var got access.Role
		if err := got.UnmarshalText([]byte(role.String())); err != nil || got != role {
			t.Errorf("%v: %v, %v", role, got, err)
		}
	}
	var role access.Role
	if err := role.UnmarshalText([]byte("owner")); fmt.Sprint(err) != `"owner" is no role; use none, view, control or admin` {
		t.Errorf("got %v", err)
	}
}

func TestMost(t *testing.T) {
	policy := access.New(access.Config{
		Admins: []string{"anna@home.test"},
		Grants: []access.Grant{
			{Who: "bert@home.test", Devices: "boiler", Role: access.View},
			{Who: "bert@home.test", Devices: "lamp", Role: access.Control},
			{Who: "*@home.test", Devices: "doorbell", Role: access.View},
		},
	})
	for user, want := range map[string]access.Role{
		"anna@home.test": access.Admin, "bert@home.test": access.Control, "carl@home.test": access.View, "eve@away.test": access.None, "home.test": access.None,
	} {
		if got := policy.Most(jid(t, user)); got != want {
			t.Errorf("%s: %v, want %v", user, got, want)
		}
	}
}
