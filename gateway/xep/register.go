package xep

import "thingbridge/gateway/xmpp"

// Namespaces of what gateways are asked.
const (
	NSRegister = "jabber:iq:register" // XEP-0077
	NSGateway  = "jabber:iq:gateway"  // XEP-0100 6
)

// RegistrationForm is what a user is asked before registration.
type RegistrationForm struct {
	Title, Instructions string
	Contacts            string // label of the choice to get all contacts
	Registered          bool
}

// varContacts is the field with the choice to get all contacts.
const varContacts = "contacts"

// Registration encodes the answer to a request for the registration form (XEP-0077
// 3.1 and 4).
func Registration(f RegistrationForm) []byte {
	out := []byte("<query xmlns='" + NSRegister + "'>")
	if f.Registered {
		out = append(out, "<registered/>"...)
	}
	out = appendElement(out, "instructions", f.Instructions)
	out = AppendForm(out, &Form{Type: "form", Title: f.Title, Instructions: f.Instructions, Fields: []FormField{
		{Var: formType, Type: "hidden", Values: []string{NSRegister}},
		{Var: varContacts, Type: "boolean", Label: f.Contacts, Values: []string{"true"}},
	}})
	return append(out, "</query>"...)
}

// WantsContacts reads from a registration whether the user wants all contacts: yes,
// unless the form says no.
func WantsContacts(query *xmpp.Element) bool {
	form := query.Child(NSForm, "x")
	if form == nil {
		return true
	}
	for i := range form.Children {
		if field := &form.Children[i]; field.Local == "field" && field.Attr("var") == varContacts {
			value := field.Child(NSForm, "value")
			return value == nil || value.Text != "false" && value.Text != "0"
		}
	}
	return true
}

// GatewayPrompt encodes what a user is asked for in place of an address (XEP-0100
// 6.1).
func GatewayPrompt(desc, prompt string) []byte {
	out := appendElement([]byte("<query xmlns='"+NSGateway+"'>"), "desc", desc)
	return append(appendElement(out, "prompt", prompt), "</query>"...)
}

// GatewayJID encodes the address that a prompt stands for (XEP-0100 6.2).
func GatewayJID(jid string) []byte {
	return append(appendElement([]byte("<query xmlns='"+NSGateway+"'>"), "jid", jid), "</query>"...)
}
