"""The decision tree of a runbook as SVG: a box for each step with its outcomes, lines to where they lead,
ends by shape and word; the way that a case has gone, and where it is.

Boxes have one width and the picture grows down, so that a chain of steps fits a phone; what is wider scrolls.
All style is in the style sheet, by class.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import cached_property

from drawing.boxes import BETWEEN, BOX, PAD, TEXT_LINE, TITLE_LINE, Box, Card, Row, Way, card
from drawing.layers import Line, Span, layers, tracks
from drawing.svg import element, words
from drawing.text import escape
from drawing.words import Language, word

TRACK, LANE, MARGIN = 9, 9, 6  # pixels between lines that run side by side; around everything
# Fourteen pixels square: a tick in a circle, a speech bubble, a square.
_SHAPES = {
    "solved": "M7 1a6 6 0 1 0 0.01 0ZM4 7.2l2.2 2.3L10.2 4.8",
    "ask": "M1.5 2h11v8h-5l-3 3v-3h-3Z",
    "stop": "M2 2h10v10H2Z",
}


Link = Callable[[str], str]


def draw(boxes: Sequence[Box], *, title: str, lang: Language = "en", link: Link | None = None) -> str:
    """SVG of the tree that begins with the first box. `link(id)` is where a box leads. A target that is no
    box is drawn as an outcome without a line.
    """
    return Tree(boxes, title, lang, link).svg() if boxes else ""


class Tree:
    """One drawing: where everything stands, worked out when it is asked for."""

    def __init__(self, boxes: Sequence[Box], title: str, lang: Language, link: Link | None) -> None:
        self.boxes, self.title, self.lang, self.link = boxes, title, lang, link
        self.places: dict[str, int] = {}
        for place, box in enumerate(boxes):
            self.places.setdefault(box.id, place)
        self.targets = [[self.places.get(way.target or "") for way in box.ways] for box in boxes]
        self.cards = [card(number, box) for number, box in enumerate(boxes, 1)]
        self.layer = layers(self.targets)

    # ---- places

    @cached_property
    def column(self) -> list[int]:
        """The column of each box: those of a layer stand side by side in their order."""
        taken: dict[int, int] = defaultdict(int)
        found = []
        for layer in self.layer:
            found.append(taken[layer])
            taken[layer] += 1
        return found

    @cached_property
    def lines(self) -> list[tuple[Line, int]]:
        """All lines: box and outcome, and the box they lead to."""
        return [
            ((box, way), target)
            for box, ways in enumerate(self.targets)
            for way, target in enumerate(ways)
            if target is not None
        ]

    @cached_property
    def lane(self) -> dict[int, int]:
        """For each box that is led to its lane above its layer, from 0: all its lines come together there."""
        taken: dict[int, int] = defaultdict(int)
        found = {}
        for target in sorted({target for _, target in self.lines}):
            found[target] = taken[self.layer[target]]
            taken[self.layer[target]] += 1
        return found

    @cached_property
    def top(self) -> list[float]:
        """The upper edge of each layer's boxes."""
        found, y = [], float(MARGIN)
        for layer in range(max(self.layer) + 1):
            lanes = sum(1 for target in self.lane if self.layer[target] == layer)
            y += (22 + lanes * LANE) if lanes else 0 if not layer else 22
            found.append(y)
            y += max(self.cards[box].height for box, at in enumerate(self.layer) if at == layer)
        return found

    @cached_property
    def height(self) -> float:
        """Of the picture."""
        return max(self.y(box) + card.height for box, card in enumerate(self.cards)) + MARGIN

    @cached_property
    def track(self) -> dict[Line, int]:
        """For each line its track in the gutter beside its box."""
        spans: dict[int, list[Span]] = defaultdict(list)
        for line, target in self.lines:
            ends = self.port(line)[1], self.lane_y(target)
            spans[self.column[line[0]]].append(Span(line, min(ends), max(ends)))
        return {line: at for some in spans.values() for line, at in tracks(some).items()}

    @cached_property
    def left(self) -> list[float]:
        """The left edge of each column; then the right edge of the picture."""
        found, x = [], float(MARGIN)
        for column in range(max(self.column) + 1):
            found.append(x)
            beside = [at for (box, _), at in self.track.items() if self.column[box] == column]
            x += BOX + 10 + (max(beside) + 1) * TRACK if beside else BOX + 10
        return [*found, x]

    def x(self, box: int) -> float:
        """The left edge of a box."""
        return self.left[self.column[box]]

    def y(self, box: int) -> float:
        """The upper edge of a box."""
        return self.top[self.layer[box]]

    def lane_y(self, target: int) -> float:
        """Where the lines to that box run across."""
        return self.y(target) - 16 - self.lane[target] * LANE

    def port(self, line: Line) -> tuple[int, float]:
        """Where a line leaves its box: the box, and how far down the picture."""
        box, way = line
        return box, self.y(box) + self.cards[box].rows[way].middle

    # ---- marks

    def svg(self) -> str:
        """All of it. Lines come first, those that were taken last of them, so that none is hidden."""
        ordered = sorted(self.lines, key=lambda one: self._way(one[0]).taken)
        ends = sum(way.end is not None for box in self.boxes for way in box.ways)
        said = word("tree_desc", self.lang, steps=len(self.boxes), ends=ends)
        content = (
            element("title", escape(self.title))
            + element("desc", escape(said))
            + "".join(self._line(line, target) for line, target in ordered)
            + "".join(self._box(box) for box in range(len(self.boxes)))
        )
        width = self.left[-1] + MARGIN
        size: dict[str, str | int] = {"width": round(width), "height": round(self.height)}
        size["viewBox"] = f"0 0 {size['width']} {size['height']}"  # on paper it becomes smaller
        return element("svg", content, class_="tree", role="graphics-document", **size)

    def _way(self, line: Line) -> Way:
        return self.boxes[line[0]].ways[line[1]]

    def _line(self, line: Line, target: int) -> str:
        box, y = self.port(line)
        start = self.x(box) + BOX
        gutter = start + 10 + self.track[line] * TRACK
        lane, middle, end = self.lane_y(target), self.x(target) + BOX / 2, self.y(target)
        path = f"M{_n(start)} {_n(y)}H{_n(gutter)}V{_n(lane)}H{_n(middle)}V{_n(end - 7)}"
        head = f"M{_n(middle)} {_n(end - 1)}l-5 -8h10Z"
        class_ = "line taken" if self._way(line).taken else "line"
        return element("path", d=path, class_=class_) + element("path", d=head, class_=f"{class_} head")

    def _box(self, place: int) -> str:
        card, x, y = self.cards[place], self.x(place), self.y(place)
        shape = element("rect", x=x, y=y, width=BOX, height=card.height, rx=6, class_="step")
        rows = "".join(self._row(row, x, y) for row in card.rows)
        content = (
            element("title", escape(f"{card.number}. {card.box.title}")) + shape + self._head(card, x, y)
        )
        href = self.link(card.box.id) if self.link else None
        linked = element("a", content, href=href) if href else element("g", content)
        return element("g", linked + rows, class_=f"box {card.box.state}".strip())

    def _head(self, card: Card, x: float, y: float) -> str:
        lines = "".join(
            words(text, x=x + PAD, y=y + PAD + 11 + i * TITLE_LINE, class_="name")
            for i, text in enumerate(card.title)
        )
        if not card.box.state:
            return lines
        below = y + PAD + 9 + len(card.title) * TITLE_LINE
        said = f"{'▶' if card.box.state == 'now' else '✓'} {word('tree_' + card.box.state, self.lang)}"
        return lines + words(said, x=x + PAD, y=below, class_="where")

    def _row(self, row: Row, x: float, y: float) -> str:
        top = y + row.top
        rule = element("line", x1=x + PAD, x2=x + BOX - PAD, y1=top, y2=top, class_="rule")
        text = "".join(
            words(line, x=x + PAD, y=top + BETWEEN / 2 + 12 + i * TEXT_LINE, class_="text")
            for i, line in enumerate(row.lines)
        )
        class_ = f"way {row.way.end or 'on'}{' taken' if row.way.taken else ''}"
        title = element("title", escape(f"{row.way.text} → {self._leads(row.way)}"))
        return element("g", title + rule + text + self._aside(row, x, top), class_=class_)

    def _leads(self, way: Way) -> str:
        if way.end:
            return word("tree_" + way.end, self.lang)
        target = self.places.get(way.target or "")
        return "?" if target is None else str(target + 1)

    def _aside(self, row: Row, x: float, top: float) -> str:
        """At the right of an outcome: the shape and word of an end, or the number of the next step."""
        right, middle = x + BOX - PAD, top + row.height / 2
        if not row.way.end:
            said = f"→ {self._leads(row.way)}"
            return words(said, x=right, y=middle + 4, text_anchor="end", class_="leads")
        shape = element("path", d=_SHAPES.get(row.way.end, ""), class_="end")
        mark = element("g", shape, transform=f"translate({_n(right - 14)} {_n(middle - 7)})")
        said = words(self._leads(row.way), x=right - 18, y=middle + 4, text_anchor="end", class_="leads")
        return said + mark


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
