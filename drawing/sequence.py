"""The sequence diagram of one connection as SVG: time, client lane, arrows, server lane, TTL, evidence.

The drawing is fluid: heights are fixed, places across are in percent, text keeps its size; so one drawing
serves a desk, a phone and paper. All style is in the style sheet, by class.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from drawing.folding import ALL_DRAWN, MOST_ROWS, Arrow, Step, fold
from drawing.marks import Mark
from drawing.measure import count, duration
from drawing.rows import ROW, Link, Scene, across, draw_step
from drawing.svg import element, span, words
from drawing.text import escape
from drawing.words import Language, word

HEAD, FOOT = 52, 10  # pixels
SHORT_NS = 20_000_000  # below, milliseconds tell nothing apart: all digits of the time are shown everywhere


def draw(
    rows: np.ndarray,
    *,
    client: str,
    server: str,
    lang: Language = "en",
    marks: Iterable[Mark] = (),
    link: Link | None = None,
    fold_link: Link | None = None,
    hosts: Sequence[str] = (),
    base_ns: int | None = None,
    most: int = MOST_ROWS,
    folded: bool = True,
    anchor: str = "f",
) -> str:
    """SVG of `rows` (PACKET_DTYPE, one connection, ordered by frame), at most `most` rows of drawing.

    `link(frame)` is where a packet leads, `fold_link(frame)` where a fold that begins at `frame` leads.
    `base_ns` is the start of the capture (else of these rows). With `hosts` (the capture's addresses) a
    packet that neither end sent starts between the lanes, named by its address. A mark of kind "path" starts
    there too. `folded=False` draws every packet of a slice of up to two thirds of `most`. The id of a
    packet's row is `anchor` and its frame: of two diagrams on one page each has its own.
    """
    if not len(rows):
        return element(
            "svg", words(word("no_packets", lang), x=0, y=20), class_="sequence", width="100%", height=32
        )
    by_frame = {mark.frame: mark for mark in marks}
    scene = _scene(rows, lang, by_frame, hosts, (client, server), base_ns, link, fold_link, anchor)
    steps = fold(rows, by_frame.keys(), most, ALL_DRAWN if folded else most)
    height = HEAD + ROW * len(steps) + FOOT
    body = "".join(draw_step(scene, step, HEAD + ROW * i + ROW // 2 + 3) for i, step in enumerate(steps))
    content = (
        _describe(scene, steps, client, server)
        + _SYMBOLS
        + _head(client, server, lang)
        + body
        + _lane("client", 0, height)  # over the bands of evidence, which would hide them
        + _lane("server", 1, height)
    )
    short = int(rows["time_ns"][-1] - rows["time_ns"][0]) < SHORT_NS
    class_ = "sequence short" if short else "sequence"
    return element("svg", content, class_=class_, role="graphics-document", width="100%", height=height)


def _scene(
    rows: np.ndarray,
    lang: Language,
    marks: dict[int, Mark],
    hosts: Sequence[str],
    ends: tuple[str, str],
    base_ns: int | None,
    link: Link | None,
    fold_link: Link | None,
    anchor: str,
) -> Scene:
    addresses = {_address(end) for end in ends}
    two = frozenset(i for i, host in enumerate(hosts) if host in addresses)
    return Scene(
        rows=rows,
        lang=lang,
        marks=marks,
        ends=two,
        hosts=hosts,
        base_ns=int(rows["time_ns"][0]) if base_ns is None else base_ns,
        link=link,
        fold_link=fold_link,
        anchor=anchor,
    )


def _address(end: str) -> str:
    """The address of "192.0.2.1:22", "[2001:db8::1]:22" or a bare address."""
    if end.startswith("["):
        return end[1:].partition("]")[0]
    return end.rpartition(":")[0] if end.count(":") == 1 else end


# Heads of arrows. `use` takes x in percent, where a path cannot; the colour comes from the class of the row.
_SYMBOLS = (
    '<defs><path id="arrow-right" d="M0 0L-9 -4.5L-9 4.5Z"/><path id="arrow-left" d="M0 0L9 -4.5L9 4.5Z"/>'
    '<path id="reset-right" d="M-12 -5L-2 5M-12 5L-2 -5"/><path id="reset-left" d="M12 -5L2 5M12 5L2 -5"/>'
    '<path id="device" d="M0 -6L6 0L0 6L-6 0Z"/></defs>'
)


def _describe(scene: Scene, steps: list[Step], client: str, server: str) -> str:
    rows, lang = scene.rows, scene.lang
    drawn = sum(isinstance(step, Arrow) for step in steps)
    seconds = int(rows["time_ns"][-1] - rows["time_ns"][0]) / 1e9
    description = word(
        "sequence_desc",
        lang,
        packets=count(len(rows)),
        duration=duration(seconds, lang),
        drawn=count(drawn),
        folded=count(len(rows) - drawn),
    )
    title = escape(word("sequence_title", lang, client=client, server=server))
    return element("title", title) + element("desc", escape(description))


def _head(client: str, server: str, lang: Language) -> str:
    """Both names, on two lines so that two IPv6 addresses fit on a phone."""
    left = span(word("client", lang) + " ", "role") + span(client, "name")
    right = span(server, "name") + span(" " + word("server", lang), "role")
    return element("text", left, x=0, y=14, class_="end client") + element(
        "text", right, x="100%", y=34, text_anchor="end", class_="end server"
    )


def _lane(class_: str, share: float, height: int) -> str:
    x = across(share)
    return element("line", x1=x, x2=x, y1=HEAD - 10, y2=height, class_=f"lane {class_}")
