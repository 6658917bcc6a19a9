package talk

import (
	"strconv"
	"strings"
	"time"
)

// maxDuration bounds what a sentence can ask for.
const maxDuration = 366 * 24 * time.Hour

// units are the words for units of time, by their first letters. The plain
// number counts minutes.
var units = map[string]time.Duration{
	"":  time.Minute,
	"m": time.Minute, "min": time.Minute, "mins": time.Minute, "minute": time.Minute, "minutes": time.Minute, "minuten": time.Minute,
	"h": time.Hour, "hr": time.Hour, "hrs": time.Hour, "hour": time.Hour, "hours": time.Hour, "std": time.Hour, "stunde": time.Hour, "stunden": time.Hour,
	"d": 24 * time.Hour, "day": 24 * time.Hour, "days": 24 * time.Hour, "tag": 24 * time.Hour, "tage": 24 * time.Hour, "tagen": 24 * time.Hour,
	"s": time.Second, "sec": time.Second, "second": time.Second, "seconds": time.Second, "sek": time.Second, "sekunden": time.Second,
}

// parseDuration reads "30", "30m", "1h30m", "1.5 h", "2 hours", "für 90 Minuten".
func parseDuration(text string) (time.Duration, bool) {
	text = strings.ToLower(strings.ReplaceAll(text, " ", ""))
	for _, word := range []string{"for", "für"} {
		text = strings.TrimPrefix(text, word)
	}
	var total time.Duration
	if text == "" {
		return 0, false
	}
	for text != "" {
		digits := len(text) - len(strings.TrimLeft(text, "0123456789.,"))
		number, err := strconv.ParseFloat(strings.ReplaceAll(text[:digits], ",", "."), 64)
		if err != nil {
			return 0, false
		}
		text = text[digits:]
		letters := strings.IndexAny(text, "0123456789")
		if letters < 0 {
			letters = len(text)
		}
		unit, ok := units[text[:letters]]
		if !ok || number > float64(maxDuration/unit) {
			return 0, false
		}
		total += time.Duration(number * float64(unit))
		text = text[letters:]
	}
	return total, total <= maxDuration
}
