// Package store keeps what survives a restart, in one SQLite file: what was
// known of the devices, who is subscribed to which contact, the items of the
// outbox and a few settings.
//
// What a method has stored when it returns nil survives the death of the
// process, kill -9 included: it has been handed to the operating system. A
// power cut may take the last moments with it, for the disk is not asked to
// flush at each commit (an SD card would not bear it), but never the consistency
// of the file: a transaction is there as a whole or not at all. [Store.Close]
// does flush.
//
// The file belongs to one process at a time, which a lock on FILE.lock holds;
// the kernel lets go of it when the process dies. Other programs may read the
// database meanwhile (sqlite3 FILE .backup), and nothing is ever deleted or
// recreated because it cannot be read.
package store
