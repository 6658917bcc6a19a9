package convention

import "thingbridge/devices"

// Kind says what a device is, by its properties and by what it announces.
func Kind(properties []devices.Property, hints []string) string { return "" }
