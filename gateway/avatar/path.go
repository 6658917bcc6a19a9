package avatar

import "math"

// side is the length of a picture's side, in pixels and in the units of paths.
const side = 128

type point struct{ x, y float64 }

// path is closed outlines. What any of them surrounds is inside, so that shapes
// can be joined by appending.
type path [][]point

// join is all of the paths as one.
func join(paths ...path) path {
	var all path
	for _, p := range paths {
		all = append(all, p...)
	}
	return all
}

// outline is a path of one closed outline, whichever way round it is given.
func outline(points ...point) path {
	area := 0.0
	for i, a := range points {
		b := points[(i+1)%len(points)]
		area += a.x*b.y - b.x*a.y
	}
	if area < 0 {
		for i, j := 0, len(points)-1; i < j; i, j = i+1, j-1 {
			points[i], points[j] = points[j], points[i]
		}
	}
	return path{points}
}

// polygon takes its corners as x, y, x, y.
func polygon(xy ...float64) path { return outline(points(xy)...) }

func points(xy []float64) []point {
	all := make([]point, 0, len(xy)/2)
	for i := 0; i+1 < len(xy); i += 2 {
		all = append(all, point{xy[i], xy[i+1]})
	}
	return all
}

// soft is a polygon whose corners are rounded outwards by r.
func soft(r float64, xy ...float64) path {
	return join(polygon(xy...), line(2*r, append(xy, xy[:2]...)...))
}

func disc(x, y, r float64) path { return outline(around(x, y, r, 0, 360)...) }

// around is points on a circle, clockwise from the right, in degrees.
func around(x, y, r, from, to float64) []point {
	steps := int(math.Ceil(math.Abs(to-from) / 360 * (12 + 2*r)))
	all := make([]point, 0, steps+1)
	for i := range steps + 1 {
		sin, cos := math.Sincos((from + (to-from)*float64(i)/float64(steps)) * math.Pi / 180)
		all = append(all, point{x + r*cos, y + r*sin})
	}
	return all
}

// box is a rectangle with rounded corners.
func box(x, y, w, h, r float64) path {
	all := around(x+w-r, y+r, r, 270, 360)
	all = append(all, around(x+w-r, y+h-r, r, 0, 90)...)
	all = append(all, around(x+r, y+h-r, r, 90, 180)...)
	return outline(append(all, around(x+r, y+r, r, 180, 270)...)...)
}

// line is a stroke of a width through points, x, y, x, y, with round ends and
// corners.
func line(width float64, xy ...float64) path { return stroke(width, points(xy)) }

// arc is a stroke along a circle.
func arc(width, x, y, r, from, to float64) path { return stroke(width, around(x, y, r, from, to)) }

func stroke(width float64, along []point) path {
	half := width / 2
	var all path
	for i, b := range along {
		all = append(all, disc(b.x, b.y, half)...)
		if i == 0 {
			continue
		}
		a := along[i-1]
		length := math.Hypot(b.x-a.x, b.y-a.y)
		if length == 0 {
			continue
		}
		dx, dy := (b.y-a.y)/length*half, (a.x-b.x)/length*half
		all = append(all, outline(point{a.x + dx, a.y + dy}, point{b.x + dx, b.y + dy}, point{b.x - dx, b.y - dy}, point{a.x - dx, a.y - dy})...)
	}
	return all
}

// curve is an outline of cubic curves: the first point, then for each curve its
// two controls and its end.
func curve(xy ...float64) path {
	const steps = 16
	given := points(xy)
	all := []point{given[0]}
	for i := 0; i+3 < len(given); i += 3 {
		a, b, c, d := given[i], given[i+1], given[i+2], given[i+3]
		for step := 1; step <= steps; step++ {
			t := float64(step) / steps
			u := 1 - t
			wa, wb, wc, wd := u*u*u, 3*u*u*t, 3*u*t*t, t*t*t
			all = append(all, point{wa*a.x + wb*b.x + wc*c.x + wd*d.x, wa*a.y + wb*b.y + wc*c.y + wd*d.y})
		}
	}
	return outline(all...)
}

// turned is p turned clockwise around a point.
func turned(p path, x, y, degrees float64) path {
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	return moved(p, func(q point) point {
		dx, dy := q.x-x, q.y-y
		return point{x + dx*cos - dy*sin, y + dx*sin + dy*cos}
	})
}

// scaled is p, made larger around the origin and then shifted.
func scaled(p path, factor, dx, dy float64) path {
	return moved(p, func(q point) point { return point{q.x*factor + dx, q.y*factor + dy} })
}

func moved(p path, to func(point) point) path {
	all := make(path, len(p))
	for i, outline := range p {
		all[i] = make([]point, len(outline))
		for j, q := range outline {
			all[i][j] = to(q)
		}
	}
	return all
}
