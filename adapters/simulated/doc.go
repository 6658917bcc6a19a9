// Package simulated is an adapter to a house that does not exist: for trying
// thingbridge out, for demonstrations, and for tests of everything above it.
//
// The house has a heat pump with a thermostat, walls that keep warmth for a day,
// weather, people who come, cook and leave, and a window that they open now and
// then and sometimes forget. The thermostat has no contact at that window; it
// concludes from the temperature, and can be wrong.
//
// Simulated time runs faster than real time by Config.Speed. Each report advances
// the house by exactly Config.Interval times that speed, and weather and people
// are functions of the seed and the simulated time alone. The same
// configuration, with the same commands between the same reports, therefore gives
// the same readings. Only their times are real. A house begins anew with each
// Run: it remembers no earlier one.
package simulated
