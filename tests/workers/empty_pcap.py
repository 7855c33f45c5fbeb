"""The smallest capture: a pcap header for Ethernet, and no packets."""

import struct

EMPTY_PCAP = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1)
