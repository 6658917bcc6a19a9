package gateway

import "thingbridge/gateway/xep"

// messageFeatures returns what contacts understand in messages, and say in
// theirs: the part of what they announce that no iq answers.
func messageFeatures() []string {
	return []string{
		xep.NSChatStates, xep.NSReceipts, xep.NSMarkers, xep.NSCorrection, xep.NSReactions, xep.NSReply,
		xep.NSDelay, xep.NSFallback, xep.NSStanzaIDs, xep.NSQuickResponse,
	}
}
