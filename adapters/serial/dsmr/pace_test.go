package dsmr_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"thingbridge/adapters/serial/codec"
	"thingbridge/adapters/serial/dsmr"
)

// house is one with three phases, solar panels and a hob that switches on and off each
// second: about the worst that a meter can have to tell.
type house struct {
	random         *rand.Rand
	imported, back float64 // kWh
}

// second is the telegram of a second, with all that a meter of DSMR 5 says.
func (h *house) second(at time.Time, hob bool) string {
	load := 350 + 30*h.random.Float64()
	if hob && at.Second()%2 == 0 {
		load += 1800
	}
	sun := 100 + 5*h.random.Float64()
	drawn, fed := max(load-sun, 0), max(sun-load, 0)
	h.imported += drawn / 3.6e6
	h.back += fed / 3.6e6
	var volts [3]float64
	for i := range volts {
		volts[i] = 230 + h.random.Float64()
	}
	return sealed(`ISK5\2M550T-1012`,
		"1-3:0.2.8(50)", "0-0:1.0.0("+at.Add(time.Hour).Format("060102150405")+"W)", "0-0:96.1.1(4530303434303037333832323436303139)",
		fmt.Sprintf("1-0:1.8.1(%010.3f*kWh)", 100+h.imported), fmt.Sprintf("1-0:1.8.2(%010.3f*kWh)", 200.0),
		fmt.Sprintf("1-0:2.8.1(%010.3f*kWh)", 300+h.back), "1-0:2.8.2(000400.000*kWh)", "0-0:96.14.0(0001)",
		fmt.Sprintf("1-0:1.7.0(%06.3f*kW)", drawn/1000), fmt.Sprintf("1-0:2.7.0(%06.3f*kW)", fed/1000),
		"0-0:96.7.21(00013)", "0-0:96.7.9(00000)", "1-0:99.97.0(0)(0-0:96.7.19)", "1-0:32.32.0(00000)", "1-0:52.32.0(00000)", "1-0:72.32.0(00000)",
		"1-0:32.36.0(00000)", "1-0:52.36.0(00000)", "1-0:72.36.0(00000)", "0-0:96.13.0()",
		fmt.Sprintf("1-0:32.7.0(%05.1f*V)", volts[0]), fmt.Sprintf("1-0:52.7.0(%05.1f*V)", volts[1]), fmt.Sprintf("1-0:72.7.0(%05.1f*V)", volts[2]),
		fmt.Sprintf("1-0:31.7.0(%.2f*A)", load/3/230), fmt.Sprintf("1-0:51.7.0(%.2f*A)", load/3/230), fmt.Sprintf("1-0:71.7.0(%.2f*A)", load/3/230),
		fmt.Sprintf("1-0:21.7.0(%06.3f*kW)", drawn/3000), fmt.Sprintf("1-0:41.7.0(%06.3f*kW)", drawn/3000), fmt.Sprintf("1-0:61.7.0(%06.3f*kW)", drawn/3000),
		"1-0:22.7.0(00.000*kW)", "1-0:42.7.0(00.000*kW)", "1-0:62.7.0(00.000*kW)",
		"0-1:24.1.0(003)", "0-1:96.1.0(4730303339303031393336393930363139)", "0-1:24.2.1("+at.Add(time.Hour).Truncate(5*time.Minute).Format("060102150405")+"W)(00246.138*m3)")
}

// An hour of a telegram each second is not 100,000 readings, and a feed of every reading
// still has what counts: each switching, and the counters at each quarter of an hour.
func TestHowMuchIsTold(t *testing.T) {
	for _, tt := range []struct {
		name string
		hob  bool
		most float64 // readings for each telegram
	}{
		{"a quiet house", false, 0.5},
		{"a hob that switches each second", true, 2.5},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := open(t, dsmr.Config{})
			h := &house{random: rand.New(rand.NewPCG(1, 2))}
			const seconds = 3600
			quarters := 0
			for i := range seconds {
				at := start.Add(time.Duration(i) * time.Second)
				p.hear(at, h.second(at, tt.hob))
				p.wantNothingWrong()
				if at.Unix()%900 != 0 {
					continue
				}
				quarters++
				want := fmt.Sprintf("%.3f", 100+h.imported)
				for _, r := range p.result.Readings {
					if got, _ := r.Value.Number(); r.Property == "energy_low" && fmt.Sprintf("%.3f", got) == want && r.At.Equal(at) {
						quarters--
					}
				}
			}
			if quarters != 0 {
				t.Errorf("%d quarters of an hour without their counter", quarters)
			}
			share := float64(p.told) / seconds
			t.Logf("%.2f readings for each telegram", share)
			if share > tt.most {
				t.Errorf("%.2f readings for each telegram, want at most %v", share, tt.most)
			}
		})
	}
}

func TestTheDeadbandOfPowerIsConfigured(t *testing.T) {
	each := 0.0
	p := open(t, dsmr.Config{PowerDeadband: &each})
	for i := range 10 {
		p.hear(start.Add(time.Duration(i)*time.Second), sealed("ISK5X", "1-3:0.2.8(50)", fmt.Sprintf("1-0:1.7.0(00.%03d*kW)", 244+i)))
	}
	p.want("meter power=253")
	if p.told != 11 { // and the protocol
		t.Errorf("%d readings of 10 powers", p.told)
	}
}

func BenchmarkDSMR(b *testing.B) {
	h := &house{random: rand.New(rand.NewPCG(1, 2))}
	var telegrams [][]byte
	for i := range 600 {
		at := start.Add(time.Duration(i) * time.Second)
		telegrams = append(telegrams, []byte(h.second(at, true)))
	}
	c := mustNew(dsmr.Config{})
	var buffer codec.Buffer
	var r codec.Result
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		at := start.Add(time.Duration(n) * time.Second)
		for frame, err := range buffer.Take(c, telegrams[n%len(telegrams)]) {
			if err != nil {
				b.Fatal(err)
			}
			r.Reset()
			c.Decode(&r, frame, at)
		}
		n++
	}
	perTelegram := b.Elapsed().Seconds() / float64(n)
	b.ReportMetric(1/perTelegram, "frames/s")
	b.ReportMetric(100*perTelegram, "%core-at-1Hz")
}
