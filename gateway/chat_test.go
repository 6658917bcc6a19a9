package gateway_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"thingbridge/devices"
	"thingbridge/gateway/xmpp"
)

func TestChat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, newShelf(), settings())
		answer := "<message type='chat' from='boiler@things.home.test/gw' to='anna@home.test' id='"
		s.expect(s.hear(message("anna@home.test/phone", "boiler@things.home.test", "set 21.5")), answer+" … <body>Target: 21.5 °C.</body>")
		s.expect(s.hear(message("anna@home.test/phone", "things.home.test", "lamp on")), "from='things.home.test/gw' … Light: on.")

		s.relay.mute = true
		s.expect(s.hear(message("anna@home.test/phone", "boiler@things.home.test", "wärmer")))
		after(3 * time.Second)
		s.expect(s.wire.take(), answer+" … xml:lang='de' … Sollwert: 22,5 °C ist gewünscht")
		twin, _ := s.registry.Get("boiler")
		state, _ := twin.State("target")
		if state.Reported != devices.Number(21.5) || state.Desired != devices.Number(22.5) || state.By != "anna@home.test" {
			t.Errorf("reported and desired: %+v", state)
		}
		s.relay.fail = errors.New("broker is away")
		s.expect(s.hear(message("anna@home.test/phone", "boiler@things.home.test", "60")), "nicht erreichbar")
		s.stop()
	})
}

// Many clients declare English, whatever their owner speaks.
func TestTheLanguageOfTheWordsIsRemembered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keep := newShelf()
		s := newStage(t, keep, settings())
		say := func(text string) []string {
			m := message("anna@home.test/phone", "boiler@things.home.test", text)
			m.Lang = "en"
			return s.hear(m)
		}
		s.expect(say("status"), "Temperature")
		s.expect(say("zeige temperatur"), "Temperatur: 21,4 °C")
		s.expect(say("status"), "Temperatur: 21,4 °C")
		s.stop()
		s = newStage(t, keep, settings())
		s.expect(say("temp"), "Temperatur: 21,4 °C")
		s.expect(say("show temperature"), "Temperature: 21.4 °C")
		s.stop()
	})
}

func TestDelayedCommandIsNotObeyed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, newShelf(), settings())
		late := message("anna@home.test/phone", "boiler@things.home.test", "set 60")
		stamp := time.Now().Add(-time.Hour).Format(time.RFC3339)
		late.Children = append(late.Children, xmpp.Element{Space: "urn:xmpp:delay", Local: "delay", Attrs: []xmpp.Attr{{Local: "stamp", Value: stamp}}})
		s.expect(s.hear(late), "Your message was 1 h on its way")
		if twin, _ := s.registry.Get("boiler"); twin.Reported("target") != devices.Number(21) {
			t.Errorf("obeyed: %v", twin.Reported("target"))
		}
		s.stop()
	})
}

func TestTooManyMessagesAreRefusedInWords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, newShelf(), settings())
		answered, refused := 0, 0
		for i := range 100 {
			for _, got := range s.hear(message("anna@home.test/x", "boiler@things.home.test", []string{"status", "get target"}[i%2])) {
				if strings.Contains(got, "resource-constraint") {
					refused++
				} else {
					answered++
				}
			}
		}
		if answered != 50 || refused != 50 {
			t.Errorf("%d answered, %d refused", answered, refused)
		}
		s.stop()
	})
}

// A gateway that is killed while it carries out a command answers afterwards.
func TestQuestionThatTheGatewayWasKilledOverIsAnswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keep := newShelf()
		s := newStage(t, keep, settings())
		s.relay.mute = true
		asked := message("anna@home.test/phone", "boiler@things.home.test", "set 60")
		asked.Children = append(asked.Children, xmpp.Element{Space: xmpp.NSComponent, Local: "thread", Text: "t1"})
		s.expect(s.hear(asked)) // the device has not confirmed yet
		killed := newShelf()
		for key, value := range keep.words {
			killed.words[key] = value
		}
		s.stop()

		s = newStage(t, killed, settings())
		after(5 * time.Second)
		s.expect(s.wire.take(), "to='anna@home.test' … <body>I was restarted while setting Target to 60 °C. This is how it is:\nTarget: 21 °C</body><thread>t1</thread>")
		s.stop()
		s = newStage(t, killed, settings())
		after(5 * time.Second)
		s.expect(s.wire.take()) // once
		s.stop()
	})
}
