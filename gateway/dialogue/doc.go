// Package dialogue remembers what one user and one contact have said to each
// other, as far as it decides what is said next: which message came twice, what a
// correction corrects, which question a "2" answers, which emoji is new, and when
// it is better to say nothing. Time comes in as an argument; nothing is sent.
package dialogue
