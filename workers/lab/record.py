"""From the guest's answer to a run folder: every value checked, and written the same way every time."""

import codecs
import hashlib
import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.declaration.addresses import addresses
from experiments.declaration.values import Experiment
from workers.lab.channel import Malformed
from workers.lab.counters import changed
from workers.lab.states import Change, changes
from workers.lab.trace import Lineage

FORMAT = 1
COLUMNS, ROWS = 100, 30  # of the guest's terminals
PACKETS = 4096  # slots of the ring in workers/lab/guest/recorder.py
EVENTS = 100_000
PCAP_NANO = 0xA1B23C4D
PIDS = 1 << 22  # process numbers of a 64-bit kernel
DAY_NS = 48 * 3600 * 10**9  # the latest time that is believed


@dataclass(frozen=True)
class Origin:
    """What a run was made of."""

    experiment: Experiment
    digest: str  # of the declaration and its parameters
    parameters: dict[str, int]
    image: str


@dataclass(frozen=True)
class Record:
    """The agent's record, checked. Times in nanoseconds since the recording began."""

    lasted_ns: int
    kernel: str
    lost: int  # packets that found no room
    zero_ns: int  # on the guest's monotonic clock
    rules: list[dict[str, str]]
    steps: list[dict[str, Any]]  # began, ended, exit, cut
    events: list[tuple[int, int, str]]  # time, step, bytes as latin-1
    before: dict[str, str]
    after: dict[str, str]
    pids: dict[int, str]  # process -> host


def write(into: Path, origin: Origin, files: dict[str, bytes]) -> None:
    """Writes the run folder.

    Raises:
        Malformed: when the guest's answer is not what the agent sends.
    """
    record = read_record(files["record.json"], origin.experiment)
    for name in ("captures", "terminals"):
        (into / name).mkdir(parents=True, exist_ok=True)
    if record.lost:
        raise Malformed(f"{record.lost} packets found no room in the recording")
    captures = [stored(into, vantage.name, vantage.file, files) for vantage in origin.experiment.captures]
    owned = addresses(origin.experiment)
    sockets = traced(files["trace.txt"], Lineage(owned, record.pids), record.zero_ns)
    dump(into / "sockets.json", [shown(change) for change in sockets])
    dump(into / "counters.json", changed(record.before, record.after))
    dump(into / "steps.json", list(steps(origin.experiment, record)))
    for host in origin.experiment.hosts:
        text = "".join(line + "\n" for line in cast(origin.experiment, record, host))
        (into / "terminals" / f"{host}.cast").write_text(text, encoding="utf-8")
    dump(into / "run.json", manifest(origin, record, owned, captures))


def traced(data: bytes, lineage: Lineage, zero_ns: int) -> list[Change]:
    """The changes of state in the guest's trace."""
    try:
        return changes(data.decode("utf-8", "replace"), lineage, zero_ns)
    except (ValueError, KeyError, OverflowError) as problem:
        raise Malformed(f"the trace: {problem!r}"[:200]) from None


def dump(path: Path, value: Any) -> None:
    """JSON, the same bytes for the same value."""
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def manifest(
    origin: Origin, record: Record, owned: dict[str, tuple[str, ...]], captures: list[dict[str, Any]]
) -> dict[str, Any]:
    """run.json: what was run on what, and for how long."""
    return {
        "format": FORMAT,
        "experiment": origin.experiment.name,
        "declaration": origin.digest,
        "parameters": origin.parameters,
        "image": origin.image,
        "kernel": record.kernel,
        "date": origin.experiment.date.isoformat().replace("+00:00", "Z"),
        "virtual_s": record.lasted_ns / 10**9,
        "hosts": {host: list(each) for host, each in owned.items()},
        "captures": captures,
    }


def stored(into: Path, vantage: str, file: str, files: dict[str, bytes]) -> dict[str, Any]:
    """Writes one capture; its line in the manifest."""
    data = files[f"captures/{file}"]
    (into / "captures" / file).write_bytes(data)
    digest = hashlib.sha256(data).hexdigest()
    return {"vantage": vantage, "file": f"captures/{file}", "packets": packets_in(data), "sha256": digest}


def packets_in(data: bytes) -> int:
    """Packets of a capture as tcpdump wrote it."""
    if len(data) < 24 or struct.unpack_from("<I", data)[0] != PCAP_NANO:
        raise Malformed("a capture that tcpdump did not write")
    at, count = 24, 0
    while at + 16 <= len(data):
        at += 16 + struct.unpack_from("<I", data, at + 8)[0]
        count += 1
    if count > PACKETS:
        raise Malformed("more packets than the guest's recorder holds")
    if at != len(data):
        raise Malformed("a capture that ends inside a packet")
    return count


def shown(change: Change) -> dict[str, Any]:
    """One line of sockets.json."""
    return {
        "at_ns": change.at_ns,
        "host": change.host,
        "socket": change.socket,
        "local": change.local,
        "remote": change.remote,
        "family": change.family,
        "from": change.before,
        "to": change.after,
        "program": change.program,
    }


def steps(experiment: Experiment, record: Record) -> Iterator[dict[str, Any]]:
    """steps.json: each declared step with what became of it."""
    texts = outputs(record, len(experiment.steps))
    for index, (step, became) in enumerate(zip(experiment.steps, record.steps, strict=True)):
        yield {
            "name": step.name,
            "host": step.host,
            "run": step.run,
            "type": step.type,
            "into": step.into,
            "at_ns": step.at_ns,
            "began_ns": became["began"],
            "ended_ns": became["ended"],
            "exit": became["exit"],
            "output": texts[index].replace("\r\n", "\n"),
            "cut": became["cut"],
        }


def outputs(record: Record, count: int) -> list[str]:
    """Everything that each step's terminal showed."""
    parts: list[list[bytes]] = [[] for _ in range(count)]
    for _, step, text in record.events:
        parts[step].append(text.encode("latin-1"))
    return [b"".join(part).decode("utf-8", "replace") for part in parts]


def cast(experiment: Experiment, record: Record, host: str) -> Iterator[str]:
    """The lines of an asciicast v2: the host's commands, each at a prompt, and what they said."""
    header = {
        "version": 2,
        "width": COLUMNS,
        "height": ROWS,
        "timestamp": int(experiment.date.timestamp()),
        "title": host,
        "env": {"SHELL": "/bin/bash", "TERM": "xterm"},
    }
    yield json.dumps(header)
    fresh = True  # the cursor stands at the beginning of a line
    for at, text, prompts in sorted(moments(experiment, record, host), key=lambda moment: moment[0]):
        shown = text if fresh or not prompts else f"\r\n{text}"
        fresh = shown.endswith("\n")
        yield json.dumps([round(at / 10**9, 6), "o", shown], ensure_ascii=False)


def moments(experiment: Experiment, record: Record, host: str) -> Iterator[tuple[int, str, bool]]:
    """Times, texts, and whether it is a prompt; sorted() keeps those of one time in order."""
    for rule in record.rules:
        if rule["host"] == host:
            yield 0, f"{host}# {rule['run']}\r\n" + rule["output"].replace("\n", "\r\n"), True
    for index, step in enumerate(experiment.steps):
        began = record.steps[index]["began"]
        if step.host == host and step.run and began is not None:
            ending = " &" if step.background else ""
            yield began, f"{host}# {step.run}{ending}\r\n", True
    decoders = [codecs.getincrementaldecoder("utf-8")("replace") for _ in experiment.steps]
    for at, index, text in record.events:
        said = decoders[index].decode(text.encode("latin-1"))
        if experiment.steps[index].host == host and said:
            yield at, said, False


def read_record(data: bytes, experiment: Experiment) -> Record:
    """Checks the agent's record. Its authenticity cannot be checked: the guest's root can write one."""
    try:
        said = json.loads(data)
        json.dumps(said, ensure_ascii=False).encode()  # half a character could not be written later
        return Record(
            lasted_ns=time_ns(said["lasted_ns"]),
            kernel=text(said["kernel"], 80),
            lost=number(said["lost"], 1 << 32),
            zero_ns=number(said["zero_ns"], 1 << 62),
            rules=[rule(each, experiment) for each in listed(said["rules"], 1000)],
            steps=[outcome(each) for each in exactly(said["steps"], len(experiment.steps))],
            events=[event(each, len(experiment.steps)) for each in listed(said["events"], EVENTS)],
            before=by_host(said["before"], experiment),
            after=by_host(said["after"], experiment),
            pids=pids(said, experiment),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as problem:
        raise Malformed(f"the record: {problem!r}"[:200]) from None


def pids(said: dict[str, Any], experiment: Experiment) -> dict[int, str]:
    """The first process of each host, and those that entered it for a step."""
    first = {number(pid, PIDS): host for host, pid in table(said["hosts"]) if host in experiment.hosts}
    entered = {number(int(pid), PIDS): host for pid, host in table(said["pids"]) if host in experiment.hosts}
    return first | entered


def number(value: Any, most: int) -> int:
    """A whole number, 0 to most."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
        raise ValueError(f"a number is wrong: {str(value)[:40]}")
    return value


def time_ns(value: Any) -> int:
    """Nanoseconds since the recording began."""
    return number(value, DAY_NS)


def text(value: Any, most: int) -> str:
    """A short text without control characters."""
    if not isinstance(value, str) or len(value) > most or not value.isprintable():
        raise ValueError("a text is wrong")
    return value


def long_text(value: Any) -> str:
    """A text of any characters that a file takes: no half of a surrogate pair."""
    if not isinstance(value, str):
        raise ValueError("a text is wrong")
    value.encode()
    return value[:65536]


def listed(value: Any, most: int) -> list[Any]:
    """A list, not too long."""
    if not isinstance(value, list) or len(value) > most:
        raise ValueError("a list is wrong")
    return value


def table(value: Any) -> list[tuple[str, Any]]:
    """An object's keys and values, not too many."""
    if not isinstance(value, dict):
        raise ValueError("an object is wrong")
    return listed(list(value.items()), 1000)


def exactly(value: Any, count: int) -> list[Any]:
    """A list of that length."""
    if len(listed(value, count)) != count:
        raise ValueError("a list has the wrong length")
    return list(value)


def rule(value: Any, experiment: Experiment) -> dict[str, str]:
    """A host's own command before the recording."""
    if value["host"] not in experiment.hosts:
        raise ValueError("a rule is wrong")
    if value["run"] not in experiment.hosts[value["host"]].rules:
        raise ValueError("a rule that was not declared")
    return {"host": value["host"], "run": value["run"], "output": long_text(value["output"])}


def outcome(value: Any) -> dict[str, Any]:
    """What became of a step."""
    began, ended = (None if value[name] is None else time_ns(value[name]) for name in ("began", "ended"))
    code = None if value["exit"] is None else number(value["exit"], 511)
    return {"began": began, "ended": ended, "exit": code, "cut": value["cut"] is True}


def event(value: Any, count: int) -> tuple[int, int, str]:
    """A piece of a terminal's output."""
    at, step, said = value
    if not isinstance(said, str) or number(step, count) >= count:
        raise ValueError("a piece of output is wrong")
    said.encode("latin-1")
    return time_ns(at), step, said


def by_host(value: Any, experiment: Experiment) -> dict[str, str]:
    """A text of each host."""
    return {host: long_text(value[host]) for host in experiment.hosts}
