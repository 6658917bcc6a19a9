package avatar

import (
	"image"
	"image/color"
	"math"
	"slices"
)

const (
	subRows = 16  // samples of a pixel, from top to bottom
	unit    = 256 // of a coordinate, from left to right; 1 pixel

	full = subRows * unit // coverage of a whole pixel
)

// canvas is a glyph that is being drawn, above a background that shows through
// where nothing is. Coordinates are rounded before anything is decided by them, so
// that every machine draws the same.
type canvas struct {
	colour [side * side]color.NRGBA // with the opacity of the glyph as A
}

// fill draws p.
func (c *canvas) fill(p path, with color.NRGBA) {
	cover(p, func(i, coverage int) {
		below := c.colour[i]
		alpha := int(with.A) * coverage / full
		rest := int(below.A) * (255 - alpha) / 255
		sum := alpha + rest
		if sum == 0 {
			return
		}
		mix := func(a, b uint8) uint8 { return uint8((int(a)*alpha + int(b)*rest + sum/2) / sum) }
		c.colour[i] = color.NRGBA{mix(with.R, below.R), mix(with.G, below.G), mix(with.B, below.B), uint8(sum)}
	})
}

// erase takes p out of what was drawn.
func (c *canvas) erase(p path) {
	cover(p, func(i, coverage int) {
		c.colour[i].A = uint8(int(c.colour[i].A) * (full - coverage) / full)
	})
}

// over lays the glyph on a background that goes from one colour at the top to
// another at the bottom.
func (c *canvas) over(top, bottom color.NRGBA) *image.NRGBA {
	out := image.NewNRGBA(image.Rect(0, 0, side, side))
	for y := range side {
		shade := func(a, b uint8) int { return (int(a)*(side-1-y) + int(b)*y) / (side - 1) }
		r, g, b := shade(top.R, bottom.R), shade(top.G, bottom.G), shade(top.B, bottom.B)
		for x := range side {
			glyph := c.colour[y*side+x]
			mix := func(above uint8, below int) uint8 {
				return uint8((int(above)*int(glyph.A) + below*(255-int(glyph.A)) + 127) / 255)
			}
			out.SetNRGBA(x, y, color.NRGBA{mix(glyph.R, r), mix(glyph.G, g), mix(glyph.B, b), 255})
		}
	}
	return out
}

// edge is one side of an outline in fixed numbers: 1/unit across, 1/subRows down.
type edge struct {
	x1, y1, x2, y2 int // y1 < y2
	winding        int
}

// crossing is where an outline crosses a row of samples.
type crossing struct{ x, winding int }

// cover calls paint for each pixel that p touches, with how much of it is inside.
func cover(p path, paint func(i, coverage int)) {
	var rows [side * subRows][]crossing
	for _, e := range edgesOf(p) {
		for y := max(e.y1, 0); y < min(e.y2, len(rows)); y++ {
			across := (e.x2 - e.x1) * (2*(y-e.y1) + 1) / (2 * (e.y2 - e.y1)) // at the middle of the row
			rows[y] = append(rows[y], crossing{e.x1 + across, e.winding})
		}
	}
	for y := range side {
		var line [side]int
		for _, crossings := range rows[y*subRows : (y+1)*subRows] {
			slices.SortFunc(crossings, func(a, b crossing) int { return a.x - b.x })
			winding := 0
			for i, c := range crossings {
				if winding != 0 {
					span(&line, crossings[i-1].x, c.x)
				}
				winding += c.winding
			}
		}
		for x, coverage := range line {
			if coverage > 0 {
				paint(y*side+x, coverage)
			}
		}
	}
}

func edgesOf(p path) []edge {
	var edges []edge
	for _, outline := range p {
		for i, a := range outline {
			b := outline[(i+1)%len(outline)]
			e := edge{across(a.x), down(a.y), across(b.x), down(b.y), 1}
			if e.y1 > e.y2 {
				e = edge{e.x2, e.y2, e.x1, e.y1, -1}
			}
			if e.y1 != e.y2 {
				edges = append(edges, e)
			}
		}
	}
	return edges
}

func across(x float64) int { return int(math.Round(x * unit)) }
func down(y float64) int   { return int(math.Round(y * subRows)) }

// span adds what lies between two coordinates to the pixels of a line.
func span(line *[side]int, from, to int) {
	from, to = max(from, 0), min(to, side*unit)
	for from < to {
		x := from / unit
		end := min(to, (x+1)*unit)
		line[x] += end - from
		from = end
	}
}
