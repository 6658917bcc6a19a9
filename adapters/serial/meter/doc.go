// Package meter is what codecs of utility meters have in common: what their registers
// mean, how exact numbers become readings, and which of the many values that a meter
// repeats each second are worth telling.
package meter
