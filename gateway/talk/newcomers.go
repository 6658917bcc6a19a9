package talk

import (
	"fmt"
	"slices"
	"strings"

	"thingbridge/devices"
)

// Newcomer is a device that an admin has not accepted.
type Newcomer struct {
	Adapter string // through which it came
	Device  *devices.Device
	Refused bool
}

// Ref names a newcomer among those of all adapters.
func (n *Newcomer) Ref() string { return n.Adapter + "/" + string(n.Device.ID) }

// describe writes what is known of a newcomer: "Lamp – Maker, Model 1 (house)".
func (n *Newcomer) describe() string {
	about := slices.DeleteFunc([]string{n.Device.Manufacturer, n.Device.Model}, func(s string) bool { return s == "" })
	text := shorten(n.Device.Title())
	if len(about) > 0 {
		text += " – " + shorten(strings.Join(about, ", "))
	}
	if text == n.Adapter { // the one thing at a port
		return text
	}
	return text + " (" + n.Adapter + ")"
}

// newcomerWords is what is said about devices that wait to be accepted.
type newcomerWords struct {
	adapter, waiting, refused      string // columns; heading
	none, list, andRefused         string // nothing; number; names
	which, chooseAccept            string
	chooseRefuse, noneSuch, accept string // noneSuch: text; accept: label of a choice
	accepted, wasRefused           string // number
	oneWaits, manyWait             string // name; number, names
}

var newcomerTexts = map[Lang]*newcomerWords{
	English: {
		adapter: "Adapter", waiting: "waiting", refused: "refused",
		none: "No new thing waits to be let in.", list: "New things that wait to be let in: %d", andRefused: "Refused: %s. Accept takes one back.",
		which: "Which? Write their names, with commas between them, or accept all.", chooseAccept: "Which of these shall come into the house?",
		chooseRefuse: "Which of these shall stay out?", noneSuch: "No new thing is called %q. Write inbox to see them.", accept: "Accept %s",
		accepted: "Let in: %d. They are here now.", wasRefused: "Refused: %d. They stay out, and nobody is asked about them again.",
		oneWaits: "A new thing wants to come into the house: %s. Write accept all, refuse all, or inbox to see more.",
		manyWait: "%d new things want to come into the house: %s. Write accept all, accept and a name, refuse and a name, or inbox to see them all.",
	},
	German: {
		adapter: "Adapter", waiting: "wartet", refused: "abgelehnt",
		none: "Kein neues Ding wartet darauf, eingelassen zu werden.", list: "Neue Dinge, die eingelassen werden möchten: %d", andRefused: "Abgelehnt: %s. Annehmen holt eines zurück.",
		which: "Welche? Schreibe ihre Namen mit Kommas dazwischen, oder annehmen alle.", chooseAccept: "Welche davon sollen ins Haus kommen?",
		chooseRefuse: "Welche davon sollen draußen bleiben?", noneSuch: "Kein neues Ding heißt %q. Schreibe neue, um sie zu sehen.", accept: "%s annehmen",
		accepted: "Eingelassen: %d. Sie sind jetzt da.", wasRefused: "Abgelehnt: %d. Sie bleiben draußen, und niemand wird noch einmal gefragt.",
		oneWaits: "Ein neues Ding möchte ins Haus: %s. Schreibe annehmen alle, ablehnen alle, oder neue, um mehr zu sehen.",
		manyWait: "%d neue Dinge möchten ins Haus: %s. Schreibe annehmen alle, annehmen oder ablehnen und einen Namen, oder neue, um alle zu sehen.",
	},
}

func newcomersIn(lang Lang) *newcomerWords {
	if words, ok := newcomerTexts[lang]; ok {
		return words
	}
	return newcomerTexts[languages[0].lang]
}

// Waiting says that devices wait to be accepted.
func Waiting(newcomers []Newcomer, lang Lang) string {
	words := newcomersIn(lang)
	if len(newcomers) == 1 {
		return fmt.Sprintf(words.oneWaits, newcomers[0].describe())
	}
	var names []string
	for i := range newcomers {
		names = append(names, shorten(newcomers[i].Device.Title()))
	}
	return fmt.Sprintf(words.manyWait, len(newcomers), contactsIn(lang).list(names))
}

// newcomers returns the devices that wait, and those that were refused.
func (req *HouseRequest) newcomers() (waiting, refused []Newcomer) {
	if req.House == nil {
		return nil, nil
	}
	all, _ := req.House.Newcomers()
	for _, n := range all {
		if n.Refused {
			refused = append(refused, n)
		} else {
			waiting = append(waiting, n)
		}
	}
	return waiting, refused
}

// hasInbox reports whether devices have to be accepted in this house.
func hasInbox(req *HouseRequest) bool {
	if req.House == nil {
		return false
	}
	_, ok := req.House.Newcomers()
	return ok
}

// maxListed bounds the newcomers that one answer names.
const maxListed = 100

func runInbox(req *HouseRequest, words *language, _ Values) Plan {
	w := newcomersIn(words.lang)
	waiting, refused := req.newcomers()
	plan := Plan{Answer: w.none}
	if len(waiting) > 0 {
		plan.Answer = fmt.Sprintf(w.list, len(waiting))
	}
	table := &Table{Columns: []Column{
		{Name: "name", Label: words.house.name}, {Name: "maker", Label: card(words.lang).maker}, {Name: "model", Label: card(words.lang).model},
		{Name: "adapter", Label: w.adapter}, {Name: "state", Label: words.house.state},
	}}
	for i, n := range slices.Concat(waiting, refused) {
		state := w.waiting
		if n.Refused {
			state = w.refused
		} else if i < maxListed {
			plan.Answer += "\n" + n.describe()
		}
		table.Rows = append(table.Rows, []string{n.Device.Title(), n.Device.Manufacturer, n.Device.Model, n.Adapter, state})
	}
	if len(refused) > 0 {
		var names []string
		for i := range refused {
			names = append(names, shorten(refused[i].Device.Title()))
		}
		plan.Answer += "\n" + fmt.Sprintf(w.andRefused, contactsIn(words.lang).list(names))
	}
	if len(table.Rows) > 0 {
		plan.Table = table
	}
	return plan
}

// newcomersField is the field of the forms about newcomers.
const newcomersField = "newcomers"

// newcomersForm lets choose among devices: all that wait to be accepted, or none of
// them to be refused.
func newcomersForm(verb Verb) stage[*HouseRequest] {
	return func(req *HouseRequest, words *language, _ Values) Stage {
		w := newcomersIn(words.lang)
		waiting, refused := req.newcomers()
		f := Field{Name: newcomersField, Label: words.house.devices, Type: FieldMulti, Required: true}
		room := maxStage
		for _, n := range waiting {
			f.offer(Option{n.Ref(), n.describe()}, &room)
		}
		if verb == Refuse {
			return Stage{Instructions: w.chooseRefuse, Fields: []Field{f}}
		}
		f.Default = f.all()
		for _, n := range refused {
			f.offer(Option{n.Ref(), n.describe() + ", " + w.refused}, &room)
		}
		return Stage{Instructions: w.chooseAccept, Fields: []Field{f}}
	}
}

// readNewcomers reads which newcomers a sentence names: "all" that wait, or names with
// commas between them. What was refused can be named to be accepted.
func readNewcomers(verb Verb) func(*HouseRequest, *language, string) (Values, *Plan) {
	return func(req *HouseRequest, words *language, rest string) (Values, *Plan) {
		w := newcomersIn(words.lang)
		waiting, refused := req.newcomers()
		named := waiting
		if verb == Accept {
			named = slices.Concat(waiting, refused)
		}
		switch {
		case len(named) == 0:
			return nil, &Plan{Answer: w.none}
		case rest == "":
			return nil, &Plan{Answer: w.which, Choices: w.choices(words, waiting)}
		}
		var given []devices.Value
		for _, name := range strings.Split(rest, ",") {
			found := len(given)
			name = strings.ToLower(strings.TrimSpace(name))
			for _, n := range waiting {
				if words.isAll(name) {
					given = append(given, devices.Text(n.Ref()))
				}
			}
			for _, n := range named {
				if !words.isAll(name) && (isCalled(n.Device, name) || name == n.Ref()) {
					given = append(given, devices.Text(n.Ref()))
				}
			}
			if len(given) == found {
				return nil, refusedPlan(w, name)
			}
		}
		return Values{newcomersField: given}, nil
	}
}

func refusedPlan(w *newcomerWords, name string) *Plan {
	return refused(fmt.Sprintf(w.noneSuch, shorten(name)))
}

// choices accept the first few of those that wait.
func (w *newcomerWords) choices(words *language, waiting []Newcomer) []Choice {
	const most = 8
	var choices []Choice
	for i := range waiting[:min(len(waiting), most)] {
		n := &waiting[i]
		choices = append(choices, Choice{Say: words.commands["accept"].words[0] + " " + n.Ref(), Label: fmt.Sprintf(w.accept, shorten(n.Device.Title()))})
	}
	return choices
}

func runNewcomers(verb Verb) func(*HouseRequest, *language, Values) Plan {
	return func(_ *HouseRequest, words *language, given Values) Plan {
		refs := given.texts(newcomersField)
		slices.Sort(refs)
		if refs = slices.Compact(refs); len(refs) == 0 {
			return Plan{Answer: words.forms.unchanged}
		}
		return Plan{Order: &Order{Verb: verb, Newcomers: refs}}
	}
}
