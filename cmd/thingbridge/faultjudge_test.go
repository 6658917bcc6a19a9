package main

import (
	"bytes"
	"crypto/sha1"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// What is promised after a fault.
const (
	linkBack    = 10 * time.Second // from the end of the fault until readings arrive that were made after it
	settleTime  = 20 * time.Second // until all that was under way has arrived
	moreMemory  = 64 << 20         // bytes that the gateway may have grown by
	moreFiles   = 8                // open descriptors, as the store opens and closes some
	moreThread  = 12               // threads, which Go keeps once it had them
	moreRoutine = 8                // goroutines, as some live for a moment
)

// judge looks after each round whether all promises were kept.
type judge struct {
	h        *faultHouse
	base     usageOf // after the first round
	rounds   int
	broken   int           // of them, that broke a promise
	slowest  time.Duration // that the link was back in
	slowName string
	again    [2]int // readings that came under two ids, of live and durable
	said     int    // readings that the boiler itself sent to the broker twice
	lostway  int    // commands that a broken line swallowed
}

// trial is a round that is to be judged.
type trial struct {
	fault
	title string
	first int // of the readings that were made in the round
	at    time.Time
	log   int // length of the log
}

func newJudge(h *faultHouse) *judge { return &judge{h: h} }

func (j *judge) begin(title string, it fault) trial {
	return trial{fault: it, title: title, first: j.h.next(), at: time.Now(), log: len(j.h.log.String())}
}

// judge is called at the end of a fault. It reports whether all is well.
func (j *judge) judge(r trial) bool {
	h, began := j.h, time.Now()
	mark := h.next() + 1
	back := h.until(linkBack, func() bool { return h.live.has(mark) && h.durable.has(mark) })
	took := time.Since(began)
	<-time.After(200 * time.Millisecond)
	h.set(usualPace, true)
	end := h.next()
	ok := h.expect(back, r, "no reading made after the fault arrived within %v", took)
	ok = j.readings(r, end) && ok
	ok = j.answers(r) && ok
	ok = j.presence(r, end) && ok
	ok = j.resources(r) && ok
	if lines := errorsIn(h.log.String()[r.log:]); len(lines) > 0 {
		ok = h.expect(false, r, "the log says %s", lines[0])
	}
	j.rounds++
	if took > j.slowest {
		j.slowest, j.slowName = took, r.name
	}
	h.t.Logf("%s: back in %v, %d readings, %d commands swallowed so far", r.title, took.Round(10*time.Millisecond), end-r.first, j.lostway)
	return ok
}

func (h *faultHouse) expect(ok bool, r trial, format string, args ...any) bool {
	h.t.Helper()
	if !ok {
		h.t.Errorf("%s: %s", r.title, fmt.Sprintf(format, args...))
	}
	return ok
}

// until reports whether something becomes true in time.
func (h *testHouse) until(most time.Duration, met func() bool) bool {
	for limit := time.Now().Add(most); !met(); <-time.After(10 * time.Millisecond) {
		if time.Now().After(limit) {
			return false
		}
	}
	return true
}

// readings sees that all have come, each under one id.
func (j *judge) readings(r trial, end int) bool {
	h := j.h
	first := r.first
	if r.forgets {
		first = end // what a dead gateway had in memory only may be lost
	}
	h.until(settleTime, func() bool {
		return len(h.live.missing(first, end))+len(h.durable.missing(r.first, end)) == 0
	})
	ok := true
	if lost := h.live.missing(first, end); len(lost) > 0 {
		ok = h.expect(false, r, "lost readings: %s of %d to %d", quoted(lost), first, end)
	}
	if late := h.durable.missing(r.first, end); len(late) > 0 {
		// ejabberd stores what comes while a user logs in, and hands it out at the next login.
		h.archive.again()
		h.until(settleTime, func() bool { return len(h.durable.missing(r.first, end)) == 0 })
		h.t.Logf("%s: with the next login came %s", r.title, quoted(late))
	}
	if lost := h.durable.missing(r.first, end); len(lost) > 0 {
		ok = h.expect(false, r, "lost durable readings: %s of %d to %d", quoted(lost), r.first, end)
	}
	for i, log := range []*feedLog{h.live, h.durable} {
		again := slices.DeleteFunc(log.repeated(r.first, end), h.saidTwice)
		j.again[i] += len(again)
		if len(again) > 0 {
			ok = h.expect(false, r, "readings under two ids: %s", quoted(again))
		}
	}
	for n := r.first; n < end; n++ {
		if h.saidTwice(n) {
			j.said++
		}
	}
	return ok
}

// answers sees that whatever was done for anna was answered, once.
func (j *judge) answers(r trial) bool {
	h := j.h
	unanswered := func() (threads []string) {
		h.mu.Lock()
		defer h.mu.Unlock()
		for thread, it := range h.commands {
			if it.at.After(r.at) && it.heard > 0 && len(it.answers) == 0 {
				threads = append(threads, thread)
			}
		}
		return threads
	}
	h.until(settleTime, func() bool { return len(unanswered()) == 0 })
	ok := h.expect(len(unanswered()) == 0, r, "commands that the device got and nobody answered: %v", unanswered())
	h.mu.Lock()
	defer h.mu.Unlock()
	for thread, it := range h.commands {
		if it.at.After(r.at) && len(it.answers) > 1 {
			ok = h.expect(false, r, "command %s was answered %d times", thread, len(it.answers))
		}
		if it.at.After(r.at) && len(it.answers) == 0 && !it.returned {
			j.lostway++
		}
	}
	return ok
}

// presence sees that anna's client shows what the boiler said last.
func (j *judge) presence(r trial, end int) bool {
	h := j.h
	want := strconv.Itoa(end-1) + " °C"
	status := func() string { h.mu.Lock(); defer h.mu.Unlock(); return h.status }
	right := h.until(settleTime, func() bool { return strings.HasPrefix(status(), want) })
	return h.expect(right, r, "the contact shows %q, want %q", status(), want)
}

// resources sees that the gateway needs no more than at the start.
func (j *judge) resources(r trial) bool {
	h := j.h
	use := h.usage()
	if j.base == (usageOf{}) {
		j.base = use
	}
	settled := h.until(settleTime, func() bool {
		use = h.usage()
		return use.files <= j.base.files+moreFiles && use.goroutines <= j.base.goroutines+moreRoutine
	})
	return h.expect(settled && use.memory <= j.base.memory+moreMemory && use.threads <= j.base.threads+moreThread, r,
		"the gateway has %+v, at the start %+v", use, j.base)
}

func (j *judge) sum() {
	h := j.h
	heard, answered := 0, 0
	h.mu.Lock()
	for _, it := range h.commands {
		heard += min(it.heard, 1)
		answered += len(it.answers)
	}
	all := len(h.commands)
	h.mu.Unlock()
	h.t.Logf("%d rounds; slowest return %v (%s); %d readings; under two ids: %d live, %d durable; sent twice by the device: %d; "+
		"%d commands, %d done, %d answered, %d swallowed by a broken line; at the start %+v, at the end %+v",
		j.rounds, j.slowest.Round(10*time.Millisecond), j.slowName, h.next(), j.again[0], j.again[1], j.said, all, heard, answered, j.lostway, j.base, h.usage())
}

// usageOf is what a process holds.
type usageOf struct {
	memory, peak   int // bytes
	threads, files int
	goroutines     int
}

var goroutinesIn = regexp.MustCompile(`"goroutines":(\d+)`)

// usage also makes the gateway read its configuration again, in which nothing has
// changed, for it then says how many goroutines it has.
func (h *testHouse) usage() usageOf {
	h.t.Helper()
	from := len(h.log.String())
	h.must(h.gateway.Process.Signal(syscall.SIGHUP))
	var match []string
	if !h.until(patience, func() bool { match = goroutinesIn.FindStringSubmatch(h.log.String()[from:]); return match != nil }) {
		h.t.Fatal("the gateway does not read its configuration again")
	}
	u, err := usageOfProcess(h.gateway.Process.Pid)
	h.must(err)
	u.goroutines, _ = strconv.Atoi(match[1])
	return u
}

func usageOfProcess(pid int) (usageOf, error) {
	dir := filepath.Join("/proc", strconv.Itoa(pid))
	status, err := os.ReadFile(filepath.Join(dir, "status"))
	if err != nil {
		return usageOf{}, err
	}
	files, err := os.ReadDir(filepath.Join(dir, "fd"))
	u := usageOf{files: len(files)}
	for line := range bytes.Lines(status) {
		_, _ = fmt.Sscanf(string(line), "VmRSS: %d kB", &u.memory)
		_, _ = fmt.Sscanf(string(line), "VmHWM: %d kB", &u.peak)
		_, _ = fmt.Sscanf(string(line), "Threads: %d", &u.threads)
	}
	u.memory, u.peak = u.memory<<10, u.peak<<10
	return u, err
}

// startRival logs in as the gateway's domain (XEP-0114 3) and returns how to end it.
func startRival(t *testing.T, server string) (end func()) {
	t.Helper()
	conn, err := net.Dial("tcp", server)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	read := func(until string) string {
		_ = conn.SetDeadline(time.Now().Add(patience))
		var got []byte
		for b := make([]byte, 1024); !bytes.Contains(got, []byte(until)); {
			n, err := conn.Read(b)
			if err != nil {
				t.Fatalf("the rival cannot log in: %v after %q", err, got)
			}
			got = append(got, b[:n]...)
		}
		return string(got)
	}
	fmt.Fprint(conn, "<stream:stream xmlns='jabber:component:accept' xmlns:stream='http://etherx.jabber.org/streams' to='things.home.test'>")
	header := read("id=")
	_, rest, _ := strings.Cut(header, "id=")
	id, _, _ := strings.Cut(rest[1:], rest[:1])
	fmt.Fprintf(conn, "<handshake>%x</handshake>", sha1.Sum([]byte(id+"s3cret")))
	read("<handshake")
	return func() { conn.Close() }
}
