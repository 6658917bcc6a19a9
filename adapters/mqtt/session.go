package mqtt

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"sync"
	"time"

	paho "github.com/eclipse/paho.mqtt.golang"
)

// Bounds of one session's steps.
const (
	connectTimeout   = 10 * time.Second // to dial, shake hands and log in
	subscribeTimeout = 10 * time.Second // for the answer to one packet
	publishTimeout   = 2 * time.Second  // until paho takes what is published
	partingTimeout   = 2 * time.Second  // to say that we are offline and to leave
)

// What the status topic says.
const (
	statusOnline  = "online"
	statusOffline = "offline"
)

// session is one connection to the broker, by a paho client of its own: no
// command that an earlier connection did not get through is sent late.
type session struct {
	client paho.Client
	in     *inbox
	stream *stream
	cause  error         // of a connection that did not come about
	lost   chan struct{} // closed when the connection is lost and paho has stopped
	reason error         // why it was lost; after lost is closed
	done   chan struct{} // closed when the session ends
	end    func()        // closes done
}

// serve connects, subscribes and returns when ctx ends or the connection fails,
// and how long it lasted; 0 when none came about.
func (a *Adapter) serve(ctx context.Context, in *inbox, books *settler) (lasted time.Duration, err error) {
	s := &session{in: in, lost: make(chan struct{}), done: make(chan struct{})}
	s.end = sync.OnceFunc(func() { close(s.done) })
	owed := make(chan acknowledgement, maxUnsettled)
	in.begin(owed, s.done)
	if err := s.connect(ctx, a, in); err != nil {
		return 0, explain(&a.cfg, a.at, err)
	}
	began := time.Now()
	books.open(ctx)
	ctx, cancel := context.WithCancelCause(ctx)
	settling, stopSettling := context.WithCancel(context.WithoutCancel(ctx))
	settled := make(chan struct{})
	go func() {
		defer close(settled)
		if err := books.run(settling, owed, s.stream); err != nil {
			cancel(err) // first, so that the end has this reason
			s.end()
		}
	}()
	a.enter(s)
	err = s.live(ctx, a)
	if cause := s.stream.failure(); cause != nil {
		err = fmt.Errorf("%w: %w", errParted, cause)
	}
	a.enter(nil)
	if err == nil {
		in.part()
		close(owed)
		await(settled, partingTimeout)
	}
	s.end()
	stopSettling()
	s.part(a, err)
	in.questions.take() // they are asked anew in the next session
	cancel(nil)
	<-settled
	if err == nil {
		err = context.Cause(ctx)
	}
	return max(time.Since(began), 1), fmt.Errorf("broker %s: %w", a.at.text, err)
}

// await waits until done is closed, for a time at most.
func await(done <-chan struct{}, most time.Duration) {
	timer := time.NewTimer(most)
	defer timer.Stop()
	select {
	case <-done:
	case <-timer.C:
	}
}

// enter makes s the session that commands go through.
func (a *Adapter) enter(s *session) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.session = s
}

// connect dials and logs in.
func (s *session) connect(ctx context.Context, a *Adapter, in *inbox) error {
	secure, mistakes := tlsConfig(&a.cfg, a.at)
	if len(mistakes) > 0 { // a file can go after Validate saw it
		return mistakes[0]
	}
	interrupted := func() bool { return true }
	options := a.options()
	options.SetConnectionLostHandler(func(_ paho.Client, err error) {
		s.reason = err
		close(s.lost)
	})
	options.SetCustomOpenConnectionFn(func(*url.URL, paho.ClientOptions) (net.Conn, error) {
		dialing, cancel := context.WithTimeout(ctx, connectTimeout)
		defer cancel()
		conn, err := a.at.open(dialing, secure)
		if err != nil {
			s.cause = err
			return nil, err
		}
		interrupted = context.AfterFunc(ctx, func() { conn.Close() })
		s.stream = newStream(conn, in, a.cfg.Keepalive+pingTimeout)
		return s.stream, nil
	})
	s.client = paho.NewClient(options)
	token := s.client.Connect()
	<-token.Done()
	interrupted()
	err := token.Error()
	switch {
	case s.cause != nil:
		return s.cause
	case err != nil && s.stream.failure() != nil:
		return s.stream.failure()
	}
	return err
}

// options are those of the paho client. It neither connects again by itself nor
// speaks MQTT 3.1, both of which would hide why the broker refuses us.
func (a *Adapter) options() *paho.ClientOptions {
	o := paho.NewClientOptions()
	o.AddBroker(a.at.network + "://" + a.at.dial)
	o.SetProtocolVersion(4)
	o.SetClientID(a.cfg.ClientID)
	o.SetUsername(a.cfg.Username)
	o.SetPassword(string(a.cfg.Password))
	o.SetCleanSession(false)
	o.SetAutoReconnect(false)
	o.SetConnectRetry(false)
	o.SetConnectTimeout(connectTimeout)
	o.SetWriteTimeout(publishTimeout)
	o.SetKeepAlive(a.cfg.Keepalive)
	o.SetPingTimeout(longestWait) // the stream judges, for it hears more
	o.SetOrderMatters(true)
	o.SetAutoAckDisabled(true)
	if a.cfg.StatusTopic != "" {
		o.SetWill(a.cfg.StatusTopic, statusOffline, 1, true)
	}
	return o
}

// errParted says that the session ended.
var errParted = errors.New("connection lost")

// wait waits for the broker's answer. While the broker is heard, the answer may still
// stand behind what it sends.
func (s *session) wait(ctx context.Context, token paho.Token, most time.Duration) error {
	began := time.Now()
	timer := time.NewTimer(most)
	defer timer.Stop()
	for {
		select {
		case <-token.Done():
			return token.Error()
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-s.done:
			return errParted
		case <-s.lost:
			return fmt.Errorf("%w: %w", errParted, s.reason)
		case <-timer.C:
		}
		quiet, waited := s.stream.from.quiet(), time.Since(began)
		if quiet >= most || waited >= longestWait {
			return fmt.Errorf("no answer in %s", waited.Round(time.Second))
		}
		timer.Reset(most - quiet)
	}
}

// part ends the session: in order when ctx ended it, which was no failure.
func (s *session) part(a *Adapter, failure error) {
	if failure == nil && a.cfg.StatusTopic != "" {
		token := s.client.Publish(a.cfg.StatusTopic, 1, true, statusOffline)
		token.WaitTimeout(partingTimeout)
	}
	if s.stream.failure() == nil {
		s.client.Disconnect(uint(partingTimeout.Milliseconds()))
		s.stream.Close() // had paho not come so far
		return
	}
	select { // paho is about to find out, and to stop
	case <-s.lost:
	case <-time.After(partingTimeout):
		s.client.Disconnect(0)
		s.stream.Close()
	}
}
