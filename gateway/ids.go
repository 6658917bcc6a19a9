package gateway

import (
	"crypto/rand"
	"strconv"
	"strings"
	"time"
)

// idPrefix marks the ids of our messages, so that a reaction to one is recognised
// after any restart.
const idPrefix = "tb-"

// messageID returns an id that nothing else has, and that says when it was made.
func messageID(now time.Time) string {
	return idPrefix + strconv.FormatInt(now.Unix(), 36) + "-" + strings.ToLower(rand.Text())
}

// madeAt returns when the message with that id was made; ok is false when it is
// none of ours.
func madeAt(id string) (at time.Time, ok bool) {
	rest, ok := strings.CutPrefix(id, idPrefix)
	seconds, unique, dash := strings.Cut(rest, "-")
	if !ok || !dash || unique == "" {
		return time.Time{}, false
	}
	n, err := strconv.ParseInt(seconds, 36, 64)
	return time.Unix(n, 0), err == nil && n > 0
}
