package xep

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"thingbridge/devices"
	"thingbridge/gateway/xmpp"
)

// NSControl is the namespace of control of the Neuro-Foundation.
const NSControl = "urn:nfi:iot:ctr:1.0"

// Parameter is a value that is to be set. What kind of thing it is set to says the
// name of its element: db, i, l, b, e, s and others.
type Parameter struct{ Kind, Name, Value string }

// ControlRequest asks to set parameters, one by one or with a form.
type ControlRequest struct {
	Nodes      []string // of a gateway, which things
	Parameters []Parameter
	Form       *Form // nil where there is none
}

// ParamError is about one parameter of a control request.
type ParamError struct{ Name, Problem string }

func (e *ParamError) Error() string { return fmt.Sprintf("%.40q: %s", e.Name, e.Problem) }

// ErrControl is wrapped by why a request cannot be read, unless that is a
// [ParamError].
var ErrControl = errors.New("not a control request")

// parameterKinds are the elements of parameters. A colour fits no property, but is
// known, so that it is refused by name.
var parameterKinds = []string{"b", "cl", "d", "dt", "db", "dr", "e", "i", "l", "s", "t"}

// DecodeControl reads a request to set parameters.
func DecodeControl(e *xmpp.Element) (ControlRequest, error) {
	var r ControlRequest
	if e.Space != NSControl || e.Local != "set" {
		return r, fmt.Errorf("%w: %.40q", ErrControl, e.Local)
	}
	var err error
	if r.Nodes, err = nodesOf(e); err != nil {
		return ControlRequest{}, fmt.Errorf("%w: %w", ErrControl, err)
	}
	known := make(map[string]bool)
	for i := range e.Children {
		child := &e.Children[i]
		switch {
		case child.Space == NSForm && child.Local == "x":
			if r.Form != nil {
				return ControlRequest{}, fmt.Errorf("%w: two forms", ErrControl)
			}
			if r.Form, err = DecodeForm(child); err != nil {
				return ControlRequest{}, fmt.Errorf("%w: %w", ErrControl, err)
			}
			if r.Form.Type != "submit" {
				return ControlRequest{}, fmt.Errorf("%w: the form was given up", ErrControl)
			}
		case child.Space == NSControl && slices.Contains(parameterKinds, child.Local):
			p := Parameter{Kind: child.Local, Name: child.Attr("n"), Value: child.Attr("v")}
			if p.Name == "" || len(p.Name) > maxThingName || len(known) == maxThingFields {
				return ControlRequest{}, fmt.Errorf("%w: parameter %.40q has no name, or there are too many", ErrControl, p.Name)
			}
			if known[p.Name] {
				return ControlRequest{}, &ParamError{p.Name, "it is set twice"}
			}
			known[p.Name] = true
			r.Parameters = append(r.Parameters, p)
		}
	}
	if (r.Form == nil) == (len(r.Parameters) == 0) {
		return ControlRequest{}, fmt.Errorf("%w: parameters or a form, and one of them", ErrControl)
	}
	return r, nil
}

// DecodeGetForm reads a request for a form: of which things, to a gateway.
func DecodeGetForm(e *xmpp.Element) (nodes []string, err error) {
	if nodes, err = nodesOf(e); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrControl, err)
	}
	return nodes, nil
}

// ValueOf reads a parameter as a value of a property, of the type that the property
// has. The range is for the caller to check.
func (p *Parameter) ValueOf(property *devices.Property) (devices.Value, error) {
	var v devices.Value
	text := strings.Trim(p.Value, " \t\r\n") // XML Schema collapses the space around all but strings
	switch property.Type {
	case devices.TypeBoolean:
		if p.Kind == "b" {
			switch text {
			case "true", "1":
				v = devices.Boolean(true)
			case "false", "0":
				v = devices.Boolean(false)
			}
		}
	case devices.TypeNumber:
		v = p.number(text)
	case devices.TypeEnum:
		if p.Kind == "e" || p.Kind == "s" {
			v = devices.Text(strings.Clone(p.Value)) // a part of a stanza
		}
	case devices.TypeText:
		if p.Kind != "cl" && len(p.Value) <= devices.MaxText {
			v = devices.Text(strings.Clone(p.Value))
		}
	}
	if v.IsZero() {
		if property.Secret {
			return v, &ParamError{p.Name, "that is no value for a " + property.Type.String()}
		}
		return v, &ParamError{p.Name, fmt.Sprintf("%.60q of type %s is no value for a %s", p.Value, p.Kind, property.Type)}
	}
	return v, nil
}

// number reads an integer, a long or a double. The infinities and what is no number
// are no values.
func (p *Parameter) number(text string) devices.Value {
	bits := 64
	switch p.Kind {
	case "db":
		if strings.ContainsAny(text, "xXpP_iInN") { // hexadecimal, grouping, infinities
			return devices.Value{}
		}
		n, err := strconv.ParseFloat(text, 64)
		if err != nil {
			n = math.NaN()
		}
		return devices.Number(n)
	case "i":
		bits = 32
	case "l":
	default:
		return devices.Value{}
	}
	n, err := strconv.ParseInt(text, 10, bits)
	if err != nil {
		return devices.Value{}
	}
	return devices.Number(float64(n))
}

// AppendControlled appends which parameters were taken, of which things behind a
// gateway.
func AppendControlled(dst []byte, nodes, names []string) []byte {
	dst = appendTag(dst, "resp", "xmlns", NSControl)
	for _, node := range nodes {
		dst = closeTag(appendTag(dst, "nd", "id", node))
	}
	for _, name := range names {
		dst = closeTag(appendTag(dst, "p", "n", name))
	}
	return append(dst, "</resp>"...)
}

// ControlError returns the error of a request for the sake of one parameter.
func ControlError(kind xmpp.ErrorType, condition xmpp.Condition, e *ParamError) *xmpp.StanzaError {
	return &xmpp.StanzaError{
		Type: kind, Condition: condition, Text: e.Error(), Space: NSControl, Specific: "paramError", Var: e.Name,
	}
}
