package xep

import "gosrc.io/xmpp/stanza"

// NSVersion is the namespace of software version (XEP-0092).
const NSVersion = "jabber:iq:version"

// Version encodes the answer to a software version query.
func Version(name, version, system string) []byte {
	var iq stanza.IQ
	return marshal(iq.Version().SetInfo(name, version, system))
}
