package talk

// Search is the words of a search for things.
type Search struct{ Title, Instructions, Name, Area, Kind string }

// searchTexts has all languages; the first of [languages] stands in for others.
var searchTexts = map[Lang]Search{
	English: {
		Title:        "Find a thing",
		Instructions: "Write a part of what you are looking for. What you leave empty can be anything.",
		Name:         "Name", Area: "Room", Kind: "Kind",
	},
	German: {
		Title:        "Ein Ding finden",
		Instructions: "Schreib einen Teil von dem, was du suchst. Was leer bleibt, ist beliebig.",
		Name:         "Name", Area: "Raum", Kind: "Art",
	},
}

// SearchWords returns the words of a search in a language.
func SearchWords(lang Lang) Search {
	if words, ok := searchTexts[lang]; ok {
		return words
	}
	return searchTexts[languages[0].lang]
}
