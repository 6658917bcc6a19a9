// Package naming makes names out of what devices call themselves and their parts,
// and says which of their topics can be used.
package naming

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// maxProperty is the longest name of a property that package devices accepts.
const maxProperty = 64

// Property turns a text into the name of a property: "DHT11/Temperature" becomes
// "dht11_temperature". It is empty when the text holds no letter or digit.
func Property(text string) string {
	out := make([]byte, 0, min(len(text), maxProperty))
	for i := 0; i < len(text) && len(out) < maxProperty; i++ {
		c := text[i]
		switch {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
			out = append(out, c)
		case c >= 'A' && c <= 'Z':
			out = append(out, c-'A'+'a')
		case len(out) > 0 && out[len(out)-1] != '_':
			out = append(out, '_')
		}
	}
	return strings.TrimRight(string(out), "_")
}

// maxTopic is how long a topic that a device names can be: more than any has, and
// few enough that thousands of them fit.
const maxTopic = 256

// errWildcard says that a topic would mean those of other devices too.
var errWildcard = errors.New("it has a wildcard")

// Topic returns what is wrong with a topic or its beginning that a device names.
func Topic(topic string) error {
	switch {
	case topic == "":
		return errors.New("it is empty")
	case len(topic) > maxTopic:
		return fmt.Errorf("it has %d bytes, want at most %d", len(topic), maxTopic)
	case strings.ContainsAny(topic, "+#"):
		return errWildcard
	case strings.HasPrefix(topic, "$"):
		return errors.New("it begins with $, which belongs to the broker")
	case strings.Contains(topic, "\x00"), !utf8.ValidString(topic):
		return errors.New("it is not UTF-8 text")
	}
	return nil
}

// MAC returns a hardware address of six bytes as it stands in keys, "aabbccddeeff".
// Separators are left out. ok is false for anything else.
func MAC(text string) (mac string, ok bool) {
	const digits = 12
	if len(text) > 2*digits {
		return "", false
	}
	out := make([]byte, 0, digits)
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c >= '0' && c <= '9', c >= 'a' && c <= 'f':
			out = append(out, c)
		case c >= 'A' && c <= 'F':
			out = append(out, c-'A'+'a')
		case c != ':' && c != '-':
			return "", false
		}
	}
	return string(out), len(out) == digits
}
