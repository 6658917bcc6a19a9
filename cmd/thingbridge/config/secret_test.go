package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"thingbridge/cmd/thingbridge/config"
)

const withoutSecrets = `xmpp: {component: {domain: things.home.test}}
adapters: [{name: house, kind: mqtt, broker: mqtt://127.0.0.1}]
`

// place writes a file with a mode that no umask changes.
func place(t testing.TB, path, content string, mode os.FileMode) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

func TestSecretFilesStartAtTheFolderOfTheConfiguration(t *testing.T) {
	for _, content := range []string{"hunter2", "hunter2\n", "hunter2\r\n"} {
		path := write(t, "xmpp: {component: {domain: things.home.test, secret_file: component.secret}}\n")
		place(t, filepath.Join(filepath.Dir(path), "component.secret"), content, 0o600)
		c := load(t, path)
		if got := string(c.XMPP.Component.Secret); got != "hunter2" {
			t.Errorf("file %q: secret %q, want hunter2", content, got)
		}
		if len(c.Warnings) > 0 {
			t.Errorf("file %q: warnings %v, want none", content, c.Warnings)
		}
	}
}

func TestSecretsComeFromSystemdCredentials(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("CREDENTIALS_DIRECTORY", folder)
	place(t, filepath.Join(folder, "xmpp.component.secret"), "hunter2\n", 0o400)
	place(t, filepath.Join(folder, "adapters.house.password"), "hunter3", 0o400)
	c := load(t, write(t, withoutSecrets))
	got := []string{string(c.XMPP.Component.Secret), string(c.Adapters[0].Section.(*broker).Password)}
	if diff := cmp.Diff([]string{"hunter2", "hunter3"}, got); diff != "" {
		t.Errorf("secrets (-want +got):\n%s", diff)
	}
}

func TestWhatTheFileSaysWinsOverACredential(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("CREDENTIALS_DIRECTORY", folder)
	place(t, filepath.Join(folder, "xmpp.component.secret"), "hunter1\n", 0o400)
	if got := string(load(t, write(t, minimal)).XMPP.Component.Secret); got != "hunter2" {
		t.Errorf("secret %q, want that of the file", got)
	}
}

func TestABadCredentialIsNamedByItsFile(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("CREDENTIALS_DIRECTORY", folder)
	credential := filepath.Join(folder, "xmpp.component.secret")
	place(t, credential, "", 0o400)
	_, err := config.Load(write(t, withoutSecrets), kinds())
	if err == nil || !strings.Contains(err.Error(), credential+`": is empty`) {
		t.Errorf("got %v, want the name of the empty file", err)
	}
}

func TestASecretThatEverybodyCanReadIsAWarning(t *testing.T) {
	path := write(t, "xmpp: {component: {domain: things.home.test, secret_file: component.secret}}\n")
	file := filepath.Join(filepath.Dir(path), "component.secret")
	place(t, file, "hunter2", 0o644)
	want := []config.Mistake{{
		File: path, Line: 1, Path: "xmpp.component.secret_file",
		Problem: `file "` + file + `": everybody on this machine can read it; chmod 600 it`,
	}}
	if diff := cmp.Diff(want, load(t, path).Warnings); diff != "" {
		t.Errorf("warnings of a secret file (-want +got):\n%s", diff)
	}

	path = write(t, minimal)
	place(t, path, minimal, 0o644)
	want = []config.Mistake{{
		File: path, Line: 1, Path: "xmpp.component.secret",
		Problem: "everybody on this machine can read this file; chmod 640 it, or move the secret to a file of its own: secret_file",
	}}
	if diff := cmp.Diff(want, load(t, path).Warnings); diff != "" {
		t.Errorf("warnings of a secret in the file itself (-want +got):\n%s", diff)
	}
}

func TestNamesOfFilesStartAtTheFolderOfTheConfiguration(t *testing.T) {
	path := write(t, minimal+"adapters: [{name: house, kind: mqtt, broker: mqtts://127.0.0.1, ca_file: ca.pem}]\nstore: {path: data/things.db}\n")
	folder := filepath.Dir(path)
	place(t, filepath.Join(folder, "ca.pem"), "", 0o644)
	c := load(t, path)
	got := []string{c.Adapters[0].Section.(*broker).CA, c.Store.Path}
	want := []string{filepath.Join(folder, "ca.pem"), filepath.Join(folder, "data/things.db")}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}
