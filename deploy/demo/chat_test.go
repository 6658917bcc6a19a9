package demo

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// fakeHouse answers a chat as its contacts would.
type fakeHouse struct {
	events  chan event
	denials int               // how often a subscription is denied before it is granted
	answers map[string]string // by sentence; without one there is no answer

	asked map[string]int
	heard []string
}

func newFakeHouse() *fakeHouse {
	return &fakeHouse{events: make(chan event, 100), asked: map[string]int{}, answers: map[string]string{}}
}

func (h *fakeHouse) subscribe(_ context.Context, contact string) error {
	h.asked[contact]++
	if h.asked[contact] <= h.denials {
		h.events <- event{kind: eventDenied, contact: contact}
		return nil
	}
	h.events <- event{kind: eventSubscribed, contact: contact}
	h.events <- event{kind: eventShown, contact: contact, text: "fine"}
	return nil
}

func (h *fakeHouse) say(_ context.Context, contact, text, thread string) error {
	h.heard = append(h.heard, contact+": "+text)
	if answer, ok := h.answers[text]; ok {
		h.events <- event{kind: eventSaid, contact: contact, text: answer, thread: thread}
	}
	return nil
}

// piped is a screen as a program sees it.
func piped(input string) (screen, *strings.Builder) {
	var out strings.Builder
	return newScreen(Config{In: strings.NewReader(input), Out: &out}), &out
}

func talk(t *testing.T, h *fakeHouse, input string) (transcript string, err error) {
	t.Helper()
	s, out := piped(input)
	err = newChat(h, s, answerPatience).run(t.Context(), life{}, h.events)
	_, after, found := strings.Cut(out.String(), hint+"\n\n")
	if !found {
		return out.String(), err
	}
	return after, err
}

func TestLines(t *testing.T) {
	const who = "living-room"
	tests := []struct {
		name  string
		input string
		heard []string
		want  string
	}{
		{
			name:  "wait for the answers before them",
			input: "status\n why \n",
			heard: []string{who + "@things.home.test: status", who + "@things.home.test: why"},
			want:  "living-room> status\nliving-room: 20 °C\n  heating\nliving-room>  why \nliving-room: Because.\n",
		},
		{
			name:  "go on when there is no answer",
			input: "mumble\nwhy",
			heard: []string{who + "@things.home.test: mumble", who + "@things.home.test: why"},
			want:  "living-room> mumble\n(no answer within 5s)\nliving-room> why\nliving-room: Because.\n",
		},
		{
			name:  "go to the contact that was chosen by the beginning of its name",
			input: "/to la\nwhy\n/TO house\nwhy\n",
			heard: []string{"lamp@things.home.test: why", "things.home.test: why"},
			want: "living-room> /to la\n● lamp         fine\nlamp> why\nlamp: Because.\n" +
				"lamp> /TO house\n● house        fine\nhouse> why\nhouse: Because.\n",
		},
		{
			name:  "name no contact that is unclear",
			input: "/to l\n",
			want:  "living-room> /to l\nThere is no contact \"l\"; there are: living-room, outdoor, window, meter, lamp, house.\n",
		},
		{
			name:  "end with quit",
			input: "/quit\nwhy\n",
			want:  "living-room> /quit\n",
		},
		{
			name:  "may be empty or a terminal's commands",
			input: "\n\x1b[2Jwhy\n",
			heard: []string{who + "@things.home.test: [2Jwhy"},
			want:  "living-room> \nliving-room> [2Jwhy\n(no answer within 5s)\n",
		},
		{
			name:  "with an unknown command are helped",
			input: "/fly\n",
			want: `living-room> /fly
There is no /fly.
  /to CONTACT   talk to another contact; the beginning of its name will do
  /list         all contacts and how they are
  /help         this list; without the slash you ask the contact
  /quit         leave; so do Ctrl-C and Ctrl-D
`,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newFakeHouse()
				h.answers["status"], h.answers["why"] = "20 °C\nheating", "Because."
				got, err := talk(t, h, test.input)
				if err != nil {
					t.Error(err)
				}
				if diff := cmp.Diff(test.heard, h.heard); diff != "" {
					t.Errorf("the house heard (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff(test.want, got); diff != "" {
					t.Errorf("the person saw (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestContactsThatAreNotThereYetAreAskedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newFakeHouse()
		h.denials = 3
		if _, err := talk(t, h, ""); err != nil {
			t.Fatal(err)
		}
		for _, contact := range newContacts() {
			if got := h.asked[contact.address]; got != h.denials+1 {
				t.Errorf("%s was asked %d times, want %d", contact.address, got, h.denials+1)
			}
		}
	})
}

func TestAHouseThatDoesNotShowItselfIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newFakeHouse()
		h.denials = 1 << 30
		began := time.Now()
		_, err := talk(t, h, "status\n")
		if err == nil || !strings.Contains(err.Error(), "--verbose") {
			t.Errorf("error %v, want one that names --verbose", err)
		}
		if took := time.Since(began); took != appearance {
			t.Errorf("given up after %v, want %v", took, appearance)
		}
	})
}

func TestWhatEndsAChat(t *testing.T) {
	tests := []struct {
		name string
		life func(ended chan struct{}) life
		want string
	}{
		{"the client", func(ended chan struct{}) life { return life{client: ended} }, "the connection to the XMPP server is lost"},
		{"the server", func(ended chan struct{}) life { return life{server: ended} }, "the XMPP server has ended by itself"},
		{"the gateway", func(ended chan struct{}) life { return life{gateway: ended} }, "the gateway has ended by itself"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				in, keyboard := io.Pipe()
				defer keyboard.Close()
				h, ended := newFakeHouse(), make(chan struct{})
				s := newScreen(Config{In: in, Out: io.Discard})
				var chatting sync.WaitGroup
				var err error
				chatting.Go(func() { err = newChat(h, s, 0).run(t.Context(), test.life(ended), h.events) })
				synctest.Wait()
				close(ended)
				chatting.Wait()
				if err == nil || err.Error() != test.want {
					t.Errorf("error %v, want %q", err, test.want)
				}
			})
		})
	}
}

func TestNewsOfContacts(t *testing.T) {
	outdoor, thermostat := "outdoor@"+domain, "living-room@"+domain
	tests := []struct {
		name string
		news event
		want string
	}{
		{"numbers of the one that is talked to", event{kind: eventShown, contact: thermostat, text: "fine 21"}, "● living-room  fine 21\n"},
		{"numbers of another are none", event{kind: eventShown, contact: outdoor, text: "fine 21"}, ""},
		{"words of another", event{kind: eventShown, contact: outdoor, text: "rain"}, "● outdoor      rain\n"},
		{"one that is gone", event{kind: eventGone, contact: outdoor}, "○ outdoor      offline\n"},
		{"a stranger is none", event{kind: eventShown, contact: "eve@home.test", text: "hi"}, ""},
		{"a refusal", event{kind: eventRefused, contact: outdoor, text: "forbidden"}, "outdoor did not get it: forbidden\n"},
		{"text without a terminal's commands", event{kind: eventSaid, contact: outdoor, text: "a\x1b\u009bb\nc"}, "outdoor: ab\n  c\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s, out := piped("")
			c := newChat(newFakeHouse(), s, 0)
			for _, contact := range c.contacts {
				contact.apply(event{kind: eventShown, text: "fine "})
			}
			c.phase = talking
			c.hear(test.news)
			if diff := cmp.Diff(test.want, out.String()); diff != "" {
				t.Errorf("the person saw (-want +got):\n%s", diff)
			}
		})
	}
}

func TestALineThatIsTooLongEndsTheChat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, err := talk(t, newFakeHouse(), strings.Repeat("x", maxLine+1))
		if err == nil || errors.Is(err, io.EOF) {
			t.Errorf("error %v, want one about the line", err)
		}
	})
}
