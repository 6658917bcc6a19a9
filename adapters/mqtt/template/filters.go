package template

// filters are Jinja2's and Home Assistant's, by name. map, select and their
// kin are in each.go, those with regular expressions in regex.go.
var filters = map[string]builtin{
	// any value
	"default":    {[]string{"default_value?", "boolean?"}, filterDefault},
	"d":          {[]string{"default_value?", "boolean?"}, filterDefault},
	"is_defined": {nil, filterIsDefined},
	"string":     {nil, filterString},
	"iif":        {[]string{"if_true?", "if_false?", "if_none?"}, filterIif},
	"tojson":     {[]string{"indent?"}, filterToJSON},
	"to_json":    {[]string{"ensure_ascii?", "pretty_print?", "sort_keys?"}, filterToJSONCompact},
	"from_json":  {[]string{"default?"}, filterFromJSON},
	"unpack":     {[]string{"format_string", "offset?"}, filterUnpack},

	// texts
	"lower":      {nil, textFilter(lowerText)},
	"upper":      {nil, textFilter(upperText)},
	"capitalize": {nil, textFilter(capitalizeText)},
	"title":      {nil, textFilter(titleText)},
	"trim":       {[]string{"chars?"}, filterTrim},
	"truncate":   {[]string{"length?", "killwords?", "end?", "leeway?"}, filterTruncate},
	"replace":    {[]string{"old", "new", "count?"}, filterReplace},
	"format":     {[]string{"..."}, filterFormat},
	"split":      {[]string{"sep?", "maxsplit?"}, methodSplit},
	"safe":       {nil, filterString},

	// numbers
	"float":       {[]string{"default?"}, filterFloat},
	"int":         {[]string{"default?", "base?"}, filterInt},
	"bool":        {[]string{"default?"}, filterBool},
	"round":       {[]string{"precision?", "method?", "default?"}, filterRound},
	"abs":         {nil, filterAbs},
	"multiply":    {[]string{"amount", "default?"}, filterMultiply},
	"add":         {[]string{"amount", "default?"}, filterAdd},
	"sqrt":        {[]string{"default?"}, filterSqrt},
	"log":         {[]string{"base?", "default?"}, filterLog},
	"is_number":   {nil, filterIsNumber},
	"bitwise_and": {[]string{"second_value"}, bitwise(func(a, b int64) int64 { return a & b })},
	"bitwise_or":  {[]string{"second_value"}, bitwise(func(a, b int64) int64 { return a | b })},
	"bitwise_xor": {[]string{"second_value"}, bitwise(func(a, b int64) int64 { return a ^ b })},
	"ord":         {nil, filterOrd},

	// sequences
	"length":   {nil, filterLength},
	"count":    {nil, filterLength},
	"first":    {nil, filterFirst},
	"last":     {nil, filterLast},
	"list":     {nil, filterList},
	"join":     {[]string{"d?", "attribute?"}, filterJoin},
	"min":      {[]string{"case_sensitive?", "attribute?"}, filterMin},
	"max":      {[]string{"case_sensitive?", "attribute?"}, filterMax},
	"sum":      {[]string{"attribute?", "start?"}, filterSum},
	"average":  {[]string{"default?"}, filterAverage},
	"sort":     {[]string{"reverse?", "case_sensitive?", "attribute?"}, filterSort},
	"unique":   {[]string{"case_sensitive?", "attribute?"}, filterUnique},
	"reverse":  {nil, filterReverse},
	"items":    {nil, filterItems},
	"contains": {[]string{"value"}, filterContains},

	// times
	"as_timestamp":     {[]string{"default?"}, filterAsTimestamp},
	"as_datetime":      {[]string{"default?"}, filterAsDatetime},
	"as_local":         {nil, filterAsLocal},
	"timestamp_custom": {[]string{"date_format?", "local?", "default?"}, filterTimestampCustom},
	"timestamp_local":  {[]string{"default?"}, filterTimestampLocal},
	"timestamp_utc":    {[]string{"default?"}, filterTimestampUTC},
}

// filterNamed finds a filter.
func (c *compiler) filterNamed(name string) (builtin, bool) {
	if b, ok := filters[name]; ok {
		return b, true
	}
	b, ok := c.patterns.table()[name]
	c.patterns.used = c.patterns.used || ok
	return b, ok
}

func filterDefault(_ *run, in value, args []value) (value, error) {
	if in.kind != kindUndefined && (!args[1].truth() || in.truth()) {
		return in, nil
	}
	if args[0].kind == kindAbsent {
		return textValue(""), nil
	}
	return args[0], nil
}

func filterIsDefined(_ *run, in value, _ []value) (value, error) {
	if in.kind == kindUndefined {
		return value{}, errUndefined(in)
	}
	return in, nil
}

func filterString(r *run, in value, _ []value) (value, error) {
	s, err := r.str(in)
	return textValue(s), err
}

func filterIif(_ *run, in value, args []value) (value, error) {
	switch {
	case in.kind == kindNone && args[2].kind != kindAbsent:
		return args[2], nil
	case in.truth() && args[0].kind == kindAbsent:
		return boolValue(true), nil
	case in.truth():
		return args[0], nil
	case args[1].kind == kindAbsent:
		return boolValue(false), nil
	}
	return args[1], nil
}
