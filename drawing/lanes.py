"""States over time: a lane for each thing, a bar for each state it was in. Style is in pictures.css."""

from collections.abc import Sequence
from dataclasses import dataclass

from drawing.measure import duration
from drawing.svg import element, percent, words
from drawing.text import escape
from drawing.timeline import Scale, axis
from drawing.words import Language, word

LANE, TOP, BAR, AXIS = 52, 4, 16, 24  # pixels: heights of a lane, above all, of a bar, of the axis
NARROWEST = 0.004  # of the width: a state that lasted a millisecond is still a line
ROOM_FOR_WORDS = 0.16  # of the width: narrower bars are told by their title only


@dataclass(frozen=True)
class Span:
    """A state, from one time to another; nanoseconds since the recording began."""

    state: str
    from_ns: int
    to_ns: int


@dataclass(frozen=True)
class Lane:
    """One thing and its states, in order of time."""

    name: str
    spans: tuple[Span, ...]


def draw(lanes: Sequence[Lane], *, duration_ns: int, lang: Language = "en") -> str:
    """SVG of the lanes on one clock that ends after `duration_ns`."""
    scale = Scale(0, max(1, duration_ns))
    foot = TOP + LANE * len(lanes)
    body = "".join(_lane(lane, TOP + LANE * i, scale, lang) for i, lane in enumerate(lanes))
    title = element("title", escape(word("lanes_title", lang)))
    return element(
        "svg",
        title + body + axis(scale, foot, lang),
        class_="timeline lanes",
        role="graphics-document",
        width="100%",
        height=foot + AXIS,
    )


def _lane(lane: Lane, y: int, scale: Scale, lang: Language) -> str:
    bars = "".join(_span(span, i, y + 22, scale, lang) for i, span in enumerate(lane.spans))
    return element("g", words(lane.name, x=scale.x(0), y=y + 14, class_="name") + bars, class_="lane")


def _span(span: Span, place: int, y: int, scale: Scale, lang: Language) -> str:
    start = scale.share(span.from_ns)
    share = max(scale.share(span.to_ns) - start, NARROWEST)
    lasted = duration((span.to_ns - span.from_ns) / 1e9, lang)
    bar = element("title", escape(f"{span.state}: {lasted}")) + element(
        "rect",
        x=scale.x(min(start, 1 - NARROWEST)),
        y=y,
        width=percent(share * 0.98),
        height=BAR,
        rx=2,
        class_="state odd" if place % 2 else "state",
    )
    if share >= ROOM_FOR_WORDS:
        bar += words(span.state, x=scale.x(start + 0.008), y=y + 12, class_="said")
    return element("g", bar)
