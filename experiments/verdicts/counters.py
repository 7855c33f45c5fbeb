"""Expectations of the counters of a host's kernel."""

import re
from typing import Any

from experiments.verdicts.showing import within
from experiments.verdicts.values import Case, Seen

# Only counters that changed are recorded: one that is not there either stood still or does not exist. What
# cannot be a name of nstat's does not exist.
NAME = re.compile("(?:Ip|Icmp|Tcp|Udp|MPTcp|Sctp)[A-Za-z0-9]+")


def counter(case: Case, said: dict[str, Any]) -> Seen:
    """A counter grows by so much."""
    host, name = said["on"], said["name"]
    if host not in case.run.manifest.hosts:
        return Seen(
            False, f"There is no host {host} in this run.", f"この実行に {host} というホストはありません。"
        )
    if not case.run.counters:
        return Seen(False, "No counters were recorded.", "カウンターが記録されていません。")
    if not NAME.fullmatch(name):
        return Seen(
            False, f"nstat knows no counter {name}.", f"nstat に {name} というカウンターはありません。"
        )
    both = case.run.counters.get(host, {}).get(name)
    if both is None:
        return Seen(within(0, said["grows"]), f"{name} did not change.", f"{name} は変化していません。")
    before, after = both
    return Seen(
        within(after - before, said["grows"]),
        f"{name} went from {before} to {after} at {host}.",
        f"{host} の {name} は {before} から {after} になりました。",
    )
