"""What is recorded: packets at each vantage point, every change of a socket's state, the kernel's
counters.
"""

import mmap
import os
import select
import socket
import struct
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from workers.lab.guest.host import Host

TRACING = Path("/sys/kernel/tracing")
# The tracepoint does not see sockets that are only half there: requests that wait for the last ACK of the
# handshake, and what remains of a closed socket (TIME-WAIT, FIN-WAIT-2). Offsets are those of struct
# sock_common (include/net/sock.h, Linux 6.1 and 6.12); the first argument is in di, the second in si.
WHERE = (
    "daddr=+0(%{0}):u32 saddr=+4(%{0}):u32 dport=+12(%{0}):u16 sport=+14(%{0}):u16 family=+16(%{0}):u16 "
    "daddr6=+56(%{0}):x8[16] saddr6=+72(%{0}):x8[16]"
)
FIRST, SECOND = WHERE.format("di"), WHERE.format("si")
PROBES = (
    f"p:lab/request inet_csk_reqsk_queue_hash_add {SECOND}",
    f"p:lab/dropped inet_csk_reqsk_queue_drop {SECOND}",
    # Where the compiler has put the one above into its callers, these tell.
    f"p:lab/freed tcp_v4_reqsk_destructor {FIRST}",
    f"p:lab/freed6 tcp_v6_reqsk_destructor {FIRST}",
    f"p:lab/remains tcp_time_wait {FIRST} state=%si:s32",
    f"p:lab/waits __inet_twsk_schedule {FIRST} rearm=%dx:u8",
    f"p:lab/gone inet_twsk_free {FIRST}",
)
BUFFER_KB = 1024
COUNTERS = ("net/snmp", "net/netstat")
SNAPLEN = 65535
PCAP_NANO, DLT_EN10MB = 0xA1B23C4D, 1  # pcap-savefile(5)
RING, BLOCK = 8 << 20, 1 << 16  # bytes of one vantage point's ring: 4,096 packets
# linux/if_packet.h
SOL_PACKET, PACKET_RX_RING, PACKET_STATISTICS, PACKET_VERSION = 263, 5, 6, 10
TPACKET_V2, TPACKET2_HDRLEN, PKTTYPE, PACKET_OUTGOING = 1, 32, 10, 4
TP_STATUS_USER, ETH_P_ALL = 1, 3


def prepare_tracing() -> list[str]:
    """Before the snapshot: the probes that this kernel has. Those it refuses are returned."""
    refused = []
    (TRACING / "trace_clock").write_text("mono")
    (TRACING / "buffer_size_kb").write_text(str(BUFFER_KB))
    for probe in PROBES:
        try:
            # Python's own append mode seeks to the end, which tracefs refuses.
            opened = os.open(TRACING / "kprobe_events", os.O_WRONLY | os.O_APPEND)
            try:
                os.write(opened, probe.encode() + b"\n")
            finally:
                os.close(opened)
        except OSError as problem:
            refused.append(f"{probe.split()[0]}: {problem.strerror}")
    for event in ("sock/inet_sock_set_state", "sched/sched_process_fork", "lab"):
        path = TRACING / "events" / event / "enable"
        if path.exists():
            path.write_text("1")
    (TRACING / "tracing_on").write_text("0")
    return refused


def trace(on: bool) -> None:
    """Starts the recording of states anew, or ends it."""
    if on:
        (TRACING / "trace").write_text("")
    (TRACING / "tracing_on").write_text("1" if on else "0")


def traced() -> bytes:
    """Everything that was recorded, as tracefs prints it."""
    return (TRACING / "trace").read_bytes()


def counters(hosts: dict[str, Host]) -> dict[str, str]:
    """The text of the kernel's tables of each host."""
    return {
        name: "".join(host.read(path).decode("ascii", "replace") for path in COUNTERS)
        for name, host in hosts.items()
    }


class Recorder:
    """A packet socket at one vantage point, as tcpdump has one, but with a ring that nobody reads until the
    end.

    So the recording wakes no process, and costs the experiment nothing but the kernel's own copy.
    """

    def __init__(self, vantage: dict[str, Any], host: Host) -> None:
        self.file: str = vantage["file"]
        self.loopback = vantage["interface"] == "lo"
        # Bytes of a slot: the kernel's own header of up to 100, the Ethernet header, and a packet.
        self.frame = 2048 if vantage["mtu"] <= 1900 else 16384
        self.frames = RING // self.frame
        self.lost = 0
        with host.network():
            self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
            self.socket.setsockopt(SOL_PACKET, PACKET_VERSION, TPACKET_V2)
            ring = struct.pack("4I", BLOCK, RING // BLOCK, self.frame, self.frames)
            self.socket.setsockopt(SOL_PACKET, PACKET_RX_RING, ring)
            self.ring = mmap.mmap(self.socket.fileno(), RING)
            self.socket.bind((vantage["interface"], ETH_P_ALL))

    def stop(self) -> bytes:
        """The recording as a pcap file, and how many packets found the ring full."""
        _, self.lost = struct.unpack("2I", self.socket.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8))
        heading = struct.pack("<IHHiIII", PCAP_NANO, 2, 4, 0, 0, SNAPLEN, DLT_EN10MB)
        return heading + b"".join(self.records())

    def records(self) -> Iterator[bytes]:
        """Each packet with its header of a pcap file, in the order in which they passed."""
        for number in range(self.frames):
            at = number * self.frame
            status, length, kept, mac, _, sec, nsec = struct.unpack_from("=IIIHHII", self.ring, at)
            if not status & TP_STATUS_USER:
                return
            kind = self.ring[at + TPACKET2_HDRLEN + PKTTYPE]
            if self.loopback and kind == PACKET_OUTGOING:  # on loopback every packet comes by twice
                continue
            header = struct.pack("<IIII", sec, nsec, kept, length)
            yield header + self.ring[at + mac : at + mac + kept]


def rest(seconds: float) -> None:
    """Lets everything else come to rest; waiting costs nothing here."""
    select.select([], [], [], seconds)


def monotonic() -> int:
    """Nanoseconds of CLOCK_MONOTONIC."""
    return time.monotonic_ns()
