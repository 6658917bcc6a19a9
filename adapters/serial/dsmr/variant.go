package dsmr

import (
	"time"

	"thingbridge/adapters/serial/meter"
)

// variant is what countries differ in beside the registers that there are.
type variant struct {
	name    string
	tariffs [5]string
	options []string      // of the tariff that counts
	winter  time.Duration // the offset of the meter's clock in winter
}

const central = time.Hour // Central European time

var (
	numbered = meter.Numbered(meter.Import).Tariffs
	words    = numbered[1:]
)

// variants are by the country; the last is for those that are none of the others.
var variants = []variant{
	{"nl", [5]string{"", "low", "normal", "t3", "t4"}, []string{"low", "normal"}, central}, // DSMR 5.0.2 P1, 6.1: 0001 is low
	{"be", [5]string{"", "day", "night", "t3", "t4"}, []string{"day", "night"}, central},   // e-MUCS P1: 0001 is day
	{"lu", numbered, words, central},
	{"se", numbered, words, central},
	{"hu", numbered, words, central},
	{"at", numbered, words, central},
	{"ie", numbered, words, 0},
}

const (
	dutch   = 0
	belgian = 1
	other   = 2
)

func variantNames() []string {
	names := []string{auto}
	for i := range variants {
		names = append(names, variants[i].name)
	}
	return names
}

// variantOf returns the variant of a telegram: the configured one, or what it looks
// like. Only the Netherlands have no total, and only their meters before DSMR 4 no clock.
func variantOf(configured string, t *telegram) *variant {
	for i := range variants {
		if variants[i].name == configured {
			return &variants[i]
		}
	}
	switch {
	case t.version == versionBelgian || string(t.flag()) == "FLU":
		return &variants[belgian]
	case !t.hasTotal && (t.version == versionDutch || t.clock.wall == 0):
		return &variants[dutch]
	}
	return &variants[other]
}
