package xep

import "thingbridge/gateway/xmpp"

// NSSearch is the namespace of searches (XEP-0055).
const NSSearch = "jabber:iq:search"

// SearchForm is what somebody who searches is asked.
type SearchForm struct {
	Title, Instructions string
	Fields              []FormField
}

// AppendSearchForm appends the answer to a request for what can be searched for.
// Clients that know no forms search for a nickname.
func AppendSearchForm(dst []byte, f *SearchForm) []byte {
	dst = appendTag(dst, "query", "xmlns", NSSearch)
	dst = append(appendElement(dst, "instructions", f.Instructions), "<nick/>"...)
	dst = AppendForm(dst, &Form{Type: "form", Title: f.Title, Instructions: f.Instructions, Fields: append(searchType(), f.Fields...)})
	return append(dst, "</query>"...)
}

// searchType is the field that says what a form is about (XEP-0068).
func searchType() []FormField {
	return []FormField{{Var: formType, Type: "hidden", Values: []string{NSSearch}}}
}

// Search is what somebody searches for: the texts that were filled in, by the names
// of the fields, of the form or of the elements of the protocol.
type Search struct {
	Texts map[string]string
	Form  bool // asked, and to be answered, with a form
}

// searchElements are the fields of the protocol itself.
var searchElements = []string{"first", "last", "nick", "email"}

// maxSearchText bounds what is searched for.
const maxSearchText = 1024

// DecodeSearch reads a search; ok is false when it cannot be read, or searches for
// more than a name can have.
func DecodeSearch(query *xmpp.Element) (s Search, ok bool) {
	s.Texts = make(map[string]string)
	if x := query.Child(NSForm, "x"); x != nil {
		form, err := DecodeForm(x)
		if err != nil || form.Type != "submit" {
			return Search{}, false
		}
		for _, field := range form.Fields {
			if field.Var != formType && len(field.Values) > 0 {
				s.Texts[field.Var] = field.Values[0]
			}
		}
		s.Form = true
	}
	for _, name := range searchElements {
		if e := query.Child(NSSearch, name); e != nil && !s.Form {
			s.Texts[name] = e.Text
		}
	}
	for _, text := range s.Texts {
		if len(text) > maxSearchText {
			return Search{}, false
		}
	}
	return s, true
}

// Found is something that was searched for.
type Found struct{ JID, Name string }

// AppendFound appends what was found, as the elements of the protocol, all of which
// an item has.
func AppendFound(dst []byte, all []Found) []byte {
	dst = appendTag(dst, "query", "xmlns", NSSearch)
	for _, it := range all {
		dst = append(appendTag(dst, "item", "jid", it.JID), "<first/><last/><nick>"...)
		dst = append(xmpp.AppendText(dst, it.Name), "</nick><email/></item>"...)
	}
	return append(dst, "</query>"...)
}

// AppendFoundForm appends what was found, as a table.
func AppendFoundForm(dst []byte, columns []FormField, rows [][]FormField) []byte {
	dst = appendTag(dst, "query", "xmlns", NSSearch)
	dst = AppendForm(dst, &Form{Type: "result", Fields: searchType(), Reported: columns, Rows: rows})
	return append(dst, "</query>"...)
}
