"""A capture as it can be found: what its list and its first lines show, nothing that its packets carry."""

import re

from kb.models import Report, SearchEntry
from kb.search.page import Page
from kb.streams import TooMuch

HOSTS = 200  # addresses; a scan has thousands, and nobody looks for one of those
CODES = 40
_QUERY = re.compile(r"\?[^\s“”\"']+")  # of an HTTP address that a verdict may quote


def page(report: Report) -> Page:
    """Name, hosts, findings and verdict. Findings quote DNS names, HTTP paths and the like, so of them only
    the codes are taken."""
    capture = report.capture
    codes = dict.fromkeys(report.findings.values_list("code", flat=True))
    return Page(
        SearchEntry.Kind.CAPTURE,
        capture.uid,
        "",
        capture.name,
        _QUERY.sub("", report.headline_en),
        "\n".join((_QUERY.sub("", report.headline_ja), *hosts(report))),
        capture.get_absolute_url(),
        capture.uid,
        tuple(codes)[:CODES],
    )


def hosts(report: Report) -> list[str]:
    """The first of its addresses; none where the report's file cannot be read."""
    from kb import reports  # which writes the index

    try:
        return reports.hosts(report)[:HOSTS]
    except (OSError, ValueError, TooMuch):
        return []
