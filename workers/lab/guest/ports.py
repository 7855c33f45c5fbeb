"""The only ways out of the guest: three I/O ports of the machine (workers/lab/machine.py names them to QEMU).

Writing to a port takes no interrupt and no waiting, so that what is said costs the same instructions each
time.
"""

import ctypes
import json
import mmap
from typing import Any

CONSOLE = 0xE9  # isa-debugcon: bytes for the host
PANIC = 0x505  # pvpanic: QEMU stops the machine, at this very instruction
EXIT = 0x501  # isa-debug-exit: QEMU ends
TIMER_COMMAND, TIMER_COUNTER = 0x43, 0x40  # Intel 8254, channel 0
AT_ONCE = 64 * 1024  # bytes of one frame's part

# System V calling convention: rdi = port, rsi = buffer, rdx = count.
#   mov rcx, rdx; mov rdx, rdi; cld; rep outsb; ret
REP_OUTSB = bytes.fromhex("4889d1 4889fa fc f36e c3")

libc = ctypes.CDLL(None, use_errno=True)


class Ports:
    """Machine code of nine instructions, and the right to use ports."""

    def __init__(self) -> None:
        if libc.iopl(3) != 0:
            raise OSError(ctypes.get_errno(), "iopl")
        self.code = mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
        self.code.write(REP_OUTSB)
        address = ctypes.addressof(ctypes.c_char.from_buffer(self.code))
        kind = ctypes.CFUNCTYPE(None, ctypes.c_ulong, ctypes.c_char_p, ctypes.c_ulong)
        self.out = kind(address)

    def send(self, data: bytes) -> None:
        """Bytes to the host."""
        for start in range(0, len(data), AT_ONCE):
            part = data[start : start + AT_ONCE]
            self.out(CONSOLE, part, len(part))

    def say(self, **values: Any) -> None:
        """One line of JSON to the host."""
        self.send(json.dumps(values, separators=(",", ":")).encode() + b"\n")

    def give(self, name: str, data: bytes) -> None:
        """One file to the host: a line that announces it, then its bytes."""
        self.say(file=name, bytes=len(data))
        self.send(data)

    def stop_old_timer(self) -> None:
        """The PC's 8254 ticks 18 times a second, for nobody: QEMU would wake for each. Mode 0 counts once."""
        self.out(TIMER_COMMAND, b"\x30", 1)
        self.out(TIMER_COUNTER, b"\x00\x00", 2)

    def pause(self) -> None:
        """Stops the machine here; the snapshot is taken, and every run goes on from here."""
        self.out(PANIC, b"\x01", 1)

    def end(self) -> None:
        """Ends the machine."""
        self.out(EXIT, b"\x00", 1)
