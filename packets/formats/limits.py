"""How far a file is trusted: every bound of the reader, with its unit, its reason and its source."""

from dataclasses import dataclass

KIB, MIB, GIB = 1024, 1024**2, 1024**3

# A window of this size holds thousands of packets (so that NumPy pays) and stays small against any memory
# limit.
WINDOW = 4 * MIB
# Wireshark's WTAP_MAX_PACKET_SIZE_STANDARD: a longer record is damage, not a packet.
MOST_RECORD = 256 * KIB
# Wireshark's MAX_BLOCK_SIZE of pcapng: room for a packet and a great many comments.
MOST_BLOCK = 16 * MIB
# Real writers put fewer than ten options into a block; a million of them is an attack on the reader.
MOST_OPTIONS = 1_000
# Rows of a batch: the columns of a batch stay in the processor's cache, the cost of a NumPy call is spread
# thin.
MOST_ROWS = 65_536
# Compressed data may grow to what is accepted when it comes uncompressed (the default limit of an upload).
MOST_EXPANDED = 10 * GIB
# Captures compress 2 to 50 times; the format's limit for gzip, which only bombs come near, is 1,032.
MOST_RATIO = 100
# Below this size no expansion does harm, so that a small, very regular capture is read whatever its ratio.
FREE_EXPANSION = 64 * MIB
# capture.pcap.gz in a .tar.gz has three; "nested ten times" is a bomb.
MOST_NESTING = 4
# Capture files one behind the other in one file, as "cat *.pcap" makes them.
MOST_GLUED = 1_000
# Members of zips and tars that are looked at, in all archives of one file together: a small compressed tar
# can hold many tars of many tiny files.
MOST_MEMBERS = 1_000
# Comments kept, and characters of each: people write a few words.
MOST_COMMENTS = 200
MOST_COMMENT = 500
# Decryption secrets kept: a TLS key log has some 200 bytes a connection.
MOST_SECRETS = 4 * MIB
# Entries that are stepped over, folders and links too.
MOST_ENTRIES = 10_000


@dataclass(frozen=True)
class Limits:
    """Bounds for one reading, in bytes where no other unit is named.

    ``known_links`` are the link types that the decoder understands: a capture that has packets of other
    types only is
    refused. None: not checked.
    """

    window: int = WINDOW
    most_record: int = MOST_RECORD
    most_block: int = MOST_BLOCK
    most_options: int = MOST_OPTIONS  # per block
    most_rows: int = MOST_ROWS  # per batch
    most_expanded: int = MOST_EXPANDED
    most_ratio: int = MOST_RATIO  # expanded bytes per compressed byte
    free_expansion: int = FREE_EXPANSION
    most_nesting: int = MOST_NESTING  # layers of compression and archives
    most_glued: int = MOST_GLUED
    most_members: int = MOST_MEMBERS
    most_comments: int = MOST_COMMENTS
    most_comment: int = MOST_COMMENT  # characters
    most_secrets: int = MOST_SECRETS
    most_entries: int = MOST_ENTRIES
    known_links: frozenset[int] | None = None
