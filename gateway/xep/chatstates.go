package xep

import "thingbridge/gateway/xmpp"

// NSChatStates is the namespace of chat states (XEP-0085).
const NSChatStates = "http://jabber.org/protocol/chatstates"

// ChatState is what somebody does in a chat; "" where it is not said.
type ChatState string

// The chat states.
const (
	Active    ChatState = "active"
	Composing ChatState = "composing"
	Paused    ChatState = "paused"
	Inactive  ChatState = "inactive"
	Gone      ChatState = "gone"
)

// ChatStateOf returns the state that a message tells, or "".
func ChatStateOf(s *xmpp.Stanza) ChatState {
	for _, state := range []ChatState{Active, Composing, Paused, Inactive, Gone} {
		if s.Child(NSChatStates, string(state)) != nil {
			return state
		}
	}
	return ""
}

// AppendChatState appends one of the states above.
func AppendChatState(dst []byte, state ChatState) []byte {
	dst = append(dst, '<')
	dst = append(dst, state...)
	return append(dst, " xmlns='"+NSChatStates+"'/>"...)
}
