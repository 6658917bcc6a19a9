package config

import (
	"strconv"
	"strings"
)

// lineOf returns the line of what path names below n, or of the nearest thing
// around it that is in the file.
func (n *node) lineOf(path string) int {
	for path != "" {
		var s step
		s, path = firstStep(path)
		inner := n.step(s)
		if inner == nil {
			break
		}
		n = inner
	}
	return n.line
}

// step goes one key or one index down; nil: there is no such thing.
func (n *node) step(s step) *node {
	switch {
	case s.key != "":
		return n.find(s.key)
	case s.index >= 0 && s.index < len(n.items):
		return n.items[s.index]
	}
	return nil
}

// step is one part of a path: a key, or an index where the key is empty. A
// negative index is one that no list has.
type step struct {
	key   string
	index int
}

// firstStep takes a path that is not empty apart.
func firstStep(path string) (first step, rest string) {
	if path[0] != '[' {
		end := strings.IndexAny(path, ".[")
		if end < 0 {
			return step{key: path, index: -1}, ""
		}
		return step{key: path[:end], index: -1}, strings.TrimPrefix(path[end:], ".")
	}
	text, rest, _ := strings.Cut(path[1:], "]")
	index, err := strconv.Atoi(text)
	if err != nil {
		index = -1
	}
	return step{index: index}, strings.TrimPrefix(rest, ".")
}
