package rflink_test

import (
	"bytes"
	"testing"
	"time"

	"thingbridge/adapters/serial/codec"
	"thingbridge/adapters/serial/rflink"
)

// A line of a weather station that is known costs no memory. The share is that of a core
// while the port is as full as it can be, at 57,600 baud.
func BenchmarkRFLink(b *testing.B) {
	it, err := rflink.New("attic", atOnce)
	if err != nil {
		b.Fatal(err)
	}
	stream := []byte("20;47;Cresta;ID=8001;WINDIR=0002;WINSP=0060;WINGS=0088;WINCHL=00b0;BAT=OK;\r\n20;06;NewKaku;ID=008440e6;SWITCH=a;CMD=OFF;\r\n")
	var r codec.Result
	var buffer codec.Buffer
	now, lines := time.Now(), 0
	step := func() {
		for frame, err := range buffer.Take(it, stream) {
			if err != nil {
				b.Fatal(err)
			}
			r.Reset()
			it.Decode(&r, frame, now)
			lines++
		}
		now = now.Add(time.Second)
		it.Due(&r, now)
	}
	step()
	lines = 0
	b.ReportAllocs()
	b.ResetTimer()
	for b.Loop() {
		step()
	}
	seconds := b.Elapsed().Seconds()
	port := float64(lines) * float64(len(stream)) / float64(bytes.Count(stream, []byte("\n"))) * 10 / 57600
	b.ReportMetric(float64(lines)/seconds, "frames/s")
	b.ReportMetric(100*seconds/port, "%core")
}
