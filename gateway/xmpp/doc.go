// Package xmpp keeps one live stream to an XMPP server: the [Link]. It knows
// addresses ([JID]), stanzas as they arrive ([Stanza]) and how to write them
// safely ([AppendText], [AppendAttr]), and nothing of what they mean.
//
// # What a peer cannot do
//
// Everything that arrives was written by strangers, with only a server between.
// One stanza, whatever is in it, never ends the stream: it is framed by a scanner
// that needs no memory, then parsed within limits of size, depth, attributes and
// elements. A stanza past a limit, with an address that is none or with a prefix
// that nobody declared is skipped to its end and counted, and an iq or a message
// is answered with an error where its head could be read. Children are known by
// namespace and name, and only direct ones count, so that a body inside of
// something else is never taken for the body. Only bytes that are no XML at all,
// what RFC 6120 11.1 forbids (a document type, a comment, a processing
// instruction), a stream error or the end of the stream end it.
//
// # What a server cannot do
//
// Every read and every write has a deadline; 20 seconds of silence are broken by
// a ping (XEP-0199), and 30 are the end. A stream that ended is replaced by the
// next, with a backoff that is short while a server restarts and long where only
// a person can help. What was sent on a dead stream is never written to the next
// one: whoever must know that stanzas have reached the server asks [Link.Fence].
// An account's stream can outlive its connection (XEP-0198), and is the same then.
//
// Nobody on the way can have an account's password: see [NewAccount].
//
// A Link is a component (XEP-0114) of a server, made by [NewComponent], or a
// client's login at any server, made by [NewAccount].
package xmpp
