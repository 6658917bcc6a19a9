package dsmr

import "time"

// clock is a time as the meter writes it, YYMMDDhhmmssX: local time, with S or W for
// summer or winter. The zero clock is none.
type clock struct {
	wall int64 // seconds, as if local time were UTC
	mark byte  // S, W, or 0 where the meter does not say (before DSMR 4)
}

// unset is before any smart meter: a clock that shows an earlier time was not set.
const unset = 2005

// parseClock reads a time. It reports false for what is none, such as the 632525252525W
// of a month without a peak, and for that of a clock which was not set.
func parseClock(text []byte) (clock, bool) {
	if len(text) != 12 && len(text) != 13 {
		return clock{}, false
	}
	var part [6]int
	for i := range part {
		tens, ones := text[2*i]-'0', text[2*i+1]-'0'
		if tens > 9 || ones > 9 {
			return clock{}, false
		}
		part[i] = int(tens)*10 + int(ones)
	}
	var c clock
	if len(text) == 13 {
		c.mark = text[12]
		if c.mark != 'S' && c.mark != 'W' {
			return clock{}, false
		}
	}
	year, month, day := 2000+part[0], time.Month(part[1]), part[2]
	if part[0] >= 70 {
		year -= 100
	}
	t := time.Date(year, month, day, part[3], part[4], part[5], 0, time.UTC)
	if y, m, d := t.Date(); y != year || m != month || d != day || part[4] > 59 || part[5] > 59 || year < unset {
		return clock{}, false
	}
	c.wall = t.Unix()
	return c, true
}

// steady is the seconds of a clock that does not know summer.
func (c clock) steady() int64 {
	if c.mark == 'S' {
		return c.wall - 3600
	}
	return c.wall
}

// in returns the time that the clock shows. Without S or W it is that of local.
func (c clock) in(winter time.Duration, local *time.Location) time.Time {
	if c.mark == 0 {
		y, m, d := time.Unix(c.wall, 0).UTC().Date()
		s := c.wall % 86400
		return time.Date(y, m, d, 0, 0, int(s), 0, local)
	}
	offset := winter
	if c.mark == 'S' {
		offset += time.Hour
	}
	return time.Unix(c.wall-int64(offset/time.Second), 0).In(time.FixedZone("", int(offset/time.Second)))
}

// age returns how long before now a clock was read. A meter writes both with the same
// clock, so that it does not matter whether that is right.
func (c clock) age(now clock) (time.Duration, bool) {
	if now.wall == 0 || (c.mark == 0) != (now.mark == 0) {
		return 0, false
	}
	return max(0, time.Duration(now.steady()-c.steady())*time.Second), true
}
