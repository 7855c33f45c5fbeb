"""Live blocks in shipped articles name what exists, the same in both languages."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from experiments import shipped
from experiments.bound import WITHOUT_CODE

ROOT = Path(__file__).resolve().parents[2]
KINDS = {"experiment", "capture", "finding", "section"}
PARTS = {
    *("claim", "network", "steps", "terminal", "sequence"),
    *("states", "captures", "expectations", "replay"),
}
FENCE = re.compile(r"^(`{3,}|~{3,}).*?^\1\s*$", re.S | re.M)
BLOCK = re.compile(r"^::([a-z]+)\b(.*)$", re.M)
CONTAINER = re.compile(r"^::: ?(.*)$", re.M)
#: The experiments that the lessons of the product must show.
LESSONS = {
    *("handshake", "close_by_server", "close_by_reset", "simultaneous_close"),
    *("connect_timeout", "connect_refused", "connect_rejected"),
    *("half_open", "half_open_healthy", "peer_vanishes"),
    *("keepalive_article", "keepalive_answered", "keepalive_curl", "keepalive_defaults"),
    *("idle_cut_silently", "idle_cut_with_reset", "idle_timeout_by_server", "idle_timeout_many"),
    *("reset_by_firewall", "reset_by_server", "port_reuse_nat"),
}


@dataclass(frozen=True)
class Block:
    """One line `::kind name key=value …`."""

    kind: str
    name: str
    options: tuple[tuple[str, str], ...]


def blocks(text: str) -> list[Block]:
    """Those of one article, in order; lines inside of fences are no blocks."""
    return [block(kind, rest) for kind, rest in BLOCK.findall(FENCE.sub("", text))]


def block(kind: str, rest: str) -> Block:
    name, *options = rest.split() or [""]
    pairs = [option.partition("=") for option in options]
    return Block(kind, name, tuple((key, value) for key, _, value in pairs))


def pairs_of_files() -> Iterator[tuple[Path, Path]]:
    """English and Japanese file of every shipped article and runbook."""
    for pattern in ("kb/content/*.en.md", "kb/runbooks/*.en.md", "diagnoses/*/article.en.md"):
        for path in sorted(ROOT.glob(pattern)):
            yield path, path.with_name(path.name.replace(".en.md", ".ja.md"))


def slug(path: Path) -> str:
    name = path.parent.name if path.name.startswith("article.") else path.name.split(".")[0]
    return name.replace("_", "-")


PAIRS = tuple(pairs_of_files())
each_article = pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: slug(pair[0]))


def mistakes(one: Block) -> list[str]:
    """What is wrong with a block, as sentences for the one who wrote it."""
    if one.kind not in KINDS:
        return [f"::{one.kind} is no kind of block"]
    return of_experiment(one) if one.kind == "experiment" else of_article(one)


def of_article(one: Block) -> list[str]:
    if one.kind == "finding" and not (ROOT / "diagnoses" / one.name / "rule.py").is_file():
        return [f"no diagnosis is called {one.name}"]
    if one.kind == "section" and one.name.partition("#")[0] not in {slug(path) for path, _ in PAIRS}:
        return [f"no article is called {one.name}"]
    return []


def of_experiment(one: Block) -> list[str]:
    found = shipped.find(one.name)
    if found is None:
        return [f"no experiment is called {one.name}"]
    steps = {step.name for step in found.experiment.steps}
    places = {vantage.name for vantage in found.experiment.captures}
    kernels = {recorded.name for recorded in found.recordings()}
    codes = {str(each.arguments["code"]) for each in found.experiment.expectations if each.kind == "finding"}
    known = {"show": PARTS, "step": steps, "at": places, "kernel": kernels, "finding": codes}
    wrong = [f"{one.name}: no option is called {key}" for key, _ in one.options if key not in known]
    for key, value in one.options:
        words = value.split(",") if key != "at" else [value]
        wrong += [f"{one.name}: {key}={word}" for word in words if word not in known.get(key, {word})]
    return wrong


@each_article
def test_every_block_names_what_exists(pair: tuple[Path, Path]) -> None:
    for path in pair:
        wrong = [sentence for one in blocks(path.read_text("utf-8")) for sentence in mistakes(one)]
        assert wrong == []


@each_article
def test_both_languages_hold_the_same_blocks_in_the_same_order(pair: tuple[Path, Path]) -> None:
    english, japanese = (blocks(path.read_text("utf-8")) for path in pair)
    assert english == japanese


@each_article
def test_a_block_stands_alone_between_blank_lines(pair: tuple[Path, Path]) -> None:
    for path in pair:
        lines = FENCE.sub("", path.read_text("utf-8")).splitlines()
        for above, line, below in zip(["", *lines], lines, [*lines[1:], ""], strict=False):
            if BLOCK.match(line):
                assert (above, below) == ("", ""), line


@each_article
def test_every_admonition_is_of_a_known_kind_and_closed(pair: tuple[Path, Path]) -> None:
    for path in pair:
        marks = CONTAINER.findall(FENCE.sub("", path.read_text("utf-8")))
        assert all(re.fullmatch(r"(note|tip|warning)( \S.*)?", mark) for mark in marks[::2]), marks
        assert set(marks[1::2]) <= {""}
        assert len(marks) % 2 == 0


def test_the_lessons_show_each_of_their_experiments() -> None:
    shown = {
        one.name: slug(path)
        for path in ROOT.glob("kb/content/*.en.md")
        for one in blocks(path.read_text("utf-8"))
        if one.kind == "experiment"
    }
    assert set() == LESSONS - set(shown)


def test_an_experiment_proves_the_lessons_that_show_it_and_no_others() -> None:
    shown: dict[str, set[str]] = {}
    for path in ROOT.glob("kb/content/*.en.md"):
        for one in blocks(path.read_text("utf-8")):
            if one.kind == "experiment" and slug(path) != "first-steps":
                shown.setdefault(one.name, set()).add(slug(path))
    assert {name: set(slugs) for name, slugs in WITHOUT_CODE.items()} == shown


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("::experiment connect_timeout show=steps step=connect,ss", []),
        ("::experiment connect_timeout show=sequence at=server", []),
        ("::experiment no_such", ["no experiment is called no_such"]),
        ("::experiment connect_timeout show=stepz", ["connect_timeout: show=stepz"]),
        ("::experiment connect_timeout step=connect,gone", ["connect_timeout: step=gone"]),
        ("::experiment connect_timeout at=fw", ["connect_timeout: at=fw"]),
        ("::experiment connect_timeout finding=syn_unanswered", []),
        ("::experiment connect_timeout finding=port_closed", ["connect_timeout: finding=port_closed"]),
        ("::experiment connect_timeout kernel=6.12", []),
        ("::experiment connect_timeout kernel=5.10", ["connect_timeout: kernel=5.10"]),
        ("::experiment connect_timeout of=1", ["connect_timeout: no option is called of"]),
        ("::finding syn_unanswered", []),
        ("::finding nothing_here", ["no diagnosis is called nothing_here"]),
        ("::section handshake-and-states#2-the-handshake", []),
        ("::section nowhere", ["no article is called nowhere"]),
        ("::movie x", ["::movie is no kind of block"]),
    ],
)
def test_a_mistake_in_a_block_is_found(line: str, said: list[str]) -> None:
    assert [sentence for one in blocks(line) for sentence in mistakes(one)] == said


def test_a_block_inside_of_a_fence_is_an_example() -> None:
    assert blocks("```\n::experiment no_such\n```\n\n::experiment handshake\n") == [
        Block("experiment", "handshake", ())
    ]
