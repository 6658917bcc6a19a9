package room

import (
	"fmt"
	"time"
)

// How patient a membership is.
const (
	joinTime   = 30 * time.Second // for a room to answer
	pingAfter  = 5 * time.Minute  // of silence
	pingAtMost = 15 * time.Minute // without one, however much is said
	pingTime   = time.Minute      // for the answer
	maxMissed  = 2                // pings in a row, then we are out
	firstRetry = 2 * time.Second
	lastRetry  = time.Hour
	giveUp     = 7 * 24 * time.Hour // of failures, where we have been in
	maxTries   = 3                  // where we have never been in
	maxNicks   = 9                  // tried in one attempt
	resyncRest = time.Minute        // between two that the room causes
)

// Phase is how far a membership is.
type Phase uint8

// The phases.
const (
	Out     Phase = iota // not in, and nothing is due: there is no stream
	Waiting              // is going to enter at Due
	Joining              // has asked to enter, and waits for the answer until Due
	In
	Over // for ever; nothing is sent any more
)

// State is a membership at one time. The zero State with a Base is one that has not
// begun.
type State struct {
	Phase Phase
	Base  string    // the nick that we want
	Nick  string    // the one that we have, or ask for
	Known bool      // has been in: worth coming back to
	Open  bool      // the room has said that it shows everybody's address
	Due   time.Time // when the next Tick is to come

	moderator bool
	nicks     int // tried in this attempt
	failures  int // in a row
	failing   time.Time
	heard     time.Time
	pinged    time.Time
	pings     uint64
	waitPong  bool
	missed    int
	synced    time.Time
}

// PingID returns the id of the ping that is not answered yet, or "".
func (s State) PingID() string {
	if !s.waitPong {
		return ""
	}
	return pingID(s.pings)
}

func pingID(n uint64) string { return fmt.Sprintf("room-ping-%d", n) }

// ShowsAll reports whether a room shows everybody's address to everybody. Not every
// room says so to who enters again; then it shows in that we, who are no moderator,
// see the address of another.
func (s State) ShowsAll(o *Occupants) bool { return s.Open || !s.moderator && o.seen(s.Nick) }

// ShowsUs reports whether a room shows us who is behind a nick, as far as anybody
// is there.
func (s State) ShowsUs(o *Occupants) bool { return s.Open || o.seen(s.Nick) }

// Do is what is to be done.
type Do uint8

// What is to be done.
const (
	Join    Do = iota + 1 // send presence to the room, under Nick
	Leave                 // send unavailable presence, under Nick
	Ping                  // ping our own occupant, with ID
	Entered               // we are in: to be remembered; First when never before
	Forget                // it is over, for Why
)

// Action is one thing to be done.
type Action struct {
	Do    Do
	Nick  string
	ID    string
	First bool
	Why   Reason
}

// Reason is why a membership is over.
type Reason uint8

// The reasons.
const (
	Left Reason = iota + 1
	Kicked
	Banned
	Destroyed
	MembersOnly
	WrongPassword
	Absent      // there is no such room
	Unreachable // or it does not let us in
)

var reasons = [...]string{
	Left: "left", Kicked: "kicked", Banned: "banned", Destroyed: "destroyed", MembersOnly: "members only",
	WrongPassword: "password", Absent: "no such room", Unreachable: "unreachable",
}

// String returns the reason as the log has it.
func (r Reason) String() string {
	if int(r) >= len(reasons) {
		return ""
	}
	return reasons[r]
}
