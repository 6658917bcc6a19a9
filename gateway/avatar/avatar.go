// Package avatar draws the picture of each contact: the kind of device as a glyph,
// its state as a colour and in the glyph. All pictures come from one set of shapes,
// so that a list of contacts looks like one house.
package avatar

import (
	"bytes"
	"crypto/sha1"
	"encoding/base64"
	"encoding/hex"
	"image"
	"image/png"
	"sync"
)

// Type is the media type of all pictures, Side their width and height.
const (
	Type = "image/png"
	Side = side
)

// Look is what decides a picture. It is comparable.
type Look struct {
	Kind  Kind
	State State
}

// Picture is a drawn look. It does not change.
type Picture struct {
	PNG    []byte
	Base64 string // of PNG
	ID     string // hexadecimal SHA-1 of PNG, under which XEP-0084 and XEP-0153 know it
}

// Gallery keeps the pictures that were asked for. The zero Gallery is empty, and
// can be used from any goroutine.
type Gallery struct {
	mu    sync.Mutex
	drawn map[Look]*Picture
}

// Picture returns the picture of a look, drawing it when it is the first that
// asks.
func (g *Gallery) Picture(l Look) *Picture {
	g.mu.Lock()
	defer g.mu.Unlock()
	if p, ok := g.drawn[l]; ok {
		return p
	}
	if g.drawn == nil {
		g.drawn = make(map[Look]*Picture)
	}
	p := newPicture(l)
	g.drawn[l] = p
	return p
}

// Find returns the picture of a kind that has an ID, whatever its state. A client
// may ask for the picture of a moment ago.
func (g *Gallery) Find(k Kind, id string) (*Picture, bool) {
	for s := range states {
		if l := (Look{k, State(s)}); l == l.normal() {
			if p := g.Picture(l); p.ID == id {
				return p, true
			}
		}
	}
	return nil, false
}

func newPicture(l Look) *Picture {
	var out bytes.Buffer
	if err := png.Encode(&out, paint(l)); err != nil {
		return &Picture{} // a buffer and a square image refuse nothing
	}
	sum := sha1.Sum(out.Bytes())
	return &Picture{PNG: out.Bytes(), Base64: base64.StdEncoding.EncodeToString(out.Bytes()), ID: hex.EncodeToString(sum[:])}
}

func paint(l Look) image.Image {
	var c canvas
	glyphs[l.Kind](&c, l.State)
	if l.State == Offline {
		for i := range c.colour {
			c.colour[i].A = uint8(int(c.colour[i].A) * 3 / 4)
		}
	}
	ground := l.ground()
	badge(&c, l.State, ground.bottom)
	return c.over(ground.top, ground.bottom)
}
