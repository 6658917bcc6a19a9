// Package thermostat is the behaviour of a thermostat as pure functions. A
// [State] is all that a thermostat remembers; commands such as
// [State.SetSetpoint] return the next State; [Step] takes what was measured and
// the time, and returns the next State and what the heater and the cooler shall
// do. Nothing here reads a clock, starts a goroutine or keeps a pointer, so a
// State may be copied, compared with ==, and stored as JSON between two steps.
//
// # What decides
//
// Step asks these rules in order. The first that applies decides the action, and
// [Output] names it as the reason:
//
//   - sensor lost: no temperature, or one measured more than Config.StaleAfter
//     ago or ahead. Heater and cooler stop at once, because neither can be run
//     blindly.
//   - frost: below Config.Frost the heater runs in every mode, off included, and
//     with an open window, until it is warmer by the hysteresis.
//   - limit: nothing heats at Config.Max or above, nothing cools at Config.Min
//     or below.
//   - guard: a heater or cooler that started runs for its MinOn, one that stopped
//     rests for its MinOff, and heating never turns into cooling without a rest.
//     The three rules above come first; what a person asks does not.
//   - off: the mode is off.
//   - window: a window is believed open; see [WindowConfig].
//   - boost, then hold, then preset, schedule or manual: what is wanted.
//
// # What is wanted
//
// A [Wish] is a setpoint or a preset, asked for by a person or by a schedule.
// One is in force. A person's wish stays until somebody changes it or the
// schedule comes to its next point. Where it is held until a time, the schedule
// waits; at that time the former wish returns. A boost lies above the wish and
// leaves it alone: when the boost ends, the wish counts again.
//
// # Switching
//
// Heating starts half the hysteresis below its target and stops half of it above;
// cooling does the reverse. In auto both are possible, with a dead zone between:
// the target of cooling is never less than Config.DeadZone above that of heating.
//
// A clock that is set back prolongs no boost and no hold beyond Config.MaxBoost
// and Config.MaxHold, and no rest beyond its own length.
package thermostat
