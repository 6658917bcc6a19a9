// Package modbus asks Modbus devices for their registers and writes them: RTU on a
// serial line or through a TCP server that passes bytes on, and Modbus TCP. It holds to
// the MODBUS Application Protocol Specification V1.1b3 and, for RTU, to MODBUS over
// Serial Line V1.02.
//
// Modbus has no discovery: what there is says the configuration. A [Master] is a codec
// without I/O that has one question on the line at a time.
//
//   - Registers of one unit and function that lie near each other are read together. When
//     a device refuses such a read, it is split until the bad register stands alone; that
//     one is left out from then on, which is said once.
//   - Units take turns. One that does not answer is asked less and less often, and all
//     that do not answer together take a tenth of the time of the line, so that it does
//     not slow the others. After three questions without an answer its devices are
//     offline; with the first answer they are back.
//   - Commands go before polls. What was written is read back at once.
//   - An answer counts when unit, function and length, or the echo of what was written,
//     are those of the question, and on TCP the transaction. RTU has no number by which
//     a late answer could be told from that to a similar question, so that after an
//     unanswered one no other of its sort is sent to the unit until it would be three
//     timeouts late.
package modbus
