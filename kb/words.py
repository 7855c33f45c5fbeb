"""The words of an article as they are written, compared and merged: of a draft, of a revision, of a form."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kb.models import Draft, Revision
from kb.shipped import digest
from kb.streams import cleaned

LONGEST_TITLE = 200  # characters, as the column has it
LONGEST_SUMMARY = 1000
LONGEST_BODY = 200_000  # some hundred pages
LONGEST_COMMENT = 300
MOST_TAGS, LONGEST_TAG = 20, 40


@dataclass(frozen=True)
class Words:
    """Title, summary (one paragraph), body (Markdown, lines end with LF) and tags (lower case)."""

    title: str = ""
    summary: str = ""
    body: str = ""
    tags: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """As a revision keeps it; tags are no part of it."""
        return digest(self.title, self.summary, self.body)

    @property
    def are_too_long(self) -> bool:
        """More than the columns, or than anybody reads."""
        return (
            len(self.title) > LONGEST_TITLE
            or len(self.summary) > LONGEST_SUMMARY
            or len(self.body) > LONGEST_BODY
        )


def of(kept: Draft | Revision) -> Words:
    """Those of a draft or a revision. A revision that says nothing of tags has those of its article."""
    tags = kept.tags if kept.tags is not None else kept.article.tags if kept.article else []
    return Words(kept.title, kept.summary, kept.body, tuple(tags))


def read(form: Mapping[str, Any]) -> Words:
    """Those of a form or of a JSON object; what is missing is empty."""
    tags = form.get("tags", "")
    return Words(
        title=one_line(form.get("title", "")),
        summary=one_line(form.get("summary", "")),
        body=lines(form.get("body", "")),
        tags=tags_in(tags if isinstance(tags, str) else ",".join(str(tag) for tag in tags)),
    )


def one_line(text: Any) -> str:
    """Without line ends and doubled spaces."""
    return " ".join(str(cleaned(str(text))).split())


def lines(text: Any) -> str:
    """With the line ends of Unix, and nothing that no database can hold."""
    return str(cleaned(str(text))).replace("\r\n", "\n").replace("\r", "\n")


def tags_in(text: str) -> tuple[str, ...]:
    """Words between commas, Japanese ones too: lower case, each once, in their order."""
    found = (one_line(word).lower()[:LONGEST_TAG] for word in re.split("[,、，]", text))
    return tuple(dict.fromkeys(word for word in found if word))[:MOST_TAGS]
