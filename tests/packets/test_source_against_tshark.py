"""tshark is the oracle: packet counts, times and lengths of every shared capture, or a reason why not."""

import shutil
import subprocess
from pathlib import Path

import pytest

from packets.errors import CaptureError
from packets.source import open_source

SHARED = Path(__file__).parents[2].parent / "shared" / "captures"
FILES = sorted(path for path in SHARED.rglob("*") if path.suffix in (".pcap", ".pcapng", ".cap"))

# Files of which tshark reads nothing; for each kind the reason why that is no difference to mend.
NOT_READ_BY_TSHARK = {
    # link types that Wireshark 4.0 does not know (281, 284): the reader gives
    "tests_filter_brcm-tag-stp.pcap": 4,
    "tests_filter_brcm-tag.pcap": 15,  # the frames, and whether they can be decoded is for the decoder to say
    "tests_filter_dsa.pcap": 8,
}
REFUSED = {  # by tshark too, with an error and without a packet
    "tests_linktype-reserved-field-not-zero.pcap", "tests_pcap-invalid-version-1.pcap",
    "tests_pcapng-invalid-vers-1.pcapng", "tests_pcapng-invalid-vers-2.pcapng",
    "tests_shb-option-too-long.pcapng",
}  # fmt: skip

needed = pytest.mark.skipif(
    not FILES or not shutil.which("tshark"), reason="needs ../shared/captures and tshark"
)


def by_tshark(path: Path) -> list[tuple[int | None, int, int]]:
    fields = ["frame.time_epoch", "frame.cap_len", "frame.len"]
    words = [
        "tshark",
        "-n",
        "-r",
        str(path),
        "-T",
        "fields",
        *(word for field in fields for word in ("-e", field)),
    ]
    lines = subprocess.run(words, capture_output=True, text=True, timeout=60).stdout.splitlines()
    rows = (line.split("\t") for line in lines)
    return [(nanoseconds(time), int(captured), int(original)) for time, captured, original in rows]


def nanoseconds(time: str) -> int | None:
    """None where Wireshark knows no time (simple packet blocks)."""
    seconds, _, rest = time.partition(".")
    return int(seconds) * 10**9 + int(rest.ljust(9, "0")) if seconds else None


def by_us(path: Path) -> list[tuple[int, int, int]]:
    with open_source(path) as source:
        columns = [(b.time_ns.tolist(), b.captured.tolist(), b.original.tolist()) for b in source.batches()]
    return [
        row for times, captured, original in columns for row in zip(times, captured, original, strict=True)
    ]


@needed
@pytest.mark.parametrize("path", FILES, ids=lambda path: "/".join(path.parts[-2:]))
def test_every_frame_is_the_one_that_tshark_sees(path):
    theirs = by_tshark(path)
    try:
        ours = by_us(path)
    except CaptureError:
        assert path.name in REFUSED
        assert theirs == []
        return
    assert path.name not in REFUSED
    if path.name in NOT_READ_BY_TSHARK:
        assert theirs == []
        assert len(ours) == NOT_READ_BY_TSHARK[path.name]
        return
    assert [
        (time if known is not None else None, *rest)
        for (time, *rest), (known, *_) in zip(ours, theirs, strict=True)
    ] == theirs
