package mqtt

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// maxFilter bounds a topic that was found out from announcements, in bytes. Those
// of homes have less than a hundred.
const maxFilter = 1024

// checkFilter refuses what a broker would end the connection for, and what would
// have it send all that is said on it because one announcement asks so.
func checkFilter(filter string) error {
	switch {
	case filter == "" || len(filter) > maxFilter:
		return fmt.Errorf("has %d bytes, want 1 to %d", len(filter), maxFilter)
	case !utf8.ValidString(filter) || strings.ContainsRune(filter, 0):
		return errors.New("is no text")
	case filter == "#" || strings.HasPrefix(filter, "$share/"):
		return errors.New("would take other people's messages too")
	}
	for rest, more := filter, true; more; {
		var level string
		level, rest, more = strings.Cut(rest, "/")
		if level == "#" && !more || level == "+" {
			continue
		}
		if strings.ContainsAny(level, "+#") {
			return errors.New("has a wildcard in the wrong place")
		}
	}
	return nil
}

// checkTopic refuses a topic to publish to that a broker would end the connection
// for.
func checkTopic(topic string) error {
	switch {
	case topic == "" || len(topic) > maxTopic:
		return fmt.Errorf("topic of %d bytes, want 1 to %d", len(topic), maxTopic)
	case !utf8.ValidString(topic) || strings.ContainsRune(topic, 0):
		return errors.New("topic is no text")
	case strings.ContainsAny(topic, "+#"):
		return errors.New("topic with a wildcard; one cannot publish to it")
	}
	return nil
}
