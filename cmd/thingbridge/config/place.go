package config

import (
	"strconv"
	"strings"
)

// lineOf returns the line of what path names below n, or of the nearest thing
// around it that is in the file.
func (n *node) lineOf(path string) int {
	for path != "" {
		var inner *node
		inner, path = n.step(path)
		if inner == nil {
			break
		}
		n = inner
	}
	return n.line
}

// step goes one key or one index down, and returns what is left of path.
func (n *node) step(path string) (inner *node, rest string) {
	if path[0] != '[' {
		end := strings.IndexAny(path, ".[")
		if end < 0 {
			return n.find(path), ""
		}
		return n.find(path[:end]), strings.TrimPrefix(path[end:], ".")
	}
	index, rest, _ := strings.Cut(path[1:], "]")
	i, err := strconv.Atoi(index)
	if err != nil || i < 0 || i >= len(n.items) {
		return nil, ""
	}
	return n.items[i], strings.TrimPrefix(rest, ".")
}
