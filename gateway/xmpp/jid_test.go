package xmpp_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"thingbridge/gateway/xmpp"
)

func ExampleParseJID() {
	anna, err := xmpp.ParseJID("Anna@HOME.example/Phone")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(anna)
	fmt.Println(anna.Bare())
	fmt.Println(anna.Local(), anna.Domain(), anna.Resource())
	// Output:
	// anna@home.example/Phone
	// anna@home.example
	// anna home.example Phone
}

func ExampleJID_WithResource() {
	lamp, err := xmpp.NewJID("lamp", "things.example", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	full, err := lamp.WithResource("gw")
	fmt.Println(full, full.IsBare(), err)
	// Output: lamp@things.example/gw false <nil>
}

func TestParseJID(t *testing.T) {
	type parts struct{ local, domain, resource string }
	tests := []struct {
		name, text string
		want       parts // the zero value: refused
	}{
		{"a domain", "things.test", parts{"", "things.test", ""}},
		{"a bare JID", "lamp@things.test", parts{"lamp", "things.test", ""}},
		{"separators in the resourcepart", "a@b.test/c@d/e", parts{"a", "b.test", "c@d/e"}},
		{"a domain with a resourcepart", "b.test/x", parts{"", "b.test", "x"}},
		{"capitals", "Lamp@Things.TEST/Gw", parts{"lamp", "things.test", "Gw"}},
		{"the dot of the root", "a@b.test.", parts{"a", "b.test", ""}},
		{"an A-label", "a@xn--bcher-kva.test", parts{"a", "bücher.test", ""}},
		{"letters that decompose", "a\u0308@b.test/a\u0308", parts{"ä", "b.test", "ä"}},
		{"escaped characters of XEP-0106", `d\27artagnan@b.test`, parts{`d\27artagnan`, "b.test", ""}},
		{"an IPv6 address", "a@[::1]", parts{"a", "[::1]", ""}},
		{"a symbol in the resourcepart", "a@b.test/☺", parts{"a", "b.test", "☺"}},
		{"parts of the greatest length", strings.Repeat("l", 1023) + "@b.test/" + strings.Repeat("r", 1023),
			parts{strings.Repeat("l", 1023), "b.test", strings.Repeat("r", 1023)}},

		{"nothing", "", parts{}},
		{"no localpart before the @", "@b.test", parts{}},
		{"no domain behind it", "a@", parts{}},
		{"no resourcepart behind the slash", "a@b.test/", parts{}},
		{"a space in the localpart", "a b@b.test", parts{}},
		{"a quote in the localpart", "a'b@b.test", parts{}},
		{"a symbol in the localpart", "☺@b.test", parts{}},
		{"a control character", "a@b.test/\x01", parts{}},
		{"bytes that are no UTF-8", "a\xff@b.test", parts{}},
		{"a localpart that is too long", strings.Repeat("l", 1024) + "@b.test", parts{}},
		{"a resourcepart that is too long", "a@b.test/" + strings.Repeat("r", 1024), parts{}},
		{"a megabyte", strings.Repeat("l", 1<<20), parts{}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			j, err := xmpp.ParseJID(test.text)
			if (err != nil) != (test.want == parts{}) || err != nil && (!errors.Is(err, xmpp.ErrBadJID) || len(err.Error()) > 300) {
				t.Errorf("error %.400v, want one: %t", err, test.want == parts{})
			}
			if diff := cmp.Diff(test.want, parts{j.Local(), j.Domain(), j.Resource()}, cmp.AllowUnexported(parts{})); diff != "" {
				t.Errorf("parts (-want +got):\n%s", diff)
			}
		})
	}
}

func TestJIDsAreCompared(t *testing.T) {
	full := mustJID("Anna@home.TEST/Phone")
	seen := map[xmpp.JID]bool{full: true, full.Bare(): true}
	for _, text := range []string{"anna@home.test/Phone", "anna@home.test"} {
		if !seen[mustJID(text)] {
			t.Errorf("%s is not found in %v", text, seen)
		}
	}
	for _, text := range []string{"anna@home.test/phone", "home.test", "anna.home.test"} {
		if seen[mustJID(text)] {
			t.Errorf("%s is found in %v", text, seen)
		}
	}
	if !full.Bare().IsBare() || full.IsBare() || full.IsZero() || !(xmpp.JID{}).IsZero() || (xmpp.JID{}).IsBare() {
		t.Error("IsBare or IsZero is wrong")
	}
}

func TestJIDParts(t *testing.T) {
	if _, err := xmpp.NewJID("a@b", "c.test", ""); !errors.Is(err, xmpp.ErrBadJID) {
		t.Errorf("NewJID with an @ in the localpart = %v, want ErrBadJID", err)
	}
	if _, err := (xmpp.JID{}).WithResource("x"); !errors.Is(err, xmpp.ErrBadJID) {
		t.Errorf("WithResource of no address = %v, want ErrBadJID", err)
	}
	if j, err := mustJID("a@b.test/c").WithResource(""); err != nil || j != mustJID("a@b.test") {
		t.Errorf("WithResource of nothing = %v, %v, want the bare JID", j, err)
	}
}

func TestJIDAsText(t *testing.T) {
	var j xmpp.JID
	if err := j.UnmarshalText([]byte("A@b.test")); err != nil || j != mustJID("a@b.test") {
		t.Errorf("UnmarshalText = %v, %v", j, err)
	}
	if text, err := j.MarshalText(); err != nil || string(text) != "a@b.test" {
		t.Errorf("MarshalText = %q, %v", text, err)
	}
	if err := j.UnmarshalText([]byte("@")); !errors.Is(err, xmpp.ErrBadJID) || j != mustJID("a@b.test") {
		t.Errorf("UnmarshalText of nonsense = %v, and %v, want ErrBadJID and no change", err, j)
	}
	if err := j.UnmarshalText(nil); err != nil || !j.IsZero() {
		t.Errorf("UnmarshalText of nothing = %v, %v, want the zero JID", j, err)
	}
}

func TestBareDoesNotAllocate(t *testing.T) {
	full, sum := mustJID("anna@home.test/phone"), 0
	if n := testing.AllocsPerRun(100, func() { sum += len(full.Bare().String()) + len(full.Domain()) }); n != 0 {
		t.Errorf("%v allocations, want none", n)
	}
}
