package gateway

import (
	"fmt"
	"strings"

	"thingbridge/devices"
	"thingbridge/gateway/dialogue"
	"thingbridge/gateway/talk"
	"thingbridge/gateway/xep"
	"thingbridge/gateway/xmpp"
)

// maxSay is the longest sentence that a button says.
const maxSay = 200

// choicesAt returns the choices of a question about a device as they are said to
// the contact that asks it: to the house, the device is named.
func choicesAt(contact, device devices.ID, choices []talk.Choice) []talk.Choice {
	var all []talk.Choice
	for _, c := range choices {
		if contact == house && device != "" {
			c.Say = string(device) + " " + c.Say
		}
		if len(c.Say) <= maxSay && len(c.Label) <= maxSay && len(all) < dialogue.MaxChoices {
			all = append(all, c)
		}
	}
	return all
}

// withChoices numbers the choices below a question, for clients that show no more
// than text.
func withChoices(text string, choices []talk.Choice) string {
	if len(choices) == 0 {
		return text
	}
	var b strings.Builder
	b.WriteString(text)
	for i, c := range choices {
		fmt.Fprintf(&b, "\n%d) %s", i+1, c.Label)
	}
	return b.String()
}

// appendChoices writes the choices for the clients that make buttons of them: of
// quick responses (XEP-0439), or of commands. An account does not know its full
// JID, and its server would answer for the bare one: there it has no commands.
func appendChoices(dst []byte, from xmpp.JID, choices []talk.Choice) []byte {
	if len(choices) == 0 {
		return dst
	}
	items := make([]xep.CommandItem, 0, len(choices))
	for _, c := range choices {
		dst = xep.AppendResponse(dst, c.Say, c.Label)
		items = append(items, xep.CommandItem{JID: from.String(), Node: say + c.Say, Name: c.Label})
	}
	if from.Resource() == "" {
		return dst
	}
	return xep.AppendCommandItems(dst, items)
}
