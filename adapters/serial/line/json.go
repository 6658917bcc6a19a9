package line

import (
	"thingbridge/adapters/leaves"
)

// jsonReader reads an object of JSON; each of its leaves is a field, with its path as
// the key.
type jsonReader struct {
	document leaves.Document
	text     []byte // of leaves with escapes
}

func (j *jsonReader) read(dst []field, line []byte) ([]field, error) {
	if line[0] != '{' && line[0] != '[' {
		return dst, nil
	}
	if err := j.document.Read(line); err != nil {
		return dst, err
	}
	j.text = j.text[:0]
	all := j.document.All()
	for i := range all[:min(len(all), maxFields)] {
		leaf := &all[i]
		f := field{key: leaf.Path, value: leaf.Raw, at: 1, null: leaf.Kind == leaves.Null}
		if leaf.Kind == leaves.Text {
			from := len(j.text)
			j.text = leaf.AppendText(j.text)
			f.value = j.text[from:len(j.text):len(j.text)]
		}
		dst = append(dst, f)
	}
	return dst, nil
}
