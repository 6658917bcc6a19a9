package talk

import (
	"slices"
	"strings"

	"thingbridge/devices"
	"thingbridge/gateway/access"
)

// Node is an action as a command: what a client lists, fills in and runs
// (XEP-0050).
type Node struct {
	Name    string
	Label   string
	Role    access.Role // who may run it
	Asks    bool        // a form comes first; otherwise it runs with what its fields have
	Changes bool        // Run is given only those fields whose values were changed
	Stages  int         // forms it has; 0: it takes no values

	stage func(n int, given Values) Stage
	run   func(given Values) Plan
}

// Stage returns form number n, which may depend on what was given in those before
// it.
func (n *Node) Stage(number int, given Values) Stage { return n.stage(number, given) }

// Run says what is to be done with the values that were given.
func (n *Node) Run(given Values) Plan { return n.run(given) }

// maxValued is how many options an enum may have for each of them to be a
// command of its own.
const maxValued = 6

// chatOnly are actions that are no commands: a status has all values, and who made a
// device stands on its card.
var chatOnly = []string{"get", "what"}

// Nodes returns the commands of a device that fit it and its user. Those of few
// options come with each of them as well: some clients know no forms.
func Nodes(req Request) []Node {
	var nodes []Node
	for _, node := range deviceNodes(&req) {
		if req.Role < node.Role {
			continue
		}
		nodes = append(nodes, node)
		p, ok := req.Twin.Device.Property(node.Name)
		if !ok || !node.Asks || len(p.Options) > maxValued {
			continue
		}
		for _, option := range p.Options {
			nodes = append(nodes, node.with(option, req.Lang))
		}
	}
	return nodes
}

// FindNode returns the command of a device by its name, which may end with a value:
// "mode:eco". Whether the user may run it is for the caller to see.
func FindNode(req Request, name string) (Node, bool) {
	return findNode(deviceNodes(&req), name, req.Lang)
}

func deviceNodes(req *Request) []Node {
	all := slices.Concat(actions(), enumActions(req.Twin.Device))
	return nodesOf(all, req, req.Lang, func(plan Plan, words *language) Plan { return permitted(plan, req.Role, words) })
}

// nodesOf makes commands of the actions that are offered.
func nodesOf[R any](all []action[R], req R, lang Lang, check func(Plan, *language) Plan) []Node {
	words := speak(lang)
	nodes := make([]Node, 0, len(all))
	for i := range all {
		a := &all[i]
		if !a.offered(req) || slices.Contains(chatOnly, a.name) {
			continue
		}
		node := Node{Name: a.name, Role: a.role, Asks: a.asks, Changes: a.changes, Stages: len(a.stages)}
		node.Label = words.forms.titles[a.name]
		if node.Label == "" {
			node.Label = words.label(&devices.Property{Name: a.name})
		}
		node.stage = func(n int, given Values) Stage { return a.stages[n](req, words, given) }
		node.run = func(given Values) Plan {
			plan := check(a.run(req, words, given), words)
			plan.Lang = words.lang
			return plan
		}
		nodes = append(nodes, node)
	}
	return nodes
}

func findNode(nodes []Node, name string, lang Lang) (Node, bool) {
	name, value, valued := strings.Cut(name, ":")
	i := slices.IndexFunc(nodes, func(n Node) bool { return n.Name == name })
	if i < 0 {
		return Node{}, false
	}
	if !valued {
		return nodes[i], true
	}
	if nodes[i].Stages == 0 {
		return Node{}, false
	}
	fields := nodes[i].Stage(nodes[i].Stages-1, nil).Fields
	if len(fields) != 1 || fields[0].Secret { // a command's name is shown
		return Node{}, false
	}
	return nodes[i].with(value, lang), true
}

// with returns the command that runs at once with a value of its last form's only
// field.
func (n Node) with(value string, lang Lang) Node {
	field := n.stage(n.Stages-1, nil).Fields[0]
	valued := Node{Name: n.Name + ":" + value, Label: n.Label + ": " + value, Role: n.Role}
	for _, option := range field.Options {
		if option.Value == value {
			valued.Label = n.Label + ": " + option.Label
		}
	}
	run := n.run
	valued.run = func(Values) Plan {
		texts := []string{value}
		if field.Type == FieldMulti && slices.Contains(speak(lang).house.all, value) {
			texts = field.Default
		}
		values, problem := field.Read(texts, lang)
		if problem != "" {
			plan := *refused(problem)
			plan.Lang = speak(lang).lang
			return plan
		}
		return run(Values{field.Name: values})
	}
	return valued
}

// Sentence returns the command that does what a sentence says.
func Sentence(name, sentence string, plan func() Plan) Node {
	return Node{Name: name, Label: shorten(sentence), Role: access.View, run: func(Values) Plan { return plan() }}
}

// CommandsTitle names the list of commands.
func CommandsTitle(lang Lang) string { return speak(lang).forms.list }
