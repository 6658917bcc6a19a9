package talk

import "fmt"

// partOf returns the name of what a property is a part of, as power of power_l2 is, with
// the letter and the digit of the part: l for a phase, t for a tariff, q for a quadrant.
// It is empty for a property that is whole.
func partOf(name string) (whole string, letter, digit byte) {
	const size = len("_l1")
	if len(name) <= size || name[len(name)-size] != '_' {
		return "", 0, 0
	}
	letter, digit = name[len(name)-2], name[len(name)-1]
	if (letter != 'l' && letter != 't' && letter != 'q') || digit < '1' || digit > '4' {
		return "", 0, 0
	}
	return name[:len(name)-size], letter, digit
}

// labelOfPart names a part by its whole, if that has a name.
func (l *language) labelOfPart(name string) (string, bool) {
	whole, letter, digit := partOf(name)
	if whole == "" {
		return "", false
	}
	label, ok := l.labels[whole]
	if !ok {
		if label, ok = l.labelOfPart(whole); !ok {
			return "", false
		}
	}
	return fmt.Sprintf(l.parts[letter], label, digit), true
}
