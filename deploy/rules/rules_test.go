// Package rules_test holds the project to rules that span all its packages.
package rules_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// goPackage is what `go list -json` says of a package.
type goPackage struct {
	ImportPath string
	Standard   bool
	CgoFiles   []string
	Imports    []string
	DepOnly    bool
}

func TestImportsGoDownwards(t *testing.T) {
	packages := list(t, "-deps", "thingbridge/...")
	standard := map[string]bool{"C": true}
	for _, p := range packages {
		standard[p.ImportPath] = p.Standard
	}
	for _, p := range packages {
		if p.DepOnly {
			continue
		}
		for _, offence := range offences(p, standard) {
			t.Error(offence)
		}
	}
}

func TestNoPackageNeedsACCompiler(t *testing.T) {
	for _, p := range list(t, "thingbridge/...") {
		if len(p.CgoFiles) > 0 {
			t.Errorf("%s uses cgo in %s: the program is built with CGO_ENABLED=0", p.ImportPath, strings.Join(p.CgoFiles, ", "))
		}
	}
}

func list(t *testing.T, arguments ...string) []goPackage {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list", "-json=ImportPath,Standard,CgoFiles,Imports,DepOnly"}, arguments...)...)
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v: %s", err, complaints.String())
	}
	var packages []goPackage
	decoder := json.NewDecoder(bytes.NewReader(out))
	for {
		var p goPackage
		err := decoder.Decode(&p)
		if errors.Is(err, io.EOF) {
			return packages
		}
		if err != nil {
			t.Fatalf("go list: %v", err)
		}
		packages = append(packages, p)
	}
}

func TestOffencesAreNamed(t *testing.T) {
	tests := []struct {
		name string
		of   string
		uses string
		want string // empty when it is allowed
	}{
		{name: "devices and the standard library", of: "thingbridge/devices", uses: "time"},
		{name: "a package under devices and devices", of: "thingbridge/devices/thermostat", uses: "thingbridge/devices"},
		{name: "devices and a module", of: "thingbridge/devices", uses: "github.com/rs/zerolog", want: "devices import the standard library alone"},
		{name: "devices and an adapter", of: "thingbridge/devices/thermostat", uses: "thingbridge/adapters", want: "devices import the standard library alone"},
		{name: "adapters and devices", of: "thingbridge/adapters", uses: "thingbridge/devices"},
		{name: "adapters and one adapter", of: "thingbridge/adapters", uses: "thingbridge/adapters/mqtt", want: "adapters import devices"},
		{name: "an adapter and the contract", of: "thingbridge/adapters/mqtt", uses: "thingbridge/adapters"},
		{name: "an adapter and the reader of JSON", of: "thingbridge/adapters/mqtt/homie", uses: "thingbridge/adapters/leaves"},
		{name: "the reader of JSON and an adapter", of: "thingbridge/adapters/leaves", uses: "thingbridge/adapters/mqtt", want: "an adapter imports adapters, devices and what is its own"},
		{name: "an adapter and its convention", of: "thingbridge/adapters/mqtt", uses: "thingbridge/adapters/mqtt/homie"},
		{name: "a convention and another of the same adapter", of: "thingbridge/adapters/mqtt/homie", uses: "thingbridge/adapters/mqtt/mapped"},
		{name: "an adapter and a module", of: "thingbridge/adapters/mqtt", uses: "github.com/eclipse/paho.mqtt.golang"},
		{name: "an adapter and another", of: "thingbridge/adapters/mqtt", uses: "thingbridge/adapters/serial", want: "an adapter imports adapters, devices and what is its own"},
		{name: "an adapter whose name begins alike", of: "thingbridge/adapters/mqtt", uses: "thingbridge/adapters/mqttsn", want: "an adapter imports adapters, devices and what is its own"},
		{name: "an adapter and the gateway", of: "thingbridge/adapters/mqtt", uses: "thingbridge/gateway/xmpp", want: "an adapter imports adapters, devices and what is its own"},
		{name: "the gateway and a package below it", of: "thingbridge/gateway", uses: "thingbridge/gateway/xmpp"},
		{name: "the gateway and adapters", of: "thingbridge/gateway", uses: "thingbridge/adapters", want: "the gateway imports devices and what is below it"},
		{name: "a package of the gateway and the gateway", of: "thingbridge/gateway/xmpp", uses: "thingbridge/gateway", want: "packages of the gateway import devices and each other"},
		{name: "a package of the gateway and an adapter", of: "thingbridge/gateway/talk", uses: "thingbridge/adapters/mqtt", want: "packages of the gateway import devices and each other"},
		{name: "the gateway and the program", of: "thingbridge/gateway", uses: "thingbridge/cmd/thingbridge/config", want: "the gateway imports devices and what is below it"},
		{name: "the program and anything", of: "thingbridge/cmd/thingbridge", uses: "thingbridge/adapters/mqtt"},
		{name: "a test folder of deploy and the gateway", of: "thingbridge/deploy/lab", uses: "thingbridge/devices"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var want []string
			if test.want != "" {
				want = []string{fmt.Sprintf("%s imports %s, but %s", test.of, test.uses, test.want)}
			}
			got := offences(goPackage{ImportPath: test.of, Imports: []string{test.uses}}, map[string]bool{"time": true})
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("offences (-want +got):\n%s", diff)
			}
		})
	}
}
