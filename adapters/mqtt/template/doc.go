// Package template renders the value and command templates that MQTT devices
// announce for Home Assistant: the part of Jinja2 they use, with Home
// Assistant's filters.
//
// Compile turns a text into closures once; Append runs them over a Message.
// Nothing of a template is interpreted at run time, and a template can reach
// nothing but its Message: no files, no network, no clock of its own.
//
// Printing and arithmetic are Python's: True, None, 1.0 and 1e-05, integers
// of any length, dictionaries in the order of their keys in the payload. What
// is missing is undefined: it prints as nothing, and fails in arithmetic and
// when something is asked of it. A payload that is not JSON leaves value_json
// undefined.
//
// Templates and payloads come from strangers. Both are bounded, see the
// constants; work beyond the bounds is an error and never a panic.
package template
