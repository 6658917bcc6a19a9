// Package homeassistant understands what devices announce for Home Assistant: MQTT
// discovery, in both its forms. Whatever announces itself becomes a device, one for
// each physical thing, however many entities it announces.
//
// # How it is made
//
// [Discovery] is the state machine. A message below the prefix is an announcement
// (announcement.go): its short keys are made long, and each entity in it becomes a
// spec (spec.go), from which a component (components.go) makes the parts of an entity
// (entity.go). Entities that name the same identifiers or connections are one group
// (group.go), which is what the world sees as a device; naming.go gives the parts
// names, which stay once the device has settled (settle.go). Any other message goes to the listeners of its topic (route.go), who find
// values in it. Commands go the other way (order.go).
//
// # How to add a component
//
// A component is one file with one function of type component:
//
//	func valve(s *spec, e *entity)
//
// and one line in the table in components.go. The function reads its keys from s,
// which has them long, and adds the parts of e, one for each property:
//
//	open := e.add(devices.Property{Name: "open", Type: devices.TypeBoolean})
//
// Property.Name is the standard name, which the part gets where nothing else in the
// device wants it; part.plain is what it is called otherwise, and begins as the
// entity's own name, with the standard name behind it where an entity has several
// parts. Class, Unit, Category and Label come from the spec unless they are set.
//
// Values come in one of two ways:
//
//	e.reads(s, "state_topic", "value_template", open, open.boolean("open", "closed"))
//	e.listen(s.topic("state_topic"), func(h *hearing) error { … h.report(open, value) … })
//
// The first renders the template (without one: the payload) and parses the text. An empty
// one says nothing of the part; None, for which the parser returns no value, takes back
// what it had reported (h.hold). The second does what it wants, such as reading several
// parts out of one JSON object with templates of its own (s.compile, h.render). An
// error that it returns is the first part's fault; h.fault names another part.
//
// Commands are what part.order returns for a value, also made for the plain case:
//
//	e.writes(s, "command_topic", "command_template", open, open.words("OPEN", "CLOSE"))
//
// An order runs under the lock of the Discovery: it may look at part.last. A part that
// nothing reports echoes what it was told, which the component says, for the topic of
// that part: open.echoes = s.optimistic("state_topic"); part.echo, where it is set,
// reports more than the one value.
//
// Where a thing has states that it cannot be told to be in (a cover opens, a lock is
// jammed), state says how it is, and command what it can be told (e.command); a state
// which shows that it was done confirms the command (h.confirm). part.follow reports what
// a value means for other parts, part.starts is the value before anything is told, and
// part.lock says why something cannot be told. Fields of a JSON object that a template
// has made are read with h.open and h.field.
//
// What is wrong in the announcement is said with s.fail, in a line for people: the
// entity is then refused as a whole. A key that is missing is not checked where it
// is read: s.need says that it must be there. Nothing that is read per message may
// compile a template or parse the payload twice.
package homeassistant
