package main

import (
	"encoding"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"thingbridge/cmd/thingbridge/config"
)

var update = flag.Bool("update", false, "write deploy/CONFIGURATION.md")

const (
	referenceFile = "../../deploy/CONFIGURATION.md"
	exampleFile   = "../../deploy/thingbridge.example.yml"
)

// TestTheReferenceSaysWhatTheCodeDoes makes the reference of the configuration
// from the structs, their comments and the example, and compares it with what is
// installed. With -update it writes it.
func TestTheReferenceSaysWhatTheCodeDoes(t *testing.T) {
	example, err := os.ReadFile(exampleFile)
	if err != nil {
		t.Fatal(err)
	}
	got := reference(t, string(example))
	if *update {
		if err := os.WriteFile(referenceFile, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(referenceFile)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("reference (-want +got); write it with go test -run Reference -update:\n%s", diff)
	}
}

func TestTheExampleHasNoMistake(t *testing.T) {
	t.Setenv("CREDENTIALS_DIRECTORY", "")
	folder := t.TempDir()
	example, err := os.ReadFile(exampleFile)
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{
		"thingbridge.yml": string(example), "component.secret": "hunter2\n", "mqtt.password": "hunter3\n",
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	_, c, err := loadConfig(filepath.Join(folder, "thingbridge.yml"))
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Warnings) > 0 {
		t.Errorf("warnings %v, want none", c.Warnings)
	}
}

func TestTheExampleShowsEveryKey(t *testing.T) {
	example, err := os.ReadFile(exampleFile)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range chapters() {
		text := excerpt(string(example), s.path)
		for _, k := range keysOf(s.value) {
			shown := regexp.MustCompile(`[ #{-]` + k.name + `(_file)?: `)
			if !k.isSection && !shown.MatchString(text) {
				t.Errorf("the example does not show %s: %s", s.path, k.name)
			}
		}
	}
}

// chapter is one table of the reference.
type chapter struct {
	path  string        // as the reader knows it: "adapters, kind mqtt: devices"
	value reflect.Value // a struct that holds the defaults
}

func chapters() []chapter {
	c := config.Default()
	var all []chapter
	for _, k := range keysOf(reflect.ValueOf(c).Elem()) {
		all = append(all, below(k.name, k.value)...)
		if k.name != "adapters" {
			continue
		}
		for _, kind := range kinds() {
			all = append(all, below("adapters, kind "+kind.Name, reflect.ValueOf(kind.Default("house")).Elem())...)
		}
	}
	return all
}

// below returns the chapters of a value: its own, and those of its sections.
func below(path string, v reflect.Value) []chapter {
	v = element(v)
	var all []chapter
	if hasValues(v) {
		all = append(all, chapter{path, v})
	}
	for _, k := range keysOf(v) {
		if k.isSection {
			all = append(all, below(join(path, k.name), k.value)...)
		}
	}
	return all
}

func join(path, name string) string {
	if strings.Contains(path, ",") && !strings.Contains(path, ":") {
		return path + ": " + name
	}
	return path + "." + name
}

// element returns the struct that v is, points to, or is a list of.
func element(v reflect.Value) reflect.Value {
	if v.Kind() != reflect.Slice && v.Kind() != reflect.Pointer {
		return v
	}
	fresh := reflect.New(v.Type().Elem())
	if d, ok := fresh.Interface().(interface{ SetDefaults() }); ok {
		d.SetDefaults()
	}
	return element(fresh.Elem())
}

func hasValues(v reflect.Value) bool {
	for _, k := range keysOf(v) {
		if !k.isSection {
			return true
		}
	}
	return false
}

// key is one key of a struct.
type key struct {
	name      string
	field     string // in Go
	options   string // behind the name in the tag
	value     reflect.Value
	isSection bool
}

func keysOf(v reflect.Value) []key {
	var keys []key
	for i := range v.NumField() {
		f := v.Type().Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		if name == "" || name == "-" {
			continue
		}
		inner := element(v.Field(i))
		_, isText := inner.Addr().Interface().(encoding.TextUnmarshaler)
		keys = append(keys, key{name, f.Name, options, v.Field(i), inner.Kind() == reflect.Struct && !isText})
	}
	return keys
}

// typeName says what to write for a value of t.
func typeName(k key, t reflect.Type) string {
	switch {
	case t == reflect.TypeFor[time.Duration]():
		return "duration"
	case t == reflect.TypeFor[time.Time]():
		return "date and time"
	case t.Name() == "Secret":
		return "secret"
	case t.Name() == "JID":
		return "JID"
	case reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()):
		return "word"
	case t.Kind() == reflect.String && (strings.HasSuffix(k.name, "_file") || k.options == "path"):
		return "file"
	}
	switch t.Kind() {
	case reflect.Slice:
		return "list of " + typeName(k, t.Elem()) + "s"
	case reflect.Pointer:
		return typeName(k, t.Elem())
	case reflect.Bool:
		return "true or false"
	case reflect.Float64:
		return "number"
	case reflect.String:
		return "text"
	case reflect.Map:
		return "keys and values"
	}
	return "whole number"
}

// defaultOf says what counts where the key is absent.
func defaultOf(k key) string {
	if strings.Contains(k.options, "required") {
		return "required"
	}
	switch v := k.value.Interface().(type) {
	case time.Duration:
		if v == 0 {
			return "`0s`"
		}
		text := strings.Replace(v.String(), "m0s", "m", 1) // 2h0m0s is 2h
		return "`" + strings.Replace(text, "h0m", "h", 1) + "`"
	case time.Time:
		return "`" + v.Format(time.RFC3339) + "`"
	}
	if k.value.IsZero() && (k.value.Kind() == reflect.String || k.value.Kind() == reflect.Slice || k.value.Kind() == reflect.Pointer) {
		return "none"
	}
	return fmt.Sprintf("`%v`", k.value.Interface())
}
