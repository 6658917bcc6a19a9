package rules_test

import (
	"fmt"
	"strings"
)

const (
	devices  = "thingbridge/devices"
	adapters = "thingbridge/adapters"
	gateway  = "thingbridge/gateway"

	// leaves reads JSON, which devices speak on any wire: no adapter's own.
	leaves = "thingbridge/adapters/leaves"
	ours   = "thingbridge"
)

// imports is the paragraph "Imports" of the design: for the packages that one side
// fits, which imports are allowed. The first that fits a package counts; cmd and
// deploy have none and import what they like.
var imports = []struct {
	rule  string
	fits  func(pkg string) bool
	allow func(pkg, imported string) bool // not asked about the standard library
}{
	{
		rule:  "devices import the standard library alone",
		fits:  func(pkg string) bool { return within(pkg, devices) },
		allow: func(_, imported string) bool { return within(imported, devices) },
	},
	{
		rule:  "adapters import devices",
		fits:  func(pkg string) bool { return pkg == adapters },
		allow: func(_, imported string) bool { return within(imported, devices) || !within(imported, ours) },
	},
	{
		rule: "an adapter imports adapters, devices and what is its own",
		fits: func(pkg string) bool { return within(pkg, adapters) },
		allow: func(pkg, imported string) bool {
			return within(imported, devices) || imported == adapters || imported == leaves ||
				within(imported, adapterOf(pkg)) || !within(imported, ours)
		},
	},
	{
		rule:  "the gateway imports devices and what is below it",
		fits:  func(pkg string) bool { return pkg == gateway },
		allow: func(_, imported string) bool { return ofGateway(imported) },
	},
	{
		rule:  "packages of the gateway import devices and each other",
		fits:  func(pkg string) bool { return within(pkg, gateway) },
		allow: func(_, imported string) bool { return imported != gateway && ofGateway(imported) },
	},
}

// offences names each import that breaks a rule, and the rule.
func offences(p goPackage, standard map[string]bool) []string {
	var found []string
	for _, side := range imports {
		if !side.fits(p.ImportPath) {
			continue
		}
		for _, imported := range p.Imports {
			if !standard[imported] && !side.allow(p.ImportPath, imported) {
				found = append(found, fmt.Sprintf("%s imports %s, but %s", p.ImportPath, imported, side.rule))
			}
		}
		break
	}
	return found
}

// within reports whether pkg is at or under path.
func within(pkg, path string) bool {
	return pkg == path || strings.HasPrefix(pkg, path+"/")
}

// adapterOf returns the adapter that a package is or belongs to.
func adapterOf(pkg string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(pkg, adapters+"/"), "/")
	return adapters + "/" + name
}

func ofGateway(imported string) bool {
	return within(imported, devices) || within(imported, gateway) || !within(imported, ours)
}
