package outbox_test

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"thingbridge/gateway/outbox"
	"thingbridge/gateway/store"
)

// perfectLink swallows everything at once.
type perfectLink struct{}

func (perfectLink) Send(context.Context, []byte) error { return nil }
func (perfectLink) Fence(context.Context) error        { return nil }

func BenchmarkAddAndDeliver(b *testing.B) {
	for _, callers := range []int{1, 16} {
		b.Run(fmt.Sprint(callers, " callers"), func(b *testing.B) {
			s, err := store.Open(b.Context(), filepath.Join(b.TempDir(), "outbox.db"))
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close()
			o, err := outbox.New(b.Context(), s.Outbox("things.test"), unbounded)
			if err != nil {
				b.Fatal(err)
			}
			defer start(o, perfectLink{})()
			stanza := make([]byte, 500)
			b.ReportAllocs()
			b.ResetTimer()
			var wg sync.WaitGroup
			for g := range callers {
				wg.Go(func() {
					for n := range (b.N + callers - 1) / callers {
						it := outbox.Item{ID: fmt.Sprintf("%d-%d", g, n), To: "anna@example.org", Stanza: stanza, At: time.Now()}
						if err := o.Add(context.Background(), it); err != nil {
							b.Error(err)
						}
					}
				})
			}
			wg.Wait()
		})
	}
}
