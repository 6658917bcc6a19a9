package template

// node is a part of an expression; at is the offset of its first byte.
type node struct {
	kind nodeKind
	at   int
	name string // of a name, member, filter, test, method, function or operator
	lit  value  // of a literal
	args []*node
	// keyed are the arguments that were given by name.
	keyed []keyed
	not   bool // of "is not" and "not in"
}

type keyed struct {
	name string
	arg  *node
}

type nodeKind uint8

const (
	nodeLiteral nodeKind = iota
	nodeName
	nodeMember // args[0].name
	nodeIndex  // args[0][args[1]]
	nodeSlice  // args[0][args[1]:args[2]:args[3]], parts may be nil
	nodeCall   // name(args)
	nodeMethod // args[0].name(args[1:])
	nodeFilter // args[0] | name(args[1:])
	nodeTest   // args[0] is name(args[1:])
	nodeUnary  // name args[0]; name is "-", "+" or "not"
	nodeBinary // args[0] name args[1]
	nodeAnd
	nodeOr
	nodeCompare // args joined by ops
	nodeIf      // args[0] if args[1] else args[2], which may be nil
	nodeConcat  // args[0] ~ args[1] ~ ...
	nodeList
	nodeTuple
	nodeDict // key, value, key, value
	nodeLink // one comparison of a chain: name, not, args[0] is the right side
)

// target is what set and for write to.
type target struct {
	names []string // several unpack a sequence
	field string   // not empty: set names[0].field, of a namespace
	at    int
}

// The statements of a template.
type (
	// section is statements in a row.
	section []statement

	statement interface{ statement() }

	dataStatement struct{ text string }

	printStatement struct{ expr *node }

	ifStatement struct {
		branches []branch
		other    section
	}

	branch struct {
		cond *node
		body section
	}

	forStatement struct {
		target target
		over   *node
		cond   *node // of the items to take, nil for all
		body   section
		other  section // when there was no item
		at     int
	}

	setStatement struct {
		target target
		expr   *node
		body   section // when expr is nil: the text to set
	}

	// jumpStatement is continue or break.
	jumpStatement struct{ flow flow }
)

func (dataStatement) statement()  {}
func (printStatement) statement() {}
func (*ifStatement) statement()   {}
func (*forStatement) statement()  {}
func (*setStatement) statement()  {}
func (*jumpStatement) statement() {}
