package devices

import (
	"errors"
	"fmt"
	"strings"
)

// maxIDLength keeps an ID far below the 1023 bytes of a localpart, so that it
// can also be a topic level, a file name and a column in a terminal.
const maxIDLength = 64

// ErrBadID is wrapped by the errors of [ParseID].
var ErrBadID = errors.New("bad device id")

// ID names a device for ever: it is the localpart of the device's JID and does
// not change when the device is renamed. A valid ID is a slug: 1 to 64 of the
// characters a-z, 0-9 and '-', neither first nor last a '-'.
type ID string

// ParseID returns text as an ID, or an error that wraps [ErrBadID] and offers
// the nearest valid one.
func ParseID(text string) (ID, error) {
	slug := Slug(text)
	if string(slug) == text && text != "" {
		return slug, nil
	}
	if slug == "" {
		return "", fmt.Errorf("%w: %q; use a-z, 0-9 and -", ErrBadID, text)
	}
	return "", fmt.Errorf("%w: %q; use a-z, 0-9 and -, for example %q", ErrBadID, text, slug)
}

// letters spells out what people write in names and an ID cannot hold.
var letters = strings.NewReplacer(
	"ä", "ae", "ö", "oe", "ü", "ue", "ß", "ss", "æ", "ae", "ø", "oe", "å", "aa", "œ", "oe",
	"à", "a", "á", "a", "â", "a", "ã", "a", "ç", "c", "č", "c", "ć", "c", "ď", "d", "đ", "d",
	"è", "e", "é", "e", "ê", "e", "ë", "e", "ě", "e", "ę", "e", "ą", "a", "ğ", "g", "ì", "i", "í", "i", "î", "i", "ï", "i",
	"ı", "i", "ł", "l", "ñ", "n", "ń", "n", "ň", "n", "ò", "o", "ó", "o", "ô", "o", "õ", "o", "ő", "o",
	"ř", "r", "š", "s", "ś", "s", "ş", "s", "ť", "t", "ù", "u", "ú", "u", "û", "u", "ů", "u", "ű", "u",
	"ý", "y", "ÿ", "y", "ž", "z", "ź", "z", "ż", "z", "°", "", "'", "", "’", "",
)

// Slug turns a name as people write it into an ID: "Küche (links)" becomes
// "kueche-links". It is empty when the name holds no letter or digit that can
// be kept.
func Slug(name string) ID {
	name = letters.Replace(strings.ToLower(name))
	out := make([]byte, 0, len(name))
	for i := 0; i < len(name) && len(out) < maxIDLength; i++ {
		c := name[i]
		switch {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
			out = append(out, c)
		case len(out) > 0 && out[len(out)-1] != '-':
			out = append(out, '-')
		}
	}
	return ID(strings.TrimRight(string(out), "-"))
}
