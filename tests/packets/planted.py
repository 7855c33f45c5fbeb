"""Doors with planted faults, to see that the trial of captures notices each of them."""

import os
import time
from pathlib import Path


def door(path):
    """Does what the file says."""
    match Path(path).read_text():
        case "raise":
            raise KeyError("planted")
        case "die":
            os.abort()
        case "spin":
            while True:
                pass
        case "eat":
            eaten = bytearray(4_000_000_000)
        case "eat and stop":
            eaten = bytearray(80_000_000)
            eaten[::4096] = b"x" * len(eaten[::4096])
        case "sleep":
            time.sleep(0.3)
    return {"kind": "read"}


def picky(path):
    """Fails on every capture that holds an IPv4 packet on Ethernet."""
    if b"\x08\x00\x45" in Path(path).read_bytes():
        raise KeyError("planted")
    return {"kind": "read"}
