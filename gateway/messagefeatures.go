package gateway

import "thingbridge/gateway/xep"

// messageFeatures returns what of messages contacts understand, as disco#info
// announces it.
func messageFeatures() []string {
	return []string{xep.NSDelay}
}
