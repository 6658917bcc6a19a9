package sml

import (
	"fmt"
	"strings"

	"thingbridge/adapters/serial/meter"
)

// identity is how a meter names itself.
type identity struct {
	maker  string
	number string
	rank   int // of the code that has the number, the best first; 0: none
}

// number reads the number of a meter. Where it is built by DIN 43863-5 it is written as
// it stands on the meter: 1EMH0004321349.
func number(id []byte) string {
	if dinNumbered(id) {
		serial := big(id[6:])
		return fmt.Sprintf("%X%s%02X%08d", id[1], id[2:5], id[5], serial)
	}
	if text, ok := readable(id); ok {
		return text
	}
	return fmt.Sprintf("%X", id)
}

// dinNumbered reports whether an id is built by DIN 43863-5.
func dinNumbered(id []byte) bool {
	return len(id) == 10 && (id[0] == 9 || id[0] == 10) && letters(id[2:5])
}

func letters(text []byte) bool {
	for _, c := range text {
		if c < 'A' || c > 'Z' {
			return false
		}
	}
	return true
}

// readable returns octets that are a text.
func readable(text []byte) (string, bool) {
	for _, c := range text {
		if c < ' ' || c > '~' {
			return "", false
		}
	}
	return strings.TrimSpace(string(text)), len(text) > 0
}

// take notes what an entry says of the meter, if that is what it says.
func (it *identity) take(code meter.Code, value *element) bool {
	if value.kind != octets || len(value.data) > maxName {
		return false
	}
	rank := 0
	switch code {
	case meter.Code{A: 129, B: 129, C: 199, D: 130, E: 3, F: 255}, meter.Code{A: 1, B: 0, C: 96, D: 50, E: 1, F: 1}:
		if text, ok := readable(value.data); ok {
			it.maker = text
		}
		return true
	case meter.Code{A: 1, B: 0, C: 96, D: 1, E: 0, F: 255}:
		rank = 1
	case meter.Code{A: 1, B: 0, C: 0, D: 0, E: 9, F: 255}:
		rank = 2
	case meter.Code{A: 1, B: 0, C: 0, D: 0, E: 0, F: 255}:
		rank = 3
	case meter.Code{A: 0, B: 0, C: 96, D: 1, E: 255, F: 255}:
		rank = 4
	default:
		return false
	}
	if it.rank == 0 || rank < it.rank {
		it.number, it.rank = number(value.data), rank
		if it.maker == "" && dinNumbered(value.data) {
			it.maker = string(value.data[2:5])
		}
	}
	return true
}

// maxName bounds what a meter calls itself.
const maxName = 64
