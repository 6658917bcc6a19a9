package config

import (
	"reflect"
	"slices"
	"strings"
)

// field is one key of a struct.
type field struct {
	key      string
	value    reflect.Value
	required bool
	isPath   bool // the value names a file
	mustBe   bool // the file must exist
	secret   bool
	example  string
}

// fieldsOf returns the keys of the struct v in their order.
func fieldsOf(v reflect.Value) []field {
	var fields []field
	for i := range v.NumField() {
		about := v.Type().Field(i)
		tag, ok := about.Tag.Lookup("yaml")
		key, rest, _ := strings.Cut(tag, ",")
		options := strings.Split(rest, ",")
		switch {
		case key == "" && slices.Contains(options, "inline"):
			fields = append(fields, fieldsOf(v.Field(i))...)
			continue
		case !ok || key == "-" || key == "" || !about.IsExported():
			continue
		}
		text := about.Type.Kind() == reflect.String
		isFile := text && strings.HasSuffix(key, "_file")
		fields = append(fields, field{
			key:      key,
			value:    v.Field(i),
			required: slices.Contains(options, "required"),
			isPath:   isFile || text && slices.Contains(options, "path"),
			mustBe:   isFile,
			secret:   text && about.Type.Name() == "Secret",
			example:  about.Tag.Get("example"),
		})
	}
	return fields
}

// keysOf returns the keys that can stand in the file for fields.
func keysOf(fields []field) []string {
	keys := make([]string, 0, len(fields))
	for _, f := range fields {
		keys = append(keys, f.key)
		if f.secret {
			keys = append(keys, f.fileKey())
		}
	}
	return keys
}

// fileKey is the key that names a file with the secret.
func (f *field) fileKey() string { return f.key + "_file" }

// remedy says what to write when the field is missing.
func (f *field) remedy() string {
	if f.example != "" {
		return `add for example "` + f.key + ": " + f.example + `"`
	}
	return `add "` + f.key + `: …"`
}

// isWord reports whether text looks like a key of a configuration.
func isWord(text string) bool {
	const most = 40 // characters; the longest key of ours has half of it
	return text != "" && len(text) <= most &&
		strings.Trim(strings.ToLower(text), "abcdefghijklmnopqrstuvwxyz0123456789_-") == ""
}

// homeOf returns the path of the section below v, which is at path, that has a key.
func homeOf(key, path string, v reflect.Value) (home string, ok bool) {
	fields := fieldsOf(v)
	if path != "" && slices.Contains(keysOf(fields), key) {
		return path, true
	}
	for _, f := range fields {
		inner := f.value
		if inner.Kind() == reflect.Pointer {
			inner = reflect.New(inner.Type().Elem()).Elem() // absent; its keys are known all the same
		}
		if !isSection(inner) {
			continue
		}
		if home, ok := homeOf(key, join(path, f.key), inner); ok {
			return home, true
		}
	}
	return "", false
}

// nearest returns the known word that text is most likely meant to be.
func nearest(text string, known []string) (word string, ok bool) {
	text = strings.ToLower(strings.ReplaceAll(text, "-", "_"))
	best := len(text)/3 + 1
	for _, k := range known {
		if d := distance(text, k); d <= best && d < len(k) {
			word, best = k, d-1
		}
	}
	return word, word != ""
}

// distance counts the letters to insert, remove, replace or swap between a and b.
func distance(a, b string) int {
	before, previous := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range previous {
		previous[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row := make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(previous[j]+1, row[j-1]+1, previous[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, previous = previous, row
	}
	return previous[len(b)]
}
