package template

import (
	"slices"
	"strings"
)

func filterLength(_ *run, in value, _ []value) (value, error) {
	n, err := in.length()
	return intValue(int64(n)), err
}

func filterFirst(r *run, in value, _ []value) (value, error) {
	items, err := r.iterate(in)
	if err != nil || len(items) == 0 {
		return undefined("the first item"), err
	}
	return items[0], nil
}

func filterLast(r *run, in value, _ []value) (value, error) {
	items, err := r.iterate(in)
	if err != nil || len(items) == 0 {
		return undefined("the last item"), err
	}
	return items[len(items)-1], nil
}

func filterList(r *run, in value, _ []value) (value, error) {
	items, err := r.iterate(in)
	return listValue(items), err
}

func filterReverse(r *run, in value, _ []value) (value, error) {
	items, err := r.iterate(in)
	if err != nil {
		return value{}, err
	}
	items = slices.Clone(items)
	slices.Reverse(items)
	if in.kind == kindText {
		return r.concat(items)
	}
	return r.list(items)
}

func filterItems(r *run, in value, _ []value) (value, error) {
	if in.kind == kindUndefined {
		return listValue(nil), nil
	}
	if in.kind != kindDict {
		return value{}, wrongKind("items", in)
	}
	return r.list(in.dict().pairs())
}

func filterContains(r *run, in value, args []value) (value, error) {
	ok, err := r.contains(in, args[0])
	return boolValue(ok), err
}

// attributes replaces items by an attribute of each; absent leaves them.
func attributes(items []value, attribute value) ([]value, error) {
	if attribute.kind == kindAbsent || attribute.kind == kindNone {
		return items, nil
	}
	out := make([]value, len(items))
	for i, item := range items {
		var err error
		if out[i], err = attributeOf(item, attribute); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func filterJoin(r *run, in value, args []value) (value, error) {
	items, err := r.iterate(in)
	if err != nil {
		return value{}, err
	}
	if items, err = attributes(items, args[1]); err != nil {
		return value{}, err
	}
	between, err := r.str(args[0])
	if err != nil {
		return value{}, err
	}
	var out []byte
	for i, item := range items {
		if i > 0 {
			out = append(out, between...)
		}
		if out = appendText(out, item); len(out) > maxOutput {
			return value{}, errOutput
		}
	}
	return r.text(string(out))
}

func filterMin(r *run, in value, args []value) (value, error) { return r.extreme(in, args, -1) }
func filterMax(r *run, in value, args []value) (value, error) { return r.extreme(in, args, 1) }

// extreme is the first of the items that none exceeds in the wanted direction.
func (r *run) extreme(in value, args []value, want int) (value, error) {
	items, err := r.iterate(in)
	if err != nil {
		return value{}, err
	}
	if len(items) == 0 {
		return undefined("the extreme of nothing"), nil
	}
	keys, err := r.sortKeys(items, args[0], args[1])
	if err != nil {
		return value{}, err
	}
	best := 0
	for i := range keys {
		order, _, err := r.order(keys[i], keys[best])
		if err != nil {
			return value{}, err
		}
		if order*want > 0 {
			best = i
		}
	}
	return items[best], nil
}

// sortKeys are what items are compared by: an attribute, and texts in lower
// case unless case counts.
func (r *run) sortKeys(items []value, caseCounts, attribute value) ([]value, error) {
	keys, err := attributes(items, attribute)
	if err != nil || caseCounts.truth() {
		return keys, err
	}
	keys = slices.Clone(keys)
	for i, k := range keys {
		if k.kind == kindText {
			if err := r.charge(len(k.text)); err != nil {
				return nil, err
			}
			keys[i].text = strings.ToLower(k.text)
		}
	}
	return keys, nil
}

func filterSum(r *run, in value, args []value) (value, error) {
	items, err := r.iterate(in)
	if err != nil {
		return value{}, err
	}
	if items, err = attributes(items, args[0]); err != nil {
		return value{}, err
	}
	sum := args[1]
	if sum.kind == kindAbsent {
		sum = intValue(0)
	}
	for _, item := range items {
		if sum, err = r.arithmetic("+", sum, item); err != nil {
			return value{}, err
		}
	}
	return sum, nil
}

func filterAverage(r *run, in value, args []value) (value, error) {
	items, err := r.iterate(in)
	if err != nil {
		return value{}, err
	}
	if len(items) == 0 {
		return fallback("average", in, args[0])
	}
	sum := 0.0
	for _, item := range items {
		if !item.isNumber() {
			return fallback("average", in, args[0])
		}
		sum += toFloat(item)
	}
	return floatValue(sum / float64(len(items))), nil
}

func filterSort(r *run, in value, args []value) (value, error) {
	items, err := r.iterate(in)
	if err != nil {
		return value{}, err
	}
	keys, err := r.sortKeys(items, args[1], args[2])
	if err != nil {
		return value{}, err
	}
	at := make([]int, len(items))
	for i := range at {
		at[i] = i
	}
	slices.SortStableFunc(at, func(a, b int) int {
		if err != nil {
			return 0
		}
		var order int
		order, _, err = r.order(keys[a], keys[b])
		if args[0].truth() {
			return -order
		}
		return order
	})
	out := make([]value, len(items))
	for i, from := range at {
		out[i] = items[from]
	}
	if err != nil {
		return value{}, err
	}
	return r.list(out)
}

func filterUnique(r *run, in value, args []value) (value, error) {
	items, err := r.iterate(in)
	if err != nil {
		return value{}, err
	}
	keys, err := r.sortKeys(items, args[0], args[1])
	if err != nil {
		return value{}, err
	}
	seen := &dict{}
	var out []value
	for i, k := range keys {
		before := len(seen.entries)
		if err := seen.set(k, noneValue); err != nil {
			return value{}, err
		}
		if len(seen.entries) > before {
			out = append(out, items[i])
		}
	}
	return r.list(out)
}
