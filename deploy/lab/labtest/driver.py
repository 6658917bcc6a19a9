"""Logs one XMPP user in and does what it is told.

Standard input brings commands, one JSON object a line, each with a number "seq" and
a verb "do"; the verbs are the methods called do_... below. Standard output carries
{"seq": n, "reply": {...}} exactly once for each command, in the order in which they
finish, and {"event": {...}} for whatever the server sends. A reply with "error" says
why a command was not done. The end of input logs out. Diagnostics go to standard
error. Stanzas are written as given and reported as received: the library decides
neither about subscriptions nor about answers beyond those that every client gives
(service discovery, ping, version, and receipts when asked for).
"""

import asyncio
import json
import logging
import os
import sys
import xml.etree.ElementTree as ET

# Whatever the library prints must not get between the lines of JSON.
OUT = os.fdopen(os.dup(1), "w", encoding="utf-8")
os.dup2(2, 1)

import slixmpp
from slixmpp.exceptions import IqError, IqTimeout
from slixmpp.xmlstream.tostring import tostring

LOGIN_TIMEOUT = 30
IQ_TIMEOUT = 20
RETRY_INTERVAL = 0.2
SUBSCRIPTIONS = ("subscribe", "subscribed", "unsubscribe", "unsubscribed")


class Refused(Exception):
    """A command was not done; the text says why."""


def say(said):
    OUT.write(json.dumps(said) + "\n")
    OUT.flush()


def describe(stanza):
    """Returns the event for a stanza."""
    kind = stanza.name
    type_ = stanza.xml.attrib.get("type", "")
    event = {
        "from": str(stanza["from"]),
        "to": str(stanza["to"]),
        "id": stanza["id"],
        "type": type_,
        "xml": str(stanza),
    }
    if kind == "message":
        event["type"] = type_ or "normal"
        event["body"] = stanza["body"]
    if kind == "presence":
        event["show"] = stanza["show"]
        event["status"] = stanza["status"]
        if type_ in SUBSCRIPTIONS:
            kind = "subscription"
    if kind == "iq" and stanza.xml.find("{jabber:iq:roster}query") is not None:
        kind = "roster"
    event["kind"] = kind
    return event


def describe_step(command):
    """Returns what an answer to a command says."""
    actions = command.xml.find("{%s}actions" % command.namespace)
    step = {
        "session": command["sessionid"],
        "status": command["status"],
        "actions": sorted(command["actions"]),
        "default": actions.attrib.get("execute", "") if actions is not None else "",
        "notes": [{"type": type_, "text": text or ""} for type_, text in command["notes"]],
        "fields": [], "rows": [],
    }
    form = command.get_plugin("form", check=True)
    if form is None:
        return step
    step["form"] = form["type"]
    step["title"] = form["title"]
    for var, field in form.get_fields().items():
        value = field.get_value(convert=False)
        bounds = field["validate"]["range"] or {}
        step["fields"].append({
            "var": var, "type": field["type"], "label": field["label"], "required": field["required"],
            "values": value if isinstance(value, list) else [] if value is None else [value],
            "options": [option["value"] for option in field["options"]],
            "datatype": field["validate"]["datatype"],
            "min": bounds.get("minimum", ""), "max": bounds.get("maximum", ""),
        })
    step["rows"] = [dict(item) for item in form.get_items()]
    return step


class User(slixmpp.ClientXMPP):
    def __init__(self, login):
        super().__init__(login["jid"], login["password"], lang=login["lang"])
        self.login = login
        self.online = None  # future of the login under way
        self.wanted = False  # whether a lost connection is to come back
        self.caps = None  # what presences say of what the client wants to be told
        self.raw_iqs = set()  # ids of IQs sent by do_raw
        self.ca_certs = login["ca_file"]
        self.whitespace_keepalive = False
        self.roster.auto_authorize = None
        self.roster.auto_subscribe = False
        for plugin in ("xep_0030", "xep_0092", "xep_0115", "xep_0199"):
            self.register_plugin(plugin)
        for node in login["notify"] or []:
            self["xep_0030"].add_feature(node + "+notify")
        if login["receipts"]:
            self.register_plugin("xep_0184")
        self.add_filter("in", self.on_stanza)
        self.add_event_handler("session_start", self.on_session)
        self.add_event_handler("disconnected", self.on_disconnected)
        self.add_event_handler("connection_failed", self.on_failed)
        self.add_event_handler("failed_all_auth", self.on_refused)
        self.add_event_handler("ssl_invalid_chain", self.on_distrust)

    # What the library tells.

    def on_stanza(self, stanza):
        if not isinstance(stanza, (slixmpp.Message, slixmpp.Presence, slixmpp.Iq)):
            return stanza
        event = describe(stanza)
        if stanza.name == "iq" and event["type"] in ("result", "error"):
            # Answers to commands are replies; only do_raw has nobody who waits.
            if event["id"] not in self.raw_iqs:
                return stanza
            self.raw_iqs.discard(event["id"])
            event["kind"] = "iq"
        say({"event": event})
        if event["type"] == "subscribe" and self.login["auto_approve"]:
            self.write(self.make_presence(pto=stanza["from"].bare, ptype="subscribed"))
        return stanza

    async def on_session(self, _):
        try:
            await self.get_roster(timeout=IQ_TIMEOUT)
            if self.login["notify"]:
                await self["xep_0115"].update_caps(broadcast=False)
                self.caps = await self["xep_0115"].get_verstring()
            if not self.login["hidden"]:
                self.do_presence({})
            # Once the ping is answered, the server knows that the user is here.
            await self["xep_0199"].send_ping(self.boundjid.host, timeout=IQ_TIMEOUT)
        except (IqError, IqTimeout) as why:
            self.settle(Refused("start of the session: %s" % why))
            return
        say({"event": {"kind": "connected"}})
        self.settle(None)

    def on_disconnected(self, reason):
        say({"event": {"kind": "disconnected"}})
        if self.wanted and self.login["reconnect"]:
            self.loop.call_later(RETRY_INTERVAL, self.dial)
        else:
            self.settle(Refused("disconnected: %s" % reason))

    def on_failed(self, reason):
        # The library's own retries wait ever longer.
        self.cancel_connection_attempt()
        if self.wanted and self.login["reconnect"]:
            self.loop.call_later(RETRY_INTERVAL, self.dial)
        else:
            self.settle(Refused("connection failed: %s" % reason))

    def on_refused(self, _):
        self.wanted = False
        self.settle(Refused("not authorized"))

    def on_distrust(self, why):
        self.wanted = False
        self.settle(Refused("certificate: %s" % why))
        self.abort()

    def settle(self, problem):
        """Ends the login under way, if there is one."""
        if self.online is None or self.online.done():
            return
        if problem is None:
            self.online.set_result(None)
        else:
            self.online.set_exception(problem)

    # What the commands do.

    def dial(self):
        if self.wanted and not self.is_connected():
            host, port = self.login["addr"].rsplit(":", 1)
            self.connect((host, int(port)), force_starttls=not self.login["plaintext"],
                         disable_starttls=self.login["plaintext"])

    async def do_login(self, _=None):
        self.wanted = True
        self.online = self.loop.create_future()
        self.dial()
        try:
            await asyncio.wait_for(self.online, LOGIN_TIMEOUT)
        except asyncio.TimeoutError:
            raise Refused("no session within %d s" % LOGIN_TIMEOUT)
        return {"jid": self.boundjid.full}

    async def do_logout(self, _=None):
        self.wanted = False
        await self.disconnect(wait=2.0)
        return {}

    async def do_reconnect(self, _):
        self.wanted = False
        self.online = None
        gone = self.disconnected
        self.abort()
        await asyncio.wait_for(gone, LOGIN_TIMEOUT)
        return await self.do_login()

    def write(self, stanza):
        self.send_raw(tostring(stanza.xml, xmlns=self.default_ns, stream=self))

    def do_message(self, command):
        message = self.make_message(command["jid"], command["body"], mtype="chat")
        message["id"] = self.new_id()
        if self.login["receipts"]:
            ET.SubElement(message.xml, "{urn:xmpp:receipts}request")
        self.write(message)
        return {"event": {"id": message["id"]}}

    def do_presence(self, command):
        presence = self.Presence()
        if command.get("jid"):
            presence["to"] = command["jid"]
        elif self.login["priority"] and not command.get("type"):
            presence["priority"] = self.login["priority"]
        if command.get("type"):
            presence["type"] = command["type"]
        if self.caps and not command.get("type"):
            presence["caps"]["hash"] = "sha-1"
            presence["caps"]["node"] = self["xep_0115"].caps_node
            presence["caps"]["ver"] = self.caps
        if command.get("show"):
            presence["show"] = command["show"]
        if command.get("status"):
            presence["status"] = command["status"]
        self.write(presence)
        return {}

    def do_raw(self, command):
        try:
            element = ET.fromstring(command["payload"])
        except ET.ParseError as why:
            raise Refused("not well-formed: %s" % why)
        if element.tag.endswith("iq"):
            self.raw_iqs.add(element.attrib.get("id", ""))
        self.send_raw(command["payload"])
        return {}

    async def do_iq(self, command):
        iq = self.Iq()
        iq["type"] = command["type"]
        if command.get("jid"):
            iq["to"] = command["jid"]
        try:
            iq.append(ET.fromstring(command["payload"]))
        except ET.ParseError as why:
            raise Refused("not well-formed: %s" % why)
        try:
            answer = await iq.send(timeout=IQ_TIMEOUT)
        except IqError as error:
            answer = error.iq
        except IqTimeout:
            raise Refused("no answer within %d s to %s" % (IQ_TIMEOUT, iq))
        return {"event": dict(describe(answer), kind="iq")}

    async def do_verify(self, command):
        """Tells whether the library has asked for what a version stands for, and found
        that it fits."""
        deadline = self.loop.time() + IQ_TIMEOUT
        while await self["xep_0115"].get_caps(verstring=command["payload"]) is None:
            if self.loop.time() > deadline:
                raise Refused("nobody has shown what %s stands for" % command["payload"])
            await asyncio.sleep(0.05)
        return {}

    # Ad-hoc commands go through the library's own plugins, which read the answers.

    def adhoc(self):
        for plugin in ("xep_0004", "xep_0122", "xep_0050"):
            if plugin not in self.plugin:
                self.register_plugin(plugin)
        return self["xep_0050"]

    async def do_commands(self, command):
        try:
            answer = await self.adhoc().get_commands(command["jid"], timeout=IQ_TIMEOUT)
        except IqError as error:
            return {"step": {"condition": error.condition}}
        except IqTimeout:
            raise Refused("no answer within %d s" % IQ_TIMEOUT)
        return {"commands": [{"node": node, "name": name}
                             for _, node, name in sorted(answer["disco_items"]["items"])]}

    async def do_command(self, command):
        plugin = self.adhoc()
        form = None
        if "form" in command:
            form = self["xep_0004"].make_form(ftype="submit")
            for var, values in command["form"].items():
                form.add_field(var=var, ftype="text-single" if len(values) == 1 else "list-multi",
                               value=values[0] if len(values) == 1 else values)
        try:
            answer = await plugin.send_command(
                command["jid"], command["node"], action=command.get("action") or "execute",
                payload=form, sessionid=command.get("session"), timeout=IQ_TIMEOUT)
        except IqError as error:
            own = [e.tag.split("}")[1] for e in error.iq.xml.iter()
                   if e.tag.startswith("{http://jabber.org/protocol/commands}") and not e.tag.endswith("}command")]
            return {"step": {"condition": error.condition, "specific": own[0] if own else ""}}
        except IqTimeout:
            raise Refused("no answer within %d s to %s" % (IQ_TIMEOUT, command["node"]))
        return {"step": describe_step(answer["command"])}

    async def do_roster(self, _):
        answer = await self.do_iq({"type": "get", "payload": "<query xmlns='jabber:iq:roster'/>"})
        query = ET.fromstring(answer["event"]["xml"])
        return {"roster": [{
            "jid": item.attrib["jid"],
            "name": item.attrib.get("name", ""),
            "subscription": item.attrib.get("subscription", "none"),
            "ask": item.attrib.get("ask", ""),
            "groups": [group.text for group in item.iter("{jabber:iq:roster}group")],
        } for item in query.iter("{jabber:iq:roster}item")]}


async def obey(user, command):
    """Does one command and returns the reply."""
    try:
        reply = getattr(user, "do_" + command["do"])(command)
        if asyncio.iscoroutine(reply):
            reply = await reply
        return reply
    except (Refused, slixmpp.xmlstream.xmlstream.NotConnectedError) as why:
        return {"error": str(why) or "not connected"}


async def main():
    loop = asyncio.get_running_loop()
    lines = asyncio.StreamReader(limit=4 << 20)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    user = None
    while line := await lines.readline():
        command = json.loads(line)
        if user is None:
            user = User(command["login"])
        say({"seq": command["seq"], "reply": await obey(user, command)})
    if user is not None:
        await user.do_logout()


logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
asyncio.run(main())
