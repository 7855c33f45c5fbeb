"""Run as a program: takes rights and resources away from itself, then becomes the program that is named.

    python launch.py '{"address_space": …, "cpu_s": …, …}' PROGRAM ARGUMENT …

It imports nothing of the project, so that it starts in a few milliseconds. Before it becomes the program it
writes one line of JSON on standard output: {"confined": [what the kernel granted, …]}.

Not granted where the kernel or its configuration refuse (containers often do): then the program runs without
that one, and the caller says so in its log. The limits of setrlimit(2) are always there.
"""

import contextlib
import ctypes
import json
import os
import resource
import signal
import sys
from pathlib import Path

PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS = 1, 38  # linux/prctl.h
CLONE_NEWUSER, CLONE_NEWNET, CLONE_NEWIPC = 0x10000000, 0x40000000, 0x08000000  # linux/sched.h
LANDLOCK_CREATE_RULESET, LANDLOCK_ADD_RULE, LANDLOCK_RESTRICT_SELF = 444, 445, 446  # everywhere the same
RULE_PATH_BENEATH = 1
LANDLOCK_VERSION = 1 << 0  # flag of landlock_create_ruleset: asks for the version
# Rights on files, linux/landlock.h, ABI 1 (Linux 5.13): bits 0 to 12; 13 refer, 14 truncate came later.
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR, REMOVE_DIR, REMOVE_FILE = (1 << bit for bit in range(6))
MAKE_DIR, MAKE_REG, TRUNCATE = 1 << 7, 1 << 8, 1 << 14
ALL_OF_ABI = {1: (1 << 13) - 1, 2: (1 << 14) - 1}
ALL_SINCE_ABI_3 = (1 << 15) - 1
TO_READ = EXECUTE | READ_FILE | READ_DIR
TO_WRITE = READ_FILE | READ_DIR | WRITE_FILE | REMOVE_FILE | REMOVE_DIR | MAKE_DIR | MAKE_REG

libc = ctypes.CDLL(None, use_errno=True)


class PathBeneath(ctypes.Structure):
    """struct landlock_path_beneath_attr, which is packed."""

    _pack_ = 1
    _fields_ = [("allowed_access", ctypes.c_uint64), ("parent_fd", ctypes.c_int32)]


def limit(what: int, value: int, hard: int | None = None) -> None:
    """Sets one limit, never above what is there."""
    ceiling = resource.getrlimit(what)[1]
    top = value if hard is None else hard
    if ceiling != resource.RLIM_INFINITY:
        value, top = min(value, ceiling), min(top, ceiling)
    resource.setrlimit(what, (value, top))


def set_limits(limits: dict[str, int]) -> None:
    """Memory and output in bytes, time in seconds of CPU."""
    limit(resource.RLIMIT_CORE, 0)
    limit(resource.RLIMIT_DATA, limits["address_space"])  # private memory, mapped or not (Linux 4.7)
    limit(resource.RLIMIT_AS, limits["mapped"])
    # The soft limit sends SIGXCPU, which ends the program and tells the caller why; the hard one is SIGKILL.
    limit(resource.RLIMIT_CPU, limits["cpu_s"], limits["cpu_s"] + 2)
    limit(resource.RLIMIT_FSIZE, limits["output"])
    limit(resource.RLIMIT_NOFILE, limits["open_files"])
    if os.getuid() != 0:  # counts all processes of the user, and does not bind root
        limit(resource.RLIMIT_NPROC, limits.get("processes", 1))


def become_user(number: int | None) -> None:
    """Gives up root for good, where the caller has it: user and group, and all further groups."""
    if number is not None:
        os.setgroups([])
        os.setresgid(number, number, number)
        os.setresuid(number, number, number)


def die_with(parent: int) -> None:
    """Ask for SIGKILL at the parent's death; and go at once if that has happened already."""
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def leave_network(as_root: bool = False) -> bool:
    """Into new namespaces of users, network and IPC: there is no interface there, not even loopback.

    ``as_root``: who is root now and gives it up later needs no namespace of users, and could not change its
    user in one.
    """
    if as_root:
        return libc.unshare(CLONE_NEWNET | CLONE_NEWIPC) == 0
    uid, gid = os.getuid(), os.getgid()
    if libc.unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWIPC) != 0:
        return False
    with contextlib.suppress(OSError):  # unmapped we are nobody, which is no worse
        maps = {"setgroups": "deny", "uid_map": f"{uid} {uid} 1", "gid_map": f"{gid} {gid} 1"}
        for name, line in maps.items():
            Path("/proc/self", name).write_text(line)
    return True


def lock_files(listable: list[str], readable: list[str], writable: list[str]) -> bool:
    """Landlock: from now on only these files and folders can be used, whatever their modes say."""
    abi = libc.syscall(LANDLOCK_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(LANDLOCK_VERSION))
    if abi < 1:
        return False
    handled = ALL_OF_ABI.get(abi, ALL_SINCE_ABI_3)
    attribute = ctypes.c_uint64(handled)
    size = ctypes.c_size_t(ctypes.sizeof(attribute))
    ruleset = libc.syscall(LANDLOCK_CREATE_RULESET, ctypes.byref(attribute), size, ctypes.c_uint32(0))
    if ruleset < 0:
        return False
    for path in listable:
        allow(ruleset, path, READ_DIR)
    for path in readable:
        allow(ruleset, path, TO_READ & handled)
    for path in writable:
        allow(ruleset, path, (TO_WRITE | TRUNCATE) & handled)
    done = libc.syscall(LANDLOCK_RESTRICT_SELF, ctypes.c_int(ruleset), ctypes.c_uint32(0)) == 0
    os.close(ruleset)
    return done


def allow(ruleset: int, path: str, rights: int) -> None:
    """Adds one path; what does not exist needs no rule."""
    try:
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    if not Path(path).is_dir():
        rights &= EXECUTE | READ_FILE | WRITE_FILE | TRUNCATE  # the others are rights on folders
    rule = PathBeneath(rights, opened)
    libc.syscall(
        LANDLOCK_ADD_RULE,
        ctypes.c_int(ruleset),
        ctypes.c_int(RULE_PATH_BENEATH),
        ctypes.byref(rule),
        ctypes.c_uint32(0),
    )
    os.close(opened)


def main() -> None:
    """Confines this process and becomes the program."""
    wishes = json.loads(sys.argv[1])
    program = sys.argv[2:]
    user = wishes.get("user")
    granted = ["limits"]
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0:
        granted.append("no_new_privs")
    if leave_network(as_root=user is not None):
        granted.append("no_network")
    if lock_files(wishes["listable"], wishes["readable"], wishes["writable"]):
        granted.append("files")
    become_user(user)
    die_with(wishes["parent"])  # once the user has changed, which would take the wish back
    set_limits(wishes["limits"])
    os.write(1, json.dumps({"confined": granted}).encode() + b"\n")
    os.execv(program[0], program)  # noqa: S606 - there shall be no shell


if __name__ == "__main__":
    main()
