package room_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"thingbridge/gateway/room"
)

var start = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func self(codes ...int) room.Event {
	return room.Event{Kind: room.Seen, Presence: room.Presence{Nick: "Boiler", Codes: append(codes, 110)}}
}

func gone(codes ...int) room.Event {
	e := self(codes...)
	e.Presence.Gone = true
	return e
}

func refused(condition string) room.Event {
	return room.Event{Kind: room.Seen, Presence: room.Presence{Nick: "Boiler", Failed: true, Condition: condition}}
}

// at is an event and how long after the one before it comes.
type at struct {
	after time.Duration
	event room.Event
}

func TestStep(t *testing.T) {
	join, leave := "join Boiler", "leave Boiler"
	tick, connected := room.Event{Kind: room.Tick}, room.Event{Kind: room.Connected}
	in := []at{{0, connected}, {0, tick}, {0, self(100)}}
	then := func(more ...at) []at { return append(in[:3:3], more...) }
	tests := []struct {
		name   string
		known  bool
		events []at
		want   []string // after "join Boiler" and, with in, "entered Boiler"
		phase  room.Phase
	}{
		{"in", false, in, []string{join, "entered Boiler first"}, room.In},
		{"in again", true, in, []string{join, "entered Boiler"}, room.In},
		{"another nick by the service", false, []at{{0, connected}, {0, tick},
			{0, room.Event{Kind: room.Seen, Presence: room.Presence{Nick: "guest-7", Codes: []int{110, 210}}}}},
			[]string{join, "entered guest-7 first"}, room.In},
		{"the nick is taken", false, []at{{0, connected}, {0, tick}, {0, refused("conflict")},
			{0, room.Event{Kind: room.Seen, Presence: room.Presence{Nick: "Boiler 2", Codes: []int{110}}}}},
			[]string{join, "join Boiler 2", "entered Boiler 2 first"}, room.In},
		{"waits before it enters", false, []at{{0, room.Event{Kind: room.Connected, Delay: time.Second}}, {time.Second / 2, tick}}, nil, room.Waiting},
		{"no such room", false, []at{{0, connected}, {0, tick}, {0, refused("item-not-found")}}, []string{join, "forget no such room"}, room.Over},
		{"the room does not exist and was made", false, []at{{0, connected}, {0, tick}, {0, self(201)}}, []string{join, leave, "forget no such room"}, room.Over},
		{"it was there before", true, []at{{0, connected}, {0, tick}, {0, self(201)}, {3 * time.Second, tick}, {0, self(100)}},
			[]string{join, leave, join, "entered Boiler"}, room.In},
		{"members only", false, []at{{0, connected}, {0, tick}, {0, refused("registration-required")}}, []string{join, "forget members only"}, room.Over},
		{"wrong password", false, []at{{0, connected}, {0, tick}, {0, refused("not-authorized")}}, []string{join, "forget password"}, room.Over},
		{"banned before", true, []at{{0, connected}, {0, tick}, {0, refused("forbidden")}}, []string{join, "forget banned"}, room.Over},
		{"kicked", false, then(at{0, gone(307)}), []string{join, "entered Boiler first", "forget kicked"}, room.Over},
		{"banned", false, then(at{0, gone(301)}), []string{join, "entered Boiler first", "forget banned"}, room.Over},
		{"no member any more", false, then(at{0, gone(322)}), []string{join, "entered Boiler first", "forget members only"}, room.Over},
		{"kicked for trouble on the line", false, then(at{0, gone(307, 333)}, at{3 * time.Second, tick}), []string{join, "entered Boiler first", join}, room.Joining},
		{"the service stops", false, then(at{0, gone(332)}, at{3 * time.Second, tick}), []string{join, "entered Boiler first", join}, room.Joining},
		{"destroyed", false, then(at{0, room.Event{Kind: room.Seen, Presence: room.Presence{Nick: "Boiler", Gone: true, Destroyed: true}}}),
			[]string{join, "entered Boiler first", "forget destroyed"}, room.Over},
		{"renamed, and kicked under the new name", false, then(
			at{0, room.Event{Kind: room.Seen, Presence: room.Presence{Nick: "Boiler", Gone: true, NewNick: "Kettle", Codes: []int{110, 303}}}},
			at{0, room.Event{Kind: room.Seen, Presence: room.Presence{Nick: "Kettle", Gone: true, Codes: []int{307}}}}),
			[]string{join, "entered Boiler first", "forget kicked"}, room.Over},
		{"another is kicked", false, then(at{0, room.Event{Kind: room.Seen, Presence: room.Presence{Nick: "bert", Gone: true, Codes: []int{307}}}}),
			[]string{join, "entered Boiler first"}, room.In},
		{"silence", false, then(at{5 * time.Minute, tick}, at{0, room.Event{Kind: room.Pong, ID: "room-ping-1"}}, at{time.Minute, tick}),
			[]string{join, "entered Boiler first", "ping room-ping-1"}, room.In},
		{"the room knows us no more", false, then(at{5 * time.Minute, tick}, at{0, room.Event{Kind: room.Pong, ID: "room-ping-1", Condition: "not-acceptable"}}, at{3 * time.Second, tick}),
			[]string{join, "entered Boiler first", "ping room-ping-1", join}, room.Joining},
		{"the answer to another ping", false, then(at{5 * time.Minute, tick}, at{0, room.Event{Kind: room.Pong, ID: "room-ping-9", Condition: "not-acceptable"}}),
			[]string{join, "entered Boiler first", "ping room-ping-1"}, room.In},
		{"no answer to two pings", false, then(at{5 * time.Minute, tick}, at{time.Minute, tick}, at{time.Minute, tick}, at{3 * time.Second, tick}),
			[]string{join, "entered Boiler first", "ping room-ping-1", "ping room-ping-2", join}, room.Joining},
		{"somebody speaks", false, then(at{4 * time.Minute, room.Event{Kind: room.Heard}}, at{time.Minute, tick}), []string{join, "entered Boiler first"}, room.In},
		{"what we say comes back", false, then(at{0, room.Event{Kind: room.Bounced, Condition: "not-acceptable"}}, at{3 * time.Second, tick}),
			[]string{join, "entered Boiler first", join}, room.Joining},
		{"we may not speak", false, then(at{0, room.Event{Kind: room.Bounced, Condition: "forbidden"}}), []string{join, "entered Boiler first"}, room.In},
		{"it shows addresses now", false, then(at{0, room.Event{Kind: room.Told, Codes: []int{172}}}), []string{join, "entered Boiler first", join}, room.In},
		{"sent away", false, then(at{0, room.Event{Kind: room.Quit}}), []string{join, "entered Boiler first", leave, "forget left"}, room.Over},
		{"the device is gone for now", false, then(at{0, room.Event{Kind: room.Rest}}), []string{join, "entered Boiler first", leave}, room.Out},
		{"no stream", false, then(at{0, room.Event{Kind: room.Lost}}, at{time.Hour, tick}), []string{join, "entered Boiler first"}, room.Out},
		{"the room never answers", false, []at{{0, connected}, {0, tick}, {30 * time.Second, tick}, {3 * time.Second, tick}, {30 * time.Second, tick}, {5 * time.Second, tick}, {30 * time.Second, tick}},
			[]string{join, leave, join, leave, join, leave, "forget unreachable"}, room.Over},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s, now := room.State{Base: "Boiler", Known: test.known}, start
			var got []string
			for _, e := range test.events {
				now = now.Add(e.after)
				var actions []room.Action
				s, actions = s.Step(e.event, now, 0.5)
				for _, a := range actions {
					got = append(got, describe(a))
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if s.Phase != test.phase {
				t.Errorf("phase %d, want %d", s.Phase, test.phase)
			}
		})
	}
}

func TestWhoSeesWhom(t *testing.T) {
	enter := func(moderator bool, codes ...int) (room.State, *room.Occupants) {
		s, o := room.State{Base: "Boiler", Known: true}, &room.Occupants{}
		e := self(codes...)
		e.Presence.Moderator = moderator
		for _, e := range []room.Event{{Kind: room.Connected}, {Kind: room.Tick}, e} {
			s, _ = s.Step(e, start, 0)
		}
		return s, o
	}
	for _, test := range []struct {
		name          string
		moderator     bool
		codes         []int
		address       string
		showsUs, open bool
	}{
		{"an open room", false, []int{100}, "anna@home.test/x", true, true},
		{"an open room that does not say so", false, nil, "anna@home.test/x", true, true},
		{"a hidden room", false, nil, "", false, false},
		{"a moderator of a hidden room", true, nil, "anna@home.test/x", true, false},
	} {
		s, o := enter(test.moderator, test.codes...)
		o.Apply(room.Presence{Nick: "anna", Address: test.address})
		o.Apply(room.Presence{Nick: "Boiler", Address: "boiler@things.home.test/gw"})
		if s.ShowsUs(o) != test.showsUs || s.ShowsAll(o) != test.open {
			t.Errorf("%s: shows us %v, shows all %v", test.name, s.ShowsUs(o), s.ShowsAll(o))
		}
	}
}

func describe(a room.Action) string {
	switch a.Do {
	case room.Join:
		return "join " + a.Nick
	case room.Leave:
		return "leave " + a.Nick
	case room.Ping:
		return "ping " + a.ID
	case room.Entered:
		if a.First {
			return "entered " + a.Nick + " first"
		}
		return "entered " + a.Nick
	case room.Forget:
		return "forget " + a.Why.String()
	}
	return fmt.Sprint(a)
}

// Whatever happens in whatever order: what is over is over and says so once, and what
// is not over and has a stream waits for a time at which it does something.
func TestWhateverHappens(t *testing.T) {
	for seed := range uint64(400) {
		random := rand.New(rand.NewPCG(seed, 1))
		s, now := room.State{Base: "Boiler", Known: random.IntN(2) == 0}, start
		linked, forgotten := false, 0
		for range 300 {
			e := anyEvent(random, s)
			if e.Kind == room.Tick || random.IntN(3) == 0 {
				now = now.Add(time.Duration(random.Int64N(int64(3 * time.Minute))))
			}
			before := s.Phase
			var actions []room.Action
			s, actions = s.Step(e, now, random.Float64())
			linked = (linked || e.Kind == room.Connected) && e.Kind != room.Lost && e.Kind != room.Rest
			if before == room.Over && (len(actions) > 0 || s.Phase != room.Over) {
				t.Fatalf("seed %d: after the end: %+v does %+v", seed, e, actions)
			}
			if len(actions) > 2 {
				t.Fatalf("seed %d: %+v does %d things", seed, e, len(actions))
			}
			for _, a := range actions {
				if a.Do == room.Forget {
					forgotten++
				}
			}
			if over := s.Phase == room.Over; over != (forgotten == 1) || forgotten > 1 {
				t.Fatalf("seed %d: over %v, forgotten %d times", seed, over, forgotten)
			}
			if s.Phase != room.Over && (linked == (s.Phase == room.Out) || linked && s.Due.IsZero()) {
				t.Fatalf("seed %d: a stream %v, phase %d, due %v", seed, linked, s.Phase, s.Due)
			}
		}
		moves(t, seed, s, now)
	}
}

// A hostile room that says what it likes as fast as it can makes us enter no more
// often than there are nicks to try, and once for its addresses, until time passes.
func TestARoomCannotMakeUsHurry(t *testing.T) {
	const most = 10
	worst := 0
	for seed := range uint64(400) {
		random := rand.New(rand.NewPCG(seed, 2))
		s, _ := room.State{Base: "Boiler", Known: true}.Step(room.Event{Kind: room.Connected}, start, 0)
		likely := []int{1, 3 + random.IntN(30), 1 + random.IntN(8), 1 + random.IntN(20), 3}
		joins := 0
		for range 300 {
			var e room.Event
			switch pickWeighted(random, likely) {
			case 0:
				e = self(100)
			case 1:
				e = refused("conflict")
			case 2:
				e = []room.Event{self(201), refused("item-not-found"), gone(332), {Kind: room.Bounced, Condition: "not-acceptable"},
					{Kind: room.Pong, ID: s.PingID(), Condition: "not-acceptable"}}[random.IntN(5)]
			case 3:
				e = room.Event{Kind: room.Told, Codes: []int{172}}
			}
			for _, e := range []room.Event{e, {Kind: room.Tick}} {
				next, actions := s.Step(e, start, random.Float64())
				for _, a := range actions {
					if a.Do == room.Join {
						joins++
					}
				}
				s = next
			}
		}
		worst = max(worst, joins)
	}
	if worst > most {
		t.Errorf("%d joins in an instant, want at most %d", worst, most)
	}
}

func pickWeighted(random *rand.Rand, weights []int) int {
	sum := 0
	for _, w := range weights {
		sum += w
	}
	at := random.IntN(sum)
	for i, w := range weights {
		if at -= w; at < 0 {
			return i
		}
	}
	return len(weights)
}

// moves shows that time alone brings a membership on, however little happens.
func moves(t *testing.T, seed uint64, s room.State, now time.Time) {
	t.Helper()
	if s.Phase == room.Out || s.Phase == room.Over {
		return
	}
	for range 8 {
		if s.Due.After(now) {
			now = s.Due
		}
		var actions []room.Action
		if s, actions = s.Step(room.Event{Kind: room.Tick}, now, 0); len(actions) > 0 {
			return
		}
	}
	t.Errorf("seed %d: stuck in %+v", seed, s)
}

func anyEvent(random *rand.Rand, s room.State) room.Event {
	pick := func(of ...string) string { return of[random.IntN(len(of))] }
	condition := pick("", "conflict", "not-acceptable", "item-not-found", "forbidden", "remote-server-timeout", "nonsense", "not-allowed", "service-unavailable")
	codes := []int{100, 110, 110, 110, 172, 173, 201, 210, 301, 303, 307, 332, 333, 322}
	e := room.Event{
		Kind: room.Kind(random.IntN(int(room.Rest) + 1)), Condition: condition, ID: pick(s.PingID(), "room-ping-1", ""),
		Presence: room.Presence{
			Nick: pick("Boiler", "bert", s.Nick, ""), NewNick: pick("", "Kettle"), Condition: condition,
			Gone: random.IntN(4) == 0, Failed: random.IntN(4) == 0, Destroyed: random.IntN(50) == 0,
		},
	}
	if (e.Kind == room.Quit || e.Kind == room.Lost) && random.IntN(10) > 0 {
		e.Kind = room.Seen
	}
	for range random.IntN(3) {
		code := codes[random.IntN(len(codes))]
		if code >= 301 && code <= 322 && random.IntN(4) > 0 {
			continue
		}
		e.Presence.Codes, e.Codes = append(e.Presence.Codes, code), append(e.Codes, code)
	}
	return e
}
