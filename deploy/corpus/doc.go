// Corpus runs a folder of messages that real devices sent through the conventions of
// the mqtt adapter, and says how many of them meant what their senders meant. Each
// file of the folder has a judge; a judge works out by itself what is to become of a
// message, as far as it can without the code that it judges.
//
//	corpus [-dir FOLDER] [-only TEXT] [-reasons N]
//
// A line a file: cases, how many were right, wrong and left out because nobody can tell,
// the share of the right ones; below it, why the others were not right and what was
// passed over, the commonest first. It exits with 1 when a file is below its target, and
// with 2 when there is nothing to judge.
package main
