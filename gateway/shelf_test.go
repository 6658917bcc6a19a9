package gateway_test

import (
	"context"
	"strings"
	"sync"

	"thingbridge/gateway/outbox"
	"thingbridge/gateway/store"
)

// shelf is a store in memory.
type shelf struct {
	mu    sync.Mutex
	subs  map[[2]string]store.Subscription
	words map[string][]byte
	items []outbox.Item
	seq   int64
	fail  error
}

func newShelf() *shelf {
	return &shelf{subs: make(map[[2]string]store.Subscription), words: make(map[string][]byte)}
}

func (s *shelf) Subscriptions(context.Context) ([]store.Subscription, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []store.Subscription
	for _, sub := range s.subs {
		all = append(all, sub)
	}
	return all, s.fail
}

func (s *shelf) SaveSubscription(_ context.Context, sub store.Subscription) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail == nil {
		s.subs[[2]string{sub.User, sub.Contact}] = sub
	}
	return s.fail
}

func (s *shelf) DeleteSubscription(_ context.Context, user, contact string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.subs, [2]string{user, contact})
	return s.fail
}

func (s *shelf) Get(_ context.Context, key string) ([]byte, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	value, ok := s.words[key]
	return value, ok, nil
}

func (s *shelf) Put(_ context.Context, key string, value []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.words[key] = value
	return nil
}

func (s *shelf) AddItems(_ context.Context, items []outbox.Item) ([]int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	seqs := make([]int64, len(items))
	for i, item := range items {
		s.seq++
		item.Seq, seqs[i] = s.seq, s.seq
		s.items = append(s.items, item)
	}
	return seqs, nil
}

func (s *shelf) Items(_ context.Context, after int64, limit int) ([]outbox.Item, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []outbox.Item
	for _, item := range s.items {
		if item.Seq > after && len(out) < limit {
			out = append(out, item)
		}
	}
	return out, nil
}

func (s *shelf) DeleteItems(_ context.Context, seqs []int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, seq := range seqs {
		for i := range s.items {
			if s.items[i].Seq == seq {
				s.items = append(s.items[:i:i], s.items[i+1:]...)
				break
			}
		}
	}
	return nil
}

func (s *shelf) List(_ context.Context, prefix string) (map[string][]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make(map[string][]byte)
	for key, value := range s.words {
		if strings.HasPrefix(key, prefix) {
			out[key] = value
		}
	}
	return out, nil
}

func (s *shelf) Delete(_ context.Context, key string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.words, key)
	return nil
}
