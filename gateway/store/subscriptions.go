package store

import (
	"context"
	"database/sql"
)

// Subscription is what is kept of the relation between a user and a contact.
// What the two states mean is for the roster to say; here they are numbers.
type Subscription struct {
	User    string // bare JID
	Contact string // bare JID
	From    uint8
	To      uint8
}

// Subscriptions returns all subscriptions, in the order of users and contacts.
func (s *Store) Subscriptions(ctx context.Context) ([]Subscription, error) {
	var all []Subscription
	err := s.query(ctx, "read subscriptions", func(rows *sql.Rows) error {
		var sub Subscription
		if err := rows.Scan(&sub.User, &sub.Contact, &sub.From, &sub.To); err != nil {
			return err
		}
		all = append(all, sub)
		return nil
	}, "SELECT user, contact, from_state, to_state FROM subscriptions ORDER BY user, contact")
	if err != nil {
		return nil, err
	}
	return all, nil
}

// SaveSubscription stores sub in the place of what was stored for the same user
// and contact.
func (s *Store) SaveSubscription(ctx context.Context, sub Subscription) error {
	return s.write(ctx, "save a subscription", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO subscriptions (user, contact, from_state, to_state) VALUES (?, ?, ?, ?)
			ON CONFLICT DO UPDATE SET from_state = excluded.from_state, to_state = excluded.to_state`,
			sub.User, sub.Contact, sub.From, sub.To)
		return err
	})
}

// DeleteSubscription deletes what is stored for the user and the contact, both
// bare JIDs. That there is nothing is no error.
func (s *Store) DeleteSubscription(ctx context.Context, user, contact string) error {
	return s.write(ctx, "delete a subscription", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "DELETE FROM subscriptions WHERE user = ? AND contact = ?", user, contact)
		return err
	})
}
