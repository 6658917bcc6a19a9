package dsmr

import (
	"encoding/hex"
	"strings"
	"unicode/utf8"
)

// plain reads a text that meters write in hexadecimal digits (DSMR 5.0.2 P1, 5.5). What
// is not written so, as meters of heat networks do, stays as it is.
func plain(text []byte) string {
	decoded := make([]byte, hex.DecodedLen(len(text)))
	if _, err := hex.Decode(decoded, text); err != nil || !readable(decoded) {
		return strings.ToValidUTF8(string(text), "")
	}
	return strings.TrimSpace(string(decoded))
}

// readable reports whether a text holds no control characters but ends of lines.
func readable(text []byte) bool {
	for _, r := range string(text) {
		if r < ' ' && r != '\n' && r != '\r' && r != '\t' || r >= 0x7F && r < 0xA0 || r == utf8.RuneError {
			return false
		}
	}
	return true
}

// serial reads the number of a meter. Noughts alone are none.
func serial(text []byte) string {
	return trimNoughts(plain(text))
}

// plainText reads a text that is written as it is.
func plainText(text []byte) string { return strings.TrimSpace(strings.ToValidUTF8(string(text), "")) }

// trimNoughts returns nothing for a number of noughts alone.
func trimNoughts(number string) string {
	if strings.Trim(number, "0") == "" {
		return ""
	}
	return number
}
