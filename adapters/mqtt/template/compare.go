package template

import (
	"cmp"
	"math"
	"math/big"
	"strings"
)

// equal is Python's a == b.
func (r *run) equal(a, b value) (bool, error) {
	if err := r.charge(1); err != nil {
		return false, err
	}
	if a.isNumber() && b.isNumber() {
		order, known := orderNumbers(a, b)
		return known && order == 0, nil
	}
	if a.kind != b.kind {
		return false, nil
	}
	switch a.kind {
	case kindText:
		return a.text == b.text, r.charge(len(a.text) >> 4)
	case kindList, kindTuple:
		return r.equalItems(a.items(), b.items())
	case kindDict:
		return r.equalDicts(a.dict(), b.dict())
	case kindTime:
		return a.time().Equal(b.time()), nil
	case kindNone, kindUndefined:
		return true, nil
	}
	return a.ref == b.ref, nil
}

func (r *run) equalItems(a, b []value) (bool, error) {
	if len(a) != len(b) {
		return false, nil
	}
	for i := range a {
		if same, err := r.equal(a[i], b[i]); !same || err != nil {
			return false, err
		}
	}
	return true, nil
}

func (r *run) equalDicts(a, b *dict) (bool, error) {
	if len(a.entries) != len(b.entries) {
		return false, nil
	}
	for i := range a.entries {
		other, ok := b.get(a.entries[i].key)
		if !ok {
			return false, nil
		}
		if same, err := r.equal(a.entries[i].value, other); !same || err != nil {
			return false, err
		}
	}
	return true, nil
}

// order compares values that have an order; it is not known for NaN.
func (r *run) order(a, b value) (order int, known bool, err error) {
	switch {
	case a.isNumber() && b.isNumber():
		order, known = orderNumbers(a, b)
		return order, known, nil
	case a.kind == kindText && b.kind == kindText:
		return strings.Compare(a.text, b.text), true, r.charge(1 + len(a.text)>>4)
	case a.kind == b.kind && a.isSequence():
		return r.orderItems(a.items(), b.items())
	case a.kind == kindTime && b.kind == kindTime:
		return a.time().Compare(b.time()), true, nil
	case a.kind == kindUndefined:
		return 0, false, errUndefined(a)
	case b.kind == kindUndefined:
		return 0, false, errUndefined(b)
	case a.isNumber() || a.kind == kindText || a.isSequence():
		return 0, false, wrongKind("a comparison with "+a.kind.String(), b)
	}
	return 0, false, wrongKind("a comparison", a)
}

func (r *run) orderItems(a, b []value) (int, bool, error) {
	for i := range min(len(a), len(b)) {
		same, err := r.equal(a[i], b[i])
		if err != nil {
			return 0, false, err
		}
		if !same {
			return r.order(a[i], b[i])
		}
	}
	return cmp.Compare(len(a), len(b)), true, nil
}

// orderNumbers compares numbers exactly, as Python does.
func orderNumbers(a, b value) (order int, known bool) {
	if a.kind == kindFloat || b.kind == kindFloat {
		if x, y := toFloat(a), toFloat(b); math.IsNaN(x) || math.IsNaN(y) {
			return 0, false
		} else if a.kind == b.kind || math.IsInf(x, 0) || math.IsInf(y, 0) {
			return cmp.Compare(x, y), true
		}
		return toBigFloat(a).Cmp(toBigFloat(b)), true
	}
	if a.kind == kindBig || b.kind == kindBig {
		return toBig(a).Cmp(toBig(b)), true
	}
	return cmp.Compare(a.integer(), b.integer()), true
}

// toBigFloat is exact for a number that is neither infinite nor NaN.
func toBigFloat(v value) *big.Float {
	switch v.kind {
	case kindFloat:
		return big.NewFloat(v.float())
	case kindBig:
		return new(big.Float).SetInt(toBig(v))
	}
	return new(big.Float).SetInt64(v.integer())
}

// contains is Python's "member in in".
func (r *run) contains(in, member value) (bool, error) {
	switch in.kind {
	case kindUndefined:
		return false, nil
	case kindText:
		if member.kind != kindText {
			return false, wrongKind(`"in" a text`, member)
		}
		return strings.Contains(in.text, member.text), r.charge(1 + len(in.text)>>3)
	case kindDict:
		if _, err := hashOf(member); err != nil {
			return false, err
		}
		_, ok := in.dict().get(member)
		return ok, r.charge(indexFrom)
	case kindList, kindTuple:
		for _, v := range in.items() {
			if same, err := r.equal(v, member); same || err != nil {
				return same, err
			}
		}
		return false, nil
	}
	return false, wrongKind(`"in"`, in)
}
