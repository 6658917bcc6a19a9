package demo

import "strings"

// contact is one address of the house as the person sees it.
type contact struct {
	name       string
	address    string
	subscribed bool
	known      bool // it has shown itself, be it as unavailable
	online     bool
	show       string // away, chat, dnd or xa
	status     string
}

// newContacts returns the contacts of the simulated house. The first is the one
// that the person talks to first.
func newContacts() []*contact {
	var all []*contact
	for _, name := range []string{"living-room", "outdoor", "window", "meter", "lamp"} {
		all = append(all, &contact{name: name, address: name + "@" + domain})
	}
	return append(all, &contact{name: "house", address: domain})
}

// change is how much a presence changed a contact.
type change int

const (
	unchanged change = iota
	drifted          // numbers alone, as they do all day
	turned           // words, such as heating or open, or whether it is there
)

// apply takes a presence.
func (c *contact) apply(e event) change {
	before := *c
	c.known, c.online, c.show, c.status = true, e.kind == eventShown, e.show, e.text
	after := *c
	if before == after {
		return unchanged
	}
	before.status, after.status = words(before.status), words(after.status)
	if before == after {
		return drifted
	}
	return turned
}

// words is a status without its numbers.
func words(status string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("0123456789.,-", r) {
			return -1
		}
		return r
	}, status)
}

// line is the contact as it stands in a contact list.
func (c *contact) line(colors palette) string {
	mark, color := "●", colors.green
	switch {
	case !c.known:
		mark, color = "?", colors.dim
	case !c.online:
		mark, color = "○", colors.dim
	case c.show == "dnd":
		color = colors.red
	case c.show == "away" || c.show == "xa":
		color = colors.yellow
	}
	status := strings.ReplaceAll(printable(c.status), "\n", " ")
	if status == "" && c.known && !c.online {
		status = "offline"
	}
	return color + mark + colors.reset + " " + pad(c.name) + "  " + status
}

// pad aligns names.
func pad(name string) string {
	const width = len("living-room")
	return name + strings.Repeat(" ", max(0, width-len(name)))
}
