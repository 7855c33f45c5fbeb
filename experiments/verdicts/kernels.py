"""For which kernels an expectation is meant."""

import re

from experiments.artefacts import Broken

Version = tuple[int, int]


def version(text: str) -> Version:
    """ "6.1.0-56-cloud-amd64" and "6.1" are (6, 1)."""
    found = re.match(r"([0-9]{1,3})[.]([0-9]{1,4})(?![0-9])", text)
    if not found:
        raise Broken(
            f"{text!a} is no version of a kernel.", f"{text!a} はカーネルのバージョンではありません。"
        )
    return int(found[1]), int(found[2])


def applies(condition: str, kernel: str) -> bool:
    """Whether a condition such as "<6.5", ">=6.5" or "6.1" holds for a kernel; the empty one always does."""
    if not condition:
        return True
    sign, of = condition.rstrip("0123456789."), version(condition.lstrip("<>="))
    mine = version(kernel)
    return {"<": mine < of, ">=": mine >= of, "": mine == of}[sign]
