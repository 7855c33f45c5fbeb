"""Builds an image: packages, kernel, initramfs, boot, snapshot. Each step is told as it begins."""

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from workers.lab import machine
from workers.lab.image import initramfs, kernel
from workers.lab.image.packages import Apt, CannotFetch
from workers.lab.limits import BOOT_LIMITS
from workers.lab.machine import Machine, MachineError

FORMAT = 1
USERLAND = "bookworm"  # the release whose tools are in the guest
SUITES = {"6.1": "bookworm", "6.12": "trixie"}  # which release has which kernel
STEPS = ("packages", "kernel", "files", "boot", "snapshot")
BOOT_WITHIN = 600.0  # seconds of wall time; 40 on two cores of 2024
READY_LINE = 64 * 1024  # bytes

Tell = Callable[[str], None]


class CannotBuild(Exception):
    """The image could not be made; the text is one sentence."""


@dataclass(frozen=True)
class Parts:
    """What an image is made of, in bytes."""

    series: str
    vmlinux: bytes
    initrd: bytes
    packages: dict[str, str]  # name -> version

    def identity(self, qemu: str) -> str:
        """Hash of everything that a run depends on: machine, kernel, files."""
        whole = {
            "format": FORMAT,
            "qemu": qemu,
            "machine": [*machine.MACHINE, machine.KERNEL_LINE],
            "vmlinux": hashlib.sha256(self.vmlinux).hexdigest(),
            "initrd": hashlib.sha256(self.initrd).hexdigest(),
        }
        return hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()


def build(root: Path, series: str, tell: Tell = lambda step: None) -> Path:
    """Makes the image of a kernel series below root/images, or finds it made already. Its folder.

    Raises:
        CannotBuild: with the reason.
    """
    if machine.installed() is None:
        raise CannotBuild("QEMU is not installed: as root, apt-get install qemu-system-x86.")
    root.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=root, prefix="building-") as scratch:
        try:
            parts = collect(Path(scratch), series, tell)
            return make(root, Path(scratch), parts, tell)
        except (CannotFetch, MachineError) as problem:
            raise CannotBuild(str(problem)) from None
        except (OSError, ValueError, subprocess.CalledProcessError) as problem:
            raise CannotBuild(f"The image could not be made: {problem}") from None


def recipe(qemu: str) -> str:
    """Hash of everything of ours that decides what an image is; Debian's packages are not in it.

    An image of another recipe is outdated, which can be told without fetching anything.
    """
    sources = [
        *sorted(initramfs.GUEST.glob("*.py")),
        *(Path(module.__file__ or "") for module in (initramfs, kernel)),
    ]
    whole = [
        str(FORMAT),
        qemu,
        *machine.MACHINE,
        machine.KERNEL_LINE,
        *(path.read_text() for path in sources),
    ]
    return hashlib.sha256("\0".join(whole).encode()).hexdigest()


def outdated(root: Path) -> list[str]:
    """The kernel series that have no image of today's recipe."""
    wanted = recipe(machine.version())
    there = {told.get("series") for told in manifests(root) if told.get("recipe") == wanted}
    return [series for series in SUITES if series not in there]


def manifests(root: Path) -> list[dict[str, Any]]:
    """What the images say of themselves; unreadable ones are passed over."""
    found = []
    for path in root.glob("images/*/image.json"):
        with contextlib.suppress(OSError, ValueError):
            found.append(json.loads(path.read_bytes()))
    return found


def collect(scratch: Path, series: str, tell: Tell) -> Parts:
    """Fetches and unpacks."""
    tell("packages")
    apt = Apt(scratch / "apt-userland", USERLAND)
    apt.prepare()
    debs = apt.fetch(list(initramfs.PACKAGES))
    root = unpack(debs, scratch / "root")
    tell("kernel")
    kernels = apt if SUITES[series] == USERLAND else Apt(scratch / "apt-kernel", SUITES[series])
    if kernels is not apt:
        kernels.prepare()
    deb = kernels.fetch_kernel()
    files = unpack([deb], scratch / "kernel")
    vmlinux = kernel.elf(next(files.glob("boot/vmlinuz-*")).read_bytes())
    modules = kernel.chosen(kernel.module_files(files))
    tell("files")
    initrd = initramfs.cpio(initramfs.entries(root, modules))
    return Parts(series, vmlinux, initrd, dict(name_and_version(path) for path in [*debs, deb]))


def unpack(debs: list[Path], into: Path) -> Path:
    """The files of packages, without running anything of theirs."""
    into.mkdir()
    for deb in debs:
        # Whoever builds, with whatever umask, gets the same modes and so the same image.
        subprocess.run(["dpkg-deb", "--extract", deb, into], check=True, capture_output=True, umask=0o022)
    return into


def name_and_version(deb: Path) -> tuple[str, str]:
    """As they stand in the file's name, where apt writes a colon as %3a."""
    name, version, _ = deb.name.split("_")
    return name, version.replace("%3a", ":")


def make(root: Path, scratch: Path, parts: Parts, tell: Tell) -> Path:
    """Boots the parts, takes the snapshot, and puts the finished image in its place."""
    qemu = machine.version()
    identity = parts.identity(qemu)
    place = root / "images" / identity
    if (place / "image.json").exists():
        return place
    made = scratch / "image"
    made.mkdir()
    started = time.monotonic()
    release, refused = boot(parts, made / "state", tell)
    manifest = {
        "format": FORMAT,
        "id": identity,
        "kernel": release,
        "series": parts.series,
        "recipe": recipe(qemu),
        "qemu": qemu,
        "machine": [*machine.MACHINE],
        "packages": parts.packages,
        "files": {"state": sha256(made / "state")},
        "sizes": {
            "state": (made / "state").stat().st_size,
            "initrd": len(parts.initrd),
            "vmlinux": len(parts.vmlinux),
        },
        "probes_refused": refused,
        "built": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "boot_s": round(time.monotonic() - started, 1),
    }
    (made / "image.json").write_text(json.dumps(manifest, indent=1, sort_keys=True) + "\n")
    place.parent.mkdir(exist_ok=True)
    shutil.rmtree(place, ignore_errors=True)
    os.replace(made, place)
    return place


def sha256(path: Path) -> str:
    """Of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def boot(parts: Parts, state: Path, tell: Tell) -> tuple[str, list[str]]:
    """Boots until the agent is ready, and saves the machine: the kernel's release, and the probes it
    refused.
    """
    tell("boot")
    memory = [in_memory("vmlinux", parts.vmlinux), in_memory("initrd", parts.initrd)]
    words = [
        "-kernel", f"/proc/self/fd/{memory[0]}", "-initrd", f"/proc/self/fd/{memory[1]}",
        "-append", machine.KERNEL_LINE,
        "-serial", "null",
    ]  # fmt: skip
    try:
        with machine.started(words, tuple(memory), BOOT_LIMITS) as running:
            running.control.settimeout(BOOT_WITHIN)
            ready = wait_for_agent(running)
            tell("snapshot")
            save(running, state)
            return str(ready["ready"]), [str(name) for name in ready["refused"]]
    finally:
        for opened in memory:
            os.close(opened)


def in_memory(name: str, data: bytes) -> int:
    """An open file without a name that QEMU's own user may read."""
    opened = os.memfd_create(name, 0)
    with os.fdopen(os.dup(opened), "wb") as file:
        file.write(data)
    return opened


def wait_for_agent(running: Machine) -> dict[str, Any]:
    """The agent stops the machine itself, by a port; what it said just before."""
    try:
        running.hear_until("GUEST_PANICKED")
    except (MachineError, TimeoutError):
        raise MachineError(
            f"The guest did not start. {running.said() if running.process.poll() is not None else ''}".strip()
        ) from None
    line = running.ports.recv(READY_LINE).partition(b"\n")[0]
    said: dict[str, Any] = json.loads(line)
    return said


def save(running: Machine, state: Path) -> None:
    """The machine's memory and devices, as a file."""
    with state.open("wb") as file:
        running.ask("migrate-set-parameters", **{"max-bandwidth": 1 << 40})
        running.ask("getfd", send=file.fileno(), fdname="state")
        running.ask("migrate", uri="fd:state")
        while (status := running.ask("query-migrate").get("status")) not in ("completed", "failed"):
            time.sleep(0.05)
        if status == "failed":
            raise MachineError("QEMU could not save the machine.")
        os.fsync(file.fileno())
