package serial

import (
	"context"
	"time"

	"golang.org/x/sys/unix"

	"thingbridge/adapters"
)

const (
	// look is between two looks for a device that is gone.
	look = 500 * time.Millisecond
	// longest is between two attempts to open a port that is there.
	longest = 5 * time.Second
	// steady is how long a port is open that was no failure.
	steady = 5 * time.Second
	// good is how long it is open until what was said of it counts no more.
	good = time.Minute
)

// absence is the time without a port. The first attempt comes after half a second, the
// others after longer and longer pauses; but at once when the device is another one,
// for then somebody has plugged something in.
type absence struct {
	at      place
	lost    adapters.Repeat // what was said of ports that went
	refused adapters.Repeat // and of those that could not be opened
	fails   int             // in a row
	last    identity
}

// identity is what a device that was plugged in anew does not have in common with the
// one before.
type identity struct {
	device, inode uint64
	changed       unix.Timespec
}

// identify looks at a device; ok is false when it is not there.
func (p place) identify() (id identity, ok bool) {
	var stat unix.Stat_t
	if p.path == "" || unix.Stat(p.path, &stat) != nil {
		return identity{}, p.path == ""
	}
	return identity{stat.Rdev, stat.Ino, stat.Ctim}, true
}

// note takes how long the port was open; 0 when it could not be opened.
func (ab *absence) note(lasted time.Duration) {
	if lasted >= good {
		ab.lost.Clear()
		ab.refused.Clear()
	}
	if lasted >= steady {
		ab.fails = 0
	}
	ab.fails++
	ab.last, _ = ab.at.identify()
}

// say reports whether why the port cannot be used is to be said, and how often it was not.
// How a port goes is a matter of chance, so that all these are one to it.
func (ab *absence) say(lasted time.Duration, err error) (say bool, kept int) {
	if lasted > 0 {
		return ab.lost.Say("lost", time.Now())
	}
	return ab.refused.Say(err.Error(), time.Now())
}

// wait waits until it is time to open the port again, and reports whether ctx still
// holds. A device that is not there is not waited for in vain.
func (ab *absence) wait(ctx context.Context) bool {
	begun := time.Now()
	for {
		if !pause(ctx, look) {
			return false
		}
		now, there := ab.at.identify()
		switch {
		case !there:
			ab.last = identity{}
		case now != ab.last:
			ab.fails = 0
			return true
		case time.Since(begun) >= backoff(ab.fails):
			return true
		}
	}
}

// backoff returns how long to wait after so many failures in a row.
func backoff(fails int) time.Duration {
	return min(look<<min(max(fails-1, 0), 10), longest)
}
