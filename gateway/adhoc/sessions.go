package adhoc

import (
	"crypto/rand"
	"strings"
	"sync"
	"time"

	"thingbridge/gateway/talk"
	"thingbridge/gateway/xep"
	"thingbridge/gateway/xmpp"
)

// The bounds of sessions. The oldest goes when there are more.
const (
	Lifetime    = 10 * time.Minute // after the last request
	maxSessions = 1000
	maxPerUser  = 8
)

// Sessions are the dialogues that wait for their user. It is safe for concurrent
// use.
type Sessions struct {
	mu   sync.Mutex
	open map[string]session
}

// session is a dialogue between two requests. Its user sees form number stage.
type session struct {
	user    xmpp.JID // full
	contact string
	node    string
	stage   int
	shown   talk.Stage
	given   []talk.Values // by stage
	until   time.Time
}

// NewSessions returns none.
func NewSessions() *Sessions { return &Sessions{open: make(map[string]session)} }

// Step takes a request to a command that its user may run.
func (s *Sessions) Step(r Request, node *talk.Node, lang talk.Lang, now time.Time) (Step, error) {
	if !known(r.Action) {
		return Step{}, MalformedAction
	}
	d := dialogue{Request: r, command: node, lang: lang}
	it := session{user: r.From, contact: r.Contact, node: r.Node}
	var step Step
	var err error
	if r.Session == "" {
		d.Session = strings.ToLower(rand.Text())
		it, step, err = d.begin(it)
	} else {
		if it, err = s.find(&r, now); err != nil {
			return Step{}, err
		}
		it, step, err = d.next(it)
	}
	if err != nil {
		return Step{}, err
	}
	s.keep(d.Session, it, step.Answer.Status == xep.StatusExecuting, now)
	return step, nil
}

func known(action string) bool {
	switch action {
	case "", xep.ActionExecute, xep.ActionNext, xep.ActionPrev, xep.ActionComplete, xep.ActionCancel:
		return true
	}
	return false
}

// find returns the session of a request.
func (s *Sessions) find(r *Request, now time.Time) (session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	it, ok := s.open[r.Session]
	switch {
	case len(r.Session) != len(rand.Text()): // not one of ours
		return session{}, BadSession
	case !ok || !now.Before(it.until):
		return session{}, SessionExpired
	case it.user != r.From || it.contact != r.Contact || it.node != r.Node:
		return session{}, BadSession
	}
	return it, nil
}

// keep notes a session that goes on, or forgets one that has ended.
func (s *Sessions) keep(id string, it session, goesOn bool, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, id)
	if !goesOn {
		return
	}
	it.until = now.Add(Lifetime)
	s.makeRoom(it.user.Bare(), now)
	s.open[id] = it
}

// makeRoom forgets what has expired, and the oldest sessions where there are too
// many.
func (s *Sessions) makeRoom(user xmpp.JID, now time.Time) {
	var oldest, oldestOfUser string
	ofUser := 0
	older := func(id, than string) bool { return than == "" || s.open[id].until.Before(s.open[than].until) }
	for id, it := range s.open {
		if !now.Before(it.until) {
			delete(s.open, id)
			continue
		}
		if older(id, oldest) {
			oldest = id
		}
		if it.user.Bare() == user {
			ofUser++
			if older(id, oldestOfUser) {
				oldestOfUser = id
			}
		}
	}
	switch {
	case ofUser >= maxPerUser:
		delete(s.open, oldestOfUser)
	case len(s.open) >= maxSessions:
		delete(s.open, oldest)
	}
}
