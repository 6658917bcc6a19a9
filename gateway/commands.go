package gateway

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"thingbridge/devices"
	"thingbridge/gateway/adhoc"
	"thingbridge/gateway/talk"
	"thingbridge/gateway/xep"
	"thingbridge/gateway/xmpp"
)

// say begins the name of a command that is a sentence: "say:boost 30m". It does what
// the sentence does in a chat, so it needs no session and outlives a restart.
const say = "say:"

// command answers an ad-hoc command (XEP-0050).
func (b *Bridge) command(ctx context.Context, q *asked) ([]byte, *xmpp.StanzaError) {
	if err := adhoc.CheckLocale(q.lang); err != nil {
		return nil, adhoc.BadLocale.StanzaError()
	}
	request, err := xep.DecodeCommand(q.payload)
	switch {
	case errors.Is(err, xep.ErrForm):
		return nil, adhoc.BadPayload.StanzaError()
	case err != nil:
		return nil, &xmpp.StanzaError{Type: xmpp.Modify, Condition: xmpp.BadRequest}
	case !b.readers.mayWrite(q.user):
		return nil, &xmpp.StanzaError{
			Type: xmpp.Wait, Condition: xmpp.ResourceConstraint, Text: "That was too much at once; try again in a moment.",
		}
	}
	node, refusal := b.commandNode(ctx, q)
	if refusal != nil {
		return nil, refusal
	}
	dialogue := adhoc.Request{From: q.from, Contact: string(q.id), CommandRequest: request}
	step, err := b.sessions.Step(dialogue, &node, b.langOf(q), time.Now())
	if condition := adhoc.Error(""); errors.As(err, &condition) {
		return nil, condition.StanzaError()
	}
	if step.Answer.Status == xep.StatusCompleted {
		plan := node.Run(step.Given)
		b.carryOut(ctx, q, &plan, &step.Answer)
	}
	out := xep.AppendCommand(nil, &step.Answer)
	if len(out) > maxCommand {
		return nil, &xmpp.StanzaError{
			Type: xmpp.Cancel, Condition: xmpp.ResourceConstraint, Text: "That is too much for a form; write it as a message instead.",
		}
	}
	return out, nil
}

// The bounds of an answer, in bytes: servers take no stanza of any size.
const (
	maxCommand = 256_000 // with its markup
	maxResult  = 100_000 // the texts of a result
)

// langOf returns the language in which an iq is answered.
func (b *Bridge) langOf(q *asked) talk.Lang {
	if lang := talk.ParseLang(q.lang); lang != "" {
		return lang
	}
	return b.readers.lang(q.user)
}

// commandNode returns the command that an iq names, when its user may run it.
func (b *Bridge) commandNode(ctx context.Context, q *asked) (talk.Node, *xmpp.StanzaError) {
	if sentence, ok := strings.CutPrefix(q.node, say); ok {
		return talk.Sentence(q.node, sentence, func() talk.Plan { return b.planOf(ctx, q, sentence) }), nil
	}
	node, role, ok := talk.Node{}, b.policy.Load().House(q.user), false
	if q.id == house {
		node, ok = talk.FindHouseNode(b.houseRequest(q.user, "", b.langOf(q)), q.node)
	} else {
		role = b.policy.Load().Role(q.user, q.id)
		node, ok = talk.FindNode(b.deviceRequest(q, &q.twin, ""), q.node)
	}
	switch {
	case !ok:
		return node, &xmpp.StanzaError{Type: xmpp.Cancel, Condition: xmpp.ItemNotFound}
	case role < node.Role:
		return node, &xmpp.StanzaError{Type: xmpp.Auth, Condition: xmpp.Forbidden}
	}
	return node, nil
}

func (b *Bridge) deviceRequest(q *asked, twin *devices.Twin, text string) talk.Request {
	return talk.Request{
		Text: text, Lang: b.langOf(q), Twin: *twin, Role: b.policy.Load().Role(q.user, twin.Device.ID), By: q.user.String(), Now: time.Now(),
	}
}

// planOf reads a sentence as if it had been written to the contact.
func (b *Bridge) planOf(ctx context.Context, q *asked, sentence string) talk.Plan {
	twin := &q.twin
	if q.id == house {
		req := b.houseRequest(q.user, sentence, b.langOf(q))
		if plan, ok := talk.DecideHouse(req); ok {
			return plan
		}
		var answer string
		if twin, sentence, answer = talk.AskHouse(req); twin == nil {
			return talk.Plan{Lang: req.Lang, Answer: answer}
		}
	}
	plan := talk.Decide(b.deviceRequest(q, twin, sentence))
	b.readers.learn(ctx, q.user, "", plan.Spoken)
	return plan
}

// carryOut does what a plan says, and writes into the answer what came of it: a
// note, since there are clients that show no second one, and a form for what is more
// than a line: clients open a window for that, which "warmer" is not worth. A sentence
// is answered with words alone.
func (b *Bridge) carryOut(ctx context.Context, q *asked, plan *talk.Plan, answer *xep.Command) {
	note := xep.CommandNote{Type: "info", Text: plan.Answer}
	switch {
	case len(plan.Commands) > 0:
		note = noteOf(b.executeAll(ctx, plan.Commands, plan.Lang))
	case plan.Order != nil:
		err := b.obey(ctx, q.user, plan.Order)
		note = noteOf([]outcome{{text: talk.Ordered(plan.Order, err, plan.Lang), err: err, confirmed: true}})
	case plan.Table != nil:
		answer.Form = tableForm(plan.Table)
		if shown := len(answer.Form.Rows); shown < len(plan.Table.Rows) {
			plan.Answer = fmt.Sprintf("%s (%d/%d)", firstLine(plan.Answer), shown, len(plan.Table.Rows))
			note.Text = plan.Answer
		}
	case plan.Facts != nil:
		answer.Form = b.factsForm(q.id, plan.Facts)
	case plan.Refused:
		note.Type = "error"
	}
	switch {
	case strings.HasPrefix(q.node, say):
		answer.Form = nil
	case plan.Facts != nil && q.twin.Device != nil:
		note.Text = strings.TrimSuffix(q.twin.Device.Title()+": "+talk.StatusLine(&q.twin, plan.Lang), ": ")
	case answer.Form != nil && plan.Answer != "":
		note.Text = firstLine(note.Text)
	}
	note.Text = cut(note.Text)
	answer.Notes = []xep.CommandNote{note}
}

// noteOf says what became of commands; its type is that of the worst.
func noteOf(all []outcome) xep.CommandNote {
	note := xep.CommandNote{Type: "info"}
	var texts []string
	for _, out := range all {
		texts = append(texts, out.text)
		switch {
		case out.err != nil:
			note.Type = "error"
		case !out.confirmed && note.Type == "info":
			note.Type = "warn"
		}
	}
	note.Text = strings.Join(texts, "\n")
	return note
}

func firstLine(text string) string {
	first, _, _ := strings.Cut(text, "\n")
	return first
}

// factsForm is a result about one contact.
func (b *Bridge) factsForm(id devices.ID, facts []talk.Fact) *xep.Form {
	bare, _ := b.Identity.Address(id)
	form := &xep.Form{Type: "result", Fields: []xep.FormField{{Var: "jid", Type: "jid-single", Label: "JID", Values: []string{bare.String()}}}}
	room := maxResult
	for _, fact := range facts {
		if room -= len(fact.Name) + len(fact.Label) + len(fact.Value); room < 0 {
			break
		}
		form.Fields = append(form.Fields, xep.FormField{Var: fact.Name, Type: "text-single", Label: fact.Label, Values: []string{fact.Value}})
	}
	return form
}

// tableForm is a result about many things; rows that find no room are left out.
func tableForm(t *talk.Table) *xep.Form {
	form := &xep.Form{Type: "result"}
	for _, column := range t.Columns {
		kind := "text-single"
		if column.Address {
			kind = "jid-single"
		}
		form.Reported = append(form.Reported, xep.FormField{Var: column.Name, Type: kind, Label: column.Label})
	}
	room := maxResult
	for _, row := range t.Rows {
		cells := make([]xep.FormField, len(row))
		for i, text := range row {
			const markup = 40
			room -= markup + len(text)
			cells[i] = xep.FormField{Var: t.Columns[i].Name, Values: []string{text}}
		}
		if room < 0 {
			break
		}
		form.Rows = append(form.Rows, cells)
	}
	return form
}

// commandInfo says what the list of commands and each of them is.
func (b *Bridge) commandInfo(q *asked) ([]byte, *xmpp.StanzaError) {
	identity := xep.Identity{Category: "automation", Type: "command-list", Name: talk.CommandsTitle(b.langOf(q))}
	shown := []string{xep.NSCommands, xep.NSDiscoInfo, xep.NSDiscoItems}
	if q.node != xep.NSCommands {
		node, refusal := b.commandNode(context.Background(), q)
		if refusal != nil {
			return nil, refusal
		}
		identity.Type, identity.Name = "command-node", node.Label
		shown = []string{xep.NSCommands, xep.NSDiscoInfo, xep.NSForm}
	}
	return xep.DiscoInfo(q.node, xep.Info{Identities: []xep.Identity{identity}, Features: shown}), nil
}

// commandItems lists the commands that the asker may run.
func (b *Bridge) commandItems(q *asked) ([]byte, *xmpp.StanzaError) {
	if q.node != xep.NSCommands {
		if _, refusal := b.commandNode(context.Background(), q); refusal != nil {
			return nil, refusal
		}
		return xep.DiscoItems(q.node, nil), nil // a command has nothing below it
	}
	var nodes []talk.Node
	if q.id == house {
		nodes = talk.HouseNodes(b.houseRequest(q.user, "", b.langOf(q)))
	} else {
		nodes = talk.Nodes(b.deviceRequest(q, &q.twin, ""))
	}
	items := make([]xep.DiscoItem, 0, len(nodes))
	room := maxResult
	for i := range nodes {
		if room -= len(nodes[i].Name) + len(nodes[i].Label); room < 0 {
			break
		}
		items = append(items, xep.DiscoItem{JID: q.to.String(), Node: nodes[i].Name, Name: nodes[i].Label})
	}
	return xep.DiscoItems(q.node, items), nil
}
