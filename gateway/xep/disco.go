package xep

import (
	"slices"

	"gosrc.io/xmpp/stanza"

	"thingbridge/gateway/xmpp"
)

// Namespaces of service discovery (XEP-0030) and of what it announces.
const (
	NSDiscoInfo  = "http://jabber.org/protocol/disco#info"
	NSDiscoItems = "http://jabber.org/protocol/disco#items"
)

const formType = "FORM_TYPE" // XEP-0068

// Info is what an entity says of itself (XEP-0030 3.1).
type Info struct {
	Identities []Identity
	Features   []string
	Forms      []InfoForm
}

// Identity is what an entity is.
type Identity struct{ Category, Type, Lang, Name string }

// InfoForm is more that an entity says of itself (XEP-0128).
type InfoForm struct {
	Type   string // its FORM_TYPE
	Fields []InfoField
}

// InfoField is one field of an InfoForm.
type InfoField struct {
	Var    string
	Values []string
}

// DiscoItem is an entity that belongs to another (XEP-0030 4.1), or, with a node,
// something that an entity has.
type DiscoItem struct{ JID, Node, Name string }

// DiscoInfo encodes the answer to a disco#info query. A node is given back as it
// was asked for.
func DiscoInfo(node string, info Info) []byte {
	out := appendTag(nil, "query", "xmlns", NSDiscoInfo, "node", node)
	for _, it := range info.Identities {
		out = closeTag(appendTag(out, "identity", "name", it.Name, "category", it.Category, "type", it.Type, "xml:lang", it.Lang))
	}
	for _, feature := range info.Features {
		out = closeTag(appendTag(out, "feature", "var", feature))
	}
	for _, form := range info.Forms {
		out = AppendForm(out, form.data())
	}
	return append(out, "</query>"...)
}

// data is f as a data form: its FORM_TYPE is a hidden field (XEP-0068).
func (f *InfoForm) data() *Form {
	fields := []FormField{{Var: formType, Type: "hidden", Values: []string{f.Type}}}
	for _, it := range f.Fields {
		fields = append(fields, FormField{Var: it.Var, Values: it.Values})
	}
	return &Form{Type: "result", Fields: fields}
}

// ParseInfo reads the answer to a disco#info query. Forms without a hidden
// FORM_TYPE are left out, as XEP-0115 5.4 has it; ok is false for what it says is
// ill-formed: something twice.
func ParseInfo(query *xmpp.Element) (info Info, ok bool) {
	ok = true
	for i := range query.Children {
		e := &query.Children[i]
		switch {
		case e.Space == NSDiscoInfo && e.Local == "identity":
			it := Identity{Category: e.Attr("category"), Type: e.Attr("type"), Lang: e.Lang(), Name: e.Attr("name")}
			ok = ok && !slices.Contains(info.Identities, it)
			info.Identities = append(info.Identities, it)
		case e.Space == NSDiscoInfo && e.Local == "feature":
			info.Features = append(info.Features, e.Attr("var"))
		case e.Space == NSForm && e.Local == "x":
			form, typed := parseInfoForm(e)
			if !typed {
				continue
			}
			same := func(other InfoForm) bool { return other.Type == form.Type }
			ok = ok && !slices.ContainsFunc(info.Forms, same)
			info.Forms = append(info.Forms, form)
		}
	}
	features := slices.Sorted(slices.Values(info.Features))
	return info, ok && len(slices.Compact(features)) == len(info.Features)
}

func parseInfoForm(x *xmpp.Element) (form InfoForm, typed bool) {
	for i := range x.Children {
		e := &x.Children[i]
		if e.Space != NSForm || e.Local != "field" {
			continue
		}
		field := InfoField{Var: e.Attr("var")}
		for j := range e.Children {
			if v := &e.Children[j]; v.Space == NSForm && v.Local == "value" {
				field.Values = append(field.Values, v.Text)
			}
		}
		if field.Var != formType {
			form.Fields = append(form.Fields, field)
		} else if e.Attr("type") == "hidden" && len(field.Values) > 0 {
			form.Type, typed = field.Values[0], true
		}
	}
	return form, typed
}

// DiscoItems encodes the answer to a disco#items query.
func DiscoItems(node string, items []DiscoItem) []byte {
	var iq stanza.IQ
	payload := iq.DiscoItems()
	payload.Node = node
	for _, item := range items {
		payload.AddItem(item.JID, item.Node, item.Name)
	}
	return marshal(payload)
}
