"""Outgoing packets show wrong TCP checksums because the capture saw them before the network card filled them
in.

Holds when all of these are true:

- TCP checksums are wrong
- they are wrong in packets of hosts that are at the capture point: TTL still at its initial value
- the other side accepted such packets: it acknowledged what they carried
"""

import numpy as np
from numpy.typing import NDArray

from diagnoses.case import Case
from diagnoses.finding import Culprit, Finding, say
from packets.ttl import INITIAL

CODE = "checksum_offload"
MOST_SHOWN = 10  # frames named as evidence


def _wrong(case: Case) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = case.capture.raw["checksum"] == 0
    return found


def checksums_wrong(case: Case) -> bool:
    return bool(_wrong(case).any())


def sent_here(case: Case) -> bool:
    return bool(np.isin(case.capture.packets["ttl"][_wrong(case)], INITIAL).all())


def accepted(case: Case) -> bool:
    rows = case.capture.packets[_wrong(case)]
    carrying = rows[(rows["connection"] >= 0) & ((rows["length"] > 0) | ((rows["flags"] & 3) != 0))]
    table, owner = case.capture.table, carrying["connection"]
    packets = np.where(
        carrying["from_client"], table["server_packets"][owner], table["client_packets"][owner]
    )
    answered = packets > 0
    return not len(carrying) or bool(answered.any())


CONDITIONS = (checksums_wrong, sent_here, accepted)


def find(case: Case) -> Finding:
    """The finding, once all conditions hold."""
    rows = case.capture.packets[_wrong(case)]
    hosts = [case.capture.addresses[h] for h in np.unique(rows["source"])]
    values = {"n": len(rows), "hosts": hosts, "frames": np.sort(rows["frame"])[:MOST_SHOWN].tolist()}
    return Finding(
        CODE,
        "note",
        "certain",
        None,
        tuple(hosts),
        tuple(values["frames"]),
        say("title", **values),
        (say("what", **values),),
        Culprit("capture"),
        {"wrong_checksums": len(rows)},
    )
