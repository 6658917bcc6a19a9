package gateway

import (
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"thingbridge/gateway/talk"
	"thingbridge/gateway/xmpp"
)

const (
	// What one user may say: enough for a script that sets a whole house, and too
	// little for two robots that answer each other.
	messagesPerSecond = 10
	messagesAtOnce    = 50

	maxReaders     = 10_000 // users that are known at a time; then all are learned anew
	languageBudget = 2 * time.Second
)

// Languages is where the languages of users survive a restart.
type Languages interface {
	Get(ctx context.Context, key string) (value []byte, ok bool, err error)
	Put(ctx context.Context, key string, value []byte) error
}

// readers knows the people on the other side: in which language they read, and
// how much they have said of late.
type readers struct {
	store Languages

	mu    sync.Mutex
	known map[xmpp.JID]reader
}

type reader struct {
	spoken   talk.Lang // that of the last words which were of a language
	declared talk.Lang // that of the last stanza which declared one
	limit    *rate.Limiter
}

// lang is what the reader reads: many clients declare English whatever their
// owner speaks, so words count more.
func (r reader) lang() talk.Lang {
	if r.spoken != "" {
		return r.spoken
	}
	return r.declared
}

// The keys under which a user's languages are stored.
func spokenKey(user xmpp.JID) string   { return "spoken/" + user.String() }
func declaredKey(user xmpp.JID) string { return "declared/" + user.String() }

// lang returns the language of a user, as far as it is known.
func (r *readers) lang(user xmpp.JID) talk.Lang { return r.reader(user).lang() }

// mayWrite reports whether a user is within the limits.
func (r *readers) mayWrite(user xmpp.JID) bool { return r.reader(user).limit.Allow() }

func (r *readers) reader(user xmpp.JID) reader {
	r.mu.Lock()
	it, ok := r.known[user]
	r.mu.Unlock()
	if ok {
		return it
	}
	ctx, cancel := context.WithTimeout(context.Background(), languageBudget)
	defer cancel()
	it = reader{limit: rate.NewLimiter(messagesPerSecond, messagesAtOnce)}
	it.spoken, it.declared = r.stored(ctx, spokenKey(user)), r.stored(ctx, declaredKey(user))
	return r.keep(user, it)
}

func (r *readers) stored(ctx context.Context, key string) talk.Lang {
	tag, _, err := r.store.Get(ctx, key)
	if err != nil {
		return ""
	}
	return talk.ParseLang(string(tag))
}

func (r *readers) keep(user xmpp.JID, it reader) reader {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.known) >= maxReaders {
		clear(r.known)
	}
	r.known[user] = it
	return it
}

// learn notes the language that a user's stanza declares and the one that its
// words were in; each may be "". It returns the language to answer in.
func (r *readers) learn(ctx context.Context, user xmpp.JID, declared string, spoken talk.Lang) talk.Lang {
	it := r.reader(user)
	next := it
	if lang := talk.ParseLang(declared); lang != "" {
		next.declared = lang
	}
	if spoken != "" {
		next.spoken = spoken
	}
	if next == it {
		return it.lang()
	}
	r.keep(user, next)
	// Should they be lost, the next stanza teaches them again.
	if next.spoken != it.spoken {
		_ = r.store.Put(ctx, spokenKey(user), []byte(next.spoken))
	}
	if next.declared != it.declared {
		_ = r.store.Put(ctx, declaredKey(user), []byte(next.declared))
	}
	return next.lang()
}
