"""Each fact of a direction names the frame that shows it."""

import numpy as np
import pytest

from packets import columns as c
from packets.capture import read
from tests.packets.captures import OURS, THEIRS, name

# A count, the first frame of it, and the mark that this frame carries.
COUNTED = {
    "repeated": ("first_repeat", c.SEEN_TWICE),
    "late": ("first_late", c.FILLS_GAP),
    "gaps": ("first_gap", c.GAP_BEFORE),
    "keepalives": ("first_keepalive", c.KEEPALIVE_SHAPED),
    "probes": ("first_probe", c.PROBE_SHAPED),
    "zero_windows": ("first_zero_window", c.WINDOW_ZERO),
    "window_updates": ("first_window_update", c.WINDOW_UPDATE),
    "window_fulls": ("first_window_full", c.WINDOW_FULL),
    "duplicate_acks": ("first_duplicate_ack", c.DUPLICATE_ACK),
    "sacks": ("first_sack", c.SACKS),
    "dsacks": ("first_dsack", c.REPORTS_TWICE),
}


@pytest.mark.parametrize("path", [*OURS, *THEIRS], ids=name)
def test_counts_and_first_frames_of_the_table_are_those_of_the_packets(path):
    found = read(path)
    for number in np.flatnonzero(found.table["protocol"] == c.TCP).tolist():
        record, rows = found.record(number), found.packets_of(number)
        for end, mine in (("client", rows["from_client"]), ("server", ~rows["from_client"])):
            agree(record, end, rows[mine & ((rows["marks"] & c.COPY) == 0)])


def agree(record, end, rows):
    for fact, (first, mark) in COUNTED.items():
        frames = rows["frame"][(rows["marks"] & mark) != 0].tolist()
        assert record[f"{end}_{fact}"] == len(frames), fact
        assert record[f"{end}_{first}"] == (frames[0] if frames else -1), first
    most = record[f"{end}_most_in_flight"]
    assert most == max(rows["in_flight"].max(initial=0), 0)
    if most:
        assert rows["in_flight"][rows["frame"] == record[f"{end}_most_in_flight_frame"]] == most


@pytest.mark.parametrize("path", [*OURS, *THEIRS], ids=name)
def test_round_trips_of_the_table_are_those_of_the_packets(path):
    found = read(path)
    for number in np.flatnonzero(found.table["protocol"] == c.TCP).tolist():
        record, rows = found.record(number), found.packets_of(number)
        for end, answers in (("client", ~rows["from_client"]), ("server", rows["from_client"])):
            told = rows[answers & (rows["rtt_ns"] >= 0)]
            assert record[f"{end}_rtts"] == len(told)
            assert record[f"{end}_rtt_sum"] == told["rtt_ns"].sum()
            for which, extreme in (("least", np.argmin), ("most", np.argmax)):
                if len(told):
                    at = told[extreme(told["rtt_ns"])]
                    assert record[f"{end}_rtt_{which}"] == at["rtt_ns"]
                    assert record[f"{end}_rtt_{which}_frame"] == at["frame"]
