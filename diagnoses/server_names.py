"""Whether a certificate is meant for the name that the client asked for (RFC 9525)."""

import numpy as np

from diagnoses.handshakes import text

_CUT = 240  # bytes of the list of names from which on it may not be complete (packets keeps 253)


def covers(certificate: np.void, name: str) -> bool | None:
    """Whether the certificate names ``name``; None when that cannot be told. ``certificate``: TLS_DTYPE
    row.
    """
    names = text(certificate, "sans")
    if not name or not names or not certificate["whole"]:
        return None
    if any(_matches(pattern.lower(), name.lower().rstrip(".")) for pattern in names.split(",")):
        return True
    return None if len(names) > _CUT else False


def _matches(pattern: str, name: str) -> bool:
    """A wildcard stands for the leftmost label only (RFC 9525 section 6.3)."""
    if not pattern.startswith("*."):
        return pattern.rstrip(".") == name
    _, _, rest = name.partition(".")
    return rest == pattern[2:]
