package serial

import (
	"errors"
	"testing"

	"thingbridge/adapters"
	"thingbridge/adapters/serial/codec"
	"thingbridge/devices"
)

func TestForgetAndAdopt(t *testing.T) {
	aFake(t, func(t *testing.T, s *scene, f *fake) {
		has := func(id devices.ID) bool {
			s.house.mu.Lock()
			defer s.house.mu.Unlock()
			_, ok := s.house.present[id]
			return ok
		}
		f.in <- []byte("keep device lamp\nlamp temperature 1\nattic temperature 2\n")
		settle()
		f.fail <- errGone // devices are forgotten while the port is gone, too
		settle()
		if err := s.Forget(t.Context(), "lamp"); err != nil || has("lamp") || len(s.house.records) > 0 {
			t.Errorf("Forget: %v; the lamp is there: %t, kept: %v", err, has("lamp"), s.house.records)
		}
		if err := s.Forget(t.Context(), "lamp"); !errors.Is(err, devices.ErrNoDevice) {
			t.Errorf("Forget of what is not there: %v", err)
		}
		if err := s.Forget(t.Context(), "configured"); !errors.Is(err, adapters.ErrConfigured) {
			t.Errorf("Forget of what is configured: %v", err)
		}
		if err := s.Adopt(t.Context(), "lamp", "attic"); err != nil || has("attic") {
			t.Errorf("Adopt: %v; the other is there: %t", err, has("attic"))
		}
		if err := s.Adopt(t.Context(), "a", "a"); !errors.Is(err, codec.ErrCannotAdopt) {
			t.Errorf("Adopt of itself: %v", err)
		}
		s.stop()
		if err := s.Forget(t.Context(), "lamp"); !errors.Is(err, adapters.ErrUnavailable) {
			t.Errorf("Forget after the end: %v", err)
		}
	})
}
