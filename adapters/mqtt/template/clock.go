package template

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"time"
)

// moment is a time, or a time zone of which only the location counts.
type moment struct{ at time.Time }

func (moment) object() {}

func timeValue(t time.Time) value { return value{kind: kindTime, ref: moment{t}} }

// time is the time of a kindTime or a kindZone.
func (v value) time() time.Time {
	m, _ := v.ref.(moment)
	return m.at
}

// timeMember is an attribute of a time, absent when there is none.
func timeMember(t time.Time, name string) value {
	switch name {
	case "year":
		return intValue(int64(t.Year()))
	case "month":
		return intValue(int64(t.Month()))
	case "day":
		return intValue(int64(t.Day()))
	case "hour":
		return intValue(int64(t.Hour()))
	case "minute":
		return intValue(int64(t.Minute()))
	case "second":
		return intValue(int64(t.Second()))
	case "microsecond":
		return intValue(int64(t.Nanosecond() / 1000))
	case "tzinfo":
		return value{kind: kindZone, ref: moment{t}}
	}
	return value{}
}

// appendTime writes t as Python's isoformat does, with sep before the clock.
func appendTime(dst []byte, t time.Time, sep byte) []byte {
	dst = t.AppendFormat(dst, "2006-01-02")
	dst = append(dst, sep)
	dst = t.AppendFormat(dst, "15:04:05")
	if t.Nanosecond() >= 1000 {
		dst = t.AppendFormat(dst, ".000000")
	}
	return t.AppendFormat(dst, "-07:00")
}

// timestampRange bounds seconds since 1970 to the years that Python knows.
const timestampRange = 250_000_000_000

// fromSeconds is the time of a timestamp, to the microsecond.
func fromSeconds(f float64, zone *time.Location) (time.Time, bool) {
	if math.IsNaN(f) || math.Abs(f) > timestampRange {
		return time.Time{}, false
	}
	whole, part := math.Modf(f)
	return time.Unix(int64(whole), int64(math.RoundToEven(part*1e6))*1000).In(zone), true
}

func toSeconds(t time.Time) float64 { return float64(t.UnixMicro()) / 1e6 }

// timeLayouts are the texts that are read as times; the fraction of a second
// may be missing.
var timeLayouts = []string{
	"2006-01-02T15:04:05Z07:00", "2006-01-02 15:04:05Z07:00", "2006-01-02T15:04:05Z0700",
	"2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02",
}

// readTime makes a time of a time, a timestamp or a text. A text without a time
// zone is in that of now.
func (r *run) readTime(v value) (time.Time, bool) {
	zone := r.m.now.Location()
	if v.kind == kindTime {
		return v.time(), true
	}
	if f, ok, _ := asFloat(v); ok {
		return fromSeconds(f, time.UTC)
	}
	for _, layout := range timeLayouts {
		if t, err := time.ParseInLocation(layout, strings.TrimSpace(v.text), zone); err == nil && v.kind == kindText {
			return t, true
		}
	}
	return time.Time{}, false
}

// withTime applies f to the time that in means.
func (r *run) withTime(what string, in, other value, f func(time.Time) (value, error)) (value, error) {
	if in.kind == kindUndefined {
		return value{}, errUndefined(in)
	}
	t, ok := r.readTime(in)
	if !ok {
		return fallback(what, in, other)
	}
	return f(t)
}

func filterAsTimestamp(r *run, in value, args []value) (value, error) {
	return r.withTime("as_timestamp", in, args[0], func(t time.Time) (value, error) {
		return floatValue(toSeconds(t)), nil
	})
}

func filterAsDatetime(r *run, in value, args []value) (value, error) {
	return r.withTime("as_datetime", in, args[0], func(t time.Time) (value, error) { return timeValue(t), nil })
}

func filterAsLocal(r *run, in value, _ []value) (value, error) {
	return r.withTime("as_local", in, value{}, func(t time.Time) (value, error) {
		return timeValue(t.In(r.m.now.Location())), nil
	})
}

func filterTimestampCustom(r *run, in value, args []value) (value, error) {
	format := "%Y-%m-%d %H:%M:%S"
	if args[0].kind == kindText {
		format = args[0].text
	}
	zone := r.m.now.Location()
	if args[1].kind != kindAbsent && !args[1].truth() {
		zone = time.UTC
	}
	return r.withTime("timestamp_custom", in, args[2], func(t time.Time) (value, error) {
		return r.strftime(t.In(zone), format)
	})
}

func filterTimestampLocal(r *run, in value, args []value) (value, error) {
	return r.withTime("timestamp_local", in, args[0], func(t time.Time) (value, error) {
		return textValue(string(appendTime(nil, t.In(r.m.now.Location()), 'T'))), nil
	})
}

func filterTimestampUTC(r *run, in value, args []value) (value, error) {
	return r.withTime("timestamp_utc", in, args[0], func(t time.Time) (value, error) {
		return textValue(string(appendTime(nil, t.UTC(), 'T'))), nil
	})
}

func methodStrftime(r *run, in value, args []value) (value, error) {
	if in.kind != kindTime || args[0].kind != kindText {
		return value{}, noMethod("strftime", in)
	}
	return r.strftime(in.time(), args[0].text)
}

func methodISOFormat(_ *run, in value, args []value) (value, error) {
	if in.kind != kindTime {
		return value{}, noMethod("isoformat", in)
	}
	sep := byte('T')
	if len(args[0].text) == 1 {
		sep = args[0].text[0]
	}
	return textValue(string(appendTime(nil, in.time(), sep))), nil
}

func methodTimestamp(_ *run, in value, _ []value) (value, error) {
	if in.kind != kindTime {
		return value{}, noMethod("timestamp", in)
	}
	return floatValue(toSeconds(in.time())), nil
}

// methodWeekday counts from Monday, 0.
func methodWeekday(_ *run, in value, _ []value) (value, error) {
	if in.kind != kindTime {
		return value{}, noMethod("weekday", in)
	}
	return intValue(int64(in.time().Weekday()+6) % 7), nil
}

// methodISOWeekday counts from Monday, 1.
func methodISOWeekday(r *run, in value, args []value) (value, error) {
	day, err := methodWeekday(r, in, args)
	return intValue(day.integer() + 1), err
}

// methodFromTimestamp is the class method, which templates call on now().
func methodFromTimestamp(r *run, in value, args []value) (value, error) {
	if in.kind != kindTime {
		return value{}, noMethod("fromtimestamp", in)
	}
	f, ok, err := asFloat(args[0])
	if err != nil {
		return value{}, err
	}
	zone := r.m.now.Location()
	if args[1].kind == kindZone {
		zone = args[1].time().Location()
	}
	t, inRange := fromSeconds(f, zone)
	if !ok || !inRange {
		return value{}, errors.New("fromtimestamp wants seconds since 1970")
	}
	return timeValue(t), nil
}

// strftime writes t as format asks for.
func (r *run) strftime(t time.Time, format string) (value, error) {
	var out []byte
	for i := 0; i < len(format); i++ {
		if format[i] != '%' || i+1 == len(format) {
			out = append(out, format[i])
			continue
		}
		i++
		start := len(out)
		short := format[i] == '-' && i+1 < len(format)
		if short {
			i++
		}
		out = appendTimePart(out, t, format[i])
		if short && len(out)-start > 1 && out[start] == '0' {
			out = append(out[:start], strings.TrimLeft(string(out[start:len(out)-1]), "0")+string(out[len(out)-1])...)
		}
		if len(out) > maxOutput {
			return value{}, errOutput
		}
	}
	return r.text(string(out))
}

// timeParts are the letters of strftime that time.Format knows a layout for.
var timeParts = map[byte]string{
	'Y': "2006", 'y': "06", 'm': "01", 'd': "02", 'H': "15", 'I': "03", 'M': "04", 'S': "05", 'p': "PM",
	'b': "Jan", 'h': "Jan", 'B': "January", 'a': "Mon", 'A': "Monday", 'j': "002", 'z': "-0700", 'Z': "MST", 'e': "_2",
	'F': "2006-01-02", 'T': "15:04:05", 'R': "15:04", 'D': "01/02/06", 'x': "01/02/06", 'X': "15:04:05",
	'c': "Mon Jan _2 15:04:05 2006",
}

func appendTimePart(dst []byte, t time.Time, letter byte) []byte {
	if layout, ok := timeParts[letter]; ok {
		return t.AppendFormat(dst, layout)
	}
	switch letter {
	case 'f':
		micros := strconv.Itoa(1_000_000 + t.Nanosecond()/1000)
		return append(dst, micros[1:]...)
	case 's':
		return strconv.AppendInt(dst, t.Unix(), 10)
	case 'w':
		return strconv.AppendInt(dst, int64(t.Weekday()), 10)
	case 'u':
		return strconv.AppendInt(dst, int64(t.Weekday()+6)%7+1, 10)
	case 'V':
		_, week := t.ISOWeek()
		return append(dst, byte('0'+week/10), byte('0'+week%10))
	case 'n':
		return append(dst, '\n')
	case 't':
		return append(dst, '\t')
	case '%':
		return append(dst, '%')
	}
	return append(dst, '%', letter)
}
