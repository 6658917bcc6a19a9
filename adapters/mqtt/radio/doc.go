// Package radio reads what receivers of cheap radio sensors publish: one flat JSON
// object for each transmission, whose members are named for what they mean. It
// knows words and units, and no models.
//
// Such a receiver hears the whole street. A sensor becomes a device when it was
// heard often enough ([Patience]), by whoever knows how it is identified; the
// devices there are make a [Roll].
package radio
