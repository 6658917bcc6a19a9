// Package mqtt connects to one MQTT broker and speaks for the devices behind it.
//
// The client of Eclipse Paho logs in, keeps the connection alive, subscribes and
// publishes. What the broker publishes to us does not pass through it: the
// connection that paho reads from takes PUBLISH packets out of the stream,
// decodes them where they lie in the read buffer and gives what one read of the
// socket brought to the sink at once. Paho would carry each message through five
// goroutines with sixteen allocations and three reads of the socket; see
// BenchmarkReading.
//
// What a message means is for the conventions to say (package convention): pure state
// machines, in a list in conventions.go. Each of them sees each message; what they
// want besides (topics to subscribe to, questions to ask, announcements to keep) is
// carried out in dispatch.go. A session asks for their topics (live.go), and again
// when the broker is back. Announcements and the names of devices are kept (records.go)
// and replayed before there is a connection, so that contacts do not depend on what
// the broker remembers.
//
// Messages of QoS 1 and 2 are acknowledged after the sink has settled them, many
// at a time, so what a broker counts as delivered survives a crash. The session at
// the broker is kept while we are away, and what it sends again is known by the
// ledger and applied once; what was applied and not settled before a crash is
// applied again, under the same origin.
package mqtt
