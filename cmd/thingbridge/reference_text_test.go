package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

const referenceHead = `# The configuration of thingbridge

This page is made from the source: it lists every key that this version reads.
A complete file with comments is [thingbridge.example.yml](thingbridge.example.yml).

The configuration is one YAML file, ` + "`thingbridge.yml`" + ` in the current folder or else
` + "`/etc/thingbridge/thingbridge.yml`" + `; ` + "`-c FILE`" + ` names another. ` + "`thingbridge check`" + ` reads it as
the gateway does, connects to nothing, and lists every mistake with its line.

- **Keys** that are not listed here are mistakes. A key that is left out has its default.
- **Durations** have a unit: ` + "`500ms`, `30s`, `5m`, `1h30m`" + `.
- **Files** are named from the folder of the configuration. One whose key ends in
  ` + "`_file`" + ` must exist.
- **Secrets** are written as ` + "`password: …`" + `, or as ` + "`password_file: …`" + ` with the name of a file
  that holds the secret alone, in one line. Where neither is given, the systemd
  credential of that name is taken: ` + "`xmpp.component.secret`, `adapters.house.password`" + `.
- **JIDs** are addresses such as ` + "`anna@example.org`" + `.
- A part that repeats can be named with an anchor, ` + "`&name`" + `, and used again: ` + "`*name`" + `, or
  ` + "`<<: *name`" + ` to add keys of its own. Tags such as ` + "`!include`" + ` are not understood.
`

// reference writes the whole page.
func reference(t *testing.T, example string) string {
	var b strings.Builder
	b.WriteString(referenceHead)
	sources := make(map[string]map[string]*ast.TypeSpec)
	for _, c := range chapters() {
		spec := find(t, sources, c.value.Type())
		b.WriteString("\n## " + c.path + "\n\n" + plain(spec.Name.Name, spec.Doc.Text()) + "\n\n")
		b.WriteString("| key | value | default | meaning |\n|---|---|---|---|\n")
		for _, k := range keysOf(c.value) {
			if !k.isSection {
				b.WriteString(row(k, comment(spec, k.field)))
			}
		}
		if hasExample(c.path) {
			b.WriteString("\n```yaml\n" + withoutProse(excerpt(example, c.path)) + "```\n")
		}
	}
	return b.String()
}

// hasExample reports whether an example stands below a chapter, and not with
// another one that it is a part of.
func hasExample(path string) bool {
	return path == "xmpp.component" || path != "adapters" && !strings.ContainsAny(path, ".:")
}

// row writes the line of one key. A comment may name the default itself, where
// the value of the field cannot.
func row(k key, about string) string {
	about = plain(k.field, about)
	about, fallback, named := strings.Cut(about, "Default: ")
	fallback = strings.TrimSuffix(strings.TrimSpace(fallback), ".")
	if !named {
		fallback = defaultOf(k)
	}
	if strings.Contains(about, " Required.") {
		about, fallback = strings.Replace(about, " Required.", "", 1), "required"
	}
	name := "`" + k.name + "`"
	kind := typeName(k, k.value.Type())
	if kind == "secret" {
		name += ", `" + k.name + "_file`"
	}
	about = strings.ReplaceAll(strings.TrimSpace(about), "*", `\*`) // or Markdown takes it for emphasis
	return "| " + strings.Join([]string{name, kind, fallback, about}, " | ") + " |\n"
}

// plain makes a sentence for installers of a Go comment, which starts with the
// name of what it is about: "Seed is the first of …", "Seed chooses …".
func plain(name, text string) string {
	text = strings.Join(strings.Fields(text), " ")
	rest, ok := strings.CutPrefix(text, name+" ")
	if !ok {
		return text
	}
	words := strings.SplitN(rest, " ", 3)
	switch {
	case len(words) < 3:
		return text
	case words[0] == "is", words[0] == "are":
		rest = words[1] + " " + words[2]
	case !strings.HasSuffix(words[0], "s"), words[1] == "are":
		return text // the name is the start of a phrase
	}
	if first, _, _ := strings.Cut(rest, " "); strings.HasSuffix(first, ",") {
		return rest // the words to choose from, which are written like this
	}
	return strings.ToUpper(rest[:1]) + rest[1:]
}

// find returns the declaration of a type, from the source of its package.
func find(t *testing.T, sources map[string]map[string]*ast.TypeSpec, typ reflect.Type) *ast.TypeSpec {
	t.Helper()
	folder := filepath.Join("../..", strings.TrimPrefix(typ.PkgPath(), "thingbridge/"))
	if typ.PkgPath() == "main" {
		folder = "."
	}
	if sources[folder] == nil {
		sources[folder] = declarations(t, folder)
	}
	spec := sources[folder][typ.Name()]
	if spec == nil {
		t.Fatalf("no type %s in %s", typ.Name(), folder)
	}
	return spec
}

func declarations(t *testing.T, folder string) map[string]*ast.TypeSpec {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	specs := make(map[string]*ast.TypeSpec)
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range parsed.Decls {
			collect(specs, decl)
		}
	}
	return specs
}

func collect(specs map[string]*ast.TypeSpec, decl ast.Decl) {
	group, ok := decl.(*ast.GenDecl)
	if !ok || group.Tok != token.TYPE {
		return
	}
	for _, s := range group.Specs {
		spec := s.(*ast.TypeSpec)
		if spec.Doc == nil {
			spec.Doc = group.Doc
		}
		specs[spec.Name.Name] = spec
	}
}

// comment returns what stands above a field, or else behind it.
func comment(spec *ast.TypeSpec, field string) string {
	for _, f := range spec.Type.(*ast.StructType).Fields.List {
		for _, name := range f.Names {
			switch {
			case name.Name != field:
			case f.Doc != nil:
				return f.Doc.Text()
			default:
				return f.Comment.Text()
			}
		}
	}
	return ""
}

// excerpt returns the part of the example that shows a chapter.
func excerpt(example, path string) string {
	top := regexp.MustCompile(`^[a-z]+`).FindString(path)
	kind, isKind := strings.CutPrefix(path, "adapters, kind ")
	kind, _, _ = strings.Cut(kind, ":")
	section := cutOut(example, regexp.MustCompile(`(?m)^`+top+`:`), regexp.MustCompile(`(?m)^(# |[a-z])`))
	if !isKind {
		return section
	}
	element := regexp.MustCompile(`(?m)^  - name: \w+\n    kind: ` + kind + `\n`)
	text := "adapters:\n"
	for { // as many as there are of the kind
		next := cutOut(section, element, regexp.MustCompile(`(?m)^  (# |- )`))
		if next == "" {
			return text
		}
		text += next
		_, section, _ = strings.Cut(section, next)
	}
}

// cutOut returns what starts with start, up to the next end.
func cutOut(text string, start, end *regexp.Regexp) string {
	at := start.FindStringIndex(text)
	if at == nil {
		return ""
	}
	rest := text[at[0]:]
	if next := end.FindStringIndex(rest[at[1]-at[0]:]); next != nil {
		rest = rest[:at[1]-at[0]+next[0]]
	}
	return rest
}

// withoutProse drops the comments, which the table says better, and keeps the
// defaults that are commented out.
func withoutProse(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if start := strings.TrimSpace(line); start != "" && !strings.HasPrefix(start, "# ") {
			b.WriteString(line)
		}
	}
	return b.String()
}
