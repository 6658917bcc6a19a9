package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
)

const profanityAccount = `[%[1]s]
enabled=true
jid=%[1]s
password=%[2]s
server=%[3]s
port=%[4]s
tls.policy=force
resource=profanity
`

const profanitySettings = `[connection]
tls.certpath=%s
[ui]
splash=false
[notifications]
message=false
[otr]
warn=false
`

// tryProfanity logs in, adds the thermostat and chats with it. Profanity runs
// commands of one step (XEP-0050) and shows avatars by PEP alone (XEP-0084).
func tryProfanity(ctx context.Context, s *scene) (err error) {
	account := s.server.Account("profanity")
	host, port, err := net.SplitHostPort(account.Addr)
	if err != nil {
		return err
	}
	authorities, err := s.authorities(ctx)
	if err != nil {
		return err
	}
	config, data := s.file("profanity-config"), s.file("profanity-data")
	for name, text := range map[string]string{
		filepath.Join(config, "profanity", "profrc"): fmt.Sprintf(profanitySettings, authorities),
		filepath.Join(data, "profanity", "accounts"): fmt.Sprintf(profanityAccount, account.JID, account.Password, host, port),
	} {
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			return err
		}
	}
	t, err := openTerminal(ctx, "profanity", []string{"XDG_CONFIG_HOME=" + config, "XDG_DATA_HOME=" + data}, "profanity")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.keep("profanity.txt", t.screens()), t.Close()) }()
	return t.act(ctx,
		step{"/connect " + account.JID, "logged in successfully"},
		step{"/roster add " + thing + " Living", "Roster item added"},
		step{"/sub request " + thing, "Sent subscription request"},
		step{"/sub request " + domain, "Sent subscription request to " + domain},
		step{"/sub allow " + domain, "Accepted subscription for " + domain},
		step{"/who", "Living is online, \"2"},
		step{"/msg " + thing, "Living [online]"},
		step{"status", "Humidity: "},
		step{"set 22.5", "Target: 22.5 °C."},
		step{"why", "Because the target was set by hand."},
		step{"set mode", "2) heat"},
		step{"2", "Mode: heat."},
		step{"/cmd list", "warmer"},
		step{"/cmd exec warmer", "Target: 23.5 °C."},
		step{"/avatar get " + thing, "Target: 23.5 °C."},
		step{"/win 1", "png"},
	)
}
