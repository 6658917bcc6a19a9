package room_test

import (
	"fmt"
	"testing"

	"thingbridge/gateway/room"
)

func TestOccupants(t *testing.T) {
	var o room.Occupants
	o.Apply(room.Presence{Nick: "anna", Address: "anna@home.test/phone", ID: "a1"})
	o.Apply(room.Presence{Nick: "ghost", ID: "g1"})
	o.Apply(room.Presence{Nick: "eve", Failed: true, Address: "anna@home.test"})
	if who, ok := o.Speaker("anna", "a1"); !ok || who.JID.String() != "anna@home.test" || who.Key("anna") != "anna@home.test" {
		t.Errorf("anna: %+v, %v", who, ok)
	}
	if who, ok := o.Speaker("anna", "e1"); ok || !who.JID.IsZero() {
		t.Errorf("a message with the id of another is taken for anna's: %+v", who)
	}
	if who, ok := o.Speaker("ghost", ""); !ok || !who.JID.IsZero() || who.Key("ghost") != "g1" {
		t.Errorf("ghost: %+v, %v", who, ok)
	}
	if _, ok := o.Speaker("eve", ""); ok {
		t.Error("who was refused is here")
	}
	o.Apply(room.Presence{Nick: "anna", Gone: true})
	if _, ok := o.Speaker("anna", ""); ok {
		t.Error("who has left is here")
	}
	for i := range 2000 {
		o.Apply(room.Presence{Nick: fmt.Sprint(i), Address: "a@home.test/x"})
	}
	if _, ok := o.Speaker("1999", ""); ok {
		t.Error("the number of occupants is not bounded")
	}
	if o.Clear(); (room.State{}).ShowsUs(&o) {
		t.Error("forgotten occupants are seen")
	}
}
