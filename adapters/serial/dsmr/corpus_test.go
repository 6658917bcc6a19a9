package dsmr_test

import (
	"cmp"
	"os"
	"path/filepath"
	"testing"

	"thingbridge/adapters/serial/dsmr"
)

// TestRealTelegrams hears telegrams of real meters. They are not part of the project;
// CORPUS names the folder that has them.
func TestRealTelegrams(t *testing.T) {
	dir := filepath.Join(cmp.Or(os.Getenv("CORPUS"), filepath.Join("..", "..", "..", "..", "shared", "corpus")), "serial")
	for name, want := range map[string][]string{
		"v2_2":              {"meter energy_low=1.001", "meter power=1010", "meter tariff=low", "meter limit=999", "meter-gas gas=1.001", "meter-gas valve=open"},
		"v3":                {"meter energy=24691.356", "meter limit_current=16", "meter message_code=012345678", "meter-gas gas=1.001"},
		"v4_2":              {"meter energy_normal=1435.706", "meter power=2027", "meter power_failures=15", "meter current_l2=6", "meter-gas gas=981.443"},
		"v5":                {"meter energy=6.825", "meter voltage_l3=229", "meter current_l1=0.48", "meter power_l3=142", "meter-gas gas=0.107"},
		"v5_two_mbus":       {"meter voltage_sags_l3=192", "meter last_power_failure=2019-03-26T09:50:15+01:00", "meter-gas gas=246.138"},
		"v5_eon_hu":         {"meter energy=173.64", "meter power_export=2601", "meter reactive_power_q3=504", "meter frequency=50", "meter limit=90"},
		"fluvius_v171":      {"meter energy_day=0.034", "meter tariff=day", "meter peak=2.589", "meter peak_time=2020-05-09T13:45:58+02:00", "meter-gas gas=112.384", "meter-water water=872.234"},
		"fluvius_v171_alt":  {"meter demand=0.052", "meter peak_history=2023-07: 0 kW, 2023-08: 1.862 kW, 2023-09: 4.229 kW, 2023-10: 4.927 kW", "meter-water water=8.579"},
		"iskra_ie":          {"meter energy_t1=10.181", "meter energy_export_t2=10.282", "meter power_export_l3=627", "meter voltage_l1=242.5"},
		"sagemcom_t210_d_r": {"meter energy=6545.766", "meter power=286", "meter reactive_energy_export_t2=1204.878", "meter reactive_power_export=166"},
		"esy5q3da1004_v304": {"meter energy=32549.5061662", "meter power=1688.21", "meter meter_status=80"},
		"esy5q3db1024_v304": {"meter energy_export=19949.3221493", "meter power_l1=747.85"},
		"unpadded_crc":      {"meter-heat energy=240.86"},
	} {
		data, err := os.ReadFile(filepath.Join(dir, "dsmr-"+name+".txt"))
		if err != nil {
			t.Skipf("no telegrams of real meters: %v; CORPUS names their folder", err)
		}
		t.Run(name, func(t *testing.T) {
			p := open(t, dsmr.Config{})
			p.hear(start, string(data))
			p.wantNothingWrong()
			p.want(want...)
		})
	}
}
