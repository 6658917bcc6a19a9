package gateway_test

import (
	"context"
	"strings"
	"sync"
	"testing/synctest"

	"thingbridge/gateway/xmpp"
)

// wire is a link whose other end is the test.
type wire struct {
	mu      sync.Mutex
	handler xmpp.Handler
	broken  bool
	slow    bool // fences are not answered
	sent    []string
	answer  func(request string) *xmpp.Stanza // to a request; nil: nobody answers
	// published is the iqs by which an account tells its server of itself: they
	// come whenever a picture is another, so they are kept from what is expected.
	published []string
}

func (w *wire) Run(ctx context.Context, h xmpp.Handler) error {
	w.mu.Lock()
	w.handler = h
	w.mu.Unlock()
	h.Up()
	<-ctx.Done()
	return nil
}

func (w *wire) Send(_ context.Context, stanzas []byte) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.broken {
		return xmpp.ErrDown
	}
	for _, stanza := range split(string(stanzas)) {
		if strings.HasPrefix(stanza, "<iq type='set' id='publish-") {
			w.published = append(w.published, stanza)
			continue
		}
		w.sent = append(w.sent, stanza)
	}
	return nil
}

func (w *wire) Fence(context.Context) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.broken || w.slow {
		return xmpp.ErrDown
	}
	return nil
}

func (w *wire) Request(ctx context.Context, _ xmpp.JID, build func([]byte, string) []byte) (*xmpp.Stanza, error) {
	request := build(nil, "r")
	if err := w.Send(ctx, request); err != nil {
		return nil, err
	}
	w.mu.Lock()
	answer := w.answer
	w.mu.Unlock()
	if answer == nil {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	s := answer(string(request))
	return s, s.Err()
}

// split cuts a run of stanzas at the ends of their elements.
func split(text string) []string {
	var out []string
	for text != "" {
		end := len(text)
		for _, mark := range []string{"</message>", "</presence>", "</iq>", "/>"} {
			i := strings.Index(text, mark)
			if mark == "/>" && i >= 0 && strings.Contains(text[:i], "><") {
				continue // inside of a stanza
			}
			if i >= 0 {
				end = min(end, i+len(mark))
			}
		}
		out = append(out, text[:end])
		text = text[end:]
	}
	return out
}

// take returns what was sent since the last call, once all is at rest.
func (w *wire) take() []string {
	synctest.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	out := w.sent
	w.sent = nil
	return out
}

// takePublished returns what an account told its server of itself since the last
// call.
func (w *wire) takePublished() []string {
	synctest.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	out := w.published
	w.published = nil
	return out
}

func (w *wire) reconnect(broken bool) {
	w.mu.Lock()
	w.broken = broken
	w.mu.Unlock()
	if broken {
		w.handler.Down(xmpp.ErrDown)
		return
	}
	w.handler.Up()
}
