package room

import (
	"fmt"
	"slices"
	"time"
)

// Kind is what has happened.
type Kind uint8

// What can happen.
const (
	Tick      Kind = iota // time has passed
	Connected             // there is a stream: enter after Delay
	Lost                  // the stream is gone
	Seen                  // Presence came from the room
	Heard                 // anything else came from the room
	Told                  // the room says Codes about itself
	Pong                  // the ping ID was answered; Condition says with which error
	Bounced               // the room returned what we said, for Condition
	Quit                  // somebody who may wants us out
	Rest                  // go out, and enter again when Connected comes
)

// Event is something that has happened.
type Event struct {
	Kind      Kind
	Delay     time.Duration
	Presence  Presence
	Codes     []int
	ID        string
	Condition string
}

// Presence is one presence of a room, as far as a membership cares.
type Presence struct {
	Nick      string // of the occupant
	Gone      bool   // unavailable
	Failed    bool   // of type error
	Condition string // of the error
	Codes     []int  // statuses
	NewNick   string // of who is renamed
	Destroyed bool   // the room has ended
	Address   string // the occupant's real address, where the room shows it
	ID        string // occupant id (XEP-0421)
	Moderator bool
}

// The statuses of XEP-0045 that matter.
const (
	statusOpen        = 100
	statusSelf        = 110
	statusOpenNow     = 172
	statusHiddenNow   = 173
	statusNobodyNow   = 174
	statusCreated     = 201
	statusBanned      = 301
	statusRenamed     = 303
	statusKicked      = 307
	statusAffiliation = 321
	statusMembersOnly = 322
	statusShutdown    = 332
	statusTrouble     = 333
)

// Step returns what becomes of a membership, and what is to be done in that order.
// Chance is of [0, 1): it spreads retries, so that a server that is back does not
// have everybody at once.
func (s State) Step(e Event, now time.Time, chance float64) (State, []Action) {
	if s.Phase == Over {
		return s, nil
	}
	switch e.Kind {
	case Connected:
		s.Phase, s.Due, s.waitPong, s.nicks = Waiting, now.Add(e.Delay), false, 0
	case Lost:
		s.Phase, s.Due, s.waitPong = Out, time.Time{}, false
	case Rest:
		actions := s.leave()
		s.Phase, s.Due, s.waitPong = Out, time.Time{}, false
		return s, actions
	case Quit:
		return s.over(Left, s.leave()...)
	case Tick:
		return s.tick(now, chance)
	case Seen:
		return s.see(e.Presence, now, chance)
	case Heard:
		s.heard = now
	case Told:
		return s.told(e.Codes, now)
	case Pong:
		return s.pong(e, now, chance)
	case Bounced:
		if s.Phase == In && e.Condition == "not-acceptable" { // only occupants may speak
			return s.fail(Unreachable, now, chance)
		}
	}
	return s, nil
}

// leave returns what must be sent so that the room has us no more.
func (s State) leave() []Action {
	if s.Phase != In && s.Phase != Joining {
		return nil
	}
	return []Action{{Do: Leave, Nick: s.Nick}}
}

func (s State) over(why Reason, before ...Action) (State, []Action) {
	s.Phase, s.Due, s.waitPong = Over, time.Time{}, false
	return s, append(before, Action{Do: Forget, Why: why})
}

func (s State) join(now time.Time) (State, []Action) {
	s.Phase, s.Due, s.Open, s.waitPong, s.missed = Joining, now.Add(joinTime), false, false, 0
	s.nicks, s.Nick = 1, s.Base
	return s, []Action{{Do: Join, Nick: s.Nick}}
}

func (s State) tick(now time.Time, chance float64) (State, []Action) {
	if s.Phase == Out || now.Before(s.Due) {
		return s, nil
	}
	switch {
	case s.Phase == Waiting:
		return s.join(now)
	case s.Phase == Joining:
		return s.fail(Unreachable, now, chance, s.leave()...)
	case s.waitPong:
		s.missed++
		s.waitPong = false
		if s.missed >= maxMissed {
			return s.fail(Unreachable, now, chance)
		}
		return s.ping(now)
	case now.Before(s.nextPing()):
		s.Due = s.nextPing()
		return s, nil
	}
	return s.ping(now)
}

// nextPing returns when it is to be asked whether we are still in.
func (s State) nextPing() time.Time {
	quiet, most := s.heard.Add(pingAfter), s.pinged.Add(pingAtMost)
	if most.Before(quiet) {
		return most
	}
	return quiet
}

func (s State) ping(now time.Time) (State, []Action) {
	s.pings++
	s.pinged, s.waitPong, s.Due = now, true, now.Add(pingTime)
	return s, []Action{{Do: Ping, Nick: s.Nick, ID: pingID(s.pings)}}
}

// pong judges the answer to a ping (XEP-0410 3).
func (s State) pong(e Event, now time.Time, chance float64) (State, []Action) {
	if s.Phase != In || !s.waitPong || e.ID != pingID(s.pings) {
		return s, nil
	}
	switch e.Condition {
	case "", "service-unavailable", "feature-not-implemented", "item-not-found":
		// In; the last when we have just been renamed.
		s.waitPong, s.missed, s.heard = false, 0, now
		s.Due = s.nextPing()
		return s, nil
	case "remote-server-not-found", "remote-server-timeout":
		return s, nil // as if no answer had come
	}
	return s.fail(Unreachable, now, chance)
}

// fail plans to enter again, or gives up.
func (s State) fail(why Reason, now time.Time, chance float64, before ...Action) (State, []Action) {
	if s.failures == 0 {
		s.failing = now
	}
	s.failures++
	if !s.Known && (s.failures >= maxTries || why == Absent) || s.Known && now.Sub(s.failing) > giveUp {
		return s.over(why, before...)
	}
	delay := lastRetry
	if shift := s.failures - 1; shift < 11 { // 2 s doubled eleven times is more than an hour
		delay = min(firstRetry<<shift, lastRetry)
	}
	delay = time.Duration(float64(delay) * (0.75 + chance/2))
	s.Phase, s.Due, s.waitPong = Waiting, now.Add(delay), false
	return s, before
}

// see takes a presence.
func (s State) see(p Presence, now time.Time, chance float64) (State, []Action) {
	if p.Failed {
		return s.refused(p.Condition, now, chance)
	}
	s.heard = now
	ours := slices.Contains(p.Codes, statusSelf) || p.Nick == s.Nick
	switch {
	case !ours || s.Phase != Joining && s.Phase != In:
		return s, nil
	case p.Gone:
		return s.removed(p, now, chance)
	case slices.Contains(p.Codes, statusCreated):
		// There was none, and now it is ours: give it back.
		s.Nick = p.Nick
		return s.fail(Absent, now, chance, Action{Do: Leave, Nick: p.Nick})
	}
	s.moderator = p.Moderator
	s.Nick = p.Nick // the room may have chosen another (210)
	s.Open = s.Open || slices.Contains(p.Codes, statusOpen)
	if s.Phase == In {
		return s, nil
	}
	first := !s.Known
	s.Phase, s.Known, s.failures = In, true, 0
	s.pinged = now
	s.Due = s.nextPing()
	return s, []Action{{Do: Entered, Nick: s.Nick, First: first}}
}

// removed takes the presence that says that we are out.
func (s State) removed(p Presence, now time.Time, chance float64) (State, []Action) {
	has := func(code int) bool { return slices.Contains(p.Codes, code) }
	switch {
	case has(statusRenamed):
		if p.NewNick != "" {
			s.Nick = p.NewNick
		}
		return s, nil
	case has(statusShutdown), has(statusTrouble): // also with 307, as servers have it
		return s.fail(Unreachable, now, chance)
	case has(statusBanned):
		return s.over(Banned)
	case has(statusKicked):
		return s.over(Kicked)
	case has(statusAffiliation), has(statusMembersOnly):
		return s.over(MembersOnly)
	case p.Destroyed:
		return s.over(Destroyed)
	}
	return s.fail(Unreachable, now, chance)
}

// refusals is what the error to a wish to enter means.
var refusals = map[string]Reason{
	"not-authorized":        WrongPassword,
	"registration-required": MembersOnly,
	"forbidden":             Banned,
	"gone":                  Destroyed,
}

func (s State) refused(condition string, now time.Time, chance float64) (State, []Action) {
	switch {
	case s.Phase == In: // our presence came back: who knows what they think of us
		return s.fail(Unreachable, now, chance)
	case s.Phase != Joining:
		return s, nil
	}
	switch condition {
	case "conflict", "not-acceptable", "jid-malformed":
		if s.nicks >= maxNicks {
			return s.fail(Unreachable, now, chance)
		}
		s.nicks++
		s.Nick = fmt.Sprintf("%s %d", s.Base, s.nicks)
		s.Due = now.Add(joinTime)
		return s, []Action{{Do: Join, Nick: s.Nick}}
	case "item-not-found", "not-allowed":
		return s.fail(Absent, now, chance)
	}
	if why, ok := refusals[condition]; ok {
		return s.over(why)
	}
	return s.fail(Unreachable, now, chance)
}

// told takes what the room says about who can see addresses. When it begins to show
// them it does not say those of who is here already, unless we enter again.
func (s State) told(codes []int, now time.Time) (State, []Action) {
	s.heard = now
	if s.Phase != In {
		return s, nil
	}
	if slices.Contains(codes, statusHiddenNow) || slices.Contains(codes, statusNobodyNow) {
		s.Open = false
	}
	if !slices.Contains(codes, statusOpenNow) || now.Sub(s.synced) < resyncRest {
		return s, nil
	}
	s.synced = now
	return s, []Action{{Do: Join, Nick: s.Nick}}
}
