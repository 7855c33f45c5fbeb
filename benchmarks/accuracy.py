"""How often the verdict is right: ``python benchmarks/accuracy.py [--lab] [CORPUS …]``.

Corpora, each capture with what is true of it:

- ``labelled``, ``public``: captures shared among developers, beside the checkout (left out when absent)
- ``disguised``: the labelled ones with other addresses, dates, clocks, distances, and a VLAN tag
- ``recorded``: what the lab recorded of the shipped experiments, by the diagnoses that each must show
- ``varied`` (with ``--lab``): the experiments of variants.toml, replayed with other numbers than their own

Printed: top-1 accuracy (is the first thing told a true one), apart for what was decided and what was left
undecided; for each code what was missed and what was told falsely; frames that do not belong to what they
are cited for; and beside each capture what tshark's expert information says of it.
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared" / "captures"
sys.path.insert(0, str(ROOT))

from diagnoses import report  # noqa: E402 - the path comes first
from diagnoses.registry import CODES, QUALITY  # noqa: E402 - the path comes first
from experiments.declaration import read as read_declaration  # noqa: E402 - the path comes first
from tests.diagnoses.disguise import Disguise, disguise  # noqa: E402 - the path comes first

FLAWS = {rule.CODE for rule in QUALITY}
UNDECIDED = {"refused_sender_unknown", "reset_sender_unknown"}
NOTHING: dict[str, Any] = {"code": "–"}
SUSPICIOUS = ("error", "warning")
# What the public captures' labels are called here; a label without an entry says nothing about a verdict.
PUBLIC = {
    "zero_window": ["zero_window", "zero_window_probe"],
    "retransmission_unanswered": [
        "one_way_capture",
        "half_open_silent",
        "idle_flow_dropped",
        "timeout_retransmission",
    ],
    "packet_loss": ["fast_retransmission", "timeout_retransmission", "tail_loss_probe"],
    "pmtu_blackhole": ["pmtu_black_hole"],
    "rst_by_server": ["application_abort", "reset_after_close", "data_after_close"],
    "conn_refused": ["port_closed", "refused_sender_unknown"],
    "syn_timeout": ["syn_unanswered"],
    "port_reuse": ["port_reuse_ignored", "challenge_ack_on_syn"],
    "rst_by_middlebox": ["refused_on_path", "reset_on_path"],
    "duplicate_capture": ["duplicate_frames"],
    "server_slow": ["slow_server", "http_slow_first_byte"],
    "dns_nxdomain": ["dns_nxdomain"],
    "tls_version_mismatch": ["tls_no_common_version"],
    "tls_certificate_expired": ["tls_certificate_rejected"],
    "protocol_mismatch": ["plaintext_on_tls_port"],
    "one_way_capture": ["one_way_capture"],
}


@dataclass(frozen=True)
class Labelled:
    """A capture and its truth: of each group one code must be told; ``healthy``: no warning and no error."""

    name: str
    path: Path
    truths: tuple[frozenset[str], ...]
    healthy: bool


@dataclass
class Score:
    """What came of a corpus."""

    captures: int = 0
    right: int = 0
    undecided: int = 0
    missed: Counter[str] = field(default_factory=Counter)
    false: Counter[str] = field(default_factory=Counter)
    frames: int = 0
    wrong_frames: int = 0


def labelled() -> Iterator[Labelled]:
    """Real stacks with one known fault or none."""
    for path in sorted(SHARED.glob("labelled/*/capture.pcap*")):
        truth = json.loads((path.parent / "truth.json").read_text("utf-8"))
        groups = tuple(frozenset(group) for group in truth["any_of_codes"])
        yield Labelled(path.parent.name, path, groups, bool(truth["healthy"]))


def disguised(scratch: Path) -> Iterator[Labelled]:
    """The labelled ones elsewhere."""
    for one in labelled():
        target = scratch / f"{one.name}.pcap"
        disguise(one.path, target, Disguise("benchmark", 5_000_000, 1.015, 5, vlan=217))
        yield Labelled(one.name, target, one.truths, one.healthy)


def public() -> Iterator[Labelled]:
    """Textbook captures, checked by hand."""
    index = SHARED / "public" / "truth.json"
    for truth in json.loads(index.read_text("utf-8")) if index.exists() else ():
        groups = tuple(frozenset(PUBLIC[label]) for label in truth["labels"] if label in PUBLIC)
        healthy = bool(truth["healthy"] or "traceroute" in truth["labels"])  # a measurement is no fault
        if groups or healthy:
            yield Labelled(truth["file"], index.parent / truth["file"], groups, healthy)


def recorded() -> Iterator[Labelled]:
    """The lab's recordings, by what the experiments expect at each vantage."""
    for declaration in sorted((ROOT / "experiments/shipped").glob("*/experiment.toml")):
        for run in sorted(declaration.parent.glob("recorded/*")):
            for at, codes in expected(declaration).items():
                path = run / "captures" / f"{at.replace(':', '-')}.pcap"
                yield Labelled(f"{declaration.parent.name} {run.name} {at}", path, codes, False)


def expected(declaration: Path) -> dict[str, tuple[frozenset[str], ...]]:
    """For each vantage the codes that an experiment must show there."""
    experiment = read_declaration(declaration.read_text("utf-8"), name=declaration.parent.name)
    found: dict[str, list[frozenset[str]]] = {}
    for each in experiment.expectations:
        if each.kind == "finding":
            found.setdefault(str(each.arguments["at"]), []).append(frozenset({str(each.arguments["code"])}))
    return {at: tuple(codes) for at, codes in found.items()}


def varied(scratch: Path, lab: Path) -> Iterator[Labelled]:
    """Experiments with other numbers than those they were made with, replayed now."""
    from workers.lab.image import build
    from workers.lab.run import Ran, run

    variants = tomllib.loads((ROOT / "benchmarks" / "variants.toml").read_text("utf-8"))["variant"]
    for number, variant in enumerate(variants):
        text = (ROOT / "experiments/shipped" / variant["of"] / "experiment.toml").read_text("utf-8")
        for before, after in variant.get("instead", ()):
            text = text.replace(before, after, 1)
        for told in build.manifests(lab):
            name = f"{variant['of']} {told['kernel']} {variant.get('numbers', variant.get('instead'))}"
            folder = scratch / f"{number}-{told['kernel']}"
            folder.mkdir()
            done = run(text, variant["of"], variant.get("numbers", {}), lab / "images" / told["id"], folder)
            if not isinstance(done, Ran):
                raise SystemExit(f"{name}: {done}")
            for at, groups in variant["true"].items():
                truths = tuple(frozenset(group) for group in groups)
                path = done.folder / "captures" / f"{at.replace(':', '-')}.pcap"
                yield Labelled(f"{name} {at}", path, truths, not groups)


def main() -> None:
    """Prints Markdown tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--lab", action="store_true", help="replays variants of the experiments, too")
    parser.add_argument("--images", type=Path, default=ROOT / "var" / "lab", help="folder of the images")
    parser.add_argument(
        "corpora", nargs="*", help="labelled, disguised, public, recorded, varied; all without"
    )
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        corpora: dict[str, Iterator[Labelled]] = {
            "labelled": labelled(),
            "disguised": disguised(Path(scratch)),
            "public": public(),
            "recorded": recorded(),
        }
        if given.lab:
            corpora["varied"] = varied(Path(scratch), given.images)
        scores = {
            name: judge(name, some) for name, some in corpora.items() if name in (given.corpora or corpora)
        }
    summary(scores)


def judge(corpus: str, some: Iterator[Labelled]) -> Score:
    """Judge each capture of a corpus, and print what was told."""
    score = Score()
    print(f"## {corpus}\n\n| capture | true | told first | right | beside it, tshark -z expert |")
    print("|---|---|---|---|---|")
    for one in some:
        first, right = weigh(one, report(one.path), score)
        true = " and ".join("/".join(sorted(group)) for group in one.truths) or "nothing wrong"
        mark = "yes" if right else "**no**"
        print(f"| {one.name} | {true} | {first} | {mark} | {experts(one.path)} |", flush=True)
    print()
    return score


def weigh(one: Labelled, found: dict[str, Any], score: Score) -> tuple[str, bool]:
    """Count one capture: what was told first, and whether that is true."""
    told = [*found["findings"], *found["capture"]["quality"]]
    codes = {f["code"] for f in told}
    allowed = {code for group in one.truths for code in group}
    accused = [f for f in found["findings"] if f["severity"] in SUSPICIOUS]
    first = (accused or (found["capture"]["quality"] if allowed & FLAWS else []) or told or [NOTHING])[0]
    right = first["code"] in allowed if one.truths and not one.healthy else not accused
    score.captures += 1
    score.right += right
    score.undecided += bool(right and (first["code"] in UNDECIDED or first.get("confidence") == "possible"))
    score.missed.update("/".join(sorted(group)) for group in one.truths if not group & codes)
    score.false.update(f["code"] for f in accused if one.healthy or f["code"] not in allowed)
    cited(one.path, told, score)
    return first["code"], right


def cited(path: Path, told: list[dict[str, Any]], score: Score) -> None:
    """Count frames that belong neither to the hosts of their finding nor to what names them."""
    hosts = addresses(path)
    for finding in told:
        named = {*finding["hosts"], finding["culprit"]["ip"]}
        for frame in finding["frames"]:
            score.frames += 1
            score.wrong_frames += bool(finding["hosts"]) and not named & hosts.get(frame, set())


def addresses(path: Path) -> dict[int, set[str]]:
    """For each frame all addresses that stand in it, by tshark."""
    fields = (
        "ip.addr",
        "ipv6.addr",
        "arp.src.proto_ipv4",
        "arp.dst.proto_ipv4",
        "icmpv6.nd.ns.target_address",
    )
    words = [word for name in fields for word in ("-e", name)]
    done = tshark(path, "-T", "fields", "-e", "frame.number", *words, "-E", "occurrence=a")
    found = {}
    for line in done.splitlines():
        number, *rest = line.split("\t")
        found[int(number)] = {address for cell in rest for address in cell.split(",") if address}
    return found


def experts(path: Path) -> str:
    """What tshark's expert information says of the capture: severity, how often, in which words."""
    done = tshark(path, "-q", "-z", "expert")
    severity, said = "", []
    for line in done.splitlines():
        if head := re.match(r"^(Errors|Warns|Notes|Chats)", line):
            severity = head[1]
        elif (row := re.match(r"^\s+(\d+)\s+\S+\s+\S+\s+(.*)$", line)) and severity in (
            "Errors",
            "Warns",
            "Notes",
        ):
            said.append(f"{row[1]} × {severity[:-1]} “{row[2].strip()[:60]}”")
    return "; ".join(said[:4]).replace("|", "/") or "–"


def tshark(path: Path, *words: str) -> str:
    """Standard output of tshark; empty when it is not installed."""
    program = shutil.which("tshark")
    if program is None:
        return ""
    return subprocess.run(
        [program, "-r", str(path), *words], capture_output=True, text=True, check=False
    ).stdout


def summary(scores: dict[str, Score]) -> None:
    """The tables at the end."""
    print("## All corpora\n")
    print("| corpus | captures | top-1 right | of them undecided | cited frames | out of place |")
    print("|---|--:|--:|--:|--:|--:|")
    for name, s in scores.items():
        share = f"{s.right / max(s.captures, 1):.1%}"
        print(
            f"| {name} | {s.captures} | {s.right} ({share}) | {s.undecided} | {s.frames} | {s.wrong_frames} |"
        )
    missed = sum((s.missed for s in scores.values()), Counter())
    false = sum((s.false for s in scores.values()), Counter())
    print("\n| code | missed | told falsely |\n|---|--:|--:|")
    for code in sorted({*missed, *false}):
        print(f"| {code} | {missed[code]} | {false[code]} |")
    print(f"\n{len(CODES)} codes; nothing was missed and nothing told falsely of those not in the table.")


if __name__ == "__main__":
    main()
