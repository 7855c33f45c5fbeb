"""The rows of a sequence diagram: a packet is an arrow, a run of packets one line, a silence a break."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from drawing import labels
from drawing.folding import Arrow, Fold, Pause, Step
from drawing.marks import Mark
from drawing.measure import clock, count, duration, size
from drawing.svg import element, percent, span, words
from drawing.text import escape
from drawing.words import Language, word
from packets.columns import COPY, RST, SEEN_PARTLY, SEEN_TWICE, TCP

ROW = 30  # pixels
# Where the lanes stand: shares of the width. 16 % hold seven digits on a phone, and a TTL with its mark.
LEFT, RIGHT = 0.16, 0.84
# From the top of a row to its arrow: the label stands above it, the frame number below.
_ARROW = 18
Link = Callable[[int], str]


@dataclass(frozen=True)
class Scene:
    """What every row of one diagram is drawn with."""

    rows: np.ndarray
    lang: Language
    marks: dict[int, Mark]
    ends: frozenset[int]  # indexes of the two hosts in `hosts`
    hosts: Sequence[str]
    base_ns: int
    link: Link | None
    fold_link: Link | None
    anchor: str  # a packet's row has this and its frame as id


def across(share: float) -> str:
    """From the client's lane (0) to the server's (1), in percent of the width.

    Everything is in percent, so that one drawing fits a desk, a phone and paper and its text keeps its size.
    """
    return percent(LEFT + (RIGHT - LEFT) * share)


def draw_step(scene: Scene, step: Step, y: int) -> str:
    """One step with its middle at `y`."""
    if isinstance(step, Arrow):
        return _arrow_row(scene, scene.rows[step.row], y)
    if isinstance(step, Fold):
        return _fold_row(scene, step, y)
    return _pause_row(scene, step, y)


def _arrow_row(scene: Scene, row: np.void, y: int) -> str:
    frame = int(row["frame"])
    mark = scene.marks.get(frame)
    classes = _classes(scene, row, mark)
    content = element("title", escape(_spoken(scene, row, mark)))
    content += element("rect", x=0, y=y - _ARROW, width="100%", height=ROW, class_="band")
    content += _left_column(scene, row, y) + _arrow(scene, row, mark, y) + _right_column(scene, row, mark, y)
    if scene.link:
        content = element("a", content, href=scene.link(frame))
    return element("g", content, id=f"{scene.anchor}{frame}", class_=classes)


def _classes(scene: Scene, row: np.void, mark: Mark | None) -> str:
    names = ["packet", "to-server" if row["from_client"] else "to-client"]
    names += ["evidence"] if mark else []
    names += ["reset"] if _resets(row) else []
    names += ["again"] if row["marks"] & (SEEN_TWICE | SEEN_PARTLY) else []
    names += ["copy"] if row["marks"] & COPY else []
    names += ["from-path"] if _origin(scene, row, mark) else []
    return " ".join(names)


def _resets(row: np.void) -> bool:
    return bool(row["protocol"] == TCP and row["flags"] & RST)


def _origin(scene: Scene, row: np.void, mark: Mark | None) -> str | None:
    """The name of a sender between the ends; None when an end sent it (as far as is known)."""
    if mark and mark.kind == "path":
        return mark.label or word("on_path", scene.lang)
    source = int(row["source"])
    if scene.ends and source >= 0 and source not in scene.ends:
        return scene.hosts[source]
    return None


def _left_column(scene: Scene, row: np.void, y: int) -> str:
    """Time to the microsecond (a narrow page hides the last three digits), and the frame's number."""
    time = clock((int(row["time_ns"]) - scene.base_ns) / 1e9, 6)
    digits = escape(time[:-3]) + span(time[-3:], "fine")
    return element("text", digits, x=0, y=y - 4, class_="time") + words(
        f"#{row['frame']}", x=0, y=y + 9, class_="frame"
    )


def _right_column(scene: Scene, row: np.void, mark: Mark | None, y: int) -> str:
    ttl = (
        words(f"TTL {row['ttl']}", x="100%", y=y - 4 if mark else y + 4, text_anchor="end", class_="ttl")
        if row["ttl"]
        else ""
    )
    if not mark:
        return ttl
    label = mark.label if mark.kind == "evidence" and mark.label else word("evidence", scene.lang)
    return ttl + element(
        "text",
        span("▣ ", "box") + span(label, "mark"),
        x="100%",
        y=y + 9,
        text_anchor="end",
        class_="marked",
    )


def _arrow(scene: Scene, row: np.void, mark: Mark | None, y: int) -> str:
    """Line, head and label. From a device on the path the line starts at half way."""
    right = bool(row["from_client"])
    device = _origin(scene, row, mark)
    start = 0.5 if device else 0.0 if right else 1.0
    end = 1.0 if right else 0.0
    head = ("reset" if _resets(row) else "arrow") + ("-right" if right else "-left")
    drawn = element("line", x1=across(start), x2=across(end), y1=y, y2=y, class_="shaft")
    drawn += element("use", href=f"#{head}", x=across(end), y=y, class_="head")
    if device:
        drawn += element(
            "line", x1=across(0.5), x2=across(0.5), y1=y - _ARROW, y2=y + 12, class_="lane device"
        )
        drawn += element("use", href="#device", x=across(0.5), y=y, class_="head origin")
        drawn += words(
            device,
            x=across(0.5),
            dx=-12 if right else 12,
            y=y + 4,
            text_anchor="end" if right else "start",
            class_="hop",
        )
    return drawn + _label(scene, row, (start + end) / 2, y)


def _label(scene: Scene, row: np.void, at: float, y: int) -> str:
    text = span(labels.headline(row, scene.lang), "what")
    again = _again(row, scene.lang)
    if again:
        text += span(f" ↻ {again}", "repeat")
    details = labels.details(row, scene.lang)
    if details:
        text += span("  " + details, "details")
    return element("text", text, x=across(at), y=y - 5, text_anchor="middle", class_="label")


def _again(row: np.void, lang: Language) -> str:
    marks = int(row["marks"])
    if marks & COPY:
        return word("copy", lang)
    if marks & SEEN_TWICE:
        return word("again", lang)
    return word("partly_again", lang) if marks & SEEN_PARTLY else ""


def _spoken(scene: Scene, row: np.void, mark: Mark | None) -> str:
    """The row as one sentence, for hover and for those who listen."""
    lang = scene.lang
    seconds = (int(row["time_ns"]) - scene.base_ns) / 1e9
    parts = [
        f"{word('frame', lang)} {row['frame']}",
        f"{clock(seconds, 6)} s",
        word("to_server" if row["from_client"] else "to_client", lang),
        labels.headline(row, lang),
        _again(row, lang),
        labels.details(row, lang),
        f"TTL {row['ttl']}" if row["ttl"] else "",
        _origin(scene, row, mark) or "",
        f"▣ {word('evidence', lang)}" if mark else "",
    ]
    return ", ".join(part for part in parts if part)


def _fold_row(scene: Scene, step: Fold, y: int) -> str:
    """A run of packets as one line: how many, how long, how much each way, how much of it again."""
    run = scene.rows[step.first : step.last + 1]
    content = element(
        "rect", x=across(0), y=y - 11, width=percent(RIGHT - LEFT), height=22, rx=4, class_="run"
    )
    text = _run_summary(run, scene.lang)
    content += element("text", text, x=across(0.5), y=y + 4, text_anchor="middle")
    first = int(run["frame"][0])
    if scene.fold_link:
        content = element("a", content, href=scene.fold_link(first))
    last = str(run["frame"][-1])
    both = f"#{first}–{last}"
    if len(both) < 9:  # what the column holds on a phone
        frames = words(both, x=0, y=y + 4, class_="frame")
    else:
        frames = words(f"#{first}–", x=0, y=y - 3, class_="frame") + words(last, x=0, y=y + 9, class_="frame")
    return element("g", frames + content, class_="fold")


def _run_summary(run: np.ndarray, lang: Language) -> str:
    """Markup: how many packets and how long; where there is room, how much each way and again."""
    seconds = int(run["time_ns"][-1] - run["time_ns"][0]) / 1e9
    parts = []
    for sign, way in (("▶", run["from_client"]), ("◀", ~run["from_client"])):
        total = int(run["length"][way].sum(dtype=np.int64))
        parts += [f"{sign} {size(total)}"] if total else []
    again = int(np.count_nonzero(run["marks"] & SEEN_TWICE))
    parts += [word("folded_again", lang, count=count(again))] if again else []
    more = span("".join(" · " + part for part in parts), "details") if parts else ""
    return escape(word("folded", lang, packets=count(len(run)), duration=duration(seconds, lang))) + more


def _pause_row(scene: Scene, step: Pause, y: int) -> str:
    text = "… " + word("pause", scene.lang, duration=duration(step.length_ns / 1e9, scene.lang)) + " …"
    gaps = "".join(
        element("line", x1=across(lane), x2=across(lane), y1=y - 11, y2=y + 11, class_="gap")
        for lane in (0, 1)
    )
    return element("g", gaps + words(text, x=across(0.5), y=y + 4, text_anchor="middle"), class_="pause")
