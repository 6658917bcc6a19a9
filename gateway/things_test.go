package gateway_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"thingbridge/devices"
	"thingbridge/gateway"
	"thingbridge/gateway/xmpp"
)

const (
	sensorNS  = "urn:nfi:iot:sd:1.0"
	controlNS = "urn:nfi:iot:ctr:1.0"
	houseFull = "things.home.test"
	lampJID   = "lamp@things.home.test"
	boilerJID = "boiler@things.home.test"
)

// lacks fails when an answer holds what it must not.
func (s *stage) lacks(got string, parts ...string) {
	s.t.Helper()
	for _, part := range parts {
		if strings.Contains(got, part) {
			s.t.Errorf("%s\nholds %s", got, part)
		}
	}
}

func readout(attributes, children string) string {
	return "<req xmlns='" + sensorNS + "' id='q1' " + attributes + ">" + children + "</req>"
}

func setParameters(children string) string {
	return "<set xmlns='" + controlNS + "'>" + children + "</set>"
}

// withThermostat adds a device that has a property of each type.
func withThermostat(s *stage) {
	s.t.Helper()
	s.apply(devices.Update{
		Announced: []*devices.Device{{
			ID: "thermostat", Name: "Thermostat", Area: "Hall", Manufacturer: "Acme", Model: "T1", Serial: "0815", Kind: "thermostat",
			Properties: []devices.Property{
				{Name: "temperature", Type: devices.TypeNumber, Unit: "°C"},
				{Name: "target", Type: devices.TypeNumber, Unit: "°C", Min: 5, Max: 30, Step: 0.5, Writable: true},
				{Name: "level", Type: devices.TypeNumber, Min: 0, Max: 10, Step: 1, Writable: true},
				{Name: "mode", Type: devices.TypeEnum, Options: []string{"off", "heat"}, Writable: true},
				{Name: "window", Type: devices.TypeBoolean},
				{Name: "model", Type: devices.TypeText, Writable: true},
			},
		}},
		Availability: []devices.Presence{{Device: "thermostat", Availability: devices.Online}},
		Readings: []devices.Reading{
			{Device: "thermostat", Property: "temperature", Value: devices.Number(21.4), At: time.Now()},
			{Device: "thermostat", Property: "target", Value: devices.Number(21), At: time.Now().Add(-time.Minute)},
			{Device: "thermostat", Property: "level", Value: devices.Number(3), At: time.Now()},
			{Device: "thermostat", Property: "mode", Value: devices.Text("heat"), At: time.Now()},
			{Device: "thermostat", Property: "window", Value: devices.Boolean(false), At: time.Now()},
			{Device: "thermostat", Property: "model", Value: devices.Text("big"), At: time.Now()},
		},
	})
	s.hear(presence("nobody@away.test", houseFull, "unavailable")) // what was told of it is not what is asked for
}

const thermostatJID = "thermostat@things.home.test"

func TestReadout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, newShelf(), settings())
		withThermostat(s)
		earlier, now := "1999-12-31T23:59:00Z", "2000-01-01T00:00:00Z"
		temperature := "<q n='temperature' v='21.4' u='°C' m='true' ar='true'/>"
		target := "<q n='target' v='21' u='°C' m='true' ar='true' ctr='true'/>"
		level := "<i n='level' v='3' m='true' ar='true' ctr='true'/>"
		mode := "<e n='mode' v='heat' t='mode' s='true' ar='true' ctr='true'/>"
		window := "<b n='window' v='false' m='true' ar='true'/>"
		model := "<s n='model' v='big' s='true' ar='true' ctr='true'/>"
		identity := "<s n='name' v='Thermostat' i='true'/><s n='area' v='Hall' i='true'/><s n='kind' v='thermostat' i='true'/>" +
			"<s n='manufacturer' v='Acme' i='true'/><s n='serial' v='0815' i='true'/>"
		ts := func(at string, data ...string) string {
			return `<ts v="` + at + `">` + strings.Join(data, "") + "</ts>"
		}
		for _, test := range []struct{ attributes, children, want string }{
			{"", "", ts(earlier, target) + ts(now, temperature, level, mode, window, model, identity)},
			{"all='true'", "", ts(earlier, target) + ts(now, temperature, level, mode, window, model, identity)},
			{"m='true'", "", ts(earlier, target) + ts(now, temperature, level, window)},
			{"s='true'", "", ts(now, mode, model)},
			{"i='1'", "", ts(now, identity)},
			{"h='true' p='true' c='true'", "", ""},
			{"", "<f n='target'/><f n='mode'/>", ts(earlier, target) + ts(now, mode)},
			{"m='true'", "<f n='mode'/>", ""},
			{"", "<f n='serial'/>", ts(now, "<s n='serial' v='0815' i='true'/>")},
			{"", "<nd id='thermostat'/><f n='window'/>", ts(now, window)},
			{"m='true' from='2000-01-01T00:00:00Z'", "", ts(now, temperature, level, window)},
			{"m='true' to='1999-12-31T23:59:59Z'", "", ts(earlier, target)},
			{"from='2000-01-01T00:00:01Z'", "", ""},
			{"when='1999-01-01T00:00:00Z'", "<f n='mode'/>", ts(now, mode)},
		} {
			for _, kind := range []string{"get", "set"} {
				got := s.say(annasPhone, thermostatJID+"/gw", kind, readout(test.attributes, test.children))
				want := `<resp xmlns="` + sensorNS + `" id="q1">` + test.want + "</resp>"
				if !strings.Contains(got, "type='result'") || !strings.Contains(got, want) {
					t.Errorf("%s %s:\n%s\nlacks\n%s", test.attributes, test.children, got, want)
				}
			}
		}
		for _, test := range []struct{ payload, want string }{
			{readout("", "<f n='pressure'/>"), "<item-not-found "},
			{readout("", "<nd id='lamp'/>"), "<item-not-found "},
			{readout("m='maybe'", ""), "<bad-request "},
			{readout("from='now'", ""), "<bad-request "},
			{"<req xmlns='" + sensorNS + "'/>", "<bad-request "},
			{readout("when='2001-01-01T00:00:00Z'", ""), "<feature-not-implemented "},
			{"<subscribe xmlns='" + sensorNS + "' id='1'/>", "<service-unavailable "},
			{"<req xmlns='urn:xmpp:iot:sensordata' seqnr='1'/>", "<service-unavailable "},
		} {
			s.expect([]string{s.say(annasPhone, thermostatJID, "get", test.payload)}, test.want)
		}
		s.expect([]string{s.say(annasPhone, thermostatJID, "set", "<cancel xmlns='"+sensorNS+"' id='q1'/>")}, "type='result'")
		s.expect([]string{s.say(bertsPhone, boilerJID, "get", readout("", ""))}, "v='21.4'") // to look at is enough
		s.expect([]string{s.say(bertsPhone, thermostatJID, "get", readout("", ""))}, "<item-not-found ")
		s.expect([]string{s.say("eve@away.test/x", thermostatJID, "get", readout("", ""))}, "<forbidden ")
		s.stop()
	})
}

func TestReadoutSaysHowMuchAValueIsWorth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, newShelf(), settings())
		field := readout("m='true'", "<f n='target'/>")
		expect := func(flags string) {
			t.Helper()
			s.wire.take()
			s.expect([]string{s.say(annasPhone, boilerJID, "get", field)}, "<q n='target' v='21' u='°C' m='true' ar='true'"+flags+" ctr='true'/>")
		}
		expect("")
		s.relay.mute = true
		s.say(annasPhone, boilerJID, "set", setParameters("<db n='smoke' v='1'/>")) // refused: changes nothing
		s.wire.handler.Stanza(message(annasPhone, boilerJID, "set 30"))
		after(5 * time.Second)
		expect(" pr='true'")
		s.reading("target", devices.Number(21))
		s.apply(devices.Update{Availability: []devices.Presence{{Device: "boiler", Availability: devices.Online}}})
		after(3 * time.Hour)
		expect(" pr='true' w='true'")
		s.apply(devices.Update{Availability: []devices.Presence{{Device: "boiler", Availability: devices.Offline}}})
		expect(" pr='true' er='true'")
		s.stop()
	})
}

func TestReadoutOfTheHouse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, newShelf(), settings())
		s.reading("temperature", devices.Number(22))
		s.wire.take()
		s.expect([]string{s.say(annasPhone, houseFull, "get", readout("i='true'", "<f n='name'/>"))},
			`<nd id="boiler"><ts … <s n='name' v='Boiler' i='true'/></ts></nd><nd id="lamp"><ts … v='Lamp'`)
		s.expect([]string{s.say(annasPhone, houseFull, "get", readout("", "<nd id='boiler'/><nd id='boiler'/><f n='temperature'/>"))},
			`<resp xmlns="`+sensorNS+`" id="q1"><nd id="boiler"><ts … v='22' u='°C' m='true' ar='true'/></ts></nd></resp>`)
		got := s.say(bertsPhone, houseFull, "get", readout("", ""))
		s.expect([]string{got}, `<nd id="boiler">`)
		s.lacks(got, "lamp", "Lamp")
		for _, user := range []string{bertsPhone, annasPhone} {
			s.expect([]string{s.say(user, houseFull, "get", readout("", "<nd id='ghost'/>"))}, "<item-not-found ")
		}
		s.expect([]string{s.say(bertsPhone, houseFull, "get", readout("", "<nd id='boiler'/><nd id='lamp'/>"))}, "<item-not-found ")
		s.expect([]string{s.say("eve@away.test/x", houseFull, "get", readout("", ""))}, "<forbidden ")

		var many devices.Update
		for i := range 3000 {
			many.Announced = append(many.Announced, &devices.Device{ID: devices.ID(fmt.Sprintf("sensor-%d", i)), Name: "Sensor", Area: "Somewhere in the house"})
		}
		s.apply(many)
		synctest.Wait()
		s.wire.take()
		s.expect([]string{s.say(annasPhone, houseFull, "get", readout("", ""))}, "<resource-constraint ")
		s.expect([]string{s.say(annasPhone, houseFull, "get", readout("", "<nd id='sensor-7'/>"))}, `<nd id="sensor-7">`)
		s.stop()
	})
}

func TestControl(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, newShelf(), settings())
		withThermostat(s)
		taken := func(names ...string) string {
			out := `<resp xmlns="` + controlNS + `">`
			for _, name := range names {
				out += `<p n="` + name + `"/>`
			}
			return out + "</resp>"
		}
		of := func(name string) string { return " … <paramError xmlns='" + controlNS + "' var='" + name + "'/>" }
		for _, test := range []struct{ to, parameters, want string }{
			{thermostatJID, "<db n='target' v='22.5'/><e n='mode' v='off' t='HvacMode'/>", taken("mode", "target")},
			{thermostatJID + "/gw", "<i n='level' v='4'/><s n='model' v='small'/>", taken("level", "model")},
			{thermostatJID, "<l n='target' v='20'/>", taken("target")},
			{thermostatJID, "<db n='target' v='20.3'/>", taken("target")}, // to the nearest step, as in the chat
			{thermostatJID, "<nd id='thermostat'/><l n='target' v='20'/>", taken("target")},
			{thermostatJID, "<x xmlns='jabber:x:data' type='submit'><field var='target'><value>23</value></field><field var='mode'><value>off</value></field></x>", taken("mode", "target")},
			{lampJID, "<b n='on' v='true'/>", taken("on")},
			{thermostatJID, "<db n='target' v='99'/>", "<bad-request " + of("target")},
			{thermostatJID, "<db n='level' v='1'/><db n='target' v='warm'/>", "<bad-request " + of("target")},
			{thermostatJID, "<b n='target' v='true'/>", "<bad-request " + of("target")},
			{thermostatJID, "<e n='mode' v='party'/>", "<bad-request " + of("mode")},
			{thermostatJID, "<db n='target' v='20'/><db n='target' v='21'/>", "<bad-request " + of("target")},
			{thermostatJID, "<db n='temperature' v='20'/>", "<item-not-found " + of("temperature")},
			{thermostatJID, "<db n='pressure' v='20'/>", "<item-not-found " + of("pressure")},
			{thermostatJID, "<x xmlns='jabber:x:data' type='submit'><field var='target'><value>99</value></field></x>", "<bad-request " + of("target")},
			{thermostatJID, "<x xmlns='jabber:x:data' type='submit'><field var='pressure'><value>1</value></field></x>", "<item-not-found " + of("pressure")},
			{thermostatJID, "<nd id='lamp'/><db n='target' v='20'/>", "<item-not-found "},
			{thermostatJID, "", "<bad-request "},
			{houseFull, "<b n='on' v='true'/>", "<bad-request "},
			{houseFull, "<nd id='lamp'/><b n='on' v='false'/>", `<nd id="lamp"/><p n="on"/>`},
			{houseFull, "<nd id='lamp'/><nd id='boiler'/><b n='on' v='false'/>", "<item-not-found " + of("on")},
			{houseFull, "<nd id='thermostat'/><nd id='boiler'/><db n='target' v='24'/>", `<nd id="boiler"/><nd id="thermostat"/><p n="target"/>`},
			{"ghost@things.home.test", "<b n='on' v='true'/>", "<item-not-found "},
		} {
			synctest.Wait()
			s.wire.take()
			s.expect([]string{s.say(annasPhone, test.to, "set", setParameters(test.parameters))}, test.want)
			after(time.Second) // what a user may ask for
		}
		for property, want := range map[string]devices.Value{"target": devices.Number(24), "level": devices.Number(4), "mode": devices.Text("off"), "model": devices.Text("small")} {
			if twin, _ := s.registry.Get("thermostat"); twin.Reported(property) != want {
				t.Errorf("%s is %v, want %v", property, twin.Reported(property), want)
			}
		}
		s.wire.take()
		s.expect([]string{s.say(bertsPhone, boilerJID, "set", setParameters("<db n='target' v='20'/>"))}, "<forbidden ")
		s.expect([]string{s.say(bertsPhone, houseFull, "set", setParameters("<nd id='boiler'/><db n='target' v='20'/>"))}, "<forbidden ")
		s.expect([]string{s.say(bertsPhone, lampJID, "set", setParameters("<b n='on' v='1'/>"))}, "<item-not-found ")
		s.expect([]string{s.say("eve@away.test/x", boilerJID, "set", setParameters("<db n='target' v='20'/>"))}, "<forbidden ")
		s.expect([]string{s.say(annasPhone, boilerJID, "get", setParameters("<db n='target' v='20'/>"))}, "<service-unavailable ")
		s.stop()
	})
}

func TestControlOfAMuteOrBrokenDevice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, newShelf(), settings())
		s.relay.mute = true
		began := time.Now()
		stanza := iq(annasPhone, boilerJID, "set", controlNS, "set")
		stanza.Children[0].Children = []xmpp.Element{{Space: controlNS, Local: "db", Attrs: []xmpp.Attr{{Local: "n", Value: "target"}, {Local: "v", Value: "30"}}}}
		s.wire.handler.Stanza(stanza)
		after(1900 * time.Millisecond)
		for _, sent := range s.wire.take() {
			if strings.HasPrefix(sent, "<iq") {
				t.Errorf("after %v: %s", time.Since(began), sent)
			}
		}
		after(200 * time.Millisecond)
		s.expect(s.wire.take(), `<p n="target"/>`)
		s.relay.mute, s.relay.fail = false, errors.New("cable cut")
		s.expect([]string{s.say(annasPhone, boilerJID, "set", setParameters("<db n='target' v='40'/>"))}, "type='wait' … <recipient-unavailable … Boiler")
		s.relay.fail = nil
		for range 60 {
			s.wire.handler.Stanza(stanza)
			synctest.Wait()
		}
		if got := strings.Join(s.wire.take(), ""); !strings.Contains(got, "<resource-constraint ") {
			t.Error("a user may set without end")
		}
		s.stop()
	})
}

func TestControlForm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, newShelf(), settings())
		withThermostat(s)
		form := "<getForm xmlns='" + controlNS + "'/>"
		s.expect([]string{s.say(annasPhone, thermostatJID, "get", form)}, strings.Join([]string{
			"<x xmlns='jabber:x:data' type='form'>",
			"<field var='target' type='text-single' label='Target (°C)'>", "datatype='xs:decimal'><range min='5' max='30'/>", "<value>21</value>",
			"<field var='level'", "datatype='xs:integer'><range min='0' max='10'/>", "<field var='mode' type='list-single'", "<field var='model'",
		}, " … "))
		s.expect([]string{s.say(annasPhone, houseFull, "get", "<getForm xmlns='"+controlNS+"'><nd id='lamp'/></getForm>")}, "<field var='on' type='boolean'")
		for _, test := range []struct{ user, to, payload, want string }{
			{annasPhone, houseFull, form, "<bad-request "},
			{annasPhone, houseFull, "<getForm xmlns='" + controlNS + "'><nd id='ghost'/></getForm>", "<item-not-found "},
			{bertsPhone, boilerJID, form, "<forbidden "},
			{"eve@away.test/x", boilerJID, form, "<forbidden "},
		} {
			s.expect([]string{s.say(test.user, test.to, "get", test.payload)}, test.want)
		}
		s.stop()
	})
}

func TestSearchFindsWhatOneMaySee(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, newShelf(), settings())
		withThermostat(s)
		const query = "<query xmlns='jabber:iq:search'>"
		s.expect([]string{s.say(annasPhone, houseFull, "get", query+"</query>")},
			"<instructions>Write a part … <nick/> … type='form' … <value>jabber:iq:search</value> … var='name' … var='area' type='text-single' label='Room' … var='kind'")
		form := func(fields ...string) string {
			out := query + "<x xmlns='jabber:x:data' type='submit'>"
			for i := 0; i < len(fields); i += 2 {
				out += "<field var='" + fields[i] + "'><value>" + fields[i+1] + "</value></field>"
			}
			return out + "</x></query>"
		}
		for _, test := range []struct{ user, payload, want, lack string }{
			{annasPhone, query + "<nick>OIL</nick></query>", `<item jid="boiler@things.home.test"><first/><last/><nick>Boiler</nick><email/></item></query>`, "lamp@"},
			{annasPhone, query + "</query>", "boiler@ … lamp@ … thermostat@", "jabber:x:data"},
			{annasPhone, query + "<first>Anna</first></query>", `<query xmlns="jabber:iq:search"></query>`, "item"},
			{bertsPhone, query + "</query>", "boiler@", "lamp@"},
			{annasPhone, form(), "<reported> … boiler@ … lamp@ … thermostat@", "<nick>"},
			{annasPhone, form("FORM_TYPE", "jabber:iq:search", "area", "hall", "name", ""), "<field var='area'><value>Hall</value></field><field var='kind'><value>thermostat</value></field><field var='jid'><value>" + thermostatJID, "boiler@"},
			{annasPhone, form("kind", "thermo", "name", "boil"), "<reported>", "<item>"},
			{bertsPhone, form("name", "lamp"), "<reported>", "lamp@"},
			{annasPhone, query + "<x xmlns='jabber:x:data' type='form'/></query>", "<bad-request ", "item"},
			{"eve@away.test/x", form(), "<forbidden ", "boiler"},
		} {
			got := s.say(test.user, houseFull, "set", test.payload)
			s.expect([]string{got}, test.want)
			s.lacks(got, test.lack)
		}
		s.expect([]string{s.say(annasPhone, boilerJID, "get", query+"</query>")}, "<service-unavailable ")
		german := iq(annasPhone, houseFull, "get", "jabber:iq:search", "query")
		german.Lang = "de"
		s.expect(s.hear(german), "Ein Ding finden … label='Raum'")
		s.stop()
	})
}

// An account answers like a component; the house's has devices without addresses of
// their own.
func TestThingsOfAccounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		device := gateway.Account{JID: must(xmpp.ParseJID("boiler@rented.test")), Device: "boiler"}
		s := newStageAs(t, device, newShelf(), settings())
		s.expect([]string{s.say(annasPhone, "boiler@rented.test/gw", "get", readout("m='true'", "<f n='temperature'/>"))}, "v='21.4'")
		s.expect([]string{s.say(annasPhone, "boiler@rented.test/gw", "set", setParameters("<db n='target' v='30'/>"))}, `<p n="target"/>`)
		s.expect([]string{s.say(annasPhone, "boiler@rented.test/gw", "get", "<getForm xmlns='"+controlNS+"'/>")}, "var='target'")
		s.expect([]string{s.say("eve@away.test/x", "boiler@rented.test/gw", "get", readout("", ""))}, "<forbidden ")
		s.stop()
	})
	synctest.Test(t, func(t *testing.T) {
		s := newStageAs(t, gateway.Account{JID: must(xmpp.ParseJID("house@rented.test"))}, newShelf(), settings())
		s.expect([]string{s.say(annasPhone, "house@rented.test/gw", "get", readout("m='true'", "<nd id='boiler'/>"))}, `<nd id="boiler"> … v='21.4'`)
		s.expect([]string{s.say(annasPhone, "house@rented.test/gw", "set", setParameters("<nd id='lamp'/><b n='on' v='1'/>"))}, `<nd id="lamp"/><p n="on"/>`)
		s.expect([]string{s.say(annasPhone, "house@rented.test/gw", "set", "<query xmlns='jabber:iq:search'><nick>lamp</nick></query>")}, `<item jid="house@rented.test"> … <nick>Lamp</nick>`)
		s.stop()
	})
}
