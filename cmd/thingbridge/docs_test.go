package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"thingbridge/cmd/thingbridge/config"
)

// The pages for people, from this folder.
func pages() []string {
	return []string{"../../README.md", "../../CONTRIBUTING.md"}
}

var block = regexp.MustCompile("(?s)```([a-z]+)\n(.*?)```")

// blocks returns the code in a page that is of a language.
func blocks(t *testing.T, page, language string) []string {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, match := range block.FindAllStringSubmatch(string(text), -1) {
		if match[1] == language {
			found = append(found, match[2])
		}
	}
	return found
}

// What a page tells people to put into their configuration is right. A part is
// joined to a component, without which there is no configuration.
func TestConfigurationInPages(t *testing.T) {
	const component = "xmpp: {component: {domain: things.example.org, secret: x}}\n"
	total := 0
	for _, page := range pages() {
		for i, text := range blocks(t, page, "yaml") {
			total++
			dir := t.TempDir()
			if !strings.Contains(text, "xmpp:") {
				text = component + text
			}
			for name, body := range map[string]string{"thingbridge.yml": text, "component.secret": "x\n"} {
				if err := os.WriteFile(filepath.Join(dir, name), []byte(body), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := config.Load(filepath.Join(dir, "thingbridge.yml"), kinds()); err != nil {
				t.Errorf("%s, block %d: %v", page, i+1, err)
			}
		}
	}
	if total == 0 {
		t.Error("no configuration found in any page")
	}
}

// What a page tells people to type exists: a target of make, or a command of the
// program with its flags.
func TestCommandsInPages(t *testing.T) {
	total := 0
	for _, page := range pages() {
		for _, text := range blocks(t, page, "sh") {
			for line := range strings.Lines(text) {
				line, _, _ = strings.Cut(line, "#")
				if words := strings.Fields(line); len(words) > 0 {
					total++
					if err := try(words); err != nil {
						t.Errorf("%s: %s: %v", page, line, err)
					}
				}
			}
		}
	}
	if total == 0 {
		t.Error("no command found in any page")
	}
}

// try runs a command as far as that is possible without the machine of the
// reader: make without doing, check with the example, run as its help.
func try(words []string) error {
	switch words[0] {
	case "make":
		return output(exec.Command("make", append([]string{"-C", "../..", "-n"}, words[1:]...)...))
	case "bin/thingbridge":
		if words[1] == "check" {
			return checkExample(words)
		}
		return output(exec.Command("thingbridge", append(words[1:], "--help")...))
	}
	return fmt.Errorf("nothing tries %q", words[0])
}

// checkExample checks the example with the secrets that it names in place.
func checkExample(words []string) error {
	dir, err := os.MkdirTemp("", "docs")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	text, err := os.ReadFile(filepath.Join("../..", words[len(words)-1]))
	if err != nil {
		return err
	}
	for name, body := range map[string]string{"c.yml": string(text), "component.secret": "x\n", "mqtt.password": "x\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(body), 0o600); err != nil {
			return err
		}
	}
	return output(exec.Command("thingbridge", "check", "-c", filepath.Join(dir, "c.yml")))
}

func output(cmd *exec.Cmd) error {
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}
	return nil
}

// Links in a page lead somewhere.
func TestLinksInPages(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#]+)\)`)
	for _, page := range append(pages(), "../../deploy/CONFIGURATION.md", "../../deploy/clients.md") {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range link.FindAllStringSubmatch(string(text), -1) {
			if strings.Contains(match[1], "://") {
				continue
			}
			if _, err := os.Stat(filepath.Join(filepath.Dir(page), match[1])); err != nil {
				t.Errorf("%s: %v", page, err)
			}
		}
	}
}
