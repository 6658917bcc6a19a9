package talk

import (
	"fmt"
	"strings"
)

// contactWords is what is said about who has which contact.
type contactWords struct {
	registerTitle, instructions  string
	allContacts                  string
	askHouse, askThing           string // why a contact asks to see the user; thing
	offer                        string
	gatewayDesc, gatewayPrompt   string
	noSuchThing, severalThings   string // text; text, names
	newThing, newThings, andMore string // name; number, names; number
}

// contactTexts has all languages; the first of [languages] stands in for others.
var contactTexts = map[Lang]*contactWords{
	English: {
		registerTitle: "Join the house",
		instructions:  "You get the contact of the house, and those of the things that you may see. Things that come later follow by themselves.",
		allContacts:   "Put all things into my contacts",
		askHouse:      "So that I know whether you are at home to be told.",
		askThing:      "You asked me to add %s to your contacts.",
		offer:         "These things can be your contacts.",
		gatewayDesc:   "Write the name of a thing, or of a room that has only one.",
		gatewayPrompt: "Name",
		noSuchThing:   "There is no thing called %q that you may see.",
		severalThings: "%q can be %s. Write more of the name.",
		newThing:      "There is a new thing: %s. Write add to get it as a contact.",
		newThings:     "There are %d new things: %s. Write add to get them as contacts.",
		andMore:       "and %d more",
	},
	German: {
		registerTitle: "Beim Haus anmelden",
		instructions:  "Du bekommst den Kontakt des Hauses und die der Dinge, die du sehen darfst. Spätere Dinge kommen von selbst dazu.",
		allContacts:   "Alle Dinge in meine Kontakte aufnehmen",
		askHouse:      "Damit ich weiß, ob ich dich gerade erreiche.",
		askThing:      "Du wolltest %s als Kontakt.",
		offer:         "Diese Dinge können deine Kontakte werden.",
		gatewayDesc:   "Schreib den Namen eines Dings oder eines Raums, in dem es nur eines gibt.",
		gatewayPrompt: "Name",
		noSuchThing:   "Es gibt kein Ding namens %q, das du sehen darfst.",
		severalThings: "%q kann %s sein. Schreib mehr vom Namen.",
		newThing:      "Es gibt ein neues Ding: %s. Schreib hinzufügen, um es als Kontakt zu bekommen.",
		newThings:     "Es gibt %d neue Dinge: %s. Schreib hinzufügen, um sie als Kontakte zu bekommen.",
		andMore:       "und %d weitere",
	},
}

func contactsIn(lang Lang) *contactWords {
	if words, ok := contactTexts[lang]; ok {
		return words
	}
	return contactTexts[languages[0].lang]
}

// Registration returns the texts of the form with which a user joins the house.
func Registration(lang Lang) (title, instructions, allContacts string) {
	words := contactsIn(lang)
	return words.registerTitle, words.instructions, words.allContacts
}

// AskReason says why a contact asks to see the user; thing is "" for the house.
func AskReason(thing string, lang Lang) string {
	if thing == "" {
		return contactsIn(lang).askHouse
	}
	return fmt.Sprintf(contactsIn(lang).askThing, thing)
}

// ContactOffer goes with a list of contacts that can be added.
func ContactOffer(lang Lang) string { return contactsIn(lang).offer }

// GatewayPrompt returns what a user is asked for in place of an address.
func GatewayPrompt(lang Lang) (desc, prompt string) {
	return contactsIn(lang).gatewayDesc, contactsIn(lang).gatewayPrompt
}

// NotFound says that no thing, or more than one, is called so.
func NotFound(text string, several []string, lang Lang) string {
	words := contactsIn(lang)
	if len(several) == 0 {
		return fmt.Sprintf(words.noSuchThing, shorten(text))
	}
	return fmt.Sprintf(words.severalThings, shorten(text), words.list(several))
}

// News says that there are new things.
func News(names []string, lang Lang) string {
	words := contactsIn(lang)
	if len(names) == 1 {
		return fmt.Sprintf(words.newThing, names[0])
	}
	return fmt.Sprintf(words.newThings, len(names), words.list(names))
}

// list joins names, the first few of many.
func (w *contactWords) list(names []string) string {
	const most = 8
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return strings.Join(names[:most], ", ") + " " + fmt.Sprintf(w.andMore, len(names)-most)
}
