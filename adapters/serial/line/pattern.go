package line

import "regexp"

// patternReader finds fields by regular expressions with named groups.
type patternReader struct {
	patterns []pattern
}

// pattern is a regular expression and the keys of its groups.
type pattern struct {
	expression *regexp.Regexp
	keys       [][]byte // by group; nil: it has no name
}

func newPatternReader(texts []string) (*patternReader, error) {
	p := &patternReader{patterns: make([]pattern, len(texts))}
	for i, text := range texts {
		expression, err := regexp.Compile(text)
		if err != nil {
			return nil, err
		}
		p.patterns[i].expression = expression
		for _, name := range expression.SubexpNames() {
			var key []byte
			if name != "" {
				key = []byte(name)
			}
			p.patterns[i].keys = append(p.patterns[i].keys, key)
		}
	}
	return p, nil
}

// read tries all patterns, for each may find another value. What an earlier one has
// found counts.
func (p *patternReader) read(dst []field, line []byte) ([]field, error) {
	found := len(dst)
	for i := range p.patterns {
		it := &p.patterns[i]
		groups := it.expression.FindSubmatchIndex(line)
		if groups == nil {
			continue
		}
		for g, key := range it.keys {
			from, to := groups[2*g], groups[2*g+1]
			if key == nil || from < 0 || has(dst[found:], key) || len(dst)-found >= maxFields {
				continue
			}
			dst = append(dst, field{key: key, value: line[from:to], after: line[to:], at: from})
		}
	}
	return dst, nil
}

func has(fields []field, key []byte) bool {
	for i := range fields {
		if string(fields[i].key) == string(key) {
			return true
		}
	}
	return false
}
