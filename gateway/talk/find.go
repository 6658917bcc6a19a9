package talk

import (
	"slices"
	"strings"

	"thingbridge/devices"
)

// Find returns the thing that people mean by a text: by its name or ID, by its
// area where that has no other, or by words of both. Where several fit equally
// well, it returns none, and their titles in order.
func Find(twins []devices.Twin, text string) (found *devices.Twin, several []string) {
	text = strings.ToLower(tidy(text))
	words := slices.DeleteFunc(strings.Fields(text), func(w string) bool { return slices.Contains(articles, w) })
	if len(words) == 0 {
		return nil, nil
	}
	fits := []func(d *devices.Device) bool{
		func(d *devices.Device) bool {
			return strings.ToLower(d.Name) == text || string(d.ID) == strings.ReplaceAll(text, " ", "-")
		},
		func(d *devices.Device) bool { return strings.ToLower(d.Area) == text },
		func(d *devices.Device) bool { return fitsAll(d, words, func(a, b string) bool { return a == b }) },
		func(d *devices.Device) bool { return fitsAll(d, words, strings.HasPrefix) },
		func(d *devices.Device) bool { return fitsAll(d, words, strings.Contains) },
	}
	for _, fit := range fits {
		several = nil
		for i := range twins {
			if fit(twins[i].Device) {
				found = &twins[i]
				several = append(several, found.Device.Title())
			}
		}
		switch len(several) {
		case 0:
			continue
		case 1:
			return found, nil
		}
		slices.Sort(several)
		return nil, several
	}
	return nil, nil
}

// fitsAll reports whether each word fits one of a device's own.
func fitsAll(d *devices.Device, words []string, fits func(own, word string) bool) bool {
	own := strings.Fields(strings.ToLower(d.Name + " " + d.Area + " " + strings.ReplaceAll(string(d.ID), "-", " ")))
	for _, word := range words {
		if !slices.ContainsFunc(own, func(o string) bool { return fits(o, word) }) {
			return false
		}
	}
	return true
}
