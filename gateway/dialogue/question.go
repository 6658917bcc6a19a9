package dialogue

import (
	"strconv"
	"strings"
	"time"

	"thingbridge/gateway/talk"
)

const (
	questionAge = 10 * time.Minute // how long a question can be answered with a number

	// MaxChoices is how many choices one question can have.
	MaxChoices = 20
)

// Question is one that we have asked.
type Question struct {
	ID      string // of the message
	At      time.Time
	Choices []talk.Choice
}

// Ask notes a question: the next words, or a reaction, may answer it.
func (d *Dialogue) Ask(id string, choices []talk.Choice, now time.Time) {
	d.Close()
	if len(choices) > 0 {
		d.kept.Question = &Question{ID: id, At: now, Choices: choices[:min(len(choices), MaxChoices)]}
		d.changed = true
	}
}

// Choose returns the sentence that words stand for: that of the choice, when they
// name one of the question which was open when they were said, by its number or
// label; otherwise they are returned as they are. Words that reply to another
// message than the question choose nothing. Call it after Hear or Correct.
func (d *Dialogue) Choose(text, replyTo string, now time.Time) string {
	q := d.last.asked
	if q == nil || now.Sub(q.At) > questionAge || replyTo != "" && replyTo != q.ID {
		return text
	}
	word := strings.TrimRight(strings.TrimSpace(text), ").!: ")
	if n, err := strconv.Atoi(word); err == nil && 1 <= n && n <= len(q.Choices) {
		return q.Choices[n-1].Say
	}
	for _, choice := range q.Choices {
		if strings.EqualFold(word, choice.Label) {
			return choice.Say
		}
	}
	return text
}

// Open returns the question that a reaction to the message with that id answers,
// or nil.
func (d *Dialogue) Open(id string, now time.Time) *Question {
	q := d.kept.Question
	if q == nil || q.ID != id || now.Sub(q.At) > questionAge {
		return nil
	}
	return q
}

// Close ends the open question.
func (d *Dialogue) Close() {
	d.changed = d.changed || d.kept.Question != nil
	d.kept.Question = nil
}
