package thermostat_test

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"
	"time"

	"thingbridge/devices/thermostat"
)

func mistakes(cfg thermostat.Config) map[string]string {
	found := map[string]string{}
	cfg.Validate(func(path, problem string) { found[path] = problem })
	return found
}

func TestDefaultConfigIsValid(t *testing.T) {
	diff(t, map[string]string{}, mistakes(thermostat.DefaultConfig()))
}

func TestValidateNamesEveryMistake(t *testing.T) {
	tests := []struct {
		name   string
		change func(cfg *thermostat.Config)
		want   map[string]string
	}{
		{"bounds the wrong way round", func(cfg *thermostat.Config) { cfg.Min, cfg.Max = 30, 25 }, map[string]string{
			"max":          "25 is not above min 30; use a greater number",
			"comfort.heat": "got 21; use 30 to 25", "comfort.cool": "got 24; use 30 to 25",
			"eco.heat": "got 18; use 30 to 25", "eco.cool": "got 27; use 30 to 25",
			"away.heat": "got 15; use 30 to 25", "away.cool": "got 30; use 30 to 25",
			"boost.heat": "got 24; use 30 to 25", "boost.cool": "got 20; use 30 to 25",
		}},
		{"no number", func(cfg *thermostat.Config) { cfg.Step = nan }, map[string]string{
			"step": "got NaN; use 0.01 to 10",
		}},
		{"frost above the lowest setpoint", func(cfg *thermostat.Config) { cfg.Frost = 7 }, map[string]string{
			"frost": "7 is above min 5; use 5 or less",
		}},
		{"dead zone narrower than the hysteresis", func(cfg *thermostat.Config) { cfg.DeadZone = 0.2 }, map[string]string{
			"dead_zone": "0.2 is less than hysteresis 0.4; use 0.4 or more, or heating and cooling take turns",
		}},
		{"nothing to switch", func(cfg *thermostat.Config) { cfg.Heater.Present = false }, map[string]string{
			"heater": "there is neither a heater nor a cooler; set present of one to true",
		}},
		{"several at once", func(cfg *thermostat.Config) {
			cfg.StaleAfter = 0
			cfg.Heater.MinOff = 2 * time.Hour
			cfg.BoostFor = 13 * time.Hour
			cfg.Window.Fall = -1
		}, map[string]string{
			"stale_after":    "got 0s; use 1m0s to 24h0m0s",
			"heater.min_off": "got 2h0m0s; use 0s to 1h0m0s",
			"boost_for":      "got 13h0m0s; use 1m0s to 12h0m0s",
			"window.fall":    "got -1; use 0.1 to 20",
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			cfg := thermostat.DefaultConfig()
			test.change(&cfg)
			diff(t, test.want, mistakes(cfg))
		})
	}
}

func TestWordsAreReadAsTheyAreWritten(t *testing.T) {
	for i, text := range thermostat.Modes() {
		mode, err := thermostat.ParseMode(text)
		if err != nil || int(mode) != i || mode.String() != text {
			t.Errorf("mode %q: got %d %q, error %v", text, mode, mode, err)
		}
	}
	for i, text := range thermostat.Presets() {
		preset, err := thermostat.ParsePreset(text)
		if err != nil || int(preset) != i || preset.String() != text {
			t.Errorf("preset %q: got %d %q, error %v", text, preset, preset, err)
		}
	}
	_, err := thermostat.ParseMode("dry")
	wantError(t, err, thermostat.ErrWord)
	if want := `no such word: mode "dry"; use off, heat, cool, auto`; err.Error() != want {
		t.Errorf("got %q, want %q", err, want)
	}
}

func TestReasonInJSON(t *testing.T) {
	reason := thermostat.Reason{Cause: thermostat.CauseBoost, Preset: thermostat.Boost, Until: monday}
	text, err := json.Marshal(reason)
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"Cause":"boost","Preset":"boost","Until":"2026-01-12T00:00:00Z"}`; string(text) != want {
		t.Errorf("got %s, want %s", text, want)
	}
	var back thermostat.Reason
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	diff(t, reason, back)
}

func TestStateWithAWordNobodyKnows(t *testing.T) {
	for _, text := range []string{
		`{"Mode":"dry"}`, `{"Action":"melting"}`, `{"Wish":{"Preset":"party"}}`,
		`{"Wish":{"Source":"cat"}}`, `{"Window":{"Contact":"ajar"}}`,
	} {
		var state thermostat.State
		wantError(t, json.Unmarshal([]byte(text), &state), thermostat.ErrWord)
	}
}

func TestEveryCauseHasItsOwnWord(t *testing.T) {
	words := thermostat.Causes()
	unique := map[string]bool{}
	for _, w := range words {
		unique[w] = true
	}
	if len(unique) != int(thermostat.CauseSensorLost) {
		t.Errorf("got words %v, want one for each of %d causes", slices.Sorted(maps.Keys(unique)), thermostat.CauseSensorLost)
	}
}
