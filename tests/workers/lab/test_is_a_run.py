"""A replay is a run of a machine, confined, and not a recording handed back."""

import json
import resource
import shutil
from pathlib import Path

import pytest

from experiments import images, shipped
from experiments.comparison.identity import first_difference
from tests.workers.lab import declaring
from workers import once
from workers.lab.limits import MACHINE_LIMITS
from workers.lab.run import Ran, run

SECRETS = ("DATABASE_URL", "REPLAYBOOK_SECRET_KEY", "REDIS_URL")


@pytest.fixture
def installed(lab_image: Path, settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> images.Image:
    """A product with one experiment and one image."""
    folder = tmp_path / "shipped" / declaring.NAME
    folder.mkdir(parents=True)
    (folder / "experiment.toml").write_text(declaring.pair(), "utf-8")
    monkeypatch.setattr(shipped, "_folder", lambda: tmp_path / "shipped")
    settings.LAB_ROOT = tmp_path / "lab"
    (tmp_path / "lab/images").mkdir(parents=True)
    (tmp_path / "lab/images" / lab_image.name).symlink_to(lab_image)
    found = images.find(json.loads((lab_image / "image.json").read_bytes())["id"])
    assert found is not None
    return found


def experiment() -> shipped.Shipped:
    found = shipped.find(declaring.NAME)
    assert found is not None
    return found


def test_a_replay_is_identical_to_its_recording_until_one_byte_of_that_is_flipped(
    installed: images.Image, tmp_path: Path
):
    with once.replay(experiment(), installed, {}) as done:
        assert done.held
        assert done.identical is None
        once.keep(done, experiment().digest, installed)
        again = shutil.copytree(done.run.path, tmp_path / "again")
    recorded = once.local(experiment().digest, installed)
    assert first_difference(recorded, again) is None
    capture = recorded / "captures" / "client.pcap"
    data = bytearray(capture.read_bytes())
    data[-1] ^= 1
    capture.write_bytes(data)
    with once.replay(experiment(), installed, {}) as done:
        assert done.identical is False
        assert done.difference is not None
        assert "client.pcap" in done.difference.en


def test_a_changed_number_in_the_declaration_changes_what_is_seen(lab_image: Path, into: Path):
    text = declaring.pair().replace("value = 8000", "value = 8002").replace('"5ms"', '"50ms"')
    assert isinstance(run(text, declaring.NAME, {}, lab_image, into), Ran)
    sockets = (into / "sockets.json").read_text()
    assert "10.0.1.2:8002" in sockets
    assert ":8000" not in sockets
    changes = json.loads(sockets)
    times = {each["to"]: each["at_ns"] for each in changes if each["host"] == "client"}
    assert 200_000_000 <= times["ESTAB"] - times["SYN-SENT"] < 220_000_000  # twice there and back: ARP, SYN


Seen = dict[str, str]


@pytest.fixture(scope="module")
def seen(lab_image: Path, tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """What /proc tells of QEMU while it runs."""
    found: Seen = {}

    def look(progress: dict) -> bool:
        if not found:
            (pid,) = declaring.machines()
            found.update({"pid": str(pid)} | looked_at(Path("/proc", str(pid))))
        return True

    with pytest.MonkeyPatch.context() as patch:
        for name in SECRETS:
            patch.setenv(name, "canary-7c1f")
        run(declaring.alone("true"), declaring.NAME, {}, lab_image, tmp_path_factory.mktemp("seen"), look)
    return found


def looked_at(process: Path) -> Seen:
    files = sorted((each.name, each.readlink()) for each in (process / "fd").iterdir())
    return {
        "words": (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(),
        "environment": (process / "environ").read_bytes().decode(),
        "status": (process / "status").read_text(),
        "limits": (process / "limits").read_text(),
        "files": "\n".join(str(target) for _, target in files),
        "group": (process / "stat").read_text().rpartition(")")[2].split()[2],
        "network": (process / "net/dev").read_text(),
    }


def test_qemu_counts_instructions_and_has_no_network_and_no_disk(seen: Seen):
    assert "-icount shift=0,sleep=off" in seen["words"]
    assert "-sandbox on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny" in seen["words"]
    assert "-nodefaults" in seen["words"]
    for device in ("-net", "-drive", "virtio", "vsock", "virtfs", "hostfwd"):
        assert device not in seen["words"].replace("-no-", "")


def test_qemu_has_given_its_rights_away(seen: Seen):
    told = {name: value.split() for name, _, value in (line.partition(":") for line in lines(seen["status"]))}
    assert "0" not in told["Uid"]
    assert "0" not in told["Gid"]
    assert told["Groups"] == [] or "0" not in told["Groups"]
    assert told["CapEff"] == told["CapPrm"] == ["0000000000000000"]
    assert told["NoNewPrivs"] == ["1"]
    assert told["Seccomp"] == ["2"]


def test_qemu_knows_no_secrets_of_its_parent(seen: Seen):
    assert "canary" not in seen["environment"]
    assert {pair.split("=")[0] for pair in seen["environment"].strip("\0").split("\0")} == {
        "PATH",
        "LANG",
        "HOME",
        "TMPDIR",
    }


def test_qemu_has_its_limits(seen: Seen):
    limits = {line[:26].strip(): line[26:].split()[0] for line in lines(seen["limits"])[1:]}
    assert limits["Max cpu time"] == str(MACHINE_LIMITS.cpu_s)
    assert limits["Max data size"] == str(MACHINE_LIMITS.address_space)
    assert limits["Max address space"] == str(MACHINE_LIMITS.mapped)
    assert limits["Max file size"] == str(MACHINE_LIMITS.output)
    assert limits["Max open files"] == str(MACHINE_LIMITS.open_files)
    assert limits["Max core file size"] == "0"
    assert resource.getrlimit(resource.RLIMIT_CPU)[0] != MACHINE_LIMITS.cpu_s  # ours are our own


def test_qemu_has_no_open_file_but_its_own(seen: Seen, lab_image: Path):
    named = [file for file in lines(seen["files"]) if file.startswith("/")]
    assert set(named) <= {"/dev/null", str((lab_image / "state").resolve()), "/memfd:plan (deleted)"}
    assert sum(file.startswith("socket:") for file in lines(seen["files"])) == 2


def test_qemu_leads_a_group_of_its_own_and_its_network_is_empty(seen: Seen):
    assert seen["group"] == seen["pid"]
    interfaces = [line.split(":")[0].strip() for line in lines(seen["network"])[2:]]
    assert interfaces in ([], ["lo"])  # a new namespace's loopback, which is down


def lines(text: str) -> list[str]:
    return text.strip().splitlines()
