package xmpp

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"mellium.im/sasl"
)

// How often a password may be hashed. RFC 7677 4 wants at least 4096; with less
// the proof that we send would be an easy riddle. More than two millions take a
// small computer longer than a login may.
const (
	leastIterations = 4096
	mostIterations  = 2_000_000
)

// conversation is our side of one login.
type conversation struct {
	client   *sasl.Negotiator
	more     bool // the server's turn: it has not proven yet what it must
	answered bool // the first challenge
}

// challenge returns the response to what the server sent.
func (c *conversation) challenge(text string) ([]byte, error) {
	data, err := decodeSASL(text)
	if err != nil {
		return nil, err
	}
	if !c.answered {
		err = checkFirst(string(data))
	}
	if err != nil {
		return nil, err
	}
	answer, err := c.step(data)
	if err != nil {
		return nil, err
	}
	c.answered = true
	response := []byte("<response xmlns='" + nsSASL + "'>")
	if len(answer) > 0 {
		response = appendBase64(response, answer)
	}
	return append(response, "</response>"...), nil
}

// success checks that the server knew the password too, where the mechanism can
// tell, and that it was not simply agreeing.
func (c *conversation) success(text string) error {
	if c.more && c.answered {
		data, err := decodeSASL(text)
		if err != nil {
			return err
		}
		if _, err := c.step(data); err != nil {
			return err
		}
	}
	if c.more {
		return errNotProven
	}
	return nil
}

func (c *conversation) step(data []byte) ([]byte, error) {
	if !c.more {
		return nil, fmt.Errorf("%w: a challenge too many", errBadSASL)
	}
	more, answer, err := c.client.Step(data)
	if err != nil && c.answered {
		return nil, fmt.Errorf("%w: %w", errNotProven, err)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errBadSASL, err)
	}
	c.more = more
	return answer, nil
}

func decodeSASL(text string) ([]byte, error) {
	if len(text) > maxSASL {
		return nil, fmt.Errorf("%w: %d bytes, want at most %d", errBadSASL, len(text), maxSASL)
	}
	text = strings.TrimSpace(text)
	if text == "=" {
		return nil, nil
	}
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errBadSASL, err)
	}
	return data, nil
}

// checkFirst looks at the server's first message (RFC 5802 5.1) before the
// library does, which trusts it: it would hash as often as it is told, and never
// return from a message whose last attribute is empty.
func checkFirst(message string) error {
	parts := strings.Split(message, ",")
	if len(parts) < 3 {
		return fmt.Errorf("%w: a challenge of %d parts", errBadSASL, len(parts))
	}
	for i, part := range parts {
		wrong := len(part) < 3 || part[1] != '=' || i < 3 && part[0] != "rsi"[i] || i >= 3 && strings.IndexByte("rsim", part[0]) >= 0
		if wrong {
			return fmt.Errorf("%w: part %d of the challenge", errBadSASL, i+1)
		}
	}
	n, err := strconv.Atoi(parts[2][2:])
	if err != nil || n < leastIterations || n > mostIterations {
		return fmt.Errorf("%w: %q iterations, want %d to %d", errBadSASL, shorten(parts[2][2:]), leastIterations, mostIterations)
	}
	return nil
}
