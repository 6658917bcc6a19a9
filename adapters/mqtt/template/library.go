package template

// maxShared bounds the texts that a Library keeps; what is beyond is compiled for
// each who asks.
const maxShared = 8192

// Library compiles texts so that the many properties that have the same one share
// its Template. The zero value is empty. It is for one goroutine at a time.
type Library struct {
	byText map[string]*Template
}

// Compile returns what the function of that name returns.
func (l *Library) Compile(text string) (*Template, error) {
	if known, ok := l.byText[text]; ok {
		return known, nil
	}
	compiled, err := Compile(text)
	if err != nil {
		return nil, err
	}
	if l.byText == nil {
		l.byText = make(map[string]*Template)
	}
	if len(l.byText) < maxShared {
		l.byText[compiled.String()] = compiled
		l.byText[text] = compiled
	}
	return compiled, nil
}
