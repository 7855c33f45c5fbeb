"""The guest's files: what is kept of the packages, as a cpio archive that is the same bytes every time."""

import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

GUEST = Path(__file__).resolve().parent.parent / "guest"
PACKAGES = (
    "busybox", "bash", "iproute2", "iptables", "nftables", "tcpdump", "netcat-openbsd", "inetutils-telnet",
    "curl", "net-tools",
    "strace", "ethtool", "openssl", "iputils-ping", "traceroute", "conntrack", "libpython3.11-stdlib",
    "python3.11-minimal",
)  # fmt: skip
PROGRAMS = (
    "busybox", "bash", "ip", "ss", "tc", "nstat", "bridge", "nft", "xtables-nft-multi", "iptables-nft",
    "iptables-nft-save",
    "iptables-nft-restore", "ip6tables-nft", "tcpdump", "nc.openbsd", "inetutils-telnet", "curl",
    "netstat", "arp", "ifconfig",
    "route", "strace", "ethtool", "openssl", "ping", "traceroute.db", "conntrack", "python3.11",
)  # fmt: skip
# Of busybox: small programs that the commands of a reader need beside the real ones above.
APPLETS = (
    "awk", "base64", "basename", "cat", "chmod", "chown", "cp", "cut", "date", "dd", "df", "dirname",
    "dmesg", "du", "echo", "env", "expr",
    "false", "fold", "free", "grep", "head", "hexdump", "hostname", "id", "kill", "killall", "ln", "ls",
    "md5sum", "mkdir", "mkfifo",
    "mount", "mv", "nproc", "od", "pidof", "printf", "ps", "pwd", "readlink", "rm",
    "rmdir", "sed", "seq", "sha256sum", "sleep",
    "sort", "stat", "stty", "sync", "sysctl", "tail", "tee", "test", "time", "timeout", "touch", "tr",
    "true", "truncate", "tty", "umount",
    "uname", "uniq", "uptime", "usleep", "wc", "which", "whoami", "xargs", "xxd", "yes", "nslookup",
)  # fmt: skip
MERGED = ("bin", "sbin", "lib", "lib64")  # links into /usr since Debian 12
LIBRARIES = "usr/lib/x86_64-linux-gnu"
# Folders of which programs need something at run time.
KEPT = (
    f"{LIBRARIES}/",
    "usr/lib64/",
    "usr/lib/python3.11/",
    "usr/lib/iproute2/",
    "etc/protocols",
    "etc/services",
    "etc/iproute2/",
    "etc/ethertypes",
)
# And in these, what nobody here needs: the libraries of Perl and of package tools, and large parts of
# Python's library.
DROPPED = (
    *(f"{LIBRARIES}/{name}" for name in (
        "perl", "gconv", "security", "libperl", "libsqlite3", "libdb-5.3", "audit", "engines-3",
        "libsemanage", "libsepol", "libmvec",
        "libdebconf", "libncurses", "libexpatw", "ossl-modules/legacy", "libpam",
    )),
    *(f"usr/lib/python3.11/{name}" for name in (
        "test", "idlelib", "lib2to3", "distutils", "pydoc", "ensurepip", "unittest", "tkinter", "turtle",
        "sqlite3", "xmlrpc", "wsgiref",
        "multiprocessing", "dbm", "curses", "doctest", "asyncio", "xml", "_pydecimal", "sysconfig",
        "_sysconfigdata", "venv", "zoneinfo", "tomllib",
        "lib-dynload/_codecs_", "lib-dynload/_sqlite3", "lib-dynload/_test", "lib-dynload/_curses",
        "lib-dynload/_decimal", "encodings/cp",
        "encodings/mac_", "encodings/iso", "encodings/euc", "encodings/big5", "encodings/gb",
        "encodings/ptcp", "encodings/johab", "encodings/shift",
        "pickletools", "imaplib", "nntplib", "smtpd", "mailbox", "tarfile", "zipfile", "plistlib", "cgi",
        "statistics",
    )),
)  # fmt: skip
INIT = """#!/bin/busybox sh
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sysfs /sys
/bin/busybox mount -t tracefs tracefs /sys/kernel/tracing
/bin/busybox mount -t devtmpfs devtmpfs /dev
/bin/busybox mkdir -p /dev/pts /dev/shm
/bin/busybox mount -t devpts devpts /dev/pts
/bin/busybox ip link set lo up
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8
export PYTHONHASHSEED=0 PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=/lab
exec /usr/bin/python3.11 -S -B -m workers.lab.guest
"""
SMALL_FILES = {
    "etc/passwd": "root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534:nobody:/:/bin/false\n"
    "tcpdump:x:101:101:tcpdump:/:/bin/false\n",
    "etc/group": "root:x:0:\nnogroup:x:65534:\ntcpdump:x:101:\n",
    "etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\nservices: files\nprotocols: files\n",
    "etc/resolv.conf": "",
    "etc/hosts": "127.0.0.1 localhost\n",
    "etc/host.conf": "multi on\n",
    "lab/workers/__init__.py": "",
    "lab/workers/lab/__init__.py": "",
}
FOLDERS = (
    "proc",
    "sys",
    "dev",
    "run",
    "tmp",
    "root",
    "etc",
    "lab",
    "lab/captures",
    "lab/modules",
    "var",
    "var/lib",
    "var/run",
)


@dataclass(frozen=True)
class Entry:
    """A file, folder, link or device of the guest; ``data`` is a link's target."""

    path: str
    mode: int
    data: bytes = b""
    device: tuple[int, int] = (0, 0)


def entries(unpacked: Path, modules: dict[str, bytes]) -> list[Entry]:
    """Everything in the guest, in order of the paths."""
    found: dict[str, Entry] = {}
    for entry in [*fixed(), *from_packages(unpacked), *our_own(modules)]:
        found[entry.path] = entry
    for path in list(found):
        for folder in parents(path):
            found.setdefault(folder, Entry(folder, stat.S_IFDIR | 0o755))
    return [found[path] for path in sorted(found)]


def fixed() -> Iterator[Entry]:
    """What no package brings."""
    for name in FOLDERS:
        yield Entry(name, stat.S_IFDIR | 0o755)
    for name in MERGED:
        yield Entry(name, stat.S_IFLNK | 0o777, f"usr/{name}".encode())
    for name, text in SMALL_FILES.items():
        yield Entry(name, stat.S_IFREG | 0o644, text.encode())
    yield Entry("init", stat.S_IFREG | 0o755, INIT.encode())
    yield Entry("usr/bin/python3", stat.S_IFLNK | 0o777, b"python3.11")
    yield Entry("usr/bin/sh", stat.S_IFLNK | 0o777, b"bash")
    yield Entry("dev/console", stat.S_IFCHR | 0o600, device=(5, 1))
    yield Entry("dev/null", stat.S_IFCHR | 0o666, device=(1, 3))


def from_packages(unpacked: Path) -> Iterator[Entry]:
    """The files of the unpacked packages that are kept."""
    for path in sorted(unpacked.rglob("*")):
        name = merged(path.relative_to(unpacked).as_posix())
        if not is_kept(name):
            continue
        if path.is_symlink():
            yield Entry(name, stat.S_IFLNK | 0o777, str(path.readlink()).encode())
        elif path.is_file():
            yield Entry(name, stat.S_IFREG | (path.stat().st_mode & 0o755), path.read_bytes())
    yield from alternatives()


def is_kept(name: str) -> bool:
    """True for the programs that are wanted, and for what they need."""
    folder, _, program = name.rpartition("/")
    if folder in ("usr/bin", "usr/sbin"):
        return program in PROGRAMS
    return name.startswith(KEPT) and not name.startswith(DROPPED)


def alternatives() -> Iterator[Entry]:
    """Links that a package's installation would make."""
    links = {
        "usr/bin/nc": "nc.openbsd",
        "usr/bin/netcat": "nc.openbsd",
        "usr/bin/telnet": "inetutils-telnet",
        "usr/bin/traceroute": "traceroute.db",
        "usr/sbin/iptables": "iptables-nft",
        "usr/sbin/ip6tables": "ip6tables-nft",
        "usr/sbin/iptables-save": "iptables-nft-save",
        "usr/sbin/iptables-restore": "iptables-nft-restore",
    }
    links |= {f"usr/bin/{applet}": "busybox" for applet in APPLETS}
    for name, target in links.items():
        yield Entry(name, stat.S_IFLNK | 0o777, target.encode())


def our_own(modules: dict[str, bytes]) -> Iterator[Entry]:
    """The agent and the kernel's modules."""
    for path in sorted(GUEST.glob("*.py")):
        yield Entry(f"lab/workers/lab/guest/{path.name}", stat.S_IFREG | 0o644, path.read_bytes())
    order = [name for name in modules if name != "qemu_fw_cfg"]  # that one is loaded after each restore
    yield Entry("lab/modules/order", stat.S_IFREG | 0o644, "\n".join(order).encode())
    for name, data in modules.items():
        yield Entry(f"lab/modules/{name}.ko", stat.S_IFREG | 0o644, data)


def merged(name: str) -> str:
    """The path after Debian's merge of / and /usr."""
    first = name.split("/", 1)[0]
    return f"usr/{name}" if first in MERGED else name


def parents(path: str) -> list[str]:
    """The folders above a path, outermost first."""
    parts = path.split("/")[:-1]
    return ["/".join(parts[: count + 1]) for count in range(len(parts))]


def cpio(contents: list[Entry]) -> bytes:
    """The archive that the kernel unpacks (Documentation/driver-api/early-userspace/buffer-format.rst).

    All times are 0 and all owners root, so that the same files are the same bytes.
    """
    parts = [record(number, entry) for number, entry in enumerate(contents, 1)]
    return b"".join([*parts, record(0, Entry("TRAILER!!!", 0))])


def record(number: int, entry: Entry) -> bytes:
    """One entry of a "newc" archive: header, name and data, each padded to four bytes."""
    name = entry.path.encode() + b"\0"
    major, minor = entry.device
    links = 2 if stat.S_ISDIR(entry.mode) else 1
    fields = (number, entry.mode, 0, 0, links, 0, len(entry.data), 0, 0, major, minor, len(name), 0)
    header = b"070701" + b"".join(b"%08X" % value for value in fields) + name
    return padded(header) + padded(entry.data)


def padded(data: bytes) -> bytes:
    """Up to a multiple of four bytes."""
    return data + b"\0" * (-len(data) % 4)
