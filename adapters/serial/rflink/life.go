package rflink

import (
	"fmt"
	"time"

	"thingbridge/adapters/serial/codec"
)

// How the gateway is asked whether it is there.
const (
	silence    = time.Minute      // after which it is asked
	answer     = 10 * time.Second // for its answer
	mostMissed = 3                // questions without an answer, after which it hangs
)

// life is what is known of whether the gateway is there.
type life struct {
	heard  time.Time // anything
	asked  time.Time // the last question; zero: it was answered
	missed int
}

func (l *life) hear(at time.Time) { *l = life{heard: at} }

func (l *life) ask(r *codec.Result, now time.Time) {
	l.asked = now
	r.Send = append(r.Send, codec.Frame{Bytes: []byte("10;PING;\r\n")})
}

// due asks again, or gives the gateway up.
func (l *life) due(r *codec.Result, now time.Time) (next time.Time) {
	if l.asked.IsZero() {
		if now.Sub(l.heard) < silence {
			return l.heard.Add(silence)
		}
		l.ask(r, now)
		return now.Add(answer)
	}
	if now.Sub(l.asked) < answer {
		return l.asked.Add(answer)
	}
	if l.missed++; l.missed >= mostMissed {
		r.Hung = fmt.Errorf("the gateway has not answered %d times in %s; is it an RFLink gateway, at %d baud?",
			mostMissed, now.Sub(l.heard).Round(time.Second), Line().Baud)
		l.missed, l.heard, l.asked = 0, now, time.Time{}
		return now.Add(silence)
	}
	l.ask(r, now)
	return now.Add(answer)
}
