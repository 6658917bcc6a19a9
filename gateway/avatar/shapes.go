package avatar

// Shapes that several glyphs share.

// drop is a drop of water around a point.
func drop(x, y, size float64) path {
	return scaled(curve(0, -40, 8, -26, 28, -6, 28, 12, 28, 28, 15, 38, 0, 38, -15, 38, -28, 28, -28, 12, -28, -6, -8, -26, 0, -40), size, x, y)
}

// flame is around the origin, 40 high.
func flame() path {
	return curve(
		2, -22, 4, -12, 15, -6, 15, 7,
		15, 16, 8, 21, 0, 21,
		-8, 21, -15, 16, -15, 7,
		-15, 1, -12, -4, -8, -8,
		-7, -3, -6, -1, -3, 0,
		-5, -8, -4, -16, 2, -22)
}

func snowflake(x, y, r, width float64) path {
	var all path
	for i := range 6 {
		arm := join(line(width, x, y, x, y-r), line(width*0.9, x-r*0.3, y-r*0.88, x, y-r*0.58, x+r*0.3, y-r*0.88))
		all = append(all, turned(arm, x, y, float64(60*i))...)
	}
	return all
}

func bolt(x, y, size float64) path {
	return scaled(polygon(4, -20, -11, 3, -1, 3, -4, 20, 11, -4, 1, -4), size, x, y)
}

// wave is a bow of water, 20 wide.
func wave(x, y float64) path {
	return stroke(5.5, []point{{x, y}, {x + 3.5, y - 3}, {x + 7, y - 3}, {x + 10, y}, {x + 13, y + 3}, {x + 16.5, y + 3}, {x + 20, y}})
}
