package template

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// patterns are the regular expressions of one template. They are compiled with
// it, so only texts that stand in the template can be patterns: what a payload
// says never becomes one.
type patterns struct {
	texts    []string
	used     bool // by a filter or test
	compiled map[pattern]*regexp.Regexp
}

type pattern struct {
	text       string
	ignoreCase bool
}

func (p *patterns) add(text string) { p.texts = append(p.texts, text) }

// compile compiles the texts, of which some are other things than patterns.
func (p *patterns) compile() {
	if !p.used {
		return
	}
	p.compiled = map[pattern]*regexp.Regexp{}
	for _, text := range p.texts {
		if re, err := regexp.Compile(text); err == nil {
			p.compiled[pattern{text, false}] = re
		}
		if re, err := regexp.Compile("(?i)" + text); err == nil {
			p.compiled[pattern{text, true}] = re
		}
	}
}

func (p *patterns) find(r *run, text, ignoreCase, in value) (*regexp.Regexp, string, error) {
	if text.kind == kindUndefined {
		return nil, "", errUndefined(text)
	}
	re := p.compiled[pattern{text.text, ignoreCase.truth()}]
	if re == nil {
		return nil, "", fmt.Errorf("%s is no regular expression that stands in the template and that Go reads", quoted(text.text))
	}
	s, err := r.str(in)
	if err != nil {
		return nil, "", err
	}
	return re, s, r.charge(1 + len(s))
}

// table has the filters that use patterns; two of them are tests as well.
func (p *patterns) table() map[string]builtin {
	find := []string{"find", "ignorecase?"}
	return map[string]builtin{
		"regex_match":  {find, p.match},
		"regex_search": {find, p.search},
		"regex_findall": {find, func(r *run, in value, args []value) (value, error) {
			return p.findAll(r, in, args[0], args[1])
		}},
		"regex_findall_index": {[]string{"find", "index?", "ignorecase?"}, p.findAllIndex},
		"regex_replace":       {[]string{"find?", "replace?", "ignorecase?"}, p.replace},
	}
}

func (p *patterns) match(r *run, in value, args []value) (value, error) {
	re, s, err := p.find(r, args[0], args[1], in)
	if err != nil {
		return value{}, err
	}
	at := re.FindStringIndex(s)
	return boolValue(at != nil && at[0] == 0), nil
}

func (p *patterns) search(r *run, in value, args []value) (value, error) {
	re, s, err := p.find(r, args[0], args[1], in)
	if err != nil {
		return value{}, err
	}
	return boolValue(re.MatchString(s)), nil
}

// findAll lists the matches: as texts, or as tuples of the groups when the
// pattern has several.
func (p *patterns) findAll(r *run, in, text, ignoreCase value) (value, error) {
	re, s, err := p.find(r, text, ignoreCase, in)
	if err != nil {
		return value{}, err
	}
	var out []value
	for _, m := range re.FindAllStringSubmatch(s, -1) {
		if err := r.charge(len(m)); err != nil {
			return value{}, err
		}
		switch len(m) {
		case 1, 2:
			out = append(out, textValue(m[len(m)-1]))
		default:
			groups := make([]value, len(m)-1)
			for i := range groups {
				groups[i] = textValue(m[i+1])
			}
			out = append(out, tupleValue(groups...))
		}
	}
	return r.list(out)
}

func (p *patterns) findAllIndex(r *run, in value, args []value) (value, error) {
	all, err := p.findAll(r, in, args[0], args[2])
	if err != nil {
		return value{}, err
	}
	at := args[1]
	if at.kind == kindAbsent {
		at = intValue(0)
	}
	out := item(all, at)
	if out.kind == kindAbsent {
		return value{}, fmt.Errorf("%s does not match that often", quoted(args[0].text))
	}
	return out, nil
}

func (p *patterns) replace(r *run, in value, args []value) (value, error) {
	if args[0].kind == kindAbsent {
		return in, nil
	}
	re, s, err := p.find(r, args[0], args[2], in)
	if err != nil {
		return value{}, err
	}
	by, err := r.str(args[1])
	if err != nil {
		return value{}, err
	}
	if (len(s)+1)*(len(by)+1) > maxOutput {
		return value{}, errOutput
	}
	return r.text(re.ReplaceAllString(s, goReplacement(by)))
}

// goReplacement turns \1 and \g<name> into ${1} and ${name}.
func goReplacement(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '$':
			b.WriteString("$$")
		case s[i] != '\\' || i+1 == len(s):
			b.WriteByte(s[i])
		case isDigit(s[i+1]):
			i++
			b.WriteString("${" + strconv.Itoa(int(s[i]-'0')) + "}")
		case s[i+1] == 'g' && strings.HasPrefix(s[i+2:], "<") && strings.IndexByte(s[i:], '>') > 0:
			end := i + strings.IndexByte(s[i:], '>')
			b.WriteString("${" + s[i+3:end] + "}")
			i = end
		case s[i+1] == 'n':
			b.WriteByte('\n')
			i++
		default:
			i++
			b.WriteByte(s[i])
		}
	}
	return b.String()
}
