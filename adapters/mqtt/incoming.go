package mqtt

import (
	"errors"
	"fmt"
	"net"
	"os"
	"sync/atomic"
	"time"
)

// Bounds of how long a broker may keep us waiting.
const (
	// pingTimeout is how much later than each keepalive a living broker is heard, for it
	// answers the ping.
	pingTimeout = 10 * time.Second
	// longestWait bounds the wait for an answer of a broker that sends other things
	// first, such as all that it retained.
	longestWait = 10 * time.Minute
)

// incoming is what a broker sends. A broker that says nothing for too long is gone; one
// that is heard lives, however long we need for what it says, and however much of it
// stands before the answer that somebody waits for.
type incoming struct {
	net.Conn
	silence time.Duration // that is too long; 0: not yet
	heard   atomic.Int64  // when something came last, in nanoseconds since 1970
}

// Read reads some of it.
func (in *incoming) Read(b []byte) (n int, err error) {
	if in.silence > 0 {
		if err := in.SetReadDeadline(time.Now().Add(in.silence)); err != nil {
			return 0, err
		}
	}
	n, err = in.Conn.Read(b)
	if n > 0 {
		in.heard.Store(time.Now().UnixNano())
	}
	if in.silence > 0 && errors.Is(err, os.ErrDeadlineExceeded) {
		err = fmt.Errorf("the broker has said nothing for %s", in.silence)
	}
	return n, err
}

// quiet returns for how long nothing has come.
func (in *incoming) quiet() time.Duration { return time.Since(time.Unix(0, in.heard.Load())) }
