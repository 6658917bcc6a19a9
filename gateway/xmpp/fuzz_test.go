package xmpp

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// opening declares what the elements of the fuzz test are inside of.
const opening = "<stream:stream xmlns='jabber:component:accept' xmlns:stream='http://etherx.jabber.org/streams' xmlns:d='urn:d'>"

// FuzzElement holds that what the parser accepts, encoding/xml accepts and reads
// as the same, and that what we write of it is read as the same again.
func FuzzElement(f *testing.F) {
	for _, seed := range []string{
		"<message/>", "<message from='a@b/c' to=\"d\"><body xml:lang='de'>a&lt;&#x41;&#10;</body></message>",
		"<a xmlns='urn:a'><b xmlns:p='urn:p' p:c='1'><p:d/>text</b>more<![CDATA[<]]]>]]>\r\n</a>",
		"<d:a\n d:b = 'x\ty' ></d:a >", "<a><b></a></b>", "<a b='1' b='2'/>", "<a>]]></a>", "<é/>", "<a:b/>",
		"<a xmlns:xml='urn:x'/>", "<a xmlns:p=''/>", "<stream:error/>", "<a>&amp;&bad;</a>", "<a/><b/>", "<a>\xff</a>",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		p := newParser()
		if _, err := p.streamHeader([]byte(opening)); err != nil {
			t.Fatal(err)
		}
		got, err := p.element(in)
		if refused := (*StanzaError)(nil); err != nil && !errors.As(err, &refused) && !errors.Is(err, errNotWellFormed) && !errors.Is(err, errRestricted) {
			t.Fatalf("unknown sort of error: %v", err)
		}
		if err != nil {
			return
		}
		want, err := expected(opening, in)
		if err != nil {
			if strings.Contains(err.Error(), "invalid XML name") && !isASCII(in) {
				return // encoding/xml knows the names of the fourth edition of XML 1.0, we those of the fifth
			}
			t.Fatalf("encoding/xml refuses %q: %v", in, err)
		}
		if diff := cmp.Diff(spaced(want), spaced(got)); diff != "" {
			t.Fatalf("element %q (-encoding/xml +ours):\n%s", in, diff)
		}
		again, err := p.element(AppendElement(nil, &got))
		if err != nil {
			t.Fatalf("reading back %q: %v", AppendElement(nil, &got), err)
		}
		if diff := cmp.Diff(got, again, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("written and read back (-first +second):\n%s", diff)
		}
	})
}

// spaced makes up for encoding/xml, which does not normalise white space in
// attributes (XML 1.0, 3.3.3), those that declare namespaces included.
func spaced(e Element) Element {
	spaces := strings.NewReplacer("\t", " ", "\n", " ", "\r", " ")
	out := Element{Space: spaces.Replace(e.Space), Local: e.Local, Text: e.Text}
	for _, a := range e.Attrs {
		out.Attrs = append(out.Attrs, Attr{spaces.Replace(a.Space), a.Local, spaces.Replace(a.Value)})
	}
	for _, c := range e.Children {
		out.Children = append(out.Children, spaced(c))
	}
	return out
}

func isASCII(b []byte) bool {
	return !slices.ContainsFunc(b, func(c byte) bool { return c >= utf8.RuneSelf })
}

// expected is what encoding/xml makes of the element in, inside of outer.
func expected(outer string, in []byte) (Element, error) {
	d := xml.NewDecoder(io.MultiReader(strings.NewReader(outer), bytes.NewReader(in), strings.NewReader("</stream:stream>")))
	root, err := decodeElement(d, nil)
	if err != nil {
		return Element{}, err
	}
	if len(root.Children) != 1 || strings.TrimSpace(root.Text) != "" {
		return Element{}, errors.New("not one element")
	}
	return root.Children[0], nil
}

// decodeElement reads what start begins, or the first element when it is nil.
func decodeElement(d *xml.Decoder, start *xml.StartElement) (Element, error) {
	var e Element
	if start != nil {
		e.Space, e.Local = start.Name.Space, start.Name.Local
		for _, a := range start.Attr {
			if a.Name.Space != "xmlns" && a.Name != (xml.Name{Local: "xmlns"}) {
				e.Attrs = append(e.Attrs, Attr{a.Name.Space, a.Name.Local, a.Value})
			}
		}
	}
	for {
		token, err := d.Token()
		if err != nil {
			return e, err
		}
		switch token := token.(type) {
		case xml.StartElement:
			child, err := decodeElement(d, &token)
			if err != nil || start == nil {
				return child, err
			}
			e.Children = append(e.Children, child)
		case xml.CharData:
			e.Text += string(token)
		case xml.EndElement:
			return e, nil
		default:
			return e, errors.New("not an element or text")
		}
	}
}

// FuzzFrames holds that the frames of a stream do not depend on how it is cut
// into reads, never exceed their limit, and that a frame the parser accepts is
// an element to encoding/xml.
func FuzzFrames(f *testing.F) {
	for _, seed := range []string{
		"<a/><b></b> <c><d/></c></stream:stream>", "<a b='>'/><c>]]></c>", "<a><![CDATA[</a>]]]]></a>", "</a>", "<!-- -->", "<a<b>",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		whole, err := frames(bytes.NewReader(in))
		one, errOne := frames(iotest.OneByteReader(bytes.NewReader(in)))
		if diff := cmp.Diff(whole, one); diff != "" || err.Error() != errOne.Error() {
			t.Fatalf("frames of %q, in one read (-) and one by one (+), %v and %v:\n%s", in, err, errOne, diff)
		}
		joined := strings.Join(whole, "")
		if !isSubsequence(joined, string(in)) {
			t.Fatalf("frames %q are not in %q", whole, in)
		}
	})
}

func frames(r io.Reader) ([]string, error) {
	fr := newFramer(io.MultiReader(strings.NewReader(opening), r))
	var out []string
	for {
		got, err := fr.next()
		if err != nil {
			return out, err
		}
		out = append(out, string(got.bytes))
		if got.end == streamEnd {
			return out[1:], io.EOF
		}
	}
}

// isSubsequence holds for frames, between which only spaces are left out, and
// for the header, which comes from elsewhere.
func isSubsequence(part, whole string) bool {
	part = strings.TrimPrefix(part, opening)
	for i := 0; i < len(whole) && part != ""; i++ {
		if whole[i] == part[0] {
			part = part[1:]
		}
	}
	return part == ""
}

// FuzzEscape holds that whatever is appended as text or attribute, encoding/xml
// and our parser read it as the input with U+FFFD for what XML cannot carry.
func FuzzEscape(f *testing.F) {
	for _, seed := range []string{"", "a<b>&\"'", "]]>", "\r\n\t", "\x00\x0b\xff\xed\xa0\x80", "\uFFFE\uFFFF\uFFFD☺", "\U0010FFFF"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		want := strings.Map(func(r rune) rune {
			if !isChar(uint64(r)) {
				return utf8.RuneError
			}
			return r
		}, s)
		for _, quote := range []string{"'", `"`} {
			b := append(append([]byte("<a b="+quote), AppendAttr(nil, s)...), quote+">"...)
			b = append(AppendText(b, s), "</a>"...)
			if twin := AppendText(AppendAttr(nil, []byte(s)), []byte(s)); !bytes.Equal(twin, AppendText(AppendAttr(nil, s), s)) {
				t.Fatalf("strings and bytes are escaped differently: %q", twin)
			}
			theirs, err := expected("<stream:stream xmlns:stream='urn:s'>", b)
			if err != nil {
				t.Fatalf("encoding/xml refuses %q: %v", b, err)
			}
			ours, err := newParser().element(b)
			if err != nil {
				t.Fatalf("the parser refuses %q: %v", b, err)
			}
			element := Element{Local: "a", Attrs: []Attr{{Local: "b", Value: want}}, Text: want}
			if diff := cmp.Diff([]Element{element, element}, []Element{theirs, ours}); diff != "" {
				t.Fatalf("%q (-want +encoding/xml, parser):\n%s", b, diff)
			}
		}
	})
}

// FuzzParseJID holds that an address is parsed from what it writes, that its
// parts make it again, and that the short way agrees with the long one.
func FuzzParseJID(f *testing.F) {
	for _, seed := range []string{
		"a@b/c", "b", "A@B.Example./C d", "a@b/c@d/e", "@b", "a@", "b/", "ß@b", "a@[::1]/x", "a@1.2.3.4", "a@xn--bcher-kva.test",
		"a@b..c", "ǅ@b/\u00a0", "a\\20b@c", "a@b-", "a@-b", "a@b.1", "a@127.1", "\u1E9B\u0323@b",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		j, err := ParseJID(s)
		if err != nil {
			if !errors.Is(err, ErrBadJID) || j != (JID{}) {
				t.Fatalf("ParseJID(%q) = %+v, %v, want ErrBadJID", s, j, err)
			}
			if _, ok := parsePlain(s); ok {
				t.Fatalf("the short way takes %q", s)
			}
			return
		}
		if again, err := ParseJID(j.String()); err != nil || again != j {
			t.Fatalf("ParseJID(%q) = %+v, %v, want %+v", j, again, err, j)
		}
		if long, err := parseAny(s); err != nil || long != j {
			t.Fatalf("the long way makes %+v, %v of %q, want %+v", long, err, s, j)
		}
		if joined, err := NewJID(j.Local(), j.Domain(), j.Resource()); err != nil || joined != j {
			t.Fatalf("NewJID of the parts of %q = %+v, %v", j, joined, err)
		}
		bare, err := ParseJID(j.Bare().String())
		if err != nil || bare != j.Bare() || !bare.IsBare() {
			t.Fatalf("ParseJID(%q) = %+v, %v, want the bare %+v", j.Bare(), bare, err, j.Bare())
		}
		if full, err := bare.WithResource(j.Resource()); err != nil || full != j {
			t.Fatalf("WithResource(%q) = %+v, %v, want %+v", j.Resource(), full, err, j)
		}
	})
}
