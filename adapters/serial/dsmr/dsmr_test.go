package dsmr_test

import (
	"fmt"
	"math/bits"
	"strings"
	"testing"
	"time"

	"thingbridge/adapters/serial/codec"
	"thingbridge/adapters/serial/codec/codectest"
	"thingbridge/adapters/serial/dsmr"
	"thingbridge/devices"
)

func newCodec() codec.Codec { return mustNew(dsmr.Config{}) }

func mustNew(cfg dsmr.Config) codec.Codec {
	c, err := dsmr.New("meter", cfg)
	if err != nil {
		panic(err)
	}
	return c
}

var gas = []string{"0-1:24.1.0(003)", "0-1:96.1.0(4730303339303031393336393930363139)", "0-1:24.2.1(260115115500W)(00246.138*m3)"}

func TestContract(t *testing.T) {
	stream := dutch(gas...) + dutch("1-0:32.7.0(230.1*V)") + unsealed(`KFM5KAIFA`, "1-0:1.8.0(00001.000*kWh)") + dutch()
	codectest.Run(t, codectest.Case{
		New:    newCodec,
		Stream: []byte(stream),
		Noise: [][]byte{
			[]byte("(00.244*kW)\r\n!ABCD\r\n"), []byte("/ISK5\\2M5"), []byte("/"), []byte("//"), {0xDB}, {0xDB, 8}, {0xAF}, {0, 0xFF, 0x80},
			[]byte(dutch()[:200]), []byte(strings.Repeat("x", 1<<20)), []byte("/ISK5\r\n1-0:1.8.0(1)\r\n!"),
		},
	})
}

func TestTariffsHaveTheNamesOfTheirCountry(t *testing.T) {
	lines := []string{"0-0:1.0.0(260115120000W)", "1-0:1.8.1(000001.000*kWh)", "1-0:1.8.2(000002.000*kWh)", "0-0:96.14.0(0001)"}
	for _, tt := range []struct {
		name, variant, telegram string
		want                    []string
	}{
		{"the Netherlands", "", sealed("ISK5X", append(lines, "1-3:0.2.8(50)")...), []string{"meter energy_low=1", "meter energy_normal=2", "meter tariff=low", "meter energy=3"}},
		{"before DSMR 4", "", unsealed("ISK5X", lines[1:]...), []string{"meter energy_low=1", "meter energy_normal=2", "meter tariff=low", "meter energy=3"}},
		{"Belgium", "", sealed("FLU5X", append(lines, "0-0:96.1.4(50217)")...), []string{"meter energy_day=1", "meter energy_night=2", "meter tariff=day", "meter energy=3"}},
		{"elsewhere", "", sealed("SAG5X", append(lines, "1-0:1.8.0(000003.500*kWh)")...), []string{"meter energy_t1=1", "meter energy_t2=2", "meter tariff=t1", "meter energy=3.5"}},
		{"as configured", "be", sealed("ISK5X", append(lines, "1-3:0.2.8(50)")...), []string{"meter energy_day=1", "meter tariff=day"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := open(t, dsmr.Config{Variant: tt.variant})
			p.hear(start, tt.telegram)
			p.wantNothingWrong()
			p.want(tt.want...)
		})
	}
}

func TestAWrongCRCIsRefused(t *testing.T) {
	good := dutch()
	p := open(t, dsmr.Config{})
	p.hear(start, strings.Replace(good, "00.244", "00.245", 1))
	p.wantError("CRC: got", good[len(good)-6:len(good)-2], "want ")
	if len(p.seen) > 0 {
		t.Errorf("a device from a telegram with a wrong CRC: %v", p.seen)
	}
	p.hear(start.Add(time.Second), good)
	p.wantNothingWrong()
	p.want("meter power=244")
	if f := p.result.Faults; len(f) != 1 || f[0].Err != nil {
		t.Errorf("faults %v, want that it works again", f)
	}
	p.hear(start.Add(2*time.Second), good[:len(good)-6]+"\r\n")
	p.wantError("CRC: got none", "want "+good[len(good)-6:len(good)-2])
}

// Some firmware writes 0B9F as B9F.
func TestACRCMayLackItsNoughts(t *testing.T) {
	for n := range 10_000 {
		text := dutch(fmt.Sprintf("0-0:96.13.0(%04d)", n))
		sum := text[len(text)-6 : len(text)-2]
		if !strings.HasPrefix(sum, "0") || strings.HasPrefix(sum, "00") {
			continue
		}
		p := open(t, dsmr.Config{})
		p.hear(start, text[:len(text)-6]+sum[1:]+"\r\n")
		p.wantNothingWrong()
		p.want("meter power=244")
		return
	}
	t.Fatal("no telegram whose CRC begins with 0")
}

// parity writes text as 7E1 is read by 8N1.
func parity(text string) string {
	out := []byte(text)
	for i, b := range out {
		if bits.OnesCount8(b)%2 != 0 {
			out[i] |= 0x80
		}
	}
	return string(out)
}

func TestSevenBitsWithParityAreUnderstood(t *testing.T) {
	text := parity(unsealed(`ISk5\2MT382-1000`, "1-0:1.8.1(12345.678*kWh)", "1-0:1.7.0(001.19*kW)"))
	p := open(t, dsmr.Config{})
	p.hear(start, "\xAF\xAF"+text)
	p.want("meter energy_low=12345.678", "meter power=1190")
	p.hear(start.Add(10*time.Second), strings.Replace(text, "\xB19\xAA", "\xB18\xAA", 1)) // one bit is wrong
	p.wantError("even parity")
	p.want("meter power=1190")
}

func TestTheGasMeterBeforeDSMR4(t *testing.T) {
	p := open(t, dsmr.Config{})
	p.hear(start, unsealed("ISk5X", "1-0:1.7.0(0001.01*kW)", "0-1:96.1.0(3232323241424344)", "0-1:24.1.0(03)",
		"0-1:24.3.0(260115110000)(00)(60)(1)(0-1:24.2.1)(m3)", "(00001.001)", "0-1:24.4.0(1)"))
	p.wantNothingWrong()
	p.want("meter-gas gas=1.001", "meter-gas valve=open", "meter power=1010")
	if d := p.seen["meter-gas"]; d == nil || d.Serial != "2222ABCD" || d.Kind != "meter" || d.Name != "Gas meter" {
		t.Errorf("the gas meter is %+v", d)
	}
}

func TestMetersByMBus(t *testing.T) {
	p := open(t, dsmr.Config{Area: "Cellar", Devices: []dsmr.Device{{Key: "water", ID: "well", Name: "Well", Area: "Garden"}}})
	p.hear(start, dutch(append(gas,
		"0-2:24.1.0(007)", "0-2:96.1.1(3853)", "0-2:24.2.1(260115120000W)(00872.234*m3)",
		"0-3:24.1.0(012)", "0-3:96.1.0(621848012D2C0B0C)", "0-3:24.2.1(260115120000W)(240.860*GJ)",
		"0-4:24.1.0(002)", "0-4:96.1.0(3031)", "0-4:24.2.1(260115120000W)(00012.500*kWh)")...))
	p.wantNothingWrong()
	p.want("meter-gas gas=246.138", "well water=872.234", "meter-heat energy=240.86", "meter-electricity energy=12.5")
	for id, want := range map[devices.ID]string{"meter": "Electricity meter Cellar E0044007382246019", "meter-gas": "Gas meter Cellar G0039001936990619",
		"well": "Well Garden 8S", "meter-heat": "Heat meter Cellar 621848012D2C0B0C", "meter-electricity": "Second electricity meter Cellar 01"} {
		if d := p.seen[id]; d == nil || d.Name+" "+d.Area+" "+d.Serial != want {
			t.Errorf("%s: got %+v, want %s", id, d, want)
		}
	}
	for _, r := range p.result.Readings {
		if want := start.Add(-5 * time.Minute); r.Device == "meter-gas" && !r.At.Equal(want) {
			t.Errorf("gas is of %s, want %s, when it was read", r.At, want)
		}
	}
}

// A meter that replaces another has the next channel; the old one stays there without
// a number.
func TestAChannelThatWasLeftIsNoMeter(t *testing.T) {
	p := open(t, dsmr.Config{})
	p.hear(start, dutch("0-1:24.1.0(003)", "0-1:96.1.0()", "0-1:24.2.1(700101010000W)(00000000)", "0-2:24.1.0(003)", "0-2:96.1.0(3031)",
		"0-2:24.2.1(260115120000W)(00246.138*m3)", "0-3:24.1.0(003)", "0-3:96.1.0()"))
	p.wantNothingWrong()
	p.want("meter-gas gas=246.138")
	if len(p.seen) != 2 {
		t.Errorf("%d devices, want 2", len(p.seen))
	}
}

func TestIDsOutliveARestart(t *testing.T) {
	other := []string{"0-1:24.1.0(003)", "0-1:96.1.0(3031)", "0-1:24.2.1(260115120000W)(00001.000*m3)"}
	p := open(t, dsmr.Config{})
	p.hear(start, dutch(gas...))
	p.hear(start.Add(time.Second), dutch(other...))
	p.want("meter-gas gas=246.138", "meter-gas-2 gas=1")
	again := open(t, dsmr.Config{}, p.kept...)
	if len(again.seen) != 3 || again.seen["meter"] == nil || len(again.seen["meter"].Properties) != len(p.seen["meter"].Properties) {
		t.Errorf("known before the first telegram: %d devices, want 3", len(again.seen))
	}
	again.hear(start, dutch(other...)) // the other way round
	again.want("meter-gas-2 gas=1")
	renamed := open(t, dsmr.Config{ID: "house", Devices: []dsmr.Device{{Key: "G0039001936990619", ID: "gas"}}}, p.kept...)
	renamed.hear(start, dutch(gas...))
	renamed.want("gas gas=246.138", "house power=244")
}

// Numbers that never end must not fill memory.
func TestTheMetersOfAPortAreBounded(t *testing.T) {
	p := open(t, dsmr.Config{})
	for i := range 100 {
		p.hear(start.Add(time.Duration(i)*time.Second), dutch("0-1:24.1.0(003)", fmt.Sprintf("0-1:96.1.0(%04d)", 3030+i), "0-1:24.2.1(260115120000W)(00001.000*m3)"))
	}
	p.wantError("one too many")
	if len(p.seen) > 32 {
		t.Errorf("%d devices", len(p.seen))
	}
}

func TestTheBelgianCapacityTariff(t *testing.T) {
	p := open(t, dsmr.Config{})
	p.hear(start, sealed(`FLU5\253769484_A`, "0-0:96.1.4(50217)", "0-0:1.0.0(260715120000S)", "1-0:1.8.1(000001.000*kWh)", "1-0:1.4.0(02.351*kW)",
		"1-0:1.6.0(260709134558S)(02.589*kW)",
		"0-0:98.1.0(3)(1-0:1.6.0)(1-0:1.6.0)(260501000000S)(260423192538S)(03.695*kW)(260401000000S)(260305122139W)(05.980*kW)(260101000000W)(632525252525W)(00.000*kW)",
		"0-1:96.3.10(1)", "0-0:96.3.10(0)", "0-0:17.0.0(999.9*kW)", "1-0:31.4.0(999*A)"))
	p.wantNothingWrong()
	p.want("meter demand=2.351", "meter peak=2.589", "meter peak_time=2026-07-09T13:45:58+02:00",
		"meter peak_history=2026-04: 3.695 kW, 2026-03: 5.98 kW, 2025-12: 0 kW",
		"meter relay_1=connected", "meter breaker=disconnected", "meter limit=999.9", "meter current_limit_l1=999")
}

func TestTextsAndCounts(t *testing.T) {
	p := open(t, dsmr.Config{})
	p.hear(start, dutch("0-0:96.13.0(48616C6C6F2C20776572656C64)", "0-0:96.7.21(00013)", "0-0:96.7.9(00002)", "1-0:32.32.0(00001)", "1-0:72.36.0(00003)",
		"1-0:99.97.0(2)(0-0:96.7.19)(000104180320W)(0000237126*s)(190326095015W)(0000002014*s)"))
	p.wantNothingWrong()
	p.want("meter message=Hallo, wereld", "meter power_failures=13", "meter power_failures_long=2", "meter voltage_sags_l1=1", "meter voltage_swells_l3=3",
		"meter last_power_failure=2019-03-26T09:50:15+01:00", "meter last_power_failure_duration=2014", "meter protocol=50")
	for _, property := range p.seen["meter"].Properties {
		if strings.Contains(property.Name, "failure") && property.Category != devices.Diagnostic {
			t.Errorf("%s is not diagnostic", property.Name)
		}
	}
}

// A value that is none is a fault of its property and costs no other.
func TestAValueThatIsNone(t *testing.T) {
	for _, tt := range []struct {
		line  string
		parts []string
	}{
		{"1-0:32.7.0(2x0.0*V)", []string{"voltage_l1", "2x0.0"}},
		{"1-0:32.7.0(230.0*kWh)", []string{"voltage_l1", "kWh", "want V"}},
		{"1-0:21.7.0(99999999999999999999*kW)", []string{"power_l1", "digits"}},
		{"0-0:96.3.10(7)", []string{"breaker", `got "7"`, "want 0 to 2"}},
		{"0-0:98.1.0(99999)(1-0:1.6.0)(1-0:1.6.0)", []string{"peak_history", "99999"}},
		{"1-0:99.97.0(9)(0-0:96.7.19)(190326095015W)(0000002014*s)", []string{"last_power_failure", "fewer"}},
		{"0-1:24.1.0(003)\r\n0-1:96.1.0(3031)\r\n0-1:24.2.1(260115115500W)(00246.138*V)", []string{"meter-gas", `"V"`, "m3"}},
	} {
		p := open(t, dsmr.Config{})
		p.hear(start, dutch(tt.line))
		p.wantError(tt.parts...)
		p.want("meter power=244", "meter energy=6.825")
		p.hear(start.Add(time.Second), dutch("1-0:32.7.0(230.0*V)", "1-0:21.7.0(00.100*kW)", "0-0:96.3.10(1)"))
		p.wantNothingWrong()
	}
}

// A total of registers one of which could not be read would be wrong.
func TestThereIsNoSumOfAPart(t *testing.T) {
	p := open(t, dsmr.Config{})
	p.hear(start, sealed("ISK5X", "1-3:0.2.8(50)", "1-0:1.8.1(000004.426*kWh)", "1-0:1.8.2(00-002.399*kWh)"))
	p.wantError("energy_normal")
	if v, ok := p.values["meter energy"]; ok {
		t.Errorf("a total of %s", v)
	}
}

func TestSilence(t *testing.T) {
	p := open(t, dsmr.Config{Silent: 30 * time.Second})
	p.hear(start, dutch(gas...))
	var r codec.Result
	if next := p.codec.Due(&r, start.Add(29*time.Second)); !next.Equal(start.Add(30 * time.Second)) {
		t.Errorf("asked again at %s, want %s", next, start.Add(30*time.Second))
	}
	if p.online["meter"] != devices.Online || p.online["meter-gas"] != devices.Online || len(r.Availability) > 0 {
		t.Errorf("online: %v, %v", p.online, r.Availability)
	}
	p.hear(start.Add(30*time.Second), "")
	if p.online["meter"] != devices.Offline || p.online["meter-gas"] != devices.Offline {
		t.Errorf("after 30 seconds of silence: %v", p.online)
	}
	p.hear(start.Add(time.Minute), dutch(gas...))
	if p.online["meter"] != devices.Online {
		t.Error("not online again")
	}
	p.hear(start.Add(80*time.Second), dutch())
	p.hear(start.Add(95*time.Second), dutch())
	if p.online["meter-gas"] != devices.Offline || p.online["meter"] != devices.Online {
		t.Errorf("a gas meter that telegrams leave out for 35 seconds: %v", p.online)
	}
}

func TestExplain(t *testing.T) {
	got := string(newCodec().Explain(nil, []byte(dutch(append(gas, "1-0:200.7.0(5)")...))))
	for _, want := range []string{"telegram of ISK M550T-1012, 14 lines", "power 244 W", "energy 6.83 kWh", "tariff normal", "Gas meter: gas 246.14 m³", "unknown 1-0:200.7.0(5)"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q lacks %q", got, want)
		}
	}
}

func TestNoiseIsNamed(t *testing.T) {
	for _, tt := range []struct{ name, data, want string }{
		{"the wrong baud rate", strings.Repeat("\x83\x91\x00\x1c", 300), "is the baud rate right"},
		{"DLMS in HDLC", "\x7E\xA1\x0B" + strings.Repeat("A", 1100), "HDLC"},
		{"DLMS in M-Bus frames", "\x68\xFA\xFA\x68" + strings.Repeat("\x11", 1100), "M-Bus"},
		{"no end", "/ISK5" + strings.Repeat("x", 9000), "no end of a telegram"},
		{"an end that is none", "/ISK5\r\n!0123456789", "want a CRC"},
		{"the next before the end", "/ISK5\r\n1-0:1.7/ISK5", "without an end"},
	} {
		p := open(t, dsmr.Config{})
		p.hear(start, tt.data)
		if len(p.errs) == 0 || !strings.Contains(p.errs[0], tt.want) {
			t.Errorf("%s: errors %q, want %q", tt.name, p.errs, tt.want)
		}
	}
}

func FuzzDSMR(f *testing.F) {
	codectest.Fuzz(f, newCodec, []byte(dutch(gas...)), []byte(unsealed("ISk5X", "0-1:24.3.0(260115110000)(00)(60)(1)(0-1:24.2.1)(m3)", "(00001.001)")),
		[]byte(parity(unsealed("ISk5X", "1-0:1.7.0(001.19*kW)"))), []byte(dutch("0-0:98.1.0(1)(1-0:1.6.0)(1-0:1.6.0)(260501000000S)(260423192538S)(03.695*kW)",
			"1-0:99.97.0(1)(0-0:96.7.19)(190326095015W)(0000002014*s)", "0-0:96.13.0(4142)")))
}

// FuzzLines gives the decoder whatever there is in a telegram whose CRC is right.
func FuzzLines(f *testing.F) {
	f.Add("1-0:1.8.1(000004.426*kWh)\r\n0-1:24.1.0(003)\r\n0-1:96.1.0(3031)\r\n0-1:24.2.1(260115115500W)(00246.138*m3)")
	f.Add("0-0:96.14.0(0002)\r\n1-0:99.97.0(1)(0-0:96.7.19)(190326095015W)(0000002014*s)\r\n0-0:96.1.4(50217)")
	f.Add("0-0:98.1.0(1)(1-0:1.6.0)(1-0:1.6.0)(260501000000S)(260423192538S)(03.695*kW)\r\n1-0:1.6.0(260509134558S)(02.589*kW)")
	f.Fuzz(func(t *testing.T, lines string) {
		if len(lines) > 4096 || strings.ContainsAny(lines, "/!") {
			return
		}
		source := devices.NewRegistry().Source("test", nil)
		c := newCodec()
		var r codec.Result
		for i := range 2 {
			r.Reset()
			c.Decode(&r, []byte(sealed("ISK5X", "0-0:1.0.0(260115120000W)", lines)), start.Add(time.Duration(i)*time.Hour))
			if err := source.Apply(r.Update); err != nil {
				t.Fatal(err)
			}
		}
		r.Reset()
		c.Lost(&r)
		if err := source.Apply(r.Update); err != nil {
			t.Fatal(err)
		}
		c.Explain(nil, []byte(sealed("ISK5X", lines)))
	})
}
