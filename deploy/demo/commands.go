package demo

import (
	"fmt"
	"strings"
)

// command is something that the chat does itself. Lines that begin with a slash
// are commands; all others go to a contact.
type command struct {
	name, argument, help string
	run                  func(c *chat, argument string) error
}

func commands() []command {
	return []command{
		{"to", "CONTACT", "talk to another contact; the beginning of its name will do", (*chat).switchTo},
		{"list", "", "all contacts and how they are", func(c *chat, _ string) error { c.list(); return nil }},
		{"help", "", "this list; without the slash you ask the contact", func(c *chat, _ string) error { c.help(); return nil }},
		{"quit", "", "leave; so do Ctrl-C and Ctrl-D", func(*chat, string) error { return errLeft }},
	}
}

// obey runs the command in a line that begins with a slash. Its error ends the
// chat.
func (c *chat) obey(text string) error {
	name, argument, _ := strings.Cut(text[1:], " ")
	for _, cmd := range commands() {
		if strings.EqualFold(cmd.name, name) {
			return cmd.run(c, strings.TrimSpace(argument))
		}
	}
	c.screen.print(fmt.Sprintf("There is no /%s.", printable(name)))
	c.help()
	return nil
}

func (c *chat) help() {
	var b strings.Builder
	for _, cmd := range commands() {
		fmt.Fprintf(&b, "  %-12s  %s\n", strings.TrimSpace("/"+cmd.name+" "+cmd.argument), cmd.help)
	}
	c.screen.print(b.String())
}

func (c *chat) switchTo(name string) error {
	to := c.named(name)
	if to == nil {
		names := make([]string, len(c.contacts))
		for i, contact := range c.contacts {
			names[i] = contact.name
		}
		c.screen.print(fmt.Sprintf("There is no contact %q; there are: %s.", printable(name), strings.Join(names, ", ")))
		return nil
	}
	c.current = to
	c.screen.print(to.line(c.colors))
	return nil
}

// named finds the contact that is called name, or else the only one whose name
// begins so.
func (c *chat) named(name string) *contact {
	name, _, _ = strings.Cut(strings.ToLower(name), "@")
	var found []*contact
	for _, contact := range c.contacts {
		if contact.name == name || contact.address == name {
			return contact
		}
		if name != "" && strings.HasPrefix(contact.name, name) {
			found = append(found, contact)
		}
	}
	if len(found) == 1 {
		return found[0]
	}
	return nil
}
