package xmpp

import (
	"errors"
	"fmt"
)

const (
	nsRegister        = "jabber:iq:register"
	nsRegisterFeature = "http://jabber.org/features/iq-register"
	nsForm            = "jabber:x:data"
)

var (
	errNoRegistration = errors.New("the server does not let clients register")
	errMoreWanted     = errors.New("the server wants more than a name and a password")
	errTaken          = errors.New("the account exists, with another password")
)

// register makes the account (XEP-0077 3.1), on a stream that is encrypted and
// not logged in.
func (a *account) register(o *opened, features *Element) error {
	if features.Child(nsRegisterFeature, "register") == nil {
		return errNoRegistration
	}
	fields, err := o.request("get", "<query xmlns='"+nsRegister+"'/>")
	if err != nil {
		return fmt.Errorf("%w: %w", errNoRegistration, err)
	}
	if err := canRegister(fields.Child(nsRegister, "query")); err != nil {
		return err
	}
	payload := AppendText([]byte("<query xmlns='"+nsRegister+"'><username>"), a.home.Local())
	payload = AppendText(append(payload, "</username><password>"...), a.cfg.Password)
	_, err = o.request("set", string(append(payload, "</password></query>"...)))
	refused := (*StanzaError)(nil)
	switch {
	case !errors.As(err, &refused):
		return err
	case refused.Condition == Conflict:
		a.known = true
		return errTaken
	case refused.Type == Wait:
		return fmt.Errorf("register %s: %w", a.home, refused)
	}
	return fmt.Errorf("%w: %w", errNoRegistration, refused)
}

// canRegister reports with an error what we have no answer for: a puzzle for
// people, an address for mail, or a web page.
func canRegister(query *Element) error {
	if query == nil || query.Child(nsRegister, "username") == nil || query.Child(nsRegister, "password") == nil {
		return errMoreWanted
	}
	for i := range query.Children {
		e := &query.Children[i]
		switch {
		case e.Space == nsForm && e.Local == "x":
			if err := canFill(e); err != nil {
				return err
			}
		case e.Space != nsRegister:
		case e.Local != "username" && e.Local != "password" && e.Local != "instructions" && e.Local != "registered":
			return fmt.Errorf("%w: %q", errMoreWanted, shorten(e.Local))
		}
	}
	return nil
}

func canFill(form *Element) error {
	for i := range form.Children {
		f := &form.Children[i]
		if f.Local != "field" || f.Child(nsForm, "required") == nil {
			continue
		}
		if v := f.Attr("var"); v != "username" && v != "password" {
			return fmt.Errorf("%w: %q", errMoreWanted, shorten(v))
		}
	}
	return nil
}
