package gateway

import (
	"context"

	"thingbridge/gateway/talk"
	"thingbridge/gateway/xep"
	"thingbridge/gateway/xmpp"
)

// registrationForm answers what a user must say to register: nothing, for access is
// granted in the configuration (XEP-0077 3.1, XEP-0100 4.1).
func (b *Bridge) registrationForm(ctx context.Context, q *asked) ([]byte, *xmpp.StanzaError) {
	title, instructions, contacts := talk.Registration(b.languageOf(ctx, q))
	return xep.Registration(xep.RegistrationForm{
		Title: title, Instructions: instructions, Contacts: contacts, Registered: b.members.has(q.user),
	}), nil
}

// register registers a user, or ends the registration (XEP-0100 4.1 and 4.3).
// What follows from it is sent after the answer.
func (b *Bridge) register(ctx context.Context, q *asked) ([]byte, *xmpp.StanzaError) {
	b.languageOf(ctx, q)
	var err error
	if q.payload.Child(xep.NSRegister, "remove") != nil {
		err = b.members.leave(ctx, q.user)
	} else {
		err = b.members.join(ctx, q.user, xep.WantsContacts(q.payload))
	}
	if err != nil {
		b.Log.Error().Err(err).Stringer("jid", q.user).Msg("a registration is not stored, so refused")
		return nil, &xmpp.StanzaError{Type: xmpp.Wait, Condition: xmpp.ResourceConstraint}
	}
	b.Log.Info().Stringer("jid", q.user).Bool("registered", b.members.has(q.user)).Msg("registration changed")
	return nil, nil
}

// gatewayPrompt answers what to ask a user for in place of an address.
func (b *Bridge) gatewayPrompt(ctx context.Context, q *asked) ([]byte, *xmpp.StanzaError) {
	desc, prompt := talk.GatewayPrompt(b.languageOf(ctx, q))
	return xep.GatewayPrompt(desc, prompt), nil
}

// gatewayJID answers with the address of the thing that the user named.
func (b *Bridge) gatewayJID(ctx context.Context, q *asked) ([]byte, *xmpp.StanzaError) {
	prompt := q.payload.Child(xep.NSGateway, "prompt")
	if prompt == nil {
		return nil, &xmpp.StanzaError{Type: xmpp.Modify, Condition: xmpp.BadRequest}
	}
	found, several := talk.Find(b.visible(q.user, b.Registry.All()), prompt.Text)
	if found == nil {
		text := talk.NotFound(prompt.Text, several, b.languageOf(ctx, q))
		return nil, &xmpp.StanzaError{Type: xmpp.Cancel, Condition: xmpp.ItemNotFound, Text: text}
	}
	bare, _ := b.Identity.Address(found.Device.ID)
	return xep.GatewayJID(bare.String()), nil
}

// languageOf returns the language of who asks.
func (b *Bridge) languageOf(ctx context.Context, q *asked) talk.Lang {
	return b.readers.learn(ctx, q.user, q.lang, "")
}
