package lab

// ClaimAddress makes claimAddress callable by tests that write configurations by
// themselves.
func ClaimAddress() (ip string, release func(), err error) {
	c, err := claimAddress()
	return c.ip, c.release, err
}
