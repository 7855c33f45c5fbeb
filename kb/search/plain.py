"""An article's Markdown as plain text: what a reader sees, without marks and without live blocks."""

from html.parser import HTMLParser

from kb.articles import render

_BLOCKS = "p div li dt dd tr h2 h3 h4 h5 h6 pre blockquote section br hr"
_BREAKS = frozenset(_BLOCKS.split())
_CELLS = frozenset(("td", "th"))


class _Words(HTMLParser):
    """Collects the text; the sign beside each heading is not part of it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._in_sign = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Blocks begin a line, cells leave a gap."""
        self._in_sign = tag == "a" and ("class", "header-anchor") in attrs
        if tag in _BREAKS:
            self.found.append("\n")
        elif tag in _CELLS:
            self.found.append("  ")

    def handle_endtag(self, tag: str) -> None:
        """The sign ends with its link."""
        self._in_sign = False
        if tag in _BREAKS:
            self.found.append("\n")

    def handle_data(self, data: str) -> None:
        """Text, as it stands in the page."""
        if not self._in_sign:
            self.found.append(data)


def plain(markdown: str) -> str:
    """The words, one block a line, without empty lines."""
    reader = _Words()
    reader.feed(render("\n".join(line for line in markdown.splitlines() if not line.startswith("::"))).html)
    reader.close()
    lines = ("".join(reader.found)).splitlines()
    return "\n".join(kept for line in lines if (kept := line.strip()))
