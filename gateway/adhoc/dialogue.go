package adhoc

import (
	"maps"
	"slices"
	"strings"

	"thingbridge/devices"
	"thingbridge/gateway/talk"
	"thingbridge/gateway/xep"
)

// dialogue is one request in its session.
type dialogue struct {
	Request
	command *talk.Node
	lang    talk.Lang
}

// begin answers the first request. A form that comes with it, as scripts send it,
// is taken for all that the command asks.
func (d *dialogue) begin(it session) (session, Step, error) {
	switch {
	case d.Action == xep.ActionCancel || d.Form != nil && d.Form.Type == "cancel":
		return it, d.ended(xep.StatusCanceled, nil), nil
	case d.Action == xep.ActionNext || d.Action == xep.ActionPrev:
		return it, Step{}, BadAction
	case d.Form != nil:
		return d.beginFilled(it)
	case d.command.Asks && d.command.Stages > 0:
		it, step := d.show(it, 0)
		return it, step, nil
	}
	return it, d.ended(xep.StatusCompleted, nil), nil
}

// beginFilled takes a form that was filled in without having been asked. What it
// names is given, even where it is what the device already has.
func (d *dialogue) beginFilled(it session) (session, Step, error) {
	all := talk.Values{}
	for n := range d.command.Stages {
		it.stage, it.shown = n, d.command.Stage(n, all)
		given, problems := d.read(&it.shown)
		if len(problems) > 0 {
			it, step := d.again(it, problems)
			return it, step, nil
		}
		it.given = append(it.given, given)
		maps.Copy(all, given)
	}
	return it, d.ended(xep.StatusCompleted, all), nil
}

// next answers a request in a session.
func (d *dialogue) next(it session) (session, Step, error) {
	if it.stage >= d.command.Stages {
		return it, Step{}, SessionExpired // the device or the house has other forms now
	}
	last := it.stage == d.command.Stages-1
	action := d.Action
	if action == "" || action == xep.ActionExecute { // XEP-0050 3.4: what the last answer named
		action = xep.ActionNext
		if last {
			action = xep.ActionComplete
		}
	}
	switch {
	case action == xep.ActionCancel || d.Form != nil && d.Form.Type == "cancel":
		return it, d.ended(xep.StatusCanceled, nil), nil
	case action == xep.ActionPrev && it.stage > 0:
		it, step := d.show(it, it.stage-1)
		return it, step, nil
	case action == xep.ActionPrev, action == xep.ActionNext && last, action == xep.ActionComplete && !last:
		return it, Step{}, BadAction
	}
	given, problems := d.read(&it.shown)
	if len(problems) > 0 {
		it, step := d.again(it, problems)
		return it, step, nil
	}
	it.given = append(slices.Clone(it.given[:it.stage]), given)
	if !last {
		it, step := d.show(it, it.stage+1)
		return it, step, nil
	}
	all := given
	if d.command.Stages > 1 {
		all = together(it.given)
	}
	if d.command.Changes {
		all = changed(all, &it.shown, d.lang)
	}
	return it, d.ended(xep.StatusCompleted, all), nil
}

// read reads the form of a request as what was shown asks for it, and says what is
// wrong with it. A field that is not in it has no value.
func (d *dialogue) read(shown *talk.Stage) (given talk.Values, problems []string) {
	given = talk.Values{}
	for i := range shown.Fields {
		f := &shown.Fields[i]
		texts, there := f.Default, false
		if d.Form != nil {
			texts, there = d.Form.Values(f.Name)
		} else if !f.Required {
			texts = nil
		}
		if !there && !f.Required {
			continue
		}
		values, problem := f.Read(texts, d.lang)
		switch {
		case problem != "":
			problems = append(problems, problem)
		case len(values) > 0:
			given[f.Name] = values
		}
	}
	return given, problems
}

// changed leaves out what was in the form already.
func changed(given talk.Values, shown *talk.Stage, lang talk.Lang) talk.Values {
	out := talk.Values{}
	for i := range shown.Fields {
		f := &shown.Fields[i]
		values, ok := given[f.Name]
		if !ok {
			continue
		}
		if before, problem := f.Read(f.Default, lang); problem != "" || !slices.Equal(before, values) {
			out[f.Name] = values
		}
	}
	return out
}

func together(stages []talk.Values) talk.Values {
	all := talk.Values{}
	for _, given := range stages {
		maps.Copy(all, given)
	}
	return all
}

// show asks for the values of a stage. What was given for it before stands in it.
func (d *dialogue) show(it session, stage int) (session, Step) {
	var before talk.Values
	if stage < len(it.given) {
		before = it.given[stage]
	}
	it.stage = stage
	it.shown = d.command.Stage(stage, together(it.given[:min(stage, len(it.given))]))
	return it, d.asking(&it, func(f *talk.Field) []string {
		if values, ok := before[f.Name]; ok {
			return textsOf(values)
		}
		return f.Default
	})
}

// again asks for the same values, with what was filled in and what is wrong with
// it.
func (d *dialogue) again(it session, problems []string) (session, Step) {
	problem := strings.Join(problems, "\n")
	step := d.asking(&it, func(f *talk.Field) []string {
		if d.Form != nil {
			if texts, there := d.Form.Values(f.Name); there {
				return texts
			}
		}
		return f.Default
	})
	step.Answer.Notes = []xep.CommandNote{{Type: "error", Text: problem}}
	// Not all clients show the note of a command that goes on.
	step.Answer.Form.Instructions = strings.TrimSpace(problem + "\n" + step.Answer.Form.Instructions)
	return it, step
}

// asking is the answer that shows a session's form.
func (d *dialogue) asking(it *session, valuesOf func(*talk.Field) []string) Step {
	answer := d.answer(xep.StatusExecuting)
	if it.stage > 0 {
		answer.Actions = append(answer.Actions, xep.ActionPrev)
	}
	answer.Default = xep.ActionNext
	if it.stage == d.command.Stages-1 {
		answer.Default = xep.ActionComplete
	}
	answer.Actions = append(answer.Actions, answer.Default)
	answer.Form = formOf(d.command.Label, &it.shown, valuesOf)
	return Step{Answer: answer}
}

func (d *dialogue) ended(status string, given talk.Values) Step {
	return Step{Answer: d.answer(status), Given: given}
}

func (d *dialogue) answer(status string) xep.Command {
	return xep.Command{Node: d.Node, Session: d.Session, Status: status}
}

func textsOf(values []devices.Value) []string {
	texts := make([]string, 0, len(values))
	for _, value := range values {
		texts = append(texts, value.String())
	}
	return texts
}
