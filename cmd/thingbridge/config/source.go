package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"unicode/utf8"
)

// maxFile is far above any real configuration and keeps a wrong file name, say
// that of a database, from being read into memory.
const maxFile = 4 << 20

// maxTabs bounds the lines that are named when a file is indented with tabs.
const maxTabs = 10

// readFile returns the text of the file at path, and whether everybody on the
// machine can read it. The error is an *Error.
func readFile(path string) (text string, exposed bool, err error) {
	text, mode, err := readAll(path)
	if err != nil {
		return "", false, &Error{Mistakes: []Mistake{{File: path, Problem: err.Error()}}}
	}
	return text, mode.IsRegular() && mode.Perm()&0o004 != 0, nil
}

func readAll(path string) (string, fs.FileMode, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", 0, explainOpen(err, "write one, for example from thingbridge.example.yml, or name another with -c")
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", 0, explainOpen(err, "")
	}
	if info.IsDir() {
		return "", 0, errors.New("is a folder; name the file in it")
	}
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return "", 0, explainOpen(err, "")
	}
	if len(data) > maxFile {
		return "", 0, fmt.Errorf("is greater than %d MiB; this cannot be a configuration", maxFile>>20)
	}
	return string(data), info.Mode(), nil
}

// explainOpen says of an error of opening or reading what a person can do;
// create is the advice for a file that does not exist.
func explainOpen(err error, create string) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("does not exist; %s", create)
	case errors.Is(err, fs.ErrPermission):
		return errors.New("may not be read by this user; change its owner or mode, or run as the user of the gateway")
	}
	var detail *fs.PathError // its text names the file again
	if errors.As(err, &detail) {
		err = detail.Err
	}
	return fmt.Errorf("cannot be read: %w", err)
}

// checkText reports what keeps text from being YAML and is better said in plain
// words than by a parser. It returns the text to parse and whether it can be.
func checkText(text string, rep *reporter) (string, bool) {
	if strings.HasPrefix(text, "\xff\xfe") || strings.HasPrefix(text, "\xfe\xff") {
		rep.add(1, "", "the file is UTF-16; save it as UTF-8")
		return "", false
	}
	text = strings.TrimPrefix(text, "\ufeff")
	text = strings.ReplaceAll(text, "\r\n", "\n")
	text = strings.ReplaceAll(text, "\r", "\n")
	tabs, good := 0, true
	line := 0
	for content := range strings.Lines(text) {
		line++
		if problem := checkLine(content); problem != "" {
			rep.add(line, "", problem)
			return "", false
		}
		if tabs < maxTabs && indentedByTab(content) {
			rep.add(line, "", "the line is indented with a tab; YAML wants blanks, two for each level")
			tabs, good = tabs+1, false
		}
	}
	return text, good
}

func checkLine(line string) string {
	if !utf8.ValidString(line) {
		return "the line is not UTF-8; save the file as UTF-8"
	}
	for _, r := range line {
		if r < ' ' && r != '\t' && r != '\n' || r == 0x7f {
			return fmt.Sprintf("the line holds the control character %U; remove it", r)
		}
	}
	return ""
}

// indentedByTab reports whether a tab stands before the first character of line.
// A line of nothing but blanks and tabs, or with a comment, does no harm.
func indentedByTab(line string) bool {
	rest := strings.TrimLeft(line, " \t\n")
	indent := line[:len(line)-len(rest)]
	return strings.Contains(indent, "\t") && rest != "" && rest[0] != '#'
}
