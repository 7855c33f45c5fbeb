"""Which files of a run may be downloaded: those that a run has, and nothing else that might lie there."""

import re
import stat
from pathlib import Path

_NAMES = re.compile(
    r"(run|steps|sockets|counters|verdicts)\.json|captures/[a-z0-9-]{1,40}\.pcap|terminals/[a-z0-9]{1,20}\.cast"
)


def listed(folder: Path | None) -> list[str]:
    """Their names, below the run's folder. Links are passed over: they could lead out of it."""
    if folder is None or not folder.is_dir():
        return []
    paths = [*folder.glob("*.json"), *folder.glob("captures/*"), *folder.glob("terminals/*")]
    names = [str(path.relative_to(folder)) for path in paths if stat.S_ISREG(path.lstat().st_mode)]
    return sorted(name for name in names if _NAMES.fullmatch(name))
