package avatar

import "image/color"

var (
	white = color.NRGBA{255, 255, 255, 255}
	faint = color.NRGBA{255, 255, 255, 110} // what is there but not on
)

// glyphs draws each kind, as it is in a state. What lies farther than 56 from the
// middle is lost where clients cut pictures round.
var glyphs = map[Kind]func(c *canvas, s State){
	Generic:     drawGeneric,
	House:       drawHouse,
	Thermostat:  drawThermostat,
	Temperature: drawTemperature,
	Humidity:    drawHumidity,
	Light:       drawLight,
	Plug:        drawPlug,
	Switch:      drawSwitch,
	Button:      drawButton,
	Sensor:      drawSensor,
	Motion:      drawMotion,
	Door:        drawDoor,
	Window:      drawWindow,
	Cover:       drawCover,
	Lock:        drawLock,
	Leak:        drawLeak,
	Smoke:       drawSmoke,
	Fan:         drawFan,
	Meter:       drawMeter,
	Battery:     drawBattery,
	Solar:       drawSolar,
	Camera:      drawCamera,
	Vacuum:      drawVacuum,
	Media:       drawMedia,
}

func drawGeneric(c *canvas, _ State) {
	for _, at := range []float64{50, 64, 78} {
		c.fill(join(line(5, at, 28, at, 100), line(5, 28, at, 100, at)), white)
	}
	c.fill(box(38, 38, 52, 52, 9), white)
	c.erase(box(51, 51, 26, 26, 5))
	c.fill(box(51, 51, 26, 26, 5), faint)
}

func drawHouse(c *canvas, _ State) {
	c.fill(box(80, 32, 10, 24, 2), white)
	c.fill(soft(4, 64, 29, 101, 63, 27, 63), white)
	c.fill(box(37, 56, 54, 43, 6), white)
	c.erase(join(box(56, 72, 16, 30, 4), polygon(56, 84, 72, 84, 72, 106, 56, 106)))
}

func drawThermostat(c *canvas, s State) {
	c.fill(arc(9, 64, 66, 36, 140, 400), faint)
	end := map[State]float64{Heating: 350, Cooling: 200}[s]
	if end == 0 {
		end = 270
	}
	c.fill(arc(9, 64, 66, 36, 140, end), white)
	knob := around(64, 66, 36, end, end+1)[0]
	c.fill(disc(knob.x, knob.y, 8.5), white)
	switch s {
	case Heating:
		c.fill(scaled(flame(), 0.98, 64, 67), white)
	case Cooling:
		c.fill(snowflake(64, 67, 17, 4), white)
	default:
		c.fill(join(line(8, 64, 52, 64, 72), disc(64, 78, 10)), white)
		c.erase(disc(64, 78, 4.5))
	}
}

func drawTemperature(c *canvas, _ State) {
	c.fill(join(line(24, 58, 38, 58, 82), disc(58, 86, 19)), white)
	c.erase(join(line(12, 58, 38, 58, 82), disc(58, 86, 13)))
	c.fill(join(line(6, 58, 56, 58, 84), disc(58, 86, 9)), white)
	c.fill(join(line(5, 80, 36, 90, 36), line(5, 80, 49, 86, 49), line(5, 80, 62, 90, 62)), white)
}

func drawHumidity(c *canvas, _ State) {
	c.fill(drop(64, 64, 1), white)
	c.erase(join(line(6, 75, 58, 53, 84), disc(54, 63, 5.5), disc(74, 79, 5.5)))
}

func drawLight(c *canvas, s State) {
	if s == On {
		for i := range 5 {
			ray := float64(180 + 45*i)
			from, to := around(64, 58, 35, ray, ray+1)[0], around(64, 58, 45, ray, ray+1)[0]
			c.fill(line(6, from.x, from.y, to.x, to.y), white)
		}
	}
	c.fill(join(disc(64, 58, 25), polygon(45, 70, 83, 70, 75, 86, 53, 86)), white)
	c.fill(join(line(7, 57, 93, 71, 93), line(6, 61, 101, 67, 101)), white)
	if s != On {
		c.erase(arc(4.5, 64, 58, 16, 180, 265))
	}
}

func drawPlug(c *canvas, s State) {
	c.fill(box(30, 30, 68, 68, 18), white)
	c.erase(disc(64, 64, 25))
	c.fill(disc(64, 64, 25), faint)
	if s == On {
		c.fill(disc(64, 64, 25), white)
		c.erase(join(arc(4, 64, 64, 24, 0, 360)))
		c.erase(join(disc(55, 64, 4.5), disc(73, 64, 4.5)))
		return
	}
	c.fill(join(disc(55, 64, 4.5), disc(73, 64, 4.5)), white)
}

func drawSwitch(c *canvas, s State) {
	c.fill(box(26, 44, 76, 40, 20), white)
	if s == On {
		c.erase(disc(82, 64, 14))
		return
	}
	c.erase(box(32, 50, 64, 28, 14))
	c.fill(disc(46, 64, 10), white)
}

func drawButton(c *canvas, _ State) {
	c.fill(box(45, 22, 38, 84, 14), white)
	c.erase(disc(64, 42, 11))
	c.fill(disc(64, 42, 5.5), white)
	for _, y := range []float64{65, 78, 91} {
		c.erase(join(disc(56, y, 4), disc(72, y, 4)))
	}
}

func drawSensor(c *canvas, _ State) {
	c.fill(disc(64, 64, 9), white)
	for i, r := range []float64{21, 34} {
		shade := []color.NRGBA{white, faint}[i]
		c.fill(join(arc(7, 64, 64, r, -48, 48), arc(7, 64, 64, r, 132, 228)), shade)
	}
}

func drawMotion(c *canvas, s State) {
	c.fill(disc(70, 32, 9), white)
	c.fill(join(
		line(13, 65, 50, 60, 68),
		line(8, 66, 49, 79, 58, 88, 57), line(8, 62, 49, 48, 56, 44, 67),
		line(9, 61, 70, 72, 81, 75, 101), line(9, 59, 70, 55, 85, 42, 98),
	), white)
	if s == On {
		c.fill(join(line(5, 22, 50, 34, 50), line(5, 18, 64, 32, 64), line(5, 22, 78, 34, 78)), white)
	}
}

func drawDoor(c *canvas, s State) {
	c.fill(line(6, 42, 99, 42, 29, 86, 29, 86, 99), white)
	c.fill(line(6, 30, 99, 98, 99), white)
	if s == Open {
		c.fill(soft(2, 45, 32, 68, 42, 68, 109, 45, 97), white)
		c.erase(disc(61, 74, 3.5))
		return
	}
	c.fill(box(49, 36, 30, 60, 2), white)
	c.erase(disc(72, 68, 3.5))
}

func drawWindow(c *canvas, s State) {
	c.fill(box(33, 28, 62, 68, 6), white)
	c.erase(box(40, 35, 48, 54, 2))
	c.fill(line(6, 27, 99, 101, 99), white)
	if s == Open {
		c.fill(soft(3, 41, 36, 62, 45, 62, 104, 41, 91), white)
		c.erase(polygon(45, 44, 58, 50, 58, 93, 45, 85))
		c.fill(polygon(45, 44, 58, 50, 58, 93, 45, 85), faint)
		return
	}
	c.fill(box(40, 35, 48, 54, 2), faint)
	c.fill(join(line(6, 64, 35, 64, 90), line(6, 40, 62, 88, 62)), white)
}

func drawCover(c *canvas, s State) {
	c.fill(box(28, 27, 72, 12, 4), white)
	c.fill(join(line(5, 36, 38, 36, 100), line(5, 92, 38, 92, 100), line(5, 36, 100, 92, 100)), white)
	slats := []float64{46, 57, 68, 79, 90}
	if s == Open {
		slats = slats[:2]
		c.fill(join(line(4, 64, 66, 64, 98)), faint)
	}
	for _, y := range slats {
		c.fill(line(7, 45, y, 83, y), white)
	}
}

func drawLock(c *canvas, s State) {
	shackle := join(arc(9, 64, 48, 17, 180, 360), line(9, 47, 48, 47, 62), line(9, 81, 48, 81, 62))
	if s == Open {
		shackle = turned(join(arc(9, 64, 44, 17, 180, 360), line(9, 47, 44, 47, 62), line(9, 81, 44, 81, 50)), 47, 58, -16)
	}
	c.fill(shackle, white)
	c.fill(box(36, 56, 56, 44, 9), white)
	c.erase(join(disc(64, 74, 6), line(6, 64, 74, 64, 87)))
}

func drawLeak(c *canvas, _ State) {
	c.fill(drop(64, 52, 0.78), white)
	c.fill(join(wave(30, 88), wave(50, 88), wave(70, 88)), white)
	c.fill(join(wave(40, 101), wave(60, 101)), faint)
}

func drawSmoke(c *canvas, _ State) {
	c.fill(join(line(6, 30, 29, 98, 29), box(40, 29, 48, 15, 6)), white)
	c.erase(line(4, 56, 36, 72, 36))
	c.fill(join(disc(45, 83, 13), disc(62, 73, 17), disc(81, 80, 14), box(45, 80, 36, 16, 8)), white)
	c.fill(line(5, 46, 104, 78, 104), faint)
}

func drawFan(c *canvas, s State) {
	blade := curve(64, 64, 50, 50, 46, 30, 62, 26, 80, 23, 86, 40, 70, 55, 68, 58, 66, 61, 64, 64)
	for i := range 3 {
		c.fill(turned(blade, 64, 64, float64(120*i)), white)
	}
	c.erase(disc(64, 64, 11))
	c.fill(disc(64, 64, 7), white)
	if s == On {
		for i := range 3 {
			c.fill(arc(4.5, 64, 64, 47, float64(120*i-50), float64(120*i-12)), white)
		}
	}
}

func drawMeter(c *canvas, _ State) {
	c.fill(box(32, 26, 64, 76, 12), white)
	c.erase(box(41, 36, 46, 20, 4))
	for i := range 3 {
		c.fill(box(45+14*float64(i), 40, 10, 12, 2), white)
	}
	c.erase(bolt(64, 79, 0.95))
}

func drawBattery(c *canvas, s State) {
	c.fill(join(box(54, 22, 20, 16, 4), box(42, 30, 44, 74, 9)), white)
	c.erase(box(48.5, 36.5, 31, 61, 5))
	if s == Alarm {
		c.fill(box(53, 84, 22, 9, 2), white)
		return
	}
	c.fill(join(box(53, 75, 22, 18, 2), box(53, 58, 22, 13, 2), box(53, 41, 22, 13, 2)), white)
}

func drawSolar(c *canvas, _ State) {
	c.fill(disc(88, 38, 10), white)
	for i := range 8 {
		from, to := around(88, 38, 15, float64(45*i), 360)[0], around(88, 38, 20, float64(45*i), 360)[0]
		c.fill(line(4, from.x, from.y, to.x, to.y), white)
	}
	c.erase(soft(7, 40, 54, 88, 54, 100, 92, 28, 92))
	c.fill(soft(3, 40, 54, 88, 54, 100, 92, 28, 92), white)
	c.erase(join(line(3.5, 34, 73, 94, 73), line(3.5, 56.5, 51, 52, 95), line(3.5, 71.5, 51, 76, 95)))
	c.fill(join(line(6, 64, 94, 64, 103), line(6, 50, 104, 78, 104)), white)
}

func drawCamera(c *canvas, s State) {
	c.fill(box(24, 42, 54, 44, 10), white)
	c.fill(soft(4, 84, 60, 101, 49, 101, 79, 84, 68), white)
	if s == On {
		c.fill(disc(34, 33, 6), white)
	}
	c.erase(disc(51, 64, 12))
	c.fill(disc(51, 64, 6), white)
}

func drawVacuum(c *canvas, s State) {
	c.fill(disc(64, 64, 37), white)
	c.erase(arc(4, 64, 64, 27, 200, 340))
	c.erase(disc(64, 64, 12))
	c.fill(disc(64, 64, 7), white)
	c.erase(line(4, 56, 87, 72, 87))
	if s == On {
		c.fill(join(arc(4.5, 64, 64, 47, 20, 60), arc(4.5, 64, 64, 47, 120, 160)), white)
	}
}

func drawMedia(c *canvas, s State) {
	if s == On {
		c.fill(join(arc(6, 46, 64, 38, -32, 32), arc(6, 46, 64, 51, -32, 32)), white)
		c.fill(box(30, 28, 38, 72, 9), white)
		c.erase(join(disc(49, 44, 7), disc(49, 75, 14)))
		c.fill(disc(49, 75, 7), white)
		return
	}
	c.fill(box(43, 24, 42, 80, 10), white)
	c.erase(join(disc(64, 42, 8), disc(64, 77, 16)))
	c.fill(disc(64, 77, 8), white)
}
