package adhoc

import (
	"math"

	"thingbridge/devices"
	"thingbridge/gateway/talk"
	"thingbridge/gateway/xep"
)

// Form writes a stage as a form, with the values that its fields have of themselves.
func Form(title string, s *talk.Stage) *xep.Form {
	return formOf(title, s, func(f *talk.Field) []string { return f.Default })
}

// formOf writes a stage as a form, with the values that stand in it.
func formOf(title string, s *talk.Stage, valuesOf func(*talk.Field) []string) *xep.Form {
	form := &xep.Form{Type: "form", Title: title, Instructions: s.Instructions}
	for i := range s.Fields {
		f := &s.Fields[i]
		field := xep.FormField{
			Var: f.Name, Type: fieldTypes[f.Type], Label: f.Label, Help: f.Help, Required: f.Required,
			Values: valuesOf(f), Validate: validateOf(f),
		}
		if f.Secret {
			field.Type, field.Values = "text-private", nil // also not what was filled in before
		}
		for _, option := range f.Options {
			field.Options = append(field.Options, xep.FormOption{Value: option.Value, Label: option.Label})
		}
		form.Fields = append(form.Fields, field)
	}
	return form
}

// fieldTypes are those that every client shows.
var fieldTypes = map[talk.FieldType]string{
	talk.FieldNumber: "text-single", talk.FieldText: "text-single", talk.FieldDuration: "text-single",
	talk.FieldBoolean: "boolean", talk.FieldEnum: "list-single", talk.FieldMulti: "list-multi",
}

// validateOf says what can be filled in. A duration is not said to be a number: it
// can be written as 1h30m.
func validateOf(f *talk.Field) *xep.FormValidate {
	switch f.Type {
	case talk.FieldMulti:
		return &xep.FormValidate{Datatype: "xs:string", Most: len(f.Options)}
	case talk.FieldNumber:
	default:
		return nil
	}
	v := &xep.FormValidate{Datatype: "xs:decimal"}
	if f.Step > 0 && whole(f.Step) && whole(f.Min) {
		v.Datatype = "xs:integer"
	}
	if f.Min != 0 || f.Max != 0 {
		v.Min, v.Max = devices.Number(f.Min).String(), devices.Number(f.Max).String() // "" for an open end
	}
	return v
}

func whole(n float64) bool { return n == math.Trunc(n) && !math.IsInf(n, 0) }
