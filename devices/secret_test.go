package devices_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"thingbridge/devices"
)

func safe(secret bool) *devices.Device {
	return &devices.Device{ID: "safe", Name: "Safe", Properties: []devices.Property{
		{Name: "code", Type: devices.TypeText, Writable: true, Secret: secret},
		{Name: "open", Type: devices.TypeBoolean},
	}}
}

// nowhere fails where what is known of the safe has a secret in it.
func nowhere(t *testing.T, r *devices.Registry, secret string) {
	t.Helper()
	twin, ok := r.Get("safe")
	if !ok {
		t.Fatal("there is no safe")
	}
	for what, text := range map[string]string{"the twin": fmt.Sprintf("%+v", twin.States), "what is kept": fmt.Sprintf("%+v", twin.Memory())} {
		if strings.Contains(text, secret) {
			t.Errorf("%s has the secret: %s", what, text)
		}
	}
	if state, _ := twin.State("code"); state != (devices.State{}) {
		t.Errorf("state %+v, want none", state)
	}
}

func TestASecretIsHandedOverAndKeptNowhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, h := devices.NewRegistry(), &hardware{}
		s := r.Source("house", h)
		if err := s.Apply(devices.Update{Announced: []*devices.Device{safe(true)}}); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		var told []devices.Reading
		var wg sync.WaitGroup
		tail := r.Tail(ctx)
		wg.Go(func() {
			for batch := range tail {
				told = append(told, batch...)
			}
		})
		cmd := devices.Command{Device: "safe", Property: "code", Value: devices.Text("hunter2"), By: "anna"}
		if err := r.Execute(ctx, cmd); err != nil || len(h.got) != 1 || h.got[0] != cmd {
			t.Fatalf("error %v, handed over %v, want the code", err, h.got)
		}
		nowhere(t, r, "hunter2")
		h.fail = errors.New("busy")
		if err := r.Execute(ctx, cmd); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("error %v, want one without the secret", err)
		}
		nowhere(t, r, "hunter2")
		at := time.Now()
		if err := s.Apply(devices.Update{Readings: []devices.Reading{{Device: "safe", Property: "code", Value: devices.Text("hunter2"), At: at}}}); err != nil {
			t.Error(err)
		}
		nowhere(t, r, "hunter2")
		if twin, _ := r.Get("safe"); !twin.LastSeen.Equal(at) {
			t.Errorf("last seen at %v, want %v", twin.LastSeen, at)
		}
		synctest.Wait()
		cancel()
		wg.Wait()
		if len(told) != 0 {
			t.Errorf("told %v", told)
		}
	})
}

func TestWhatBecomesSecretIsForgotten(t *testing.T) {
	state := devices.State{Reported: devices.Text("hunter1"), Desired: devices.Text("hunter2"), By: "anna"}
	t.Run("while the gateway runs", func(t *testing.T) {
		r := devices.NewRegistry()
		s := r.Source("house", &hardware{})
		_ = s.Apply(devices.Update{Announced: []*devices.Device{safe(false)}, Readings: []devices.Reading{{Device: "safe", Property: "code", Value: state.Reported}}})
		_ = s.Apply(devices.Update{Announced: []*devices.Device{safe(true)}})
		nowhere(t, r, "hunter")
	})
	t.Run("from the last run", func(t *testing.T) {
		r := devices.NewRegistry()
		r.Remember([]devices.Memory{{Device: "safe", States: map[string]devices.State{"code": state}}})
		_ = r.Source("house", &hardware{}).Apply(devices.Update{Announced: []*devices.Device{safe(true)}})
		nowhere(t, r, "hunter")
	})
}

func TestNothingOfASecretIsWritten(t *testing.T) {
	p := &safe(true).Properties[0]
	v := devices.Text("hunter2")
	long := strings.Repeat("hunter2", devices.MaxText)
	_, tooLong := p.Parse(long)
	for what, text := range map[string]string{
		"Format": p.Format(v), "Shown": p.Shown(v), "Check": p.Check(devices.Number(4711)).Error(), "a long text": tooLong.Error(),
	} {
		if strings.Contains(text, "hunter2") || strings.Contains(text, "4711") {
			t.Errorf("%s: %s", what, text)
		}
	}
	if open := (&devices.Property{Name: "a", Type: devices.TypeText}); open.Shown(v) != "hunter2" {
		t.Errorf("what is no secret is shown as %q", open.Shown(v))
	}
	number := devices.Property{Name: "a", Type: devices.TypeNumber, Secret: true}
	if number.Validate() == nil || p.Validate() != nil {
		t.Error("a text can be secret, and nothing else")
	}
}

func TestACodeErrorSaysWhatToDo(t *testing.T) {
	for _, wrong := range []bool{false, true} {
		err := fmt.Errorf("lock: %w", &devices.CodeError{Property: "code", Wrong: wrong})
		if !errors.Is(err, devices.ErrCode) || !strings.Contains(err.Error(), "set code 1234") || strings.Contains(err.Error(), "wrong") != wrong {
			t.Error(err)
		}
	}
}
