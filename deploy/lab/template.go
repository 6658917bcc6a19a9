package lab

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"text/template"
)

// quoters are the functions that templates of configurations use.
var quoters = template.FuncMap{
	"lua":  quote,
	"yaml": quote,
	"port": portOf,
}

// quote joins its arguments into one string literal. Go, Lua and YAML write such
// literals alike as long as the text is printable.
func quote(parts ...string) string { return strconv.Quote(strings.Join(parts, "")) }

// writeConfig fills a template into the file called name in the server's folder.
func (s *server) writeConfig(name, text string, values any) error {
	parsed, err := template.New(name).Funcs(quoters).Parse(text)
	if err != nil {
		return fmt.Errorf("template of %s: %w", name, err)
	}
	var b strings.Builder
	if err := parsed.Execute(&b, values); err != nil {
		return fmt.Errorf("template of %s: %w", name, err)
	}
	return s.writeFile(name, b.String())
}

// writeConfD writes texts as the files that a configuration includes, in order,
// and returns their paths.
func (s *server) writeConfD(texts []string, extension string) ([]string, error) {
	dir := filepath.Join(s.Dir, "conf.d")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	var files []string
	for i, text := range texts {
		name := fmt.Sprintf("conf.d/%02d%s", i, extension)
		if err := s.writeFile(name, text); err != nil {
			return nil, err
		}
		files = append(files, filepath.Join(s.Dir, name))
	}
	return files, nil
}
