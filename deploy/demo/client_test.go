package demo

import (
	"testing"

	"thingbridge/deploy/lab"
	"thingbridge/deploy/lab/labtest"
)

// A client that has just logged in can write: the end of the login's context, which the
// library sees late, breaks nothing off.
func TestWhoHasLoggedInCanWrite(t *testing.T) {
	server := labtest.Prosody(t, lab.ProsodyConfig{Host: "home.test", Users: map[string]string{"you": "secret"}})
	for range 40 {
		c, err := login(t.Context(), server.Account("you"))
		if err != nil {
			t.Fatal(err)
		}
		for range 20 {
			if err := c.subscribe(t.Context(), "lamp@things.home.test"); err != nil {
				t.Fatalf("after the login: %v", err)
			}
		}
		if err := c.close(); err != nil {
			t.Fatal(err)
		}
	}
}
