"""The whole capture on one line of time: connections as bars, findings as marks on them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from drawing.marks import Moment, Severity
from drawing.measure import count, duration
from drawing.svg import element, percent, words
from drawing.text import escape, visible
from drawing.words import Language, word

# More bars than this are not told apart; the rest is said as a number.
MOST_BARS = 10
BAR, AXIS, TOP = 32, 22, 4  # pixels
_CHARACTER, _NARROWEST = 6.7, 330  # pixels: a letter of a name, the drawing on a phone
_RANK = {b"error": 0, b"warning": 1, b"note": 2, b"info": 3, b"": 4}
_SHAPES: dict[Severity, str] = {
    "error": "sign-error",
    "warning": "sign-warning",
    "note": "sign-note",
    "info": "sign-info",
}
# One shape each, so that colour is never the only sign: cross, triangle, diamond, ring.
_SYMBOLS = (
    '<defs><path id="sign-error" d="M-5 -5L5 5M-5 5L5 -5"/><path id="sign-warning" d="M0 -6L6 5L-6 5Z"/>'
    '<path id="sign-note" d="M0 -6L6 0L0 6L-6 0Z"/><circle id="sign-info" r="4.5"/></defs>'
)


@dataclass(frozen=True)
class Scale:
    """Nanoseconds to a share of the width."""

    first_ns: int
    length_ns: int

    def share(self, time_ns: int) -> float:
        """Of the length of the capture, 0 to 1."""
        return min(1.0, max(0.0, (time_ns - self.first_ns) / self.length_ns))

    def x(self, share: float) -> str:
        """In percent of the width; a little room on both sides is for marks at the ends."""
        return percent(0.01 + 0.98 * share)


def draw(
    connections: np.ndarray,
    moments: Iterable[Moment] = (),
    *,
    first_ns: int,
    duration_ns: int,
    lang: Language = "en",
    link: Callable[[int], str] | None = None,
) -> str:
    """SVG of a capture: a bar for each of the connections (CONNECTION_DTYPE) that tell most, up to MOST_BARS.

    `link(id)` is where a bar leads. A moment whose connection has no bar stands on the axis.
    """
    scale = Scale(first_ns, max(1, duration_ns))
    shown = _most_telling(connections)
    lines = {int(row["id"]): i for i, row in enumerate(shown)}
    marks = sorted(moments, key=lambda moment: moment.time_ns)
    more = len(connections) - len(shown)
    foot = TOP + BAR * (len(shown) + (1 if more else 0))
    body = "".join(_bar(row, TOP + BAR * i + 22, scale, lang, link) for i, row in enumerate(shown))
    body += _more(more, foot - 8, scale, lang) if more else ""
    body += axis(scale, foot, lang)
    body += "".join(
        _mark(m, TOP + BAR * lines[m.connection] + 22 if m.connection in lines else foot, scale, lang)
        for m in marks
    )
    title = _describe(len(connections), len(marks), duration_ns, lang)
    return element(
        "svg",
        title + _SYMBOLS + body,
        class_="timeline",
        role="graphics-document",
        width="100%",
        height=foot + AXIS,
    )


def _describe(connections: int, marks: int, duration_ns: int, lang: Language) -> str:
    text = word(
        "timeline_desc",
        lang,
        connections=count(connections),
        duration=duration(duration_ns / 1e9, lang),
        marks=count(marks),
    )
    return element("title", escape(word("timeline_title", lang))) + element("desc", escape(text))


def _most_telling(connections: np.ndarray) -> np.ndarray:
    """The worst, then the longest in packets; shown in order of time."""
    if len(connections) <= MOST_BARS:
        return connections
    kinds, kind = np.unique(connections["severity"], return_inverse=True)
    ranks = np.array([_RANK.get(bytes(s), 4) for s in kinds])[kind]
    order = np.lexsort((-connections["packets"].astype(np.int64), ranks))[:MOST_BARS]
    chosen = connections[np.sort(order)]
    return chosen[np.argsort(chosen["first_ns"], kind="stable")]


def name(row: np.void) -> str:
    """client → server of a connection, as far as it is text."""
    return f"{row['client'].decode('ascii', 'replace')} → {row['server'].decode('ascii', 'replace')}"


def _bar(row: np.void, y: int, scale: Scale, lang: Language, link: Callable[[int], str] | None) -> str:
    """The connection's name, and below it a bar as long as it lasted."""
    start = scale.share(int(row["first_ns"]))
    end = max(scale.share(int(row["first_ns"]) + int(row["duration_ns"])), start + 0.002)
    label = f"{name(row)}, {duration(int(row['duration_ns']) / 1e9, lang)}"
    severity = row["severity"].decode("ascii", "replace") or "none"
    width = percent((end - start) * 0.98)
    bar = element("rect", x=scale.x(start), y=y - 3, width=width, height=6, rx=2, class_=f"bar {severity}")
    # A name starts with its bar while there is room for it, on a phone too; else it ends at the right.
    fits = start < 0.02 or len(name(row)) * _CHARACTER < _NARROWEST * (1 - start)
    text = _words_at(name(row), start, y - 10, scale, "name", from_start=fits)
    content = element("title", escape(label)) + text + bar
    if link:
        content = element("a", content, href=link(int(row["id"])), aria_label=visible(label))
    return element("g", content, class_="line")


def _words_at(text: str, share: float, y: int, scale: Scale, class_: str, *, from_start: bool) -> str:
    x, side = (scale.x(share), "start") if from_start else (scale.x(1), "end")
    return words(text, x=x, y=y, text_anchor=side, class_=class_)


def _more(number: int, y: int, scale: Scale, lang: Language) -> str:
    return _words_at(
        word("more_connections", lang, count=count(number)), 0, y, scale, "name more", from_start=True
    )


def _mark(moment: Moment, y: int, scale: Scale, lang: Language) -> str:
    said = f"{word(moment.severity, lang)}: {moment.label}"
    x = scale.x(scale.share(moment.time_ns))
    sign = element("title", escape(said)) + element("use", href=f"#{_SHAPES[moment.severity]}", x=x, y=y)
    if moment.link:
        sign = element("a", sign, href=moment.link, aria_label=visible(said))
    return element("g", sign, class_=f"moment {moment.severity}")


def axis(scale: Scale, y: int, lang: Language) -> str:
    """A line and about six round ticks."""
    seconds = scale.length_ns / 1e9
    step = _round_step(seconds / 5)
    drawn = element("line", x1=scale.x(0), x2=scale.x(1), y1=y, y2=y, class_="axis")
    for i in range(int(seconds / step + 1e-9) + 1):
        share = min(1.0, i * step / seconds)
        x = scale.x(share)
        drawn += element("line", x1=x, x2=x, y1=y, y2=y + 4, class_="axis")
        anchor = "start" if i == 0 else "end" if share > 0.94 else "middle"
        drawn += words(duration(i * step, lang), x=x, y=y + 17, text_anchor=anchor, class_="tick")
    return drawn


def _round_step(seconds: float) -> float:
    """The next of 1, 2, 5 times a power of ten, or of whole minutes and hours, not below `seconds`."""
    for step in (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400):
        if 0.5 < seconds <= step:
            return float(step)
    power = 10.0 ** np.floor(np.log10(max(seconds, 1e-9)))
    return float(next(power * m for m in (1, 2, 5, 10) if power * m >= seconds * 0.999999))
