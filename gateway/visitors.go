package gateway

import (
	"slices"
	"strings"
	"sync"
	"time"

	"thingbridge/gateway/xep"
	"thingbridge/gateway/xmpp"
)

const (
	maxVisitors  = 10_000 // clients that are known to be there; more are not told news
	maxClients   = 20     // of one user
	maxKnownVers = 1000   // versions of clients; then all are learned anew
	maxInquiries = 256    // that wait for their answer
	inquireAgain = 30 * time.Second
)

// visitors is who is there to be told news: the clients of users who let a contact
// of ours see them, with what they want to be told (XEP-0163 4.3.2).
type visitors struct {
	mu        sync.Mutex
	count     int
	byUser    map[xmpp.JID]map[xmpp.JID]visitor // by bare, by full JID
	known     map[string][]string               // the nodes of which a version of a client wants news
	inquiries map[string]inquiry                // by id
}

// visitor is one client: the version that it announced, and whether it was told
// what there is.
type visitor struct {
	ver     string
	greeted bool
}

// inquiry is a question to a client what it can.
type inquiry struct {
	to   xmpp.JID
	caps xep.Caps
	at   time.Time
}

// wish is a client and the nodes of which it wants news.
type wish struct {
	to    xmpp.JID
	nodes []string
}

// newsNodes is the nodes that are told to who wants them.
var newsNodes = []string{xep.NSAvatarMetadata, xep.NSNick}

func newVisitors() *visitors {
	v := &visitors{}
	v.forget()
	return v
}

// forget takes it that nobody is there: on a new stream all say so anew. What
// versions of clients can stays known.
func (v *visitors) forget() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.count, v.byUser, v.inquiries = 0, make(map[xmpp.JID]map[xmpp.JID]visitor), make(map[string]inquiry)
	if v.known == nil {
		v.known = make(map[string][]string)
	}
}

// come notes that a client is there. It returns what the client shall be told now,
// or that it must be asked what it can, under an id.
func (v *visitors) come(client xmpp.JID, caps xep.Caps, id string, now time.Time) (greet wish, ask bool) {
	caps.Node, caps.Ver = strings.Clone(caps.Node), strings.Clone(caps.Ver) // parts of a stanza
	v.mu.Lock()
	defer v.mu.Unlock()
	user := client.Bare()
	before, there := v.byUser[user][client]
	if there && before.ver == caps.Ver && before.greeted {
		return wish{}, false
	}
	if !there {
		if v.count >= maxVisitors || len(v.byUser[user]) >= maxClients {
			return wish{}, false
		}
		if v.byUser[user] == nil {
			v.byUser[user] = make(map[xmpp.JID]visitor)
		}
		v.count++
	}
	wanted, known := v.known[caps.Ver]
	v.byUser[user][client] = visitor{ver: caps.Ver, greeted: known}
	if known {
		return wish{client, wanted}, false
	}
	if len(v.inquiries) >= maxInquiries {
		clear(v.inquiries)
	}
	for other, it := range v.inquiries {
		switch {
		case now.Sub(it.at) > inquireAgain:
			delete(v.inquiries, other)
		case it.caps.Ver == caps.Ver:
			return wish{}, false
		}
	}
	v.inquiries[id] = inquiry{client, caps, now}
	return wish{}, true
}

// leave notes that a client is there no more.
func (v *visitors) leave(client xmpp.JID) {
	v.mu.Lock()
	defer v.mu.Unlock()
	user := client.Bare()
	if _, there := v.byUser[user][client]; !there {
		return
	}
	v.count--
	delete(v.byUser[user], client)
	if len(v.byUser[user]) == 0 {
		delete(v.byUser, user)
	}
}

// learn takes the answer to an inquiry, or nil for a refusal. It returns the
// clients that shall be told what there is now: all of that version. An answer that
// does not fit the version is worth nothing (XEP-0115 5.4).
func (v *visitors) learn(id string, from xmpp.JID, info *xmpp.Element) []wish {
	v.mu.Lock()
	defer v.mu.Unlock()
	asked, ok := v.inquiries[id]
	if !ok || asked.to != from {
		return nil
	}
	delete(v.inquiries, id)
	if info == nil {
		return nil
	}
	said, wellFormed := xep.ParseInfo(info)
	if !wellFormed || said.Ver() != asked.caps.Ver {
		return nil
	}
	if len(v.known) >= maxKnownVers {
		clear(v.known)
	}
	ver := asked.caps.Ver
	wanted := wantedOf(said)
	v.known[ver] = wanted
	var greet []wish
	for user, clients := range v.byUser {
		for client, it := range clients {
			if it.ver == ver && !it.greeted {
				v.byUser[user][client] = visitor{ver, true}
				greet = append(greet, wish{client, wanted})
			}
		}
	}
	return greet
}

// wantedOf returns of which nodes a client wants news.
func wantedOf(info xep.Info) []string {
	var wanted []string
	for _, node := range newsNodes {
		if slices.Contains(info.Features, node+"+notify") {
			wanted = append(wanted, node)
		}
	}
	return wanted
}

// wishes returns what the clients of a user want to be told.
func (v *visitors) wishes(user xmpp.JID) []wish {
	v.mu.Lock()
	defer v.mu.Unlock()
	var all []wish
	for client, it := range v.byUser[user] {
		if wanted := v.known[it.ver]; it.greeted && len(wanted) > 0 {
			all = append(all, wish{client, wanted})
		}
	}
	slices.SortFunc(all, func(a, b wish) int { return strings.Compare(a.to.String(), b.to.String()) })
	return all
}
