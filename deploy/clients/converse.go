package main

import (
	"context"
	_ "embed" // the page and the script that acts in it
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
)

var (
	//go:embed converse.html
	conversePage []byte
	//go:embed converse.mjs
	converseScript []byte
)

// conversePlan is what the script is told.
type conversePlan struct {
	Page     string `json:"page"`
	Data     string `json:"data"` // of the browser
	Out      string `json:"out"`  // for screenshots
	Module   string `json:"module"`
	JID      string `json:"jid"`
	Password string `json:"password"`
	Server   string `json:"server"`
	Thing    string `json:"thing"`
	Patience int64  `json:"patience"` // ms
}

// tryConverse logs in in a browser, adds the thermostat, chats with it and saves
// screenshots.
func tryConverse(ctx context.Context, s *scene) error {
	out, err := filepath.Abs(s.out)
	if err != nil {
		return err
	}
	npm, err := filepath.Abs(filepath.Join(s.npm, "node_modules"))
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	files := http.NewServeMux()
	files.Handle("/dist/", http.StripPrefix("/dist/", http.FileServer(http.Dir(filepath.Join(npm, "converse.js", "dist")))))
	files.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write(conversePage)
	})
	server := &http.Server{Handler: files}
	go server.Serve(listener) // ends with Close
	defer server.Close()

	account := s.server.Account("converse")
	plan, err := json.Marshal(conversePlan{
		Page: "http://" + listener.Addr().String() + "/", Data: s.file("browser"), Out: out,
		Module: filepath.Join(npm, "playwright-core", "index.mjs"),
		JID:    account.JID, Password: account.Password, Server: s.websocket, Thing: thing, Patience: patience.Milliseconds(),
	})
	if err != nil {
		return err
	}
	script := s.file("converse.mjs")
	if err := os.WriteFile(script, converseScript, 0o600); err != nil {
		return err
	}
	said, err := exec.CommandContext(ctx, "node", script, string(plan)).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w\n%s", err, said)
	}
	return s.keep("converse.txt", string(said))
}
