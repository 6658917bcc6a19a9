package mqtt

import (
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	paho "github.com/eclipse/paho.mqtt.golang"
)

// answer is what a session waits for.
type answer struct {
	paho.Token
	done chan struct{}
}

func (a *answer) Done() <-chan struct{} { return a.done }
func (a *answer) Error() error          { return nil }

// waiting is a session whose broker sends something each pace until stop is closed, and
// the answer after a time.
func waiting(pace, after time.Duration, stop <-chan struct{}) (*session, *answer) {
	near, far := net.Pipe()
	from := &incoming{Conn: near, silence: time.Minute}
	go func() {
		for b := make([]byte, 1); ; {
			if _, err := from.Read(b); err != nil {
				return
			}
		}
	}()
	a := &answer{done: make(chan struct{})}
	go func() {
		defer far.Close()
		began := time.Now()
		for time.Since(began) < after {
			select {
			case <-stop:
				return
			case <-time.After(pace):
			}
			if _, err := far.Write([]byte{0}); err != nil {
				return
			}
		}
		close(a.done)
	}()
	s := &session{lost: make(chan struct{}), done: make(chan struct{}), stream: &stream{from: from}}
	from.heard.Store(time.Now().UnixNano())
	return s, a
}

func TestABrokerThatIsHeardLives(t *testing.T) {
	for _, test := range []struct {
		name        string
		pace, after time.Duration
		want        string
		within      time.Duration
	}{
		{"an answer behind 25 s of messages", 3 * time.Second, 25 * time.Second, "", 28 * time.Second},
		{"an answer behind minutes of messages", 9 * time.Second, 5 * time.Minute, "", 6 * time.Minute},
		{"messages without an end", time.Second, time.Hour, "no answer in 10m", longestWait + 10*time.Second},
		{"silence", time.Hour, time.Hour, "no answer in 10s", 10 * time.Second},
		{"messages, then silence", 12 * time.Second, time.Hour, "no answer in 10s", 10 * time.Second},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				stop := make(chan struct{})
				s, a := waiting(test.pace, test.after, stop)
				began := time.Now()
				err := s.wait(t.Context(), a, subscribeTimeout)
				took := time.Since(began)
				if took > test.within || (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
					t.Errorf("got %v after %s, want %q within %s", err, took, test.want, test.within)
				}
				close(stop)
				_ = s.stream.from.Close()
				synctest.Wait()
			})
		})
	}
}

func TestABrokerThatSaysNothingIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		defer near.Close()
		defer far.Close()
		from := &incoming{Conn: near, silence: 40 * time.Second}
		go func() {
			time.Sleep(30 * time.Second)
			_, _ = far.Write([]byte{1})
		}()
		b := make([]byte, 1)
		if _, err := from.Read(b); err != nil {
			t.Fatalf("a broker that is heard in time is given up: %v", err)
		}
		began := time.Now()
		_, err := from.Read(b)
		if took := time.Since(began); took != 40*time.Second || err == nil || err.Error() != "the broker has said nothing for 40s" {
			t.Errorf("got %v after %s", err, took)
		}
	})
}
