package main

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"thingbridge/adapters/serial/codec"
	"thingbridge/adapters/serial/modbus"
)

// judgeModbusFrames takes frames of a serial line, one a line, in hexadecimal with a
// note behind a #. One with a wrong check sum has to be refused with what was got and
// what was wanted. Others have to be written as they were read, and a read has to be
// asked for as it was, and its answer found.
func judgeModbusFrames(t *tally, f *folder) error {
	file, err := f.open(t.file)
	if err != nil {
		return err
	}
	defer file.Close()
	var asked []byte // the last question
	for lines := bufio.NewScanner(file); lines.Scan(); {
		text, note, _ := strings.Cut(lines.Text(), "#")
		text = strings.TrimSpace(text)
		if text == "" {
			continue
		}
		frame, err := hex.DecodeString(strings.Join(strings.Fields(text), ""))
		if err != nil {
			t.bad("a line that is not hexadecimal", "%s", text)
			continue
		}
		problem := judgeModbusFrame(t, frame, strings.ToLower(note), asked)
		if problem != "" {
			t.bad(problem, "%s # %s", text, note)
			continue
		}
		t.ok()
		if strings.Contains(note, "request") {
			asked = frame
		}
	}
	return nil
}

// judgeModbusFrame returns what is wrong with how a frame is taken.
func judgeModbusFrame(t *tally, frame []byte, note string, asked []byte) string {
	unit, pdu, err := modbus.ParseRTU(frame)
	if strings.Contains(note, "bad") || strings.Contains(note, "wrong") || strings.Contains(note, "invalid") {
		if !errors.Is(err, modbus.ErrCRC) || !strings.Contains(err.Error(), "got") || !strings.Contains(err.Error(), "want") {
			return fmt.Sprintf("a bad check sum gives %v", err)
		}
		t.note("refused: a bad check sum", "%v", err)
		return ""
	}
	if err != nil {
		return err.Error()
	}
	if again := modbus.AppendRTU(nil, unit, pdu); !bytes.Equal(again, frame) {
		return fmt.Sprintf("is framed as % x", again)
	}
	isAsk, isAnswer := strings.Contains(note, "request"), strings.Contains(note, "response") || strings.Contains(note, "exception")
	if !isAsk && !isAnswer {
		return modbusForms(t, pdu)
	}
	for form, claimed := range map[modbus.Form]bool{modbus.Ask: isAsk, modbus.Answer: isAnswer} {
		if !claimed {
			continue
		}
		m, err := modbus.Parse(form, pdu)
		if err != nil {
			return err.Error()
		}
		if again := m.Append(nil); !bytes.Equal(again, pdu) {
			return fmt.Sprintf("the %s becomes % x", form, again)
		}
	}
	if isAsk {
		return ""
	}
	return modbusExchange(frame, asked, note)
}

// modbusForms takes a PDU of which nobody says what it is.
func modbusForms(t *tally, pdu []byte) string {
	for _, form := range []modbus.Form{modbus.Ask, modbus.Answer} {
		m, err := modbus.Parse(form, pdu)
		if err != nil {
			continue
		}
		if again := m.Append(nil); !bytes.Equal(again, pdu) {
			return fmt.Sprintf("the %s becomes % x", form, again)
		}
		return ""
	}
	t.note("the check sum is right, what is in it is no message", "% x", pdu)
	return ""
}

// modbusExchange sends a question again from a configuration that needs it, and lets
// its answer be found among noise.
func modbusExchange(frame, asked []byte, note string) string {
	unit, pdu, err := modbus.ParseRTU(asked)
	if err != nil || unit != frame[0] || pdu[0] != frame[1] {
		return "" // the answer to another one
	}
	question, err := modbus.Parse(modbus.Ask, pdu)
	sort := map[modbus.Function]string{modbus.ReadCoils: "coil", modbus.ReadDiscreteInputs: "discrete", modbus.ReadHolding: "holding", modbus.ReadInput: "input"}[question.Function]
	if err != nil || sort == "" {
		return ""
	}
	var c modbus.Config
	c.SetDefaults()
	var d modbus.Device
	d.SetDefaults()
	d.Unit = int(unit)
	for i := range int(question.Count) {
		var p modbus.Property
		p.SetDefaults()
		address := int(question.Address) + i
		p.Name, p.Register, p.Address = fmt.Sprintf("p%d", i), sort, &address
		d.Properties = append(d.Properties, p)
	}
	c.Devices = []modbus.Device{d}
	m, err := modbus.New("corpus", "", c)
	if err != nil {
		return err.Error()
	}
	now := time.Now()
	var r codec.Result
	m.Opened(&r, now)
	if len(r.Send) != 1 || !bytes.Equal(r.Send[0].Bytes, asked) {
		return fmt.Sprintf("asked % x", r.Send)
	}
	r.Reset()
	var buffer codec.Buffer
	for found, err := range buffer.Take(m, append([]byte{0xFF, 0x00}, frame...)) {
		if err == nil {
			m.Decode(&r, found, now)
		}
	}
	if len(r.Readings) != int(question.Count) || len(r.Faults) != 0 {
		return fmt.Sprintf("%d readings of %d, %d faults", len(r.Readings), question.Count, len(r.Faults))
	}
	if _, list, ok := strings.Cut(note, "response: "); ok && strings.Trim(list, "0123456789, ") == "" {
		var values []string
		for _, reading := range r.Readings {
			values = append(values, reading.Value.String())
		}
		if got := strings.Join(values, ", "); got != strings.TrimSpace(list) {
			return fmt.Sprintf("the values are %s", got)
		}
	}
	return ""
}
