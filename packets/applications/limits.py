"""How far the bytes of applications are trusted: every bound, with its unit and its reason."""

from dataclasses import dataclass

KIB, MIB = 1024, 1024**2

# A row has up to 900 bytes: three full tables stay below 150 MB.
MOST_ROWS = 50_000
# Directions of TCP connections remembered at once. A quiet one costs about 1 KB.
MOST_STREAMS = 32_768
# Bytes kept behind a hole: what a loss at 20 Mbit/s and 100 ms leaves waiting for its retransmission.
MOST_HELD = 256 * KIB
# Segments kept behind a hole: as many as hold MOST_HELD at 2 KiB each. Bounds the cost of sorting them in.
MOST_PIECES = 128
# All that is kept of unfinished messages, over all directions.
MOST_KEPT = 32 * MIB
# A Certificate message with a chain of ten is below 20 KiB; OpenSSL's own bound for one is 100 KiB.
MOST_HANDSHAKE = 64 * KIB
# Servers refuse heads above 8 KiB (nginx, Apache) to 64 KiB (Node.js, IIS).
MOST_HEAD = 64 * KIB
# RFC 9112 section 3 asks for at least 8,000 octets of a request line.
MOST_LINE = 8 * KIB
# Records of one DNS message that are looked at. Answers of real resolvers have fewer than 100.
MOST_RECORDS = 512


@dataclass(frozen=True)
class ApplicationLimits:
    """Bounds for one capture, in bytes where no other unit is named."""

    most_rows: int = MOST_ROWS  # of each table
    most_streams: int = MOST_STREAMS  # directions
    most_held: int = MOST_HELD  # per direction
    most_pieces: int = MOST_PIECES  # segments per direction
    most_kept: int = MOST_KEPT  # in all
    most_handshake: int = MOST_HANDSHAKE  # per handshake message
    most_head: int = MOST_HEAD  # per request or response
    most_line: int = MOST_LINE
    most_records: int = MOST_RECORDS  # per DNS message
