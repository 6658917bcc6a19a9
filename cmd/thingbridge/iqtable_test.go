package main

import (
	"fmt"
	"slices"
	"strings"
)

// Outcomes of iqs. All others are conditions of errors.
const (
	isResult     = "result"
	isForbidden  = "forbidden"
	isBad        = "bad-request"
	isNotFound   = "item-not-found"
	isNotOffered = "service-unavailable"
)

// contactKind is where an iq goes.
type contactKind uint8

const (
	toHouse contactKind = 1 << iota
	toDevice
	toAny = toHouse | toDevice
)

// iqRow is an iq that is understood, or looks like one, and its outcome.
type iqRow struct {
	at      contactKind
	kind    string // get or set
	payload string
	want    string
}

// both returns the rows of one payload, as a get and as a set.
func both(at contactKind, payload, get, set string) []iqRow {
	return []iqRow{{at, "get", payload, get}, {at, "set", payload, set}}
}

const (
	discoNS   = "http://jabber.org/protocol/disco"
	pubsubNS  = "http://jabber.org/protocol/pubsub"
	commandNS = "http://jabber.org/protocol/commands"
	dataNS    = "urn:nfi:iot:sd:1.0"
	eventsNS  = "urn:nfi:iot:events:1.0"
	ctrNS     = "urn:nfi:iot:ctr:1.0"
)

func query(space, rest string) string { return "<query xmlns='" + space + "'" + rest + "/>" }

func pubsub(inside string) string { return "<pubsub xmlns='" + pubsubNS + "'>" + inside + "</pubsub>" }

func command(attributes, inside string) string {
	return "<command xmlns='" + commandNS + "' " + attributes + ">" + inside + "</command>"
}

func readoutOf(attributes, inside string) string {
	return "<req xmlns='" + dataNS + "' id='r' " + attributes + ">" + inside + "</req>"
}

func subscribeTo(attributes, inside string) string {
	return "<subscribe xmlns='" + eventsNS + "' " + attributes + ">" + inside + "</subscribe>"
}

func controlOf(inside string) string { return "<set xmlns='" + ctrNS + "'>" + inside + "</set>" }

func searchOf(inside string) string { return "<query xmlns='jabber:iq:search'>" + inside + "</query>" }

func submitted(field, value string) string {
	return "<x xmlns='jabber:x:data' type='submit'><field var='" + field + "'><value>" + value + "</value></field></x>"
}

// iqRows is every iq that contacts answer, with what can be wrong about it.
func iqRows() []iqRow {
	rows := slices.Concat(
		both(toAny, query(discoNS+"#info", ""), isResult, isNotOffered),
		both(toAny, query(discoNS+"#items", ""), isResult, isNotOffered),
		both(toAny, "<vCard xmlns='vcard-temp'/>", isResult, isNotOffered),
		both(toAny, "<vcard xmlns='urn:ietf:params:xml:ns:vcard-4.0'/>", isResult, isNotOffered),
		both(toAny, query("jabber:iq:version", ""), isResult, isNotOffered),
		both(toAny, query("jabber:iq:last", ""), isResult, isNotOffered),
		both(toAny, "<time xmlns='urn:xmpp:time'/>", isResult, isNotOffered),
		both(toAny, "<ping xmlns='urn:xmpp:ping'/>", isResult, isNotOffered),
		both(toAny, readoutOf("m='true'", ""), isResult, isResult),
		both(toAny, readoutOf("all='true'", "<f n='temperature'/>"), isResult, isResult),
		both(toAny, readoutOf("", "<nd id='boiler'/>"), isResult, isResult),
		both(toAny, readoutOf("h='true' from='2026-01-01T00:00:00Z' to='2026-01-02T00:00:00Z'", ""), isResult, isResult),
		both(toAny, readoutOf("", "<f n='pressure'/>"), isNotFound, isNotFound),
		both(toAny, readoutOf("", "<nd id='ghost'/>"), isNotFound, isNotFound),
		both(toAny, readoutOf("m='perhaps'", ""), isBad, isBad),
		both(toAny, readoutOf("to='tomorrow'", ""), isBad, isBad),
		both(toAny, readoutOf("when='2999-01-01T00:00:00Z'", ""), "feature-not-implemented", "feature-not-implemented"),
		both(toAny, "<req xmlns='"+dataNS+"'/>", isBad, isBad),
		both(toAny, "<cancel xmlns='"+dataNS+"' id='r'/>", isNotOffered, isResult),
		both(toDevice, subscribeTo("id='e'", ""), isNotOffered, isResult),
		both(toDevice, subscribeTo("id='e' minInt='PT5S' maxInt='PT1H' m='true'", "<f n='temperature' by='0.5'/>"), isNotOffered, isResult),
		both(toDevice, subscribeTo("id='e'", "<f n='pressure'/>"), isNotOffered, isNotFound),
		both(toDevice, subscribeTo("", ""), isNotOffered, isBad),
		both(toDevice, subscribeTo("id='e' minInt='soon'", ""), isNotOffered, isBad),
		both(toDevice, "<unsubscribe xmlns='"+eventsNS+"' id='nonsense'/>", isNotOffered, isNotFound),
		both(toHouse, subscribeTo("id='e'", ""), isNotOffered, isNotOffered),
		both(toDevice, "<getForm xmlns='"+ctrNS+"'/>", isResult, isNotOffered),
		both(toHouse, "<getForm xmlns='"+ctrNS+"'/>", isBad, isNotOffered),
		both(toAny, "<getForm xmlns='"+ctrNS+"'><nd id='boiler'/></getForm>", isResult, isNotOffered),
		both(toAny, "<getForm xmlns='"+ctrNS+"'><nd id='ghost'/></getForm>", isNotFound, isNotOffered),
		both(toAny, controlOf("<nd id='boiler'/><db n='target' v='21.5'/>"), isNotOffered, isResult),
		both(toDevice, controlOf(submitted("target", "22")), isNotOffered, isResult),
		both(toHouse, controlOf("<db n='target' v='21.5'/>"), isNotOffered, isBad),
		both(toAny, controlOf("<nd id='boiler'/><db n='target' v='99'/>"), isNotOffered, isBad),
		both(toAny, controlOf("<nd id='boiler'/><b n='target' v='true'/>"), isNotOffered, isBad),
		both(toAny, controlOf("<nd id='boiler'/><db n='temperature' v='20'/>"), isNotOffered, isNotFound),
		both(toAny, controlOf("<nd id='ghost'/><db n='target' v='20'/>"), isNotOffered, isNotFound),
		both(toAny, controlOf(""), isNotOffered, isBad),
		both(toHouse, searchOf(""), isResult, isResult),
		both(toHouse, searchOf("<nick>boil</nick>"), isResult, isResult),
		both(toHouse, searchOf(submitted("name", "boil")), isResult, isResult),
		both(toHouse, searchOf("<x xmlns='jabber:x:data' type='form'/>"), isResult, isBad),
		both(toHouse, query("jabber:iq:gateway", ""), isResult, isBad),
		both(toHouse, "<query xmlns='jabber:iq:gateway'><prompt>Boiler</prompt></query>", isResult, isResult),
		both(toHouse, "<query xmlns='jabber:iq:gateway'><prompt>Ghost</prompt></query>", isResult, isNotFound),
		both(toHouse, query("jabber:iq:register", ""), isResult, isResult),
		both(toHouse, "<query xmlns='jabber:iq:register'><remove/></query>", isResult, isResult),
	)
	for _, ns := range []string{"jabber:iq:version", "jabber:iq:last"} {
		rows = append(rows, both(toAny, query(ns, " node='x'"), isNotFound, isNotOffered)...)
	}
	return slices.Concat(rows, discoRows(), pubsubRows(), commandRows(), unansweredRows())
}

func discoRows() []iqRow {
	var rows []iqRow
	for _, what := range []string{"#info", "#items"} {
		for node, want := range map[string]string{
			commandNS: isResult, "help": isResult, "say:help": isResult, "nonsense": isNotFound, "urn:x-thingbridge:gateway#old": isNotFound,
		} {
			rows = append(rows, both(toAny, query(discoNS+what, " node='"+node+"'"), want, isNotOffered)...)
		}
		rows = append(rows, both(toDevice, query(discoNS+what, " node='set'"), isResult, isNotOffered)...)
		rows = append(rows, both(toHouse, query(discoNS+what, " node='subscribers'"), isForbidden, isNotOffered)...)
	}
	return rows
}

func pubsubRows() []iqRow {
	var rows []iqRow
	for _, node := range []string{
		"urn:xmpp:avatar:data", "urn:xmpp:avatar:metadata", "http://jabber.org/protocol/nick", "urn:xmpp:vcard4",
	} {
		rows = append(rows, both(toAny, pubsub("<items node='"+node+"'/>"), isResult, isNotOffered)...)
		rows = append(rows, both(toAny, pubsub("<items node='"+node+"'><item id='nonsense'/></items>"), isNotFound, isNotOffered)...)
	}
	for _, node := range []string{"urn:xmpp:omemo:2:devices", "storage:bookmarks", ""} {
		rows = append(rows, both(toAny, pubsub("<items node='"+node+"'/>"), isNotFound, isNotOffered)...)
	}
	return append(rows, both(toAny, pubsub("<subscriptions/>"), "feature-not-implemented", isNotOffered)...)
}

// commandRows are few: what a user may do in a second is bounded.
func commandRows() []iqRow {
	return slices.Concat(
		both(toDevice, command("node='status'", ""), isNotOffered, isResult),
		both(toDevice, command("node='set' action='execute'", submitted("target", "23")), isNotOffered, isResult),
		both(toHouse, command("node='devices'", ""), isNotOffered, isResult),
		both(toHouse, command("node='stats' action='execute'", ""), isNotOffered, isResult),
		both(toHouse, command("node='subscribers'", ""), isNotOffered, isForbidden),
		both(toAny, command("node='say:help'", ""), isNotOffered, isResult),
		both(toAny, command("node='nonsense'", ""), isNotOffered, isNotFound),
		both(toAny, command("node='help' action='dance'", ""), isNotOffered, isBad),
		both(toAny, command("node='help' sessionid='nonsense' action='complete'", ""), isNotOffered, isBad),
		both(toAny, command("", ""), isNotOffered, isBad),
	)
}

// unansweredRows are the namespaces that contacts do not answer, be it because they
// are for messages, for other entities, or have been retracted.
func unansweredRows() []iqRow {
	var rows []iqRow
	for _, ns := range []string{
		"http://jabber.org/protocol/caps", "jabber:x:data", "urn:xmpp:avatar:data", "urn:xmpp:avatar:metadata", "urn:xmpp:idle:1",
		"http://jabber.org/protocol/chatstates", "urn:xmpp:receipts", "urn:xmpp:chat-markers:0", "urn:xmpp:message-correct:0",
		"urn:xmpp:message-retract:1", "urn:xmpp:reactions:0", "urn:xmpp:reply:0", "urn:xmpp:fallback:0", "urn:xmpp:styling:0",
		"urn:xmpp:hints", "urn:xmpp:sid:0", "http://jabber.org/protocol/shim", "urn:xmpp:attention:0", "jabber:iq:oob",
		"urn:xmpp:http:upload:0", "urn:xmpp:bob", "urn:xmpp:tmp:quick-response", pubsubNS + "#owner", "http://jabber.org/protocol/rosterx",
		"http://jabber.org/protocol/muc#admin", "http://jabber.org/protocol/muc#owner", "urn:xmpp:mam:2", "urn:xmpp:jingle:1",
		"http://jabber.org/protocol/bytestreams", "http://jabber.org/protocol/ibb", "http://jabber.org/protocol/si", "jabber:iq:private",
		"urn:xmpp:iot:sensordata", "urn:xmpp:iot:control", "urn:xmpp:iot:provisioning", "urn:xmpp:iot:concentrators", "urn:xmpp:iot:discovery",
		"urn:nfi:iot:events:1.0", "urn:nfi:iot:concentrator:1.0", "urn:nfi:iot:disco:1.0", "urn:nf:iot:sd:1.0", "urn:ieee:iot:sd:1.0", "jabber:iq:roster",
	} {
		rows = append(rows, both(toAny, query(ns, ""), isNotOffered, isNotOffered)...)
	}
	for _, ns := range []string{"jabber:iq:search", "jabber:iq:gateway"} {
		rows = append(rows, both(toDevice, query(ns, ""), isNotOffered, isNotOffered)...)
	}
	for i := range 30 {
		rows = append(rows, both(toAny, fmt.Sprintf("<x%d xmlns='urn:example:unknown:%d'><y/></x%d>", i, i*i, i), isNotOffered, isNotOffered)...)
	}
	// The right namespace around a name that it does not have.
	for _, row := range []string{
		query(dataNS, ""), query(ctrNS, ""), query("urn:xmpp:ping", ""), query("vcard-temp", ""), query(commandNS, ""), query(pubsubNS, ""),
	} {
		rows = append(rows, both(toAny, row, isNotOffered, isNotOffered)...)
	}
	return rows
}

// iqCase is an iq to one address, and its outcome for a user and for a stranger.
type iqCase struct{ to, kind, payload, want, stranger string }

// iqCases makes one of each row for each address that it is for, and more for those
// of a device that does not exist.
func iqCases(addresses map[string]contactKind, ghosts []string) []iqCase {
	var cases []iqCase
	for _, row := range iqRows() {
		for to, at := range addresses {
			if row.at&at != 0 {
				cases = append(cases, iqCase{to, row.kind, row.payload, row.want, isForbidden})
			}
		}
	}
	for _, row := range iqRows()[:60:60] {
		for _, to := range ghosts {
			cases = append(cases, iqCase{to, row.kind, row.payload, isNotFound, isForbidden})
		}
	}
	one := query("jabber:iq:version", "")
	for to := range addresses {
		for _, kind := range []string{"get", "set"} {
			// These are no iqs at all; some servers refuse them themselves.
			cases = append(cases, iqCase{to, kind, "", isBad, isBad}, iqCase{to, kind, one + one, isBad, isBad})
		}
	}
	slices.SortFunc(cases, func(a, b iqCase) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	return slices.Compact(cases)
}
