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


def _wrong(case: Case) -> NDArray[np.void]:
    return case.capture.recording.wrong_checksums


def checksums_wrong(case: Case) -> bool:
    return len(_wrong(case)) > 0


def sent_here(case: Case) -> bool:
    return bool(np.isin(_wrong(case)["ttl"], INITIAL).all())


def accepted(case: Case) -> bool:
    carrying = _wrong(case)[_wrong(case)["carries"]]
    return not len(carrying) or any(_answered(case, row) for row in carrying)


def _answered(case: Case, row: np.void) -> bool:
    """The other side of the packet's connection is in the capture."""
    record = case.capture.record(int(row["connection"]))
    sender = "client" if int(row["side"]) == record.client_side else "server"
    return record["server_packets" if sender == "client" else "client_packets"] > 0


CONDITIONS = (checksums_wrong, sent_here, accepted)


def find(case: Case) -> Finding:
    """The finding, once all conditions hold."""
    rows = _wrong(case)
    hosts = [case.capture.addresses[int(h)] for h in np.unique(rows["source"])]
    values = {"n": len(rows), "hosts": hosts, "frames": rows["frame"][:MOST_SHOWN].tolist()}
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
