package xep

import (
	"errors"
	"fmt"

	"thingbridge/gateway/xmpp"
)

// Namespaces of data forms (XEP-0004) and of what is said about their values
// (XEP-0122).
const (
	NSForm         = "jabber:x:data"
	NSFormValidate = "http://jabber.org/protocol/xdata-validate"
)

// The limits of a form that is filled in. Ours stay far below them.
const (
	maxFormFields = 1000
	maxFormValues = 5000 // of all fields together
	maxFormValue  = 4096 // bytes
)

// Form is a data form: one that asks, one that is filled in, or a result.
type Form struct {
	Type         string // form, submit, cancel or result
	Title        string
	Instructions string
	Fields       []FormField
	Reported     []FormField   // the columns of a table
	Rows         [][]FormField // its rows; a field has a Var and Values
}

// FormField is a field of a form.
type FormField struct {
	Var, Type, Label, Help string
	Required               bool
	Values                 []string
	Options                []FormOption
	Validate               *FormValidate
}

// FormOption is a value that can be chosen.
type FormOption struct{ Value, Label string }

// FormValidate says what values of a field can be (XEP-0122 3). Empty bounds are
// none.
type FormValidate struct {
	Datatype string // "xs:decimal"
	Min, Max string
	Most     int // how many can be chosen of many; 0: that is not said
}

// ErrForm is wrapped by why a form cannot be read.
var ErrForm = errors.New("not a form that is filled in")

// DecodeForm reads a form that somebody filled in or gave up: of type submit or
// cancel.
func DecodeForm(e *xmpp.Element) (*Form, error) {
	f := &Form{Type: e.Attr("type")}
	if e.Space != NSForm || e.Local != "x" || f.Type != "submit" && f.Type != "cancel" {
		return nil, fmt.Errorf("%w: type %.20q, want submit", ErrForm, f.Type)
	}
	known := make(map[string]bool)
	total := 0
	for i := range e.Children {
		child := &e.Children[i]
		if child.Space != NSForm || child.Local != "field" {
			continue
		}
		field := FormField{Var: child.Attr("var"), Type: child.Attr("type")}
		if field.Var == "" && field.Type == "fixed" {
			continue // a heading, given back
		}
		if field.Var == "" || len(field.Var) > maxFormValue || known[field.Var] {
			return nil, fmt.Errorf("%w: field %.40q has no name of its own", ErrForm, field.Var)
		}
		known[field.Var] = true
		for j := range child.Children {
			value := &child.Children[j]
			if value.Space != NSForm || value.Local != "value" {
				continue
			}
			if total++; len(value.Text) > maxFormValue || total > maxFormValues {
				return nil, fmt.Errorf("%w: field %.40q says too much", ErrForm, field.Var)
			}
			field.Values = append(field.Values, value.Text)
		}
		if f.Fields = append(f.Fields, field); len(f.Fields) > maxFormFields {
			return nil, fmt.Errorf("%w: more than %d fields", ErrForm, maxFormFields)
		}
	}
	return f, nil
}

// Values returns what a field has, and whether the form has the field.
func (f *Form) Values(name string) (values []string, ok bool) {
	for i := range f.Fields {
		if f.Fields[i].Var == name {
			return f.Fields[i].Values, true
		}
	}
	return nil, false
}

// AppendForm appends a form.
func AppendForm(dst []byte, f *Form) []byte {
	dst = append(dst, "<x xmlns='"+NSForm+"' type='"...)
	dst = append(xmpp.AppendAttr(dst, f.Type), "'>"...)
	dst = appendElement(dst, "title", f.Title)
	dst = appendElement(dst, "instructions", f.Instructions)
	for i := range f.Fields {
		dst = appendField(dst, &f.Fields[i])
	}
	if len(f.Reported) > 0 {
		dst = append(dst, "<reported>"...)
		for i := range f.Reported {
			dst = appendField(dst, &f.Reported[i])
		}
		dst = append(dst, "</reported>"...)
		for _, row := range f.Rows {
			dst = append(dst, "<item>"...)
			for i := range row {
				dst = appendField(dst, &row[i])
			}
			dst = append(dst, "</item>"...)
		}
	}
	return append(dst, "</x>"...)
}

func appendField(dst []byte, f *FormField) []byte {
	dst = append(dst, "<field"...)
	for _, a := range [...]struct{ name, value string }{{" var='", f.Var}, {" type='", f.Type}, {" label='", f.Label}} {
		if a.value != "" {
			dst = append(xmpp.AppendAttr(append(dst, a.name...), a.value), '\'')
		}
	}
	dst = append(dst, '>')
	dst = appendElement(dst, "desc", f.Help)
	if f.Required {
		dst = append(dst, "<required/>"...)
	}
	if f.Validate != nil {
		dst = appendValidate(dst, f.Validate)
	}
	for _, value := range f.Values {
		dst = append(xmpp.AppendText(append(dst, "<value>"...), value), "</value>"...)
	}
	for _, option := range f.Options {
		dst = append(xmpp.AppendAttr(append(dst, "<option label='"...), option.Label), "'><value>"...)
		dst = append(xmpp.AppendText(dst, option.Value), "</value></option>"...)
	}
	return append(dst, "</field>"...)
}

func appendValidate(dst []byte, v *FormValidate) []byte {
	dst = append(dst, "<validate xmlns='"+NSFormValidate+"' datatype='"...)
	dst = append(xmpp.AppendAttr(dst, v.Datatype), "'>"...)
	if v.Min == "" && v.Max == "" {
		dst = append(dst, "<basic/>"...)
	} else {
		dst = append(dst, "<range"...)
		if v.Min != "" {
			dst = append(xmpp.AppendAttr(append(dst, " min='"...), v.Min), '\'')
		}
		if v.Max != "" {
			dst = append(xmpp.AppendAttr(append(dst, " max='"...), v.Max), '\'')
		}
		dst = append(dst, "/>"...)
	}
	if v.Most > 0 {
		dst = append(dst, fmt.Sprintf("<list-range max='%d'/>", v.Most)...)
	}
	return append(dst, "</validate>"...)
}
