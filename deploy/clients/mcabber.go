package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
)

const mcabberSettings = `set jid = %s
set password = %s
set server = %s
set port = %s
set tls = 1
set ssl_ignore_checks = 1
set resource = mcabber
set pinentry = 0
set roster_width = 34
set log_win_height = 5
set beep_on_message = 0
`

// tryMcabber logs in, adds the thermostat and chats with it.
func tryMcabber(ctx context.Context, s *scene) (err error) {
	account := s.server.Account("mcabber")
	host, port, err := net.SplitHostPort(account.Addr)
	if err != nil {
		return err
	}
	dir := s.file("mcabber")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	settings := fmt.Sprintf(mcabberSettings, account.JID, account.Password, host, port)
	if err := os.WriteFile(dir+"/mcabberrc", []byte(settings), 0o600); err != nil {
		return err
	}
	t, err := openTerminal(ctx, "mcabber", []string{"HOME=" + dir}, "mcabber", "-f", dir+"/mcabberrc")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.keep("mcabber.txt", t.screens()), t.Close()) }()
	return t.act(ctx,
		step{"", "Your status has been set: [_>o]"},
		step{"/add " + thing + " Living", "has allowed you to receive their presence updates"},
		step{"/roster search Living", "Buddy: Living"},
		step{"/say status", "Humidity: "},
		step{"/say set 22", "Target: 22 °C."},
		step{"/say why", "Because the target was set by hand."},
		step{"/info", "Status message: 2"},
		step{"/request vcard", "Organisation name: thingbridge"},
	)
}
