package devices

import (
	"errors"
	"fmt"
)

// ErrCode says that a command wants a code which it was not given, or another one. The
// error that wraps it is a [CodeError].
var ErrCode = errors.New("wants a code")

// CodeError is why a command was not carried out that wants a code.
type CodeError struct {
	Property string // with which the code is said
	Wrong    bool   // one was said, and it is not the right one
}

// Error says what to do.
func (e *CodeError) Error() string {
	if e.Wrong {
		return fmt.Sprintf("%v: the one that was said is wrong; say the right one first: set %s 1234", ErrCode, e.Property)
	}
	return fmt.Sprintf("%v: say the code first: set %s 1234", ErrCode, e.Property)
}

// Unwrap returns [ErrCode].
func (e *CodeError) Unwrap() error { return ErrCode }

// Shown writes v for logs and the like, as far as it may be seen.
func (p *Property) Shown(v Value) string {
	if p.Secret {
		return hidden
	}
	return v.String()
}

// hidden stands for the value of a secret property.
const hidden = "…"

// quote writes outside text for an error, as far as it may be seen.
func (p *Property) quote(text string) string {
	if p.Secret {
		return hidden
	}
	return fmt.Sprintf("%q", shorten(text))
}
