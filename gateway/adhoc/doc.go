// Package adhoc is the dialogue of ad-hoc commands (XEP-0050): from a request and
// what was said before in its session it decides what is answered. It runs
// nothing: when all is given that a command takes, it says so.
package adhoc
