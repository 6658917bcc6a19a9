-- thingbridge as a component of Prosody 0.12 or later.
--
-- Put this file into /etc/prosody/conf.d/, change the two marked lines, and run
--   prosodyctl check config && systemctl restart prosody
-- The address of each device is then something@things.example.org.

-- Where Prosody listens for components. The line is not encrypted, so it stays on
-- this machine; these values are what Prosody does without being told.
-- For a thingbridge on another machine put a tunnel between them (WireGuard, or
-- stunnel in front of this port and server: tls://HOST:PORT in thingbridge): Prosody's
-- listener itself has no TLS.
-- component_ports = { 5347 }
-- component_interfaces = { "127.0.0.1", "::1" }

Component "things.example.org"      -- xmpp.component.domain of thingbridge: change it
	component_secret = "change-me"  -- xmpp.component.secret: change it, and keep this file to root and prosody

	-- A second thingbridge with the same domain is refused while the first is
	-- connected. With "kick_old" it takes over.
	component_conflict_resolve = "kick_new"

	-- Prosody ends the connection at a stanza larger than this (bytes). Pictures and
	-- charts stay far below.
	component_stanza_size_limit = 524288

	-- For contacts without questions; see the end.
	-- modules_enabled = { "privilege" }

-- Users who get many readings a second may need a higher limit than Debian's
-- (10 kB/s for each client, in modules "limits"). It counts what clients send, not
-- what they receive, so leave it unless scripts send many commands:
-- limits = { c2s = { rate = "50kb/s" } }
--
-- Users of other servers reach the devices only if other servers find the domain:
-- an SRV record _xmpp-server._tcp.things.example.org that names this machine, and a
-- certificate that covers things.example.org.
--
-- Who registers with things.example.org in their client is asked by the house, and
-- by one device after the other. Where thingbridge may write the rosters of this
-- server's users, registration alone puts all devices into their contacts, by rooms
-- and without a question (XEP-0356; Debian has the module in prosody-modules). Put
-- these lines into the VirtualHost of the users:
--   modules_enabled = { "privilege" }
--   privileged_entities = { ["things.example.org"] = { roster = "both" } }
-- and remove the -- before modules_enabled in the Component above.
