package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestArrivalsAreCountedAndTimed(t *testing.T) {
	a := newArrivals()
	left := a.began.Add(time.Second)
	for range 3 {
		a.leave(left)
	}
	stop := a.record()
	a.take([]byte("<message><body>value: 100000</body></message><message><body>value: 100002</body>"), left.Add(time.Millisecond))
	a.take([]byte("</message><presence/>"), left.Add(time.Second))
	if diff := cmp.Diff([]time.Duration{time.Millisecond, time.Millisecond}, stop()); diff != "" {
		t.Errorf("trips (-want +got):\n%s", diff)
	}
	if got := a.underway(); got != 1 {
		t.Errorf("%d under way, want 1", got)
	}
}

func TestTagsAreWholeHoweverTheyArrive(t *testing.T) {
	const xml = "<message><body>value: 123456</body></message><message><body>value: 7</body></message>"
	for size := 1; size <= len(xml); size++ {
		in, heard, tags := strings.NewReader(xml), "", &tags{}
		for in.Len() > 0 {
			n, err := in.Read(tags.buf[tags.rest:min(len(tags.buf), tags.rest+size)])
			if err != nil {
				t.Fatal(err)
			}
			n += tags.rest
			whole := tags.cut(n)
			if bytes.HasSuffix(whole, []byte("<")) || len(whole) > 0 && whole[len(whole)-1] != '>' {
				t.Fatalf("reads of %d bytes: %q ends within a tag", size, whole)
			}
			heard += string(whole)
			tags.keep(whole, n)
		}
		if heard != xml {
			t.Fatalf("reads of %d bytes: got %q, want %q", size, heard, xml)
		}
	}
}

func TestPingsAreAnswered(t *testing.T) {
	var out bytes.Buffer
	err := answerPings(&out, []byte("<message/><iq type='get' id='A' from='x' to='x'><ping/></iq><iq type='result' id='B'/><iq type='get' id='C' to='x'>"))
	if err != nil {
		t.Fatal(err)
	}
	want := "<iq type='result' id='A' from='things.home.test' to='things.home.test'/><iq type='result' id='C' from='things.home.test' to='things.home.test'/>"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("answers (-want +got):\n%s", diff)
	}
}

func TestProcessFiguresAreRead(t *testing.T) {
	cpu, err := parseCPU([]byte("7 (a b) c) S 1 7 7 0 -1 4194560 9 0 0 0 12 34 0 0 20 0 9 0 1 2 3"))
	if err != nil || cpu != 460*time.Millisecond {
		t.Errorf("cpu %v, error %v; want 460ms", cpu, err)
	}
	got, err := parseResident("Name:\tx\nVmHWM:\t   20 kB\nVmRSS:\t   10 kB\nRssFile:\t    4 kB\n")
	if want := (resident{current: 10 << 10, peak: 20 << 10, files: 4 << 10}); err != nil || got != want {
		t.Errorf("resident %+v, error %v; want %+v", got, err, want)
	}
	if _, err := parseResident("Name:\tx\n"); err == nil {
		t.Error("a status without figures is no error")
	}
}

func TestTargetsDecide(t *testing.T) {
	tests := []struct {
		name string
		row  row
		want bool
	}{
		{"the median of the rounds' ratios reaches it", row{gateway: []float64{90, 10, 96}, relay: []float64{100, 100, 100}, target: target{0.9, atLeast}}, true},
		{"the median of the rounds' ratios misses it", row{gateway: []float64{90, 10, 96}, relay: []float64{100, 100, 100}, target: target{0.95, atLeast}}, false},
		{"the limit itself is allowed", row{gateway: []float64{13}, relay: []float64{10}, target: target{1.3, atMost}}, true},
		{"more than is allowed", row{gateway: []float64{14}, relay: []float64{10}, target: target{1.3, atMost}}, false},
		{"the limit itself is not under it", row{gateway: []float64{25}, target: target{25, below}}, false},
		{"there is no target", row{gateway: []float64{1000}}, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := test.row.met(); got != test.want {
				t.Errorf("met: %v, want %v (figure %v)", got, test.want, test.row.figure())
			}
		})
	}
}
