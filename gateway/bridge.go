package gateway

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"thingbridge/devices"
	"thingbridge/gateway/access"
	"thingbridge/gateway/adhoc"
	"thingbridge/gateway/avatar"
	"thingbridge/gateway/outbox"
	"thingbridge/gateway/store"
	"thingbridge/gateway/xmpp"
)

// Resource is the resourcepart under which every contact is available.
const Resource = "gw"

// farewell bounds how long Run takes after its context has ended.
const farewell = 2 * time.Second

// Link is the stream that a bridge lives on.
type Link interface {
	Run(ctx context.Context, h xmpp.Handler) error
	Request(ctx context.Context, to xmpp.JID, build func(dst []byte, id string) []byte) (*xmpp.Stanza, error)
	outbox.Link
}

// Subscriptions is where subscriptions survive a restart.
type Subscriptions interface {
	Subscriptions(ctx context.Context) ([]store.Subscription, error)
	SaveSubscription(ctx context.Context, sub store.Subscription) error
	DeleteSubscription(ctx context.Context, user, contact string) error
}

// Parts is what a bridge is built from.
type Parts struct {
	Identity      Identity
	Registry      *devices.Registry
	Link          Link
	Outbox        *outbox.Outbox
	Subscriptions Subscriptions
	Languages     Languages
	Questions     Questions
	Rooms         Memberships
	Inbox         Inbox        // devices that wait to be accepted; nil: none do
	Memory        Memory       // which devices can be forgotten; nil: none
	Version       string       // of the program, told to who asks
	Reload        func() error // checks the configuration, and has it put in force; nil: there is none
	Log           zerolog.Logger
}

// Settings is what can be changed while a bridge runs.
type Settings struct {
	Presence PresenceConfig
	Access   access.Config
	Feeds    []FeedConfig
}

// Bridge makes contacts of devices. Run it once; its other methods can be called
// from any goroutine.
type Bridge struct {
	Parts
	started   time.Time
	contacts  *contacts
	readers   *readers
	talks     *conversations
	dialogues *dialogues
	seen      seen
	feeds     *feeds
	returned  returned
	gallery   avatar.Gallery
	abilities abilities
	visitors  *visitors
	arrived   chan wish // clients that came and want news
	rooms     *rooms
	members   *members
	grants    grants
	asking    *asking
	stepping  sync.Mutex // held from reading a subscription to sending what follows from it
	sessions  *adhoc.Sessions
	events    *events

	policy   atomic.Pointer[access.Policy]
	presence atomic.Pointer[PresenceConfig]

	streamUp     chan struct{} // a stream was established: everything is told anew
	reconfigured chan struct{} // access changed: some may see less
}

// New returns a bridge that knows the subscriptions of the last run.
func New(ctx context.Context, parts Parts, settings Settings) (*Bridge, error) {
	subs, err := parts.Subscriptions.Subscriptions(ctx)
	if err != nil {
		return nil, fmt.Errorf("bridge: %w", err)
	}
	b := &Bridge{
		Parts:        parts,
		started:      time.Now(),
		contacts:     newContacts(parts.Identity),
		readers:      &readers{store: parts.Languages, known: make(map[xmpp.JID]reader)},
		feeds:        newFeeds(parts),
		visitors:     newVisitors(),
		arrived:      make(chan wish, maxToWelcome),
		sessions:     adhoc.NewSessions(),
		events:       newEvents(),
		streamUp:     make(chan struct{}, 1),
		reconfigured: make(chan struct{}, 1),
	}
	b.talks = newConversations(b.converse)
	self, _ := parts.Identity.Address(house)
	if b.members, err = loadMembers(ctx, parts.Questions, self); err != nil {
		return nil, fmt.Errorf("bridge: %w", err)
	}
	b.asking = newAsking(b.members.wake)
	b.dialogues = newDialogues(parts)
	b.dialogues.restore(ctx)
	if err := b.loadRooms(ctx); err != nil {
		return nil, fmt.Errorf("bridge: %w", err)
	}
	b.abilities = newAbilities(b.contacts, parts.Version)
	for _, sub := range subs {
		if err := b.contacts.load(sub); err != nil {
			b.Log.Warn().Err(err).Msg("a stored subscription is left out")
		}
	}
	b.apply(settings)
	return b, nil
}

// Configure puts settings in force. Users who may see less lose their
// subscriptions; feeds that stay the same go on undisturbed.
func (b *Bridge) Configure(settings Settings) {
	b.apply(settings)
	for user := range b.members.all() {
		b.members.look(user) // who may see more gets more
	}
	wake(b.reconfigured)
}

func (b *Bridge) apply(settings Settings) {
	b.policy.Store(access.New(settings.Access))
	b.presence.Store(&settings.Presence)
	b.feeds.configure(settings.Feeds)
}

// Run bridges until ctx ends. Then all contacts become unavailable, what is
// under way is sent, and Run returns.
func (b *Bridge) Run(ctx context.Context) error {
	linkCtx, cutLink := context.WithCancel(context.WithoutCancel(ctx))
	defer cutLink()
	linked := make(chan error, 1)
	go func() { linked <- b.Link.Run(linkCtx, b) }()

	var loops sync.WaitGroup
	loops.Go(func() { b.announce(ctx) })
	loops.Go(func() { b.feeds.run(ctx) })
	loops.Go(func() { b.follow(ctx) })
	loops.Go(func() { b.welcome(ctx) })
	loops.Go(func() { b.answerInterrupted(ctx) })
	loops.Go(func() { b.keepRooms(ctx) })
	loops.Go(func() { b.tellObservers(ctx) })
	outboxCtx, closeOutbox := context.WithCancel(linkCtx)
	defer closeOutbox()
	var sending sync.WaitGroup
	sending.Go(func() {
		if err := b.Outbox.Run(outboxCtx, b.Link); err != nil && outboxCtx.Err() == nil {
			b.Log.Error().Err(err).Msg("outbox stopped; answers are sent without it")
		}
	})

	<-ctx.Done()
	last, cancel := context.WithTimeout(linkCtx, farewell)
	defer cancel()
	loops.Wait()
	b.talks.close(last)
	b.leaveRooms(last)
	b.sayGoodbye(last)
	closeOutbox()
	sending.Wait()
	cutLink()
	return <-linked
}

// Up is called by the link. A new stream knows nothing of us: contacts, answers
// and feeds are told anew.
func (b *Bridge) Up() {
	b.Outbox.Up()
	b.feeds.up()
	b.grants.clear() // the server says anew what we may do
	b.rooms.up(time.Now())
	b.visitors.forget()
	b.events.up()
	wake(b.streamUp)
}

// Down is called by the link, which says itself why.
func (b *Bridge) Down(error) {
	b.Outbox.Down()
	b.feeds.down()
	b.rooms.down(time.Now())
}

// wake gives a signal that stands for all before it.
func wake(signal chan struct{}) {
	select {
	case signal <- struct{}{}:
	default:
	}
}
