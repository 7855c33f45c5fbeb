"""What the pictures are told about packets: plain marks, no findings."""

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "note", "info"]


@dataclass(frozen=True)
class Mark:
    """One packet to point at. `kind` "path": a device between the ends sent it, `label` then says which ("hop
    2").
    """

    frame: int
    label: str = ""
    kind: Literal["evidence", "path"] = "evidence"


@dataclass(frozen=True)
class Moment:
    """A finding on the time line of a capture: when (ns since the epoch), on which connection (None: on
    none).
    """

    time_ns: int
    severity: Severity
    label: str
    connection: int | None = None
    link: str | None = None
