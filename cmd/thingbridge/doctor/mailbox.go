package doctor

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"
	"sync"
	"time"

	"thingbridge/gateway/xmpp"
)

// Namespaces of XEP-0356; ejabberd speaks the older one.
const (
	nsPrivilege1 = "urn:xmpp:privilege:1"
	nsPrivilege2 = "urn:xmpp:privilege:2"
)

// maxGrants bounds what is kept of privileges.
const maxGrants = 20

// mailbox takes what the server sends while we are logged in.
type mailbox struct {
	link *xmpp.Link
	self xmpp.JID
	id   string // of the message to ourselves

	up    chan struct{} // closed when the link is up
	once  sync.Once
	came  chan error // nil when the message came back, else the error that came instead
	mu    sync.Mutex
	grant []string // the privileges that the server has told of, as "roster both"
}

func newMailbox(link *xmpp.Link, self xmpp.JID) *mailbox {
	return &mailbox{link: link, self: self, id: rand.Text(), up: make(chan struct{}), came: make(chan error, 1)}
}

func (m *mailbox) Up() { m.once.Do(func() { close(m.up) }) }

func (m *mailbox) Down(error) {}

// Stanza keeps what was expected. What people send while the doctor is there in
// place of the gateway comes back to them, as it would from the server when
// nobody is. A presence is not answered: nobody is to lose a subscription.
func (m *mailbox) Stanza(s *xmpp.Stanza) {
	switch {
	case s.Kind == xmpp.Presence:
	case s.Kind == xmpp.Message && s.ID == m.id && s.From == m.self:
		select {
		case m.came <- s.Err():
		default: // it came twice
		}
	case s.Kind == xmpp.Message && m.keep(s):
	default:
		m.bounce(s)
	}
}

// keep notes the privileges in s, and reports whether there are any.
func (m *mailbox) keep(s *xmpp.Stanza) bool {
	told := s.Child(nsPrivilege2, "privilege")
	if told == nil {
		told = s.Child(nsPrivilege1, "privilege")
	}
	if told == nil || s.From.Local() != "" {
		return false
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range told.Children {
		p := &told.Children[i]
		text := shorten(strings.TrimSpace(p.Attr("access") + " " + p.Attr("type")))
		if p.Local == "perm" && p.Space == told.Space && len(m.grant) < maxGrants && !slices.Contains(m.grant, text) {
			m.grant = append(m.grant, text)
		}
	}
	return true
}

func (m *mailbox) grants() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.grant)
}

func (m *mailbox) bounce(s *xmpp.Stanza) {
	reply := xmpp.AppendErrorReply(nil, s, xmpp.StanzaError{Type: xmpp.Wait, Condition: xmpp.RecipientUnavailable})
	if len(reply) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = m.link.Send(ctx, reply) // the link may be gone, and then nobody waits
}
