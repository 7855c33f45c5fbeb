"""The kernel's counters, before and after: /proc/net/snmp and /proc/net/netstat, named as nstat names
them.
"""

from itertools import pairwise


def changed(before: dict[str, str], after: dict[str, str]) -> dict[str, dict[str, list[int]]]:
    """Of each host the counters that differ: name -> [before, after]."""
    return {host: differences(read(before[host]), read(after[host])) for host in before}


def differences(first: dict[str, int], second: dict[str, int]) -> dict[str, list[int]]:
    """Those that differ, by name."""
    names = sorted(first.keys() & second.keys())
    return {name: [first[name], second[name]] for name in names if first[name] != second[name]}


def read(text: str) -> dict[str, int]:
    """Two lines each: a prefix with names, the prefix with numbers. What is not so is skipped."""
    found: dict[str, int] = {}
    lines = [line.split() for line in text.splitlines() if line.strip()]
    for names, values in pairwise(lines):
        if names[0] == values[0] and len(names) == len(values):
            found |= dict(numbered(names[0].rstrip(":"), names[1:], values[1:]))
    return found


def numbered(prefix: str, names: list[str], values: list[str]) -> list[tuple[str, int]]:
    """Names with their numbers; none when these are no numbers."""
    try:
        return [(prefix + name, int(value[:20])) for name, value in zip(names, values, strict=True)]
    except ValueError:
        return []
