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
	lang  talk.Lang
	limit *rate.Limiter
}

func languageKey(user xmpp.JID) string { return "language/" + user.String() }

// lang returns the language of a user, as far as it is known.
func (r *readers) lang(user xmpp.JID) talk.Lang { return r.reader(user).lang }

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
	if tag, ok, err := r.store.Get(ctx, languageKey(user)); err == nil && ok {
		it.lang = talk.ParseLang(string(tag))
	}
	return r.keep(user, it)
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

// learn notes the language of a user: the one that the stanza declares, or else
// the one that the words were in. It returns the language to answer in.
func (r *readers) learn(ctx context.Context, user xmpp.JID, declared string, spoken talk.Lang) talk.Lang {
	it := r.reader(user)
	lang := talk.ParseLang(declared)
	if lang == "" {
		lang = spoken
	}
	if lang == "" || lang == it.lang {
		return it.lang
	}
	it.lang = lang
	r.keep(user, it)
	// Should it be lost, the next stanza teaches it again.
	_ = r.store.Put(ctx, languageKey(user), []byte(lang))
	return lang
}
