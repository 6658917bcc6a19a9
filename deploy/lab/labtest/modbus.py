"""Modbus devices of pymodbus, for tests: units 1 and 17.

    modbus.py tcp|rtu            a server on a free port of 127.0.0.1, with that framing
    modbus.py serial PORT        on a serial port

Says "ready", with the port of a server. Each line of the input, "SORT ADDRESS", is
answered with what unit 17 holds there; the end of the input ends the program.
"""
import asyncio
import sys
import threading

from pymodbus.datastore import ModbusServerContext, ModbusSlaveContext, ModbusSparseDataBlock
from pymodbus.server.async_io import ModbusSerialServer, ModbusTcpServer
from pymodbus.transaction import ModbusRtuFramer, ModbusSocketFramer

FUNCTIONS = {"coil": 1, "discrete": 2, "holding": 3, "input": 4}


def slave(power):
    return ModbusSlaveContext(
        di=ModbusSparseDataBlock({i: i % 2 == 1 for i in range(32)}),
        co=ModbusSparseDataBlock({i: False for i in range(32)}),
        hr=ModbusSparseDataBlock({0: 215, 1: 1, 2: 8, 3: 1, 4: 0x86A0, 6: 7, 7: 0, 8: 0, 200: 3}),
        ir=ModbusSparseDataBlock({0: power, 10: 0x41AB, 11: 0x3333}),
        zero_mode=True,
    )


async def main():
    context = ModbusServerContext(slaves={1: slave(111), 17: slave(1717)}, single=False)
    if sys.argv[1] == "serial":
        server = ModbusSerialServer(context, framer=ModbusRtuFramer, port=sys.argv[2], baudrate=19200, ignore_missing_slaves=True)
        await server.start()
        print("ready", flush=True)
    else:
        framer = ModbusSocketFramer if sys.argv[1] == "tcp" else ModbusRtuFramer
        server = ModbusTcpServer(context, framer=framer, address=("127.0.0.1", 0), ignore_missing_slaves=True)

    def converse():
        for line in sys.stdin:
            sort, address = line.split()
            print(int(context[17].getValues(FUNCTIONS[sort], int(address), 1)[0]), flush=True)

    serving = asyncio.create_task(server.serve_forever())
    if sys.argv[1] != "serial":
        await server.serving
        print("ready", server.server.sockets[0].getsockname()[1], flush=True)
    talking = threading.Thread(target=converse, daemon=True)
    talking.start()
    while talking.is_alive() and not serving.done():
        await asyncio.sleep(0.1)


asyncio.run(main())
