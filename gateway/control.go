package gateway

import (
	"context"
	"errors"
	"slices"
	"strings"

	"thingbridge/devices"
	"thingbridge/gateway/access"
	"thingbridge/gateway/adhoc"
	"thingbridge/gateway/talk"
	"thingbridge/gateway/xep"
	"thingbridge/gateway/xmpp"
)

// setNode is the command whose form has all that can be set.
const setNode = "set"

// controlForm answers what can be set, and in which ranges.
func (b *Bridge) controlForm(_ context.Context, q *asked) ([]byte, *xmpp.StanzaError) {
	nodes, err := xep.DecodeGetForm(q.payload)
	switch {
	case err != nil:
		return nil, refusalOf(err)
	case q.id == house && len(nodes) != 1:
		return nil, &xmpp.StanzaError{Type: xmpp.Modify, Condition: xmpp.BadRequest, Text: "Say which thing, with one <nd id=''/>."}
	}
	twins, refusal := b.things(q, nodes, access.Control)
	if refusal != nil {
		return nil, refusal
	}
	node, ok := talk.FindNode(b.deviceRequest(q, &twins[0], ""), setNode)
	if !ok {
		return xep.AppendForm(nil, &xep.Form{Type: "form"}), nil // there is nothing that can be set
	}
	stage := node.Stage(0, nil)
	return xep.AppendForm(nil, adhoc.Form(node.Label, &stage)), nil
}

// control sets parameters: all of them are checked before the first is set, and the
// answer names those that were taken. A device that takes a wish and does not
// confirm it in time has taken it.
func (b *Bridge) control(ctx context.Context, q *asked) ([]byte, *xmpp.StanzaError) {
	req, err := xep.DecodeControl(q.payload)
	if err != nil {
		return nil, refusalOf(err)
	}
	if q.id == house && len(req.Nodes) == 0 {
		return nil, &xmpp.StanzaError{Type: xmpp.Modify, Condition: xmpp.BadRequest, Text: "Say which things, with <nd id=''/>."}
	}
	twins, refusal := b.things(q, req.Nodes, access.Control)
	if refusal != nil {
		return nil, refusal
	}
	if !b.readers.mayWrite(q.user) {
		return nil, &xmpp.StanzaError{
			Type: xmpp.Wait, Condition: xmpp.ResourceConstraint, Text: "That was too much at once; try again in a moment.",
		}
	}
	var cmds []devices.Command
	var names []string
	for i := range twins {
		wishes, asked, refusal := b.wishesOf(q, &twins[i], &req)
		if refusal != nil {
			return nil, refusal
		}
		talk.CodesFirst(twins[i].Device, wishes)
		cmds, names = append(cmds, wishes...), append(names, asked...)
	}
	var nodes []string
	if q.id == house {
		for i := range twins {
			nodes = append(nodes, string(twins[i].Device.ID))
		}
	}
	return b.controlled(ctx, q, cmds, names, nodes)
}

// controlled hands the commands over, and answers which parameters were taken: by
// all things that they were for.
func (b *Bridge) controlled(ctx context.Context, q *asked, cmds []devices.Command, names, nodes []string) ([]byte, *xmpp.StanzaError) {
	outcomes := b.executeAll(ctx, cmds, b.langOf(q))
	slices.Sort(names)
	names = slices.Compact(names)
	var problem string
	for i := range outcomes {
		if outcomes[i].err != nil {
			problem = outcomes[i].text
			names = slices.DeleteFunc(names, func(name string) bool { return name == cmds[i].Property })
		}
	}
	if len(names) == 0 && problem != "" {
		return nil, &xmpp.StanzaError{Type: xmpp.Wait, Condition: xmpp.RecipientUnavailable, Text: problem}
	}
	return xep.AppendControlled(nil, nodes, names), nil
}

// wishesOf returns the commands that a request asks of one thing, and the names of
// the parameters, also of those that need no command.
func (b *Bridge) wishesOf(q *asked, twin *devices.Twin, req *xep.ControlRequest) (cmds []devices.Command, names []string, refusal *xmpp.StanzaError) {
	if req.Form != nil {
		return b.filledIn(q, twin, req.Form)
	}
	for i := range req.Parameters {
		wish := &req.Parameters[i]
		p, ok := twin.Device.Property(wish.Name)
		if !ok || !p.Writable {
			return nil, nil, noParameter(wish.Name)
		}
		value, err := wish.ValueOf(p)
		if err == nil {
			err = p.Check(value)
		}
		if err != nil {
			return nil, nil, refusalOf(paramError(wish.Name, err))
		}
		cmds = append(cmds, devices.Command{Device: twin.Device.ID, Property: p.Name, Value: value, By: q.user.String()})
		names = append(names, p.Name)
	}
	return cmds, names, nil
}

// filledIn reads the form of [Bridge.controlForm]. What stands in it as it stood is
// not set again.
func (b *Bridge) filledIn(q *asked, twin *devices.Twin, form *xep.Form) (cmds []devices.Command, names []string, refusal *xmpp.StanzaError) {
	var fields []talk.Field
	if node, ok := talk.FindNode(b.deviceRequest(q, twin, ""), setNode); ok {
		fields = node.Stage(0, nil).Fields
	}
	for i := range form.Fields {
		filled := &form.Fields[i]
		if filled.Type == "hidden" || filled.Type == "fixed" || filled.Var == "FORM_TYPE" {
			continue
		}
		at := slices.IndexFunc(fields, func(f talk.Field) bool { return f.Name == filled.Var })
		p, ok := twin.Device.Property(filled.Var)
		if at < 0 || !ok {
			return nil, nil, noParameter(filled.Var)
		}
		values, problem := fields[at].Read(filled.Values, b.langOf(q))
		if problem == "" && len(values) == 1 {
			if err := p.Check(values[0]); err != nil {
				problem = err.Error()
			}
		}
		if problem != "" {
			return nil, nil, refusalOf(&xep.ParamError{Name: filled.Var, Problem: problem})
		}
		if len(values) == 0 {
			continue
		}
		names = append(names, p.Name)
		if stood := fields[at].Default; len(stood) == 1 && stood[0] == values[0].String() {
			continue
		}
		cmds = append(cmds, devices.Command{Device: twin.Device.ID, Property: p.Name, Value: values[0], By: q.user.String()})
	}
	return cmds, names, nil
}

// paramError makes what is wrong with a value an error about its parameter.
func paramError(name string, err error) error {
	if named := (*xep.ParamError)(nil); errors.As(err, &named) {
		return err
	}
	return &xep.ParamError{Name: name, Problem: strings.TrimPrefix(err.Error(), name+": ")}
}

func noParameter(name string) *xmpp.StanzaError {
	return xep.ControlError(xmpp.Cancel, xmpp.ItemNotFound, &xep.ParamError{Name: name, Problem: "there is no such parameter that can be set"})
}

func refusalOf(err error) *xmpp.StanzaError {
	if named := (*xep.ParamError)(nil); errors.As(err, &named) {
		return xep.ControlError(xmpp.Modify, xmpp.BadRequest, named)
	}
	return &xmpp.StanzaError{Type: xmpp.Modify, Condition: xmpp.BadRequest, Text: err.Error()}
}
