package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/term"
)

// gateway is a gateway that runs in this program.
type gateway struct {
	cancel   context.CancelFunc
	closeLog func() error
	ended    chan struct{}
	err      error // why it ended; to be read after ended
}

func startGateway(ctx context.Context, f *folder, s screen, config Config) (*gateway, error) {
	log, closeLog, err := openLog(f, s, config)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	g := &gateway{cancel: cancel, closeLog: closeLog, ended: make(chan struct{})}
	go func() {
		defer close(g.ended)
		g.err = config.Gateway(ctx, f.file(configFile), log)
	}()
	return g, nil
}

// stop ends the gateway and returns its error, if it had one.
func (g *gateway) stop() error {
	g.cancel()
	<-g.ended
	err := g.closeLog()
	if g.err != nil && !errors.Is(g.err, context.Canceled) {
		err = errors.Join(fmt.Errorf("gateway: %w", g.err), err)
	}
	return err
}

// openLog returns where the gateway's log goes: to the caller, or to a file in the
// folder. Where the caller's is the terminal of the chat, it goes between the lines
// of that.
func openLog(f *folder, s screen, config Config) (io.Writer, func() error, error) {
	keep := func() error { return nil }
	if config.Log == nil {
		file, err := os.OpenFile(f.file(logFile), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
		if err != nil {
			return nil, nil, fmt.Errorf("open the gateway's log: %w", err)
		}
		return file, file.Close, nil
	}
	if file, ok := config.Log.(*os.File); ok && config.Terminal != nil && term.IsTerminal(int(file.Fd())) {
		return screenWriter{s}, keep, nil
	}
	return config.Log, keep, nil
}

// screenWriter prints whole lines, as loggers write them.
type screenWriter struct{ screen screen }

// Write never fails: a gateway does not stop because nobody sees its log.
func (w screenWriter) Write(p []byte) (int, error) {
	w.screen.print(string(p))
	return len(p), nil
}
