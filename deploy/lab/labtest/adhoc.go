package labtest

// Command is an ad-hoc command that a contact lists (XEP-0050).
type Command struct {
	Node string `json:"node"`
	Name string `json:"name"`
}

// CommandStep is the answer to one request of a command, as the library's own plugins
// read it.
type CommandStep struct {
	Session string              `json:"session"`
	Status  string              `json:"status"`
	Actions []string            `json:"actions"` // in order of the alphabet
	Default string              `json:"default"`
	Notes   []CommandNote       `json:"notes"`
	Form    string              `json:"form"` // its type; "" for none
	Title   string              `json:"title"`
	Fields  []CommandField      `json:"fields"`
	Rows    []map[string]string `json:"rows"` // of a table, by column

	Condition string `json:"condition"` // of an error; "" for none
	Specific  string `json:"specific"`  // what the error says beside it, of the protocol's own
}

// CommandNote is a remark in an answer.
type CommandNote struct {
	Type string `json:"type"`
	Text string `json:"text"`
}

// CommandField is a field of a form (XEP-0004) with what is said of its values
// (XEP-0122).
type CommandField struct {
	Var      string   `json:"var"`
	Type     string   `json:"type"`
	Label    string   `json:"label"`
	Required bool     `json:"required"`
	Values   []string `json:"values"`
	Options  []string `json:"options"`
	Datatype string   `json:"datatype"`
	Min      string   `json:"min"`
	Max      string   `json:"max"`
}

// Field returns the field of that name, or one without a name.
func (s *CommandStep) Field(name string) CommandField {
	for _, field := range s.Fields {
		if field.Var == name {
			return field
		}
	}
	return CommandField{}
}

// Commands lists the commands of a contact, in the order of their nodes.
func (c *Client) Commands(jid string) []Command {
	c.t.Helper()
	answer := c.do(command{Do: "commands", JID: jid})
	if answer.Step.Condition != "" {
		c.t.Fatalf("%s: the commands of %s: %s", c.name, jid, answer.Step.Condition)
	}
	return answer.Commands
}

// Command asks something of a command: in a session or, with "", to begin one; the
// action "" is execute, and nil is no form.
func (c *Client) Command(jid, node, session, action string, form map[string][]string) CommandStep {
	c.t.Helper()
	return c.do(command{Do: "command", JID: jid, Node: node, Session: session, Action: action, Form: form}).Step
}
