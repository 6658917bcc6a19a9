package xep

import (
	"errors"
	"fmt"

	"thingbridge/gateway/xmpp"
)

// NSCommands is the namespace of ad-hoc commands, and the node under which they are
// listed (XEP-0050).
const NSCommands = "http://jabber.org/protocol/commands"

// The actions of a command; none is the same as execute.
const (
	ActionExecute  = "execute"
	ActionNext     = "next"
	ActionPrev     = "prev"
	ActionComplete = "complete"
	ActionCancel   = "cancel"
)

// The statuses of a command.
const (
	StatusExecuting = "executing"
	StatusCompleted = "completed"
	StatusCanceled  = "canceled"
)

// The limits of what a request may name.
const (
	maxCommandNode    = 4096
	maxCommandSession = 256
)

// CommandRequest is what a user asks of a command (XEP-0050 2.4).
type CommandRequest struct {
	Node, Session string
	Action        string // as written; "" for none
	Form          *Form  // nil where there is none
}

// Command is what is answered.
type Command struct {
	Node, Session, Status string
	Actions               []string // that can be done next: prev, next, complete
	Default               string   // which of them execute is
	Notes                 []CommandNote
	Form                  *Form
}

// CommandNote is a remark about a command: of type info, warn or error.
type CommandNote struct{ Type, Text string }

// ErrCommand is wrapped by why a request cannot be read; a form that cannot be read
// wraps [ErrForm].
var ErrCommand = errors.New("not a command")

// DecodeCommand reads a request.
func DecodeCommand(e *xmpp.Element) (CommandRequest, error) {
	r := CommandRequest{Node: e.Attr("node"), Session: e.Attr("sessionid"), Action: e.Attr("action")}
	if e.Space != NSCommands || e.Local != "command" || r.Node == "" || len(r.Node) > maxCommandNode || len(r.Session) > maxCommandSession {
		return CommandRequest{}, fmt.Errorf("%w: node %.40q", ErrCommand, r.Node)
	}
	for i := range e.Children {
		child := &e.Children[i]
		if child.Space != NSForm || child.Local != "x" {
			continue
		}
		if r.Form != nil {
			return CommandRequest{}, fmt.Errorf("%w: there are two", ErrForm)
		}
		form, err := DecodeForm(child)
		if err != nil {
			return CommandRequest{}, err
		}
		r.Form = form
	}
	return r, nil
}

// AppendCommand appends an answer.
func AppendCommand(dst []byte, c *Command) []byte {
	dst = append(dst, "<command xmlns='"+NSCommands+"' node='"...)
	dst = append(xmpp.AppendAttr(dst, c.Node), "' sessionid='"...)
	dst = append(xmpp.AppendAttr(dst, c.Session), "' status='"...)
	dst = append(xmpp.AppendAttr(dst, c.Status), "'>"...)
	if len(c.Actions) > 0 {
		dst = append(dst, "<actions execute='"...)
		dst = append(xmpp.AppendAttr(dst, c.Default), "'>"...)
		for _, action := range c.Actions {
			dst = append(append(append(dst, '<'), action...), "/>"...)
		}
		dst = append(dst, "</actions>"...)
	}
	if c.Form != nil {
		dst = AppendForm(dst, c.Form)
	}
	for _, note := range c.Notes {
		dst = append(xmpp.AppendAttr(append(dst, "<note type='"...), note.Type), "'>"...)
		dst = append(xmpp.AppendText(dst, note.Text), "</note>"...)
	}
	return append(dst, "</command>"...)
}
