// Package outbox delivers messages that must survive a broken link and a killed
// process. This is what it promises, and what it does not.
//
// What is held. An [Item] is one stanza for one recipient, under an ID that the
// sender chose and that is also the stanza's id. [Outbox.Add] returns nil when
// the item is in the [Store]; from then on it is delivered or it expires, however
// often the process dies in between. Add stores all items of a call or none.
// Calls at the same time share a transaction.
//
// Adding twice. An item is known by its recipient and its ID. To add one that is
// held already changes nothing and is no error, so a caller that does not know
// whether its first Add was stored adds again. Once an item is delivered or
// expired it is forgotten: the same ID is then a new item.
//
// At least once. An item is sent again and again, with the same bytes, until a
// [Link.Fence] after it has succeeded; only then is it deleted. When the link
// fails between Send and Fence, or the process dies before the item is deleted,
// the recipient gets it twice, under the same id, by which it can drop the
// second. Nothing is added to a stanza on the way: a sender who wants the
// recipient to know when it was said puts a delay stamp (XEP-0203) into it.
//
// Order. The items of one recipient are sent in the order in which they were
// added, each for the first time only after those before it were. Between
// recipients there is no order. Calls of Add at the same time have none either.
//
// Batches. What waits is sent oldest first, many items in one Send, then one
// Fence. Only one batch is on its way at a time, and only its stanzas are in
// memory; of the others the outbox keeps a note of some 50 bytes each.
//
// A broken link. When Send or Fence fails, the outbox waits until it is told
// that the link is [Outbox.Up], or for one second, then two, up to a minute, and
// begins again with the oldest item that no fence has covered.
//
// A stanza that breaks the link. A server may end the stream because of one
// stanza, each time it is sent. So after a Fence has failed, the next batch is a
// single item, and batches grow again as they succeed. A recipient whose item
// was alone on its way three times when the fence failed is set aside for 30
// seconds, then for a minute, up to an hour, while all others are served; its
// items go alone until one succeeds. None is deleted for it.
//
// Coming back. A server may take a message, and return it after all: its recipient
// is away and it keeps nothing, or cannot reach the server of the recipient. An
// item of which [Outbox.Returned] tells, before its fence or up to a minute behind
// it, is not delivered: it is held, and sent again after 5 seconds, then after
// ever longer up to ten minutes, one for its recipient alone until that one goes
// through, or at once when the recipient is [Outbox.Available] or the link is Up.
// What comes back later, or after a kill, is lost; behind a fence no more than the
// newest 1000 items and 1 MiB are remembered. Items that came back may be sent in
// another order than those around them.
//
// A server that dies. What a server has taken it may still lose, when it is killed
// before it has handed it on: its answer to the fence says that it has read the
// item, no more. So what was fenced less than two seconds before the link went
// [Outbox.Down] is held again, and sent on the next stream.
//
// Expiry. An item that expires before its fence is deleted and counted, within a
// minute. An item without an expiry is kept until it is delivered.
//
// Bounds. The number and the bytes of items are bounded for each recipient and
// in all. An outbox that is full refuses, with [ErrFull] naming the recipient
// that has too much or the outbox as a whole; it never drops what it has
// accepted. A recipient's bound is far below the total, so that one who is never
// reached does not take the room of the others.
//
// A broken store. When items cannot be deleted after their fence (the disk is
// full), they are not sent again by this process, the items behind them are
// still sent, and the deletion is tried until it succeeds.
package outbox
