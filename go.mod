module thingbridge

go 1.26.0
