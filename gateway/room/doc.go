// Package room is one membership in a group chat (XEP-0045) as steps: what has
// happened and the time go in, the next state and what to send come out. It sends
// nothing and knows no clock.
//
// A membership that was invited in wants to be in until somebody ends it: a kick, a
// ban, the room's end, or a wish to leave are obeyed and the membership is over. All
// else that ends it, such as a server that stops or a stream that breaks, is a
// failure, after which the room is entered again, later and later. Whether we are
// still in is asked when the room has been silent for some minutes (XEP-0410), for
// a room forgets its occupants without a word when its server is killed.
//
// A room that nobody is in may not exist, and entering it would make one that is
// ours. Such a room is left at once, and tried again later.
package room
