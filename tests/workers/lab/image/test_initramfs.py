"""The guest's files as a cpio archive: unpacked again they are what was put in."""

import os
import shutil
import stat
import subprocess

import pytest

from workers.lab.image.initramfs import GUEST, Entry, cpio, entries, is_kept, merged


def unpacked(archive: bytes) -> list[Entry]:
    """A reader of its own, by the kernel's description of the format."""
    found, at = [], 0
    while True:
        assert archive[at : at + 6] == b"070701"
        numbers = [int(archive[at + 6 + 8 * k : at + 14 + 8 * k], 16) for k in range(13)]
        _, mode, uid, gid, _, mtime, size, _, _, major, minor, length, check = numbers
        assert (uid, gid, mtime, check) == (0, 0, 0, 0)
        name = archive[at + 110 : at + 110 + length]
        assert name.endswith(b"\0")
        start = (at + 110 + length + 3) // 4 * 4
        data = archive[start : start + size]
        at = (start + size + 3) // 4 * 4
        if name == b"TRAILER!!!\0":
            assert at == len(archive)
            return found
        found.append(Entry(name[:-1].decode(), mode, data, (major, minor)))


@pytest.fixture
def root(tmp_path):
    """Unpacked packages, with more in them than the guest needs."""
    base = tmp_path / "root"
    for name, data in {
        "bin/busybox": b"BUSYBOX",
        "usr/bin/bash": b"BASH",
        "usr/bin/perl": b"PERL",
        "usr/sbin/tc": b"TC",
        "lib/x86_64-linux-gnu/libc.so.6": b"LIBC",
        "usr/lib/x86_64-linux-gnu/perl/base.pm": b"PM",
        "usr/lib/python3.11/json/__init__.py": b"json",
        "usr/lib/python3.11/test/big.py": b"test",
        "usr/share/doc/bash/README": b"doc",
        "etc/services": b"http 80/tcp\n",
    }.items():
        path = base / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    for name in ("bin/busybox", "usr/bin/bash"):
        (base / name).chmod(0o4755)
    (base / "usr/lib/x86_64-linux-gnu/libz.so.1").symlink_to("libz.so.1.2.13")
    return base


MODULES = {"veth": b"VETH", "sch_netem": b"NETEM", "qemu_fw_cfg": b"FW"}


def test_the_archive_holds_the_same_entries_again(root):
    put_in = entries(root, MODULES)
    assert unpacked(cpio(put_in)) == put_in


def test_the_same_files_are_the_same_bytes(root, tmp_path):
    copied = tmp_path / "copy"
    shutil.copytree(root, copied, symlinks=True)
    for path in copied.rglob("*"):
        os.utime(path, (1, 1), follow_symlinks=False)
    assert cpio(entries(root, MODULES)) == cpio(entries(copied, MODULES))


def test_only_what_the_guest_needs_is_kept(root):
    names = {entry.path: entry for entry in entries(root, MODULES)}
    assert names["usr/bin/busybox"].data == b"BUSYBOX"
    assert names["usr/lib/x86_64-linux-gnu/libc.so.6"].data == b"LIBC"
    assert {"usr/bin/bash", "usr/sbin/tc", "usr/lib/python3.11/json/__init__.py", "etc/services"} <= set(
        names
    )
    assert not [name for name in names if "perl" in name or "doc" in name or "/test/" in name]


def test_nothing_in_the_guest_is_setuid(root):
    assert not [entry.path for entry in entries(root, MODULES) if entry.mode & 0o7000]


def test_links_devices_and_folders_are_what_they_are(root):
    kinds = {entry.path: entry for entry in entries(root, MODULES)}
    assert kinds["bin"] == Entry("bin", stat.S_IFLNK | 0o777, b"usr/bin")
    assert kinds["usr/lib/x86_64-linux-gnu/libz.so.1"].data == b"libz.so.1.2.13"
    assert kinds["dev/null"].device == (1, 3)
    assert stat.S_ISCHR(kinds["dev/null"].mode)
    assert stat.S_ISDIR(kinds["usr/lib/python3.11"].mode)
    assert kinds["init"].mode & 0o111


def test_every_folder_comes_before_what_is_in_it(root):
    seen = {""}
    for entry in entries(root, MODULES):
        assert entry.path.rpartition("/")[0] in seen
        seen.add(entry.path)


def test_the_agent_is_the_one_of_this_release_and_modules_have_an_order(root):
    names = {entry.path: entry.data for entry in entries(root, MODULES)}
    for path in GUEST.glob("*.py"):
        assert names[f"lab/workers/lab/guest/{path.name}"] == path.read_bytes()
    assert names["lab/modules/order"] == b"veth\nsch_netem"
    assert names["lab/modules/qemu_fw_cfg.ko"] == b"FW"


def test_paths_follow_debians_merge():
    assert merged("bin/ls") == "usr/bin/ls"
    assert merged("lib64/ld.so") == "usr/lib64/ld.so"
    assert merged("etc/lib") == "etc/lib"
    assert is_kept("usr/bin/ip")
    assert not is_kept("usr/bin/python3.12")


@pytest.mark.parametrize(
    "words", [["cpio", "-idm", "--quiet"], ["bsdtar", "-xf", "-"], ["busybox", "cpio", "-idm"]]
)
def test_programs_that_know_the_format_unpack_it(words, root, tmp_path):
    if shutil.which(words[0]) is None:
        return  # the reader above has read it
    into = tmp_path / "into"
    into.mkdir()
    put_in = [entry for entry in entries(root, MODULES) if not stat.S_ISCHR(entry.mode)]
    subprocess.run(words, input=cpio(put_in), cwd=into, check=True, capture_output=True)
    for entry in put_in:
        path = into / entry.path
        if stat.S_ISREG(entry.mode):
            assert path.read_bytes() == entry.data
        elif stat.S_ISLNK(entry.mode):
            assert os.readlink(path) == entry.data.decode()
        else:
            assert path.is_dir()
