package mqtt

import "time"

// BuryAfter makes a publisher lose its patience with announcements sooner.
func BuryAfter(p *Publisher, patience time.Duration) { p.patience = patience }
