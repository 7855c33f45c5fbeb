"""What hostile commands try inside the guest: each is blocked there, or ends the run with one sentence.

The guest's root is not trusted. It can lie about its own run, but it reaches nothing outside its machine.
"""

import json
import os
import socket
import struct
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from experiments.declaration import read
from tests.workers.lab import declaring
from workers.lab import sentences
from workers.lab.channel import Channel, Malformed, files_of
from workers.lab.limits import RUN_LIMITS
from workers.lab.play import Told
from workers.lab.record import Origin
from workers.lab.run import Ran, kept, run
from workers.outcomes import Killed, Refused

CANARY = "canary-52ab09"


@pytest.fixture
def listener() -> Iterator[tuple[int, list[str]]]:
    """A service on this computer's loopback, such as Redis: its port, and who has come."""
    came: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.2)
        over = threading.Event()

        def accept() -> None:
            while not over.is_set():
                try:
                    listening.accept()[0].close()
                    came.append("somebody")
                except TimeoutError:
                    continue

        thread = threading.Thread(target=accept)
        thread.start()
        yield listening.getsockname()[1], came
        over.set()
        thread.join()


LOOKS = r"""
import glob, os, pathlib
files = "/etc/shadow", "/etc/passwd", "/proc/1/environ", "/proc/self/environ", "/proc/cmdline"
for path in (*files, *glob.glob("/root/*")):
    try:
        print(path, pathlib.Path(path).read_bytes().decode("latin-1").replace("\0", " "))
    except OSError as error:
        print(path, error.strerror)
print("found", [name for _, folders, files in os.walk("/") for name in folders + files if name == "FILE"])
"""
REACHES = r"""
import ctypes, errno, socket, sys
port = int(sys.argv[1])
def reach(kind, *where):
    with socket.socket(kind, socket.SOCK_STREAM) as tried:
        tried.settimeout(5)
        try:
            tried.connect(*where)
            print("REACHED", where)
        except OSError as error:
            print("no", where, errno.errorcode.get(error.errno, error))
for address in ("127.0.0.1", "10.0.2.2", "172.17.0.1", "169.254.169.254", "192.0.2.1", "0.0.0.0"):
    for number in (port, 6379, 80):
        reach(socket.AF_INET, (address, number))
reach(socket.AF_UNIX, "\0@ABSTRACT")
reach(socket.AF_UNIX, "/var/run/docker.sock")
try:
    for cid in (0, 1, 2):
        reach(socket.AF_VSOCK, (cid, port))
except OSError as error:
    print("no vsock", error.strerror)
"""
MOUNTS = r"""
import os, subprocess
for kind in ("9p", "virtiofs", "vboxsf", "nfs", "cifs"):
    for source in ("host", "hostshare", "/", "myfs"):
        words = ["mount", "-t", kind, source, "/mnt"]
        print(kind, subprocess.run(words, stderr=subprocess.DEVNULL).returncode == 0 and "MOUNTED" or "no")
print("disks", [name for name in os.listdir("/sys/block") if not name.startswith(("loop", "ram"))])
cards = "/sys/class/net"
print("cards", [name for name in os.listdir(cards) if os.path.exists(f"{cards}/{name}/device")])
print("fw_cfg", sorted(os.listdir("/sys/firmware/qemu_fw_cfg/by_name/opt")))
"""


def test_there_is_nothing_of_this_computer_in_the_guest(
    lab_image: Path, into: Path, tmp_path: Path, listener, monkeypatch: pytest.MonkeyPatch
):
    port, came = listener
    monkeypatch.setenv("REPLAYBOOK_SECRET_KEY", CANARY)
    (tmp_path / f"{CANARY}.txt").write_text(CANARY)
    with socket.socket(socket.AF_UNIX) as abstract:
        abstract.bind(f"\0{CANARY}")
        abstract.listen()
        text = declaring.alone(
            "python3 looks.py",
            f"python3 reaches.py {port}",
            "python3 mounts.py",
            seconds=60,
            looks=LOOKS.replace("FILE", f"{CANARY[:6]}-52ab09.txt"),
            reaches=REACHES.replace("@ABSTRACT", CANARY),
            mounts=MOUNTS,
        )
        assert isinstance(run(text, declaring.NAME, {}, lab_image, into), Ran)
    looked, reached, mounted = declaring.outputs(into)
    assert "found []" in looked
    host_environment = Path("/proc/self/environ").read_bytes().decode("latin-1").split("\0")
    values = [value for line in host_environment if len(value := line.partition("=")[2]) > 20]
    assert not [value for value in values if value in looked]
    shadow = looked.partition("/etc/shadow ")[2].splitlines()[0]
    assert shadow == "No such file or directory" or ":$" not in shadow
    assert "REACHED" not in reached
    assert reached.count("no ") >= 20
    assert not came
    assert "MOUNTED" not in mounted
    assert "disks []" in mounted
    assert "cards []" in mounted
    assert "fw_cfg ['replaybook']" in mounted


EXHAUSTS = r"""
import os, subprocess
held = []
try:
    while True:
        held.append(bytearray(b"x") * (4 << 20))
except MemoryError:
    print("no memory")
"""
LOADS = r"""
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
made = os.memfd_create("module")
os.write(made, b"\x7fELF" + bytes(4096))
print("loaded" if libc.syscall(313, made, b"", 0) == 0 else "not loaded " + os.strerror(ctypes.get_errno()))
"""
STAYS = r"""
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        while True:
            time.sleep(60)
"""


def test_what_fills_the_guest_up_is_the_guests_own_trouble(lab_image: Path, into: Path):
    text = declaring.alone(
        "dd if=/dev/zero of=/tmp/full bs=1M",
        "rm /tmp/full; python3 stays.py",
        "python3 loads.py",
        "head -c 3000000 /dev/zero | tr '\\0' y",
        "for i in $(seq 100000); do sleep 3600; done",
        "python3 exhausts.py; echo after",
        seconds=30,
        stays=STAYS,
        loads=LOADS,
        exhausts=EXHAUSTS,
    ).replace('run = "for i', 'background = true\nrun = "for i')
    ran = run(text, declaring.NAME, {}, lab_image, into)
    assert isinstance(ran, Ran), ran
    full, _, loaded, endless, sleeping, _ = declaring.steps(into)
    assert "No space left on device" in full["output"]
    assert "not loaded" in loaded["output"]
    assert endless["cut"]
    assert endless["exit"] == 0
    assert len(endless["output"]) <= 1_000_000
    assert sleeping["ended_ns"] is None
    assert not declaring.machines()


def test_endless_virtual_time_ends_after_a_day(lab_image: Path, into: Path):
    text = declaring.alone("for i in $(seq 100000); do sleep 36000; done")
    assert isinstance(run(text, declaring.NAME, {}, lab_image, into), Ran)
    assert declaring.steps(into)[0]["ended_ns"] is None
    assert json.loads((into / "run.json").read_bytes())["virtual_s"] == pytest.approx(24 * 3600, abs=10)


BREAKS = {
    "crash": "echo c > /proc/sysrq-trigger; sleep 1",
    "reboot": "echo b > /proc/sysrq-trigger; sleep 1",
    "kill everything": "echo i > /proc/sysrq-trigger; sleep 1",
    "fork bomb": "bomb() {{ bomb | bomb & }}; bomb; sleep 5",
}
# Written to the machine's ports, past the agent.
SENDS = {
    "a name with ..": 'say(file="../../../../tmp/escaped", bytes=7); send(b"escaped")',
    "a second record": 'give("record.json", b"{}"); give("record.json", b"{}")',
    "a file that is cut": 'say(file="trace.txt", bytes=1000); send(b"short")',
    "the machine's exit": 'send(b"\\0", 0x501)',
    "the machine's stop": 'send(b"\\1", 0x505)',
}


@pytest.mark.parametrize("command", BREAKS.values(), ids=BREAKS.keys())
def test_a_guest_that_breaks_its_machine_ends_with_a_sentence(play, into: Path, command: str):
    ended = play(declaring.alone(command), limits=replace(RUN_LIMITS, wall_s=6.0))
    check_that_nothing_is_kept(ended, into)


@pytest.mark.parametrize("attack", SENDS.values(), ids=SENDS.keys())
def test_what_is_sent_past_the_agent_ends_the_run(play, into: Path, attack: str):
    ended = play(declaring.alone("python3 attack.py", attack=declaring.PORTS + attack))
    assert "the most that a run may take" not in ended.en  # nobody waited for it
    check_that_nothing_is_kept(ended, into)


def test_a_file_that_never_comes_ends_with_the_time(play, into: Path):
    attack = declaring.PORTS + 'say(file="trace.txt", bytes=10**7)\nwhile True: pass'
    limits = replace(RUN_LIMITS, wall_s=4.0)
    ended = play(declaring.alone("python3 attack.py", attack=attack), limits=limits)
    check_that_nothing_is_kept(ended, into)


SAID = {
    "a line without end": b"x" * 70_000,
    "a line that is nested": b"[" * 60_000 + b"\n",
    "a number that is long": b'{"at":' + b"9" * 5000 + b',"step":1}\n',
    "a list": b"[]\n",
    "a page": b"<!doctype html><script>alert(1)</script>\n",
    "not UTF-8": b"\xff\xfe\n",
    "an unknown word": b'{"run":"rm"}\n',
    "too many lines": b'{"at":1,"step":1}\n' * 20_001,
    "a name that is a path": b'{"file":"/tmp/escaped","bytes":7}\nescaped',
    "a name with a new line": b'{"file":"record.json\\nx","bytes":1}\n',
    "a name with a zero": b'{"file":"record.json\\u0000","bytes":1}\n',
    "a capture that was not asked for": b'{"file":"captures/other.pcap","bytes":1}\n',
    "a file too large": b'{"file":"record.json","bytes":1000000000000}\n',
    "a negative size": b'{"file":"record.json","bytes":-1}\n',
    "a size that is text": b'{"file":"record.json","bytes":"1"}\n',
    "words after the end": b'{"end":true}\n{"end":true}\n',
}


@pytest.mark.parametrize("data", SAID.values(), ids=SAID.keys())
@pytest.mark.parametrize("piece", [1 << 20, 4093])
def test_words_that_the_agent_never_says_are_not_understood(data: bytes, piece: int):
    channel = Channel(files_of(["guest-lo.pcap"]), RUN_LIMITS.sent)
    with pytest.raises(Malformed):
        hear(channel, data, piece)
    assert not channel.files


def hear(channel: Channel, data: bytes, piece: int) -> None:
    for start in range(0, len(data), piece):
        channel.hear(data[start : start + piece])


def test_an_early_end_is_not_complete():
    channel = Channel(files_of(["guest-lo.pcap"]), RUN_LIMITS.sent)
    channel.hear(b'{"end":true}\n')
    assert channel.ended
    assert not channel.complete()


def test_a_clock_that_is_wrong_is_bounded():
    told: list[dict[str, int]] = []
    channel = Channel(files_of([]), RUN_LIMITS.sent, told.append)
    channel.hear(b'{"at":-5,"step":-1}\n{"at":99999999999999999999999999,"step":99999}\n')
    assert told == [{"at_ns": 0, "step": 0}, {"at_ns": 1 << 62, "step": 1000}]


def record(**other: object) -> bytes:
    """A record that the agent could have sent, but for what is given."""
    honest = {
        "lasted_ns": 1,
        "lost": 0,
        "kernel": "6.1",
        "zero_ns": 0,
        "rules": [],
        "steps": [{"began": 0, "ended": 1, "exit": 0, "cut": False}],
        "events": [],
        "before": {"guest": ""},
        "after": {"guest": ""},
        "hosts": {"guest": 1},
        "pids": {},
    }
    return json.dumps(honest | other).encode()


def changed(event: str) -> bytes:
    return f"x-1 [000] .....     1.000000: {event}\n".encode()


CAPTURE = struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 65535, 1)
HALF = {"guest": "A: \ud800\nA: 1"}
FORGED: dict[str, dict[str, bytes]] = {
    "a record that is a list": {"record.json": b"[]"},
    "a record that is nested": {"record.json": b"[" * 100_000},
    "a record that is cut": {"record.json": record()[:-5]},
    "lists for objects": {"record.json": record(pids=[], hosts=[])},
    "a process that is a text": {"record.json": record(pids={"x": "guest"})},
    "nothing for an object": {"record.json": record(hosts=None)},
    "nothing for a step": {"record.json": record(steps=[None])},
    "half a character": {"record.json": record(before=HALF, after={"guest": "A: \ud800\nA: 2"})},
    "half a character in a rule": {"record.json": record(kernel="\ud800")},
    "a step too many": {"record.json": record(steps=[{"began": 0, "ended": 1, "exit": 0, "cut": False}] * 2)},
    "output of a step of another run": {"record.json": record(events=[[1, 7, "x"]])},
    "output that is no bytes": {"record.json": record(events=[[1, 0, "\u202e"]])},
    "a rule that was not declared": {
        "record.json": record(rules=[{"host": "guest", "run": "x", "output": ""}])
    },
    "a time after the end of all": {"record.json": record(lasted_ns=10**30)},
    "a kernel with escapes": {"record.json": record(kernel="\x1b[2J")},
    "packets that were lost": {"record.json": record(lost=1)},
    "an address that is negative": {"trace.txt": changed("gone: family=2 saddr=-1 daddr=1 sport=1 dport=1")},
    "an address that is none": {
        "trace.txt": changed(
            "inet_sock_set_state: protocol=IPPROTO_TCP family=AF_INET saddr=x newstate=TCP_CLOSE"
        )
    },
    "a state that is none": {
        "trace.txt": changed(
            "inet_sock_set_state: protocol=IPPROTO_TCP family=AF_INET saddr=1.2.3.4 daddr=1.2.3.4 "
            "sport=1 dport=1 newstate=<script>"
        )
    },
    "a port that is none": {"trace.txt": changed("gone: family=2 saddr=1 daddr=1 sport=99999 dport=1")},
    "a capture that is cut": {"captures/guest-lo.pcap": CAPTURE + b"\xff" * 16},
    "a capture that is a page": {"captures/guest-lo.pcap": b"<!doctype html><script>alert(1)</script>"},
    "a capture of another kind": {"captures/guest-lo.pcap": CAPTURE[:3] + b"\0" + CAPTURE[4:]},
}


def forged(into: Path, files: dict[str, bytes]) -> Ran | Killed:
    """What comes of a whole answer in which these files are not the agent's."""
    honest = {"record.json": record(), "trace.txt": b"", "captures/guest-lo.pcap": CAPTURE}
    experiment = read(declaring.alone("true"), name=declaring.NAME)
    return kept(into, Origin(experiment, "d", {}, "i"), Told(honest | files, 1.0, 1.0))


@pytest.mark.parametrize("files", FORGED.values(), ids=FORGED.keys())
def test_a_forged_answer_leaves_nothing(into: Path, files: dict[str, bytes]):
    check_that_nothing_is_kept(forged(into, files), into)


def test_output_with_escapes_and_markup_stays_data(into: Path):
    hostile = "\x1b[2J\x1b]0;title\x07<script>alert(1)</script>\x00"
    assert isinstance(forged(into, {"record.json": record(events=[[1, 0, hostile]])}), Ran)
    assert declaring.outputs(into) == [hostile]
    written = declaring.contents(into)
    assert set(written) == {
        "run.json",
        "steps.json",
        "sockets.json",
        "counters.json",
        "captures/guest-lo.pcap",
        "terminals/guest.cast",
    }
    for name, data in written.items():
        assert name.endswith(".pcap") or (b"\x1b" not in data and b"\0" not in data)


def test_a_guest_that_says_it_failed_cannot_steer_a_terminal():
    for sentence in (sentences.agent_failed, sentences.refused):
        for said in sentence("\x1b[31m<script>\x00\u202e\ud800 boo\nlast \x1b]0;title\x07"):
            assert said.isprintable()
            said.encode()


def check_that_nothing_is_kept(ended: object, into: Path) -> None:
    assert isinstance(ended, Killed | Refused), ended
    assert ended.en.isprintable()
    assert ended.en
    assert ended.ja
    assert not list(into.iterdir())
    assert os.listdir(into.parent) == [into.name]
    assert not Path("/tmp/escaped").exists()
    assert not declaring.machines()
