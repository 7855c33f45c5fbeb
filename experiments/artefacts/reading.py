"""Read a run folder. Much in it comes from a guest that runs whatever a stranger declared: all is checked."""

import ipaddress
import re
from datetime import UTC, datetime
from pathlib import Path

from experiments.artefacts.broken import Broken
from experiments.artefacts.folder import HOST, LARGEST, artefacts, sha256
from experiments.artefacts.nodes import Node, load
from experiments.artefacts.values import (
    CaptureFile,
    Counters,
    Manifest,
    RunFolder,
    StateChange,
    StepResult,
)
from experiments.declaration import limits
from experiments.declaration.kinds import STATES

FORMAT = 1
MEGABYTE = 1024**2
# Bytes that a file may have; beyond them no experiment of these limits gets.
RUN, STEPS, SOCKETS, COUNTERS = MEGABYTE, 64 * MEGABYTE, 32 * MEGABYTE, 4 * MEGABYTE
OUTPUT = MEGABYTE  # characters of one step's output
CHANGES = 100_000
ADDRESSES = 64  # of a host
COUNTER = 2**64 - 1
LONGEST_NS = 2 * limits.DAY_NS
TOKEN = "[A-Za-z0-9._+~-]{1,80}"  # noqa: S105  # a pattern of identifiers, no secret
MAGIC = (b"\x4d\x3c\xb2\xa1", b"\xa1\xb2\x3c\x4d", b"\xd4\xc3\xb2\xa1", b"\xa1\xb2\xc3\xd4")
RUN_KEYS = (
    "format", "experiment", "declaration", "parameters", "image", "kernel", "date", "virtual_s", "hosts",
    "captures",
)  # fmt: skip
STEP_KEYS = (
    "name", "host", "run", "type", "into", "at_ns", "began_ns", "ended_ns", "exit", "output", "cut",
)  # fmt: skip
SOCKET_KEYS = ("at_ns", "host", "socket", "local", "remote", "family", "from", "to", "program")


def read(folder: Path) -> RunFolder:
    """The run folder, except for the packets, which are read when they are asked for.

    Raises:
        Broken: with one sentence, when anything in it is not as it must be; nothing else.
    """
    found = artefacts(folder)
    manifest = _manifest(load(folder / "run.json", RUN))
    _match(folder, found, manifest)
    steps = tuple(_step(node, manifest) for node in load(folder / "steps.json", STEPS).items(limits.STEPS))
    if len({step.name for step in steps}) < len(steps):
        raise Broken("Two steps have the same name.", "同じ名前のステップが 2 つあります。")
    changes = [_change(node, manifest) for node in load(folder / "sockets.json", SOCKETS).items(CHANGES)]
    changes.sort(key=lambda change: change.at_ns)
    counters = _counters(load(folder / "counters.json", COUNTERS), manifest)
    return RunFolder(folder, manifest, steps, tuple(changes), counters)


def _manifest(node: Node) -> Manifest:
    said = node.record(RUN_KEYS)
    said["format"].whole(FORMAT, FORMAT)
    hosts = _hosts(said["hosts"])
    captures = tuple(_capture(one, hosts) for one in said["captures"].items(limits.CAPTURES))
    if len({one.vantage for one in captures}) < len(captures):
        raise Broken("Two captures have the same vantage.", "同じ観測点のキャプチャが 2 つあります。")
    return Manifest(
        experiment=said["experiment"].text(40, "[a-z0-9_]{1,40}"),
        declaration=said["declaration"].text(80, TOKEN),
        parameters=_parameters(said["parameters"]),
        image=said["image"].text(80, TOKEN),
        kernel=said["kernel"].text(80, r"[0-9]{1,3}[.][0-9]{1,4}(?:[._+~-][A-Za-z0-9._+~-]{0,70})?"),
        date=_date(said["date"]),
        virtual_s=said["virtual_s"].number(0, LONGEST_NS / 10**9),
        hosts=hosts,
        captures=captures,
    )


def _parameters(node: Node) -> dict[str, int]:
    found = node.table()
    if len(found) > limits.PARAMETERS:
        node.wrong(f"{limits.PARAMETERS} parameters or fewer", f" {limits.PARAMETERS} 個以下のパラメーター")
    for name in found:
        Node(name, node.place).text(64, "[a-z][a-z0-9_]*")
    return {name: value.whole(-limits.NUMBER, limits.NUMBER) for name, value in found.items()}


def _hosts(node: Node) -> dict[str, tuple[str, ...]]:
    found = node.table()
    if not 1 <= len(found) <= limits.HOSTS:
        node.wrong(f"1 to {limits.HOSTS} hosts", f" 1 から {limits.HOSTS} 台のホスト")
    for name in found:
        Node(name, node.place).text(10, HOST)
    return {name: tuple(map(_address, value.items(ADDRESSES))) for name, value in found.items()}


def _address(node: Node) -> str:
    text = node.text(45, "[0-9A-Fa-f.:]+")  # no zone: it may be any text
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        node.wrong("an IP address", " IP アドレス")


def _date(node: Node) -> datetime:
    text = node.text(40, r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:[.][0-9]{1,6})?Z")
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        node.wrong("a date", "日時")


def _capture(node: Node, hosts: dict[str, tuple[str, ...]]) -> CaptureFile:
    said = node.record(("vantage", "file", "packets", "sha256"))
    vantage = said["vantage"].text(21, f"{HOST}(?::{HOST})?")
    Node(vantage.partition(":")[0], said["vantage"].place).one_of(hosts)
    return CaptureFile(
        vantage=vantage,
        file=said["file"].one_of([f"captures/{vantage.replace(':', '-')}.pcap"]),
        packets=said["packets"].whole(0, LARGEST),
        sha256=said["sha256"].text(64, "[0-9a-f]{64}"),
    )


def _match(folder: Path, found: list[str], manifest: Manifest) -> None:
    """The files are those of the manifest, with the same bytes."""
    told = {one.file: one for one in manifest.captures}
    for name in found:
        if name.startswith("captures/") and name not in told:
            raise Broken(f"run.json does not tell of {name}.", f"run.json に {name} の記載がありません。")
        if name.startswith("terminals/") and Path(name).stem not in manifest.hosts:
            raise Broken(f"{name} is of no host.", f"{name} に当たるホストがありません。")
    for one in told.values():
        if sha256(folder / one.file) != one.sha256:
            raise Broken(
                f"{one.file} is not the file of which run.json tells.",
                f"{one.file} は run.json に記載のファイルではありません。",
            )
        with (folder / one.file).open("rb") as file:
            if file.read(4) not in MAGIC:
                raise Broken(
                    f"{one.file} is not a pcap file.", f"{one.file} は pcap ファイルではありません。"
                )


def _step(node: Node, manifest: Manifest) -> StepResult:
    said = node.record(STEP_KEYS)
    began, ended = (said[key].whole_or_none(0, LONGEST_NS) for key in ("began_ns", "ended_ns"))
    if ended is not None and (began is None or ended < began):
        said["ended_ns"].wrong("no earlier than began_ns", " began_ns 以後")
    return StepResult(
        name=said["name"].text(limits.TEXT),
        host=said["host"].one_of(manifest.hosts),
        run=said["run"].text(limits.TEXT),
        type=said["type"].text(limits.TEXT),
        into=said["into"].text(limits.TEXT),
        at_ns=said["at_ns"].whole(0, limits.DAY_NS),
        began_ns=began,
        ended_ns=ended,
        exit=said["exit"].whole_or_none(0, 255),
        output=said["output"].text(OUTPUT),
        cut=said["cut"].flag(),
    )


def _change(node: Node, manifest: Manifest) -> StateChange:
    said = node.record(SOCKET_KEYS)
    family = said["family"].whole(4, 6)
    if family == 5:
        said["family"].wrong("4 or 6", " 4 か 6 ")
    return StateChange(
        at_ns=said["at_ns"].whole(-limits.DAY_NS, LONGEST_NS),  # what hosts start before second 0
        host=said["host"].one_of(manifest.hosts),
        socket=said["socket"].text(12, "s[0-9]{1,9}"),
        local=_endpoint(said["local"]),
        remote=_endpoint(said["remote"]),
        family=family,
        before=said["from"].one_of(STATES),
        after=said["to"].one_of(STATES),
        program=said["program"].text(64),
    )


def _endpoint(node: Node) -> str:
    text = node.text(64, r"[0-9A-Fa-f.:\[\]]+")  # no zone: it may be any text
    address, _, port = text.rpartition(":")
    try:
        ipaddress.ip_address(address.removeprefix("[").removesuffix("]"))
        fits = re.fullmatch("[0-9]{1,5}", port) and int(port) < 2**16
    except ValueError:
        fits = False
    if not fits:
        node.wrong("an address and a port", "アドレスとポートの組")
    return text


def _counters(node: Node, manifest: Manifest) -> Counters:
    found: Counters = {}
    for host, table in node.table().items():
        Node(host, node.place).one_of(manifest.hosts)
        for name, pair in table.table().items():
            Node(name, table.place).text(64, "[A-Za-z0-9_]+")
            found.setdefault(host, {})[name] = _pair(pair)
    return found


def _pair(node: Node) -> tuple[int, int]:
    both = node.items(2)
    if len(both) != 2:
        node.wrong("two numbers", " 2 つの数値")
    return both[0].whole(0, COUNTER), both[1].whole(0, COUNTER)
