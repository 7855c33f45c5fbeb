"""The decision tree: nothing lies on anything else, every line arrives, and the way of a case is seen."""

import random
import re
import xml.etree.ElementTree as ET
from itertools import combinations, pairwise

import pytest

from drawing.boxes import Box, Way
from drawing.layers import Span, layers, tracks
from drawing.tree import draw
from drawing.wrapping import width, wrap

LONG = "An outcome of very many words that has to be broken into lines, because boxes have one width only"
JA = "サーバー自身への接続は成功し、クライアントからの接続だけが拒否される（別のアドレスからも同じ）"


def chain(count: int = 4) -> list[Box]:
    ways = [(Way("on", f"s{n + 1}"), Way("found", end="solved")) for n in range(count - 1)]
    return [Box(f"s{n}", f"Step {n}", w) for n, w in enumerate([*ways, (Way("nothing", end="ask"),)])]


def tangle(seed: int) -> list[Box]:
    """Up to twenty steps with up to six outcomes to anywhere: loops, leaps, steps that nothing leads to."""
    dice = random.Random(seed)
    count = dice.randint(1, 20)
    return [
        Box(
            f"s{n}",
            dice.choice((f"Step {n}", LONG, JA)),
            tuple(
                Way(dice.choice(("yes", LONG, JA)), f"s{dice.randrange(count)}")
                if dice.random() < 0.6
                else Way("no", end=dice.choice(("solved", "ask", "stop")))
                for _ in range(dice.randint(1, 6))
            ),
            dice.choice(("", "done", "now")),
        )
        for n in range(count)
    ]


def parsed(boxes: list[Box]) -> ET.Element:
    return ET.fromstring(draw(boxes, title="A tree"))


def frames(svg: ET.Element) -> list[tuple[float, float, float, float]]:
    """Left, top, right, bottom of each box."""
    found = []
    for rect in svg.iter("rect"):
        x, y, w, h = (float(rect.get(name, "")) for name in ("x", "y", "width", "height"))
        found.append((x, y, x + w, y + h))
    return found


def corners(path: str) -> list[tuple[float, float]]:
    """The points of a line of horizontal and vertical pieces."""
    x = y = 0.0
    found = []
    for letter, numbers in re.findall(r"([MHV])([\d. -]+)", path):
        values = [float(number) for number in numbers.split()]
        x, y = (values[0], y) if letter == "H" else (x, values[0]) if letter == "V" else values
        found.append((x, y))
    return found


PICTURES = [*map(tangle, range(60)), chain(), chain(1)]


@pytest.mark.parametrize("boxes", PICTURES, ids=range(len(PICTURES)))
def test_boxes_do_not_overlap_and_lie_within_the_picture(boxes):
    svg = parsed(boxes)
    found = frames(svg)
    assert len(found) == len(boxes)
    for a, b in combinations(found, 2):
        assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
    wide, high = float(svg.get("width")), float(svg.get("height"))
    assert all(x1 >= 0 and y1 >= 0 and x2 <= wide and y2 <= high for x1, y1, x2, y2 in found)


@pytest.mark.parametrize("seed", range(60))
def test_lines_run_beside_boxes_and_end_above_their_target(seed):
    boxes = tangle(seed)
    svg = parsed(boxes)
    found = frames(svg)
    lines = [p.get("d") for p in svg.iter("path") if (p.get("class") or "") in ("line", "line taken")]
    assert len(lines) == sum(way.target is not None for box in boxes for way in box.ways)
    tops = {(round((x1 + x2) / 2), round(y1)) for x1, y1, x2, _ in found}
    for line in lines:
        points = corners(line)
        assert any(abs(points[-1][0] - x) <= 1 and abs(points[-1][1] + 7 - y) <= 1 for x, y in tops)
        for (ax, ay), (bx, by) in pairwise(points):
            for x1, y1, x2, y2 in found:
                beside = max(ax, bx) <= x1 or min(ax, bx) >= x2 or max(ay, by) <= y1 or min(ay, by) >= y2
                assert beside, (line, (x1, y1, x2, y2))
        assert all(0 <= x <= float(svg.get("width")) and y >= 0 for x, y in points)


def test_a_chain_is_one_column_and_fits_a_phone():
    assert float(parsed(chain(8)).get("width")) <= 390 - 2 * 16


def test_the_way_of_a_case_and_its_step_are_marked_by_shape_and_word():
    boxes = [
        Box("a", "First", (Way("yes", "b", taken=True), Way("no", end="stop")), "done"),
        Box("b", "Second", (Way("so", end="solved"), Way("not", end="ask")), "now"),
    ]
    svg = draw(boxes, title="A <b>", link=lambda anchor: f"#{anchor}")
    tree = ET.fromstring(svg)
    assert [p.get("class") for p in tree.iter("path") if "line" in (p.get("class") or "")] == [
        "line taken",
        "line taken head",
    ]
    said = [text.text for text in tree.iter("text")]
    assert "✓ done" in said
    assert "▶ you are here" in said
    assert {"solved", "ask", "stop", "→ 2"} <= set(said)
    assert len({p.get("d") for p in tree.iter("path") if p.get("class") == "end"}) == 3
    assert [a.get("href") for a in tree.iter("a")] == ["#a", "#b"]
    assert tree.find("title").text == "A <b>"
    assert tree.find("desc").text.startswith("2 steps with 3 ends.")
    assert "現在のステップ" in draw(boxes, title="t", lang="ja")
    assert "style=" not in svg


def test_the_same_steps_give_the_same_picture_and_hostile_words_are_seen():
    boxes = [Box("a", "</text><script>\u202e", (Way("]]>\x07&", "b"),)), Box("a", "twice", ())]
    assert draw(boxes, title="t") == draw(boxes, title="t")
    assert "<script" not in draw(boxes, title="\x00<script>")
    assert "→ ?" in draw(boxes, title="t")
    assert draw([], title="t") == ""


def test_a_box_stands_below_all_that_lead_to_it_where_no_loop_is():
    assert layers([[1, 2], [2], [3, 0], []]) == [0, 1, 2, 3]
    assert layers([[0]]) == [0]
    assert layers([[None], [0]]) == [0, 1]
    assert layers([]) == []


def test_lines_side_by_side_have_tracks_of_their_own():
    found = tracks([Span((0, 0), 0, 100), Span((0, 1), 50, 60), Span((1, 0), 200, 300)])
    assert found == {(0, 1): 0, (1, 0): 0, (0, 0): 1}


@pytest.mark.parametrize("text", [LONG, JA, "x" * 300, "a " * 300, "", "（" * 50, "。" * 50])
def test_lines_are_never_wider_than_their_room(text):
    lines = wrap(text, 170, 12, 4)
    assert 1 <= len(lines) <= 4
    assert all(width(line, 12) <= 170 + 3 * 12 for line in lines)
    cut, whole = lines[-1].endswith("…"), width(text.strip(), 12)
    assert cut or whole <= 4 * 170
    assert not cut or whole > 3 * 170


def test_japanese_is_broken_where_it_may_be():
    for line in wrap(JA * 2, 120, 12, 99):
        assert line[0] not in "、。）ー"
        assert line[-1] != "（"
