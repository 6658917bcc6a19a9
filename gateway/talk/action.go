package talk

import (
	"slices"
	"strings"

	"thingbridge/gateway/access"
)

// action is something that can be asked of a device or of the house; R is the
// request that asks for it. It is declared once: a sentence and a form both
// become values, and the values are run. Its words stand in each language under
// its name.
type action[R any] struct {
	name    string
	role    access.Role                                // who may ask
	fits    func(R) bool                               // whether it is offered; nil: always
	asks    bool                                       // a form comes before it is run; otherwise its fields have defaults
	changes bool                                       // a form's fields that are left as they were are not given
	stages  []stage[R]                                 // the forms; nil: it takes no values
	read    func(R, *language, string) (Values, *Plan) // what a sentence says behind the word; nil: nothing
	after   []string                                   // what may be behind the word, where that is no matter of reading it: "neue Geräte"
	run     func(R, *language, Values) Plan
}

// stage asks for a part of the values, knowing what was given before.
type stage[R any] func(req R, words *language, given Values) Stage

// offered reports whether an action makes sense for what is asked.
func (a *action[R]) offered(req R) bool { return a.fits == nil || a.fits(req) }

// say runs an action with what a sentence says behind its word.
func (a *action[R]) say(req R, words *language, rest string) Plan {
	var given Values
	if a.read != nil {
		var answer *Plan
		if given, answer = a.read(req, words, rest); answer != nil {
			return *answer
		}
	}
	return a.run(req, words, given)
}

// find returns the action that text begins with, what follows it, and the
// language of its word: the reader's, where it has that word too. It returns nil
// when text begins with no action.
func find[R any](all []action[R], text string, reader Lang) (act *action[R], rest string, lang Lang) {
	first, rest, _ := strings.Cut(text, " ")
	first = strings.ToLower(first)
	for _, words := range append([]*language{speak(reader)}, languages...) {
		for i := range all {
			if slices.Contains(words.commands[all[i].name].words, first) {
				return &all[i], rest, words.lang
			}
		}
	}
	return nil, text, ""
}
