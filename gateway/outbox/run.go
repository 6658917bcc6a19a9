package outbox

import (
	"context"
	"errors"
	"slices"
	"time"
)

// Run sends what is held over link until ctx ends, and then returns nil. It
// reports failures of the store to the log and tries again; those of the link
// are for the link to report. A second Run waits until the first has returned.
func (o *Outbox) Run(ctx context.Context, link Link) error {
	o.running.Lock()
	defer o.running.Unlock()
	r := sender{Outbox: o, link: link, pace: newPace()}
	timer := time.NewTimer(0)
	defer timer.Stop()
	for ctx.Err() == nil {
		p := r.round(ctx)
		if p.none {
			continue
		}
		timer.Stop()
		var ring <-chan time.Time
		if !p.until.IsZero() {
			timer.Reset(time.Until(p.until))
			ring = timer.C
		}
		select {
		case <-ctx.Done():
		case <-ring:
		case <-o.up:
		case <-p.wake:
		}
	}
	return nil
}

// pause says what to wait for before the next round, beside the link being up.
type pause struct {
	none  bool            // nothing: go on at once
	until time.Time       // a time; zero: none
	wake  <-chan struct{} // a signal; nil: none
}

// sender is the state of one Run.
type sender struct {
	*Outbox
	link   Link
	pace   pace
	buf    []byte
	recent recent
	lost   time.Time // when the link was lost, while what follows from it is to be done
	ailing bool      // the store failed the last time
}

// round sends one batch and deletes what is done.
func (r *sender) round(ctx context.Context) pause {
	select {
	case <-r.up: // what is sent below is sent after it
		clear(r.pace.away)
	default:
	}
	now := time.Now()
	r.recent.forget(now)
	err := r.holdAgain(ctx, r.heed(), now)
	if err == nil {
		err = r.doubt(ctx, now)
	}
	batch := r.choose(now)
	if err == nil && len(batch) > 0 {
		err = r.deliver(ctx, batch)
	}
	now = time.Now()
	// What a fence covered is deleted even while the program ends.
	stored := r.clean(context.WithoutCancel(ctx), now)
	r.report(errors.Join(storeFault(err), stored))
	switch {
	case err != nil:
		return pause{until: now.Add(r.pace.retry())}
	case len(batch) > 0:
		return pause{none: true}
	case stored != nil:
		return pause{until: now.Add(r.pace.retry()), wake: r.added}
	}
	return r.idle(now)
}

func (r *sender) choose(now time.Time) []entry {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.ledger.next(&r.pace, now)
}

func (r *sender) idle(now time.Time) pause {
	r.mu.Lock()
	defer r.mu.Unlock()
	until := earlier(r.ledger.expiry(), r.pace.asideEnds(now, r.ledger.recipients))
	return pause{until: earlier(until, r.recent.expiry()), wake: r.added}
}

// errStore marks what the store said, so that it is told from the link's errors.
type errStore struct{ error }

func storeFault(err error) error {
	if fault, ok := errors.AsType[errStore](err); ok {
		return fault.error
	}
	return nil
}

// deliver sends batch and waits for its fence.
func (r *sender) deliver(ctx context.Context, batch []entry) error {
	items, err := r.store.Items(ctx, batch[0].seq-1, len(batch))
	if err != nil {
		return errStore{err}
	}
	items = slices.DeleteFunc(items, func(it Item) bool { return it.Seq > batch[len(batch)-1].seq })
	r.buf = r.buf[:0]
	for i := range items {
		r.buf = append(r.buf, items[i].Stanza...)
	}
	if err := r.send(ctx, batch); err != nil {
		return err
	}
	return r.settle(ctx, batch, items, time.Now())
}

// send sends what is in buf, the stanzas of batch, and waits for its fence.
func (r *sender) send(ctx context.Context, batch []entry) error {
	limited, cancel := context.WithTimeout(ctx, r.cfg.Timeout)
	defer cancel()
	if err := r.link.Send(limited, r.buf); err != nil {
		return err
	}
	r.mu.Lock()
	r.counts.repeated += uint64(r.ledger.markSent(batch))
	r.mu.Unlock()
	err := r.link.Fence(limited)
	if err == nil || ctx.Err() != nil {
		return err
	}
	if jid := r.pace.unfenced(batch, time.Now()); jid != "" {
		r.cfg.Log.Warn().Str("jid", jid).Err(err).
			Msg("outbox: the link fails each time the next message to this recipient is sent; set aside")
	}
	return err
}

// clean deletes what was fenced or has expired by now. No Add runs meanwhile, so
// that none takes an item that expires for one that is held.
func (r *sender) clean(ctx context.Context, now time.Time) error {
	r.commit <- struct{}{}
	defer func() { <-r.commit }()
	r.mu.Lock()
	expired := r.ledger.expire(now)
	r.counts.expired += uint64(expired)
	seqs := r.ledger.done()
	r.mu.Unlock()
	if expired > 0 {
		r.cfg.Log.Warn().Int("items", expired).Msg("outbox: dropped undelivered items that have expired")
	}
	if len(seqs) == 0 {
		return nil
	}
	if err := r.store.DeleteItems(ctx, seqs); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ledger.drop(seqs)
	return nil
}

// report logs when the store begins to fail and when it works again.
func (r *sender) report(err error) {
	switch {
	case err != nil && !r.ailing:
		r.cfg.Log.Error().Err(err).Msg("outbox: the store fails; trying again")
	case err == nil && r.ailing:
		r.cfg.Log.Info().Msg("outbox: the store works again")
	}
	r.ailing = err != nil
}
