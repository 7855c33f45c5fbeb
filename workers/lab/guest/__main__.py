"""The agent: prepares the guest, is put to sleep by the snapshot, and plays one plan after each restore."""

import gc
import json
import mmap
import os
import time
import traceback
from pathlib import Path
from typing import Any

from workers.lab.guest import recorder
from workers.lab.guest.host import Host, spared
from workers.lab.guest.modules import load, load_all
from workers.lab.guest.network import CannotBuild, build
from workers.lab.guest.ports import Ports
from workers.lab.guest.recorder import Recorder
from workers.lab.guest.terminals import Stage

PLAN = Path("/sys/firmware/qemu_fw_cfg/by_name/opt/replaybook/plan/raw")
BEGINS = 20 * 10**9  # ns after the restore: building the network takes a few virtual seconds, of any length
REST = 2.0  # s before and after the recording, for what is still on its way
LEFT = 6 << 20  # bytes of free memory that stay free while the rest is filled with zeros
TELL_EVERY = 30 * 10**9  # ns of virtual time between two words to the host, while nothing happens


def quiet() -> None:
    """Settings of the guest: nothing wakes it that need not."""
    for name, value in {
        "vm/dirty_writeback_centisecs": "0",
        "vm/stat_interval": "86400",
        "vm/compaction_proactiveness": "0",  # kcompactd would look twice a second
        "net/ipv4/neigh/default/interval_probe_time_ms": "86400000",
        "net/ipv6/neigh/default/interval_probe_time_ms": "86400000",
        "kernel/printk": "1 1 1 1",
        "net/ipv6/conf/default/disable_ipv6": "1",
        "net/core/netdev_max_backlog": "10000",
        "kernel/hung_task_timeout_secs": "0",
    }.items():
        path = Path("/proc/sys", name)
        if path.exists():
            path.write_text(value)


def empty_memory() -> None:
    """Fills free memory with zeros, which the snapshot need not hold."""
    free = next(line for line in Path("/proc/meminfo").read_text().splitlines() if line.startswith("MemFree"))
    with mmap.mmap(-1, max(int(free.split()[1]) * 1024 - LEFT, mmap.PAGESIZE)) as zeros:
        for at in range(0, len(zeros), mmap.PAGESIZE):
            zeros[at] = 0


def play(plan: dict[str, Any], ports: Ports, restored: int) -> None:
    """The whole experiment, from an empty guest to the files for the host."""
    zero = restored + BEGINS
    hosts = {host["name"]: Host(host) for host in plan["hosts"]}
    Path("/etc/hosts").write_text(plan["names"])
    build(plan, hosts)
    rules = apply_rules(plan, hosts)
    if zero - time.monotonic_ns() < REST * 10**9:
        raise CannotBuild("Building the network took longer than 18 virtual seconds.")
    time.clock_settime_ns(time.CLOCK_REALTIME, plan["date_ns"] - (zero - time.monotonic_ns()))
    recorders = [Recorder(vantage, hosts[vantage["host"]]) for vantage in plan["captures"]]
    before = recorder.counters(hosts)
    stage = Stage(zero, hosts, plan["steps"], plan["most_output"])
    stage.wait_until(-100_000_000)
    recorder.trace(on=True)
    perform(plan, stage, ports)
    lasted = stage.now()
    after = recorder.counters(hosts)
    recorder.trace(on=False)
    recorder.rest(REST)
    captures = {each.file: each.stop() for each in recorders}
    lost = sum(each.lost for each in recorders)
    stage.close()
    record = {
        "lasted_ns": lasted,
        "lost": lost,
        "kernel": os.uname().release,
        "zero_ns": zero,
        "rules": rules,
        "steps": stage.report(),
        "events": [(at, step, data.decode("latin-1")) for at, step, data in stage.events],
        "before": before,
        "after": after,
        "hosts": {name: host.pid for name, host in hosts.items()},
        "pids": {
            str(terminal.pid): stage.steps[index]["host"] for index, terminal in stage.terminals.items()
        },
    }
    ports.give("record.json", json.dumps(record, separators=(",", ":")).encode())
    ports.give("trace.txt", recorder.traced())
    for name, data in captures.items():
        ports.give(f"captures/{name}", data)


def apply_rules(plan: dict[str, Any], hosts: dict[str, Host]) -> list[dict[str, Any]]:
    """The hosts' own commands before the recording; the first that fails ends the run."""
    done = []
    for host in plan["hosts"]:
        for rule in host["rules"]:
            status, output = hosts[host["name"]].shell(rule)
            text = output.decode("utf-8", "replace")
            if status != 0:
                raise CannotBuild(f"{host['name']}: {rule}: exit {status}: {text.strip()}")
            done.append({"host": host["name"], "run": rule, "output": text})
    return done


def perform(plan: dict[str, Any], stage: Stage, ports: Ports) -> None:
    """The steps at their times, then the wait for the last of them."""
    for index, step in enumerate(plan["steps"]):
        tell_until(step["at"], stage, ports, index)
        stage.begin(index)
    last = len(plan["steps"])
    most = plan["most_ns"]
    while stage.busy() and stage.now() < most:
        before = stage.now()
        stage.listen(min(TELL_EVERY, most - before))
        if stage.now() // TELL_EVERY != before // TELL_EVERY:
            ports.say(at=stage.now(), step=last)
    tell_until(min(max(stage.now() + plan["settle"], plan["lasts"]), most), stage, ports, last)


def tell_until(when: int, stage: Stage, ports: Ports, step: int) -> None:
    """Waits, and says from time to time how far the virtual clock has come."""
    while stage.now() < when:
        ports.say(at=max(stage.now(), 0), step=step)
        stage.wait_until(min(when, max(stage.now(), 0) + TELL_EVERY))


def main() -> None:
    """Never returns: the machine ends."""
    ports = Ports()
    ports.stop_old_timer()
    spared(True)
    quiet()
    os.getrandom(16)  # waits until the kernel's generator is ready; until then it would try every two seconds
    load_all()
    refused = recorder.prepare_tracing()
    recorder.rest(5.0)  # what the kernel still does after its boot
    ports.say(ready=os.uname().release, refused=refused)
    gc.collect()
    gc.freeze()
    empty_memory()
    ports.pause()
    try:
        restored = time.monotonic_ns()
        load("qemu_fw_cfg")
        play(json.loads(PLAN.read_bytes()), ports, restored)
        ports.say(end=True)
    except CannotBuild as problem:
        ports.say(refused=str(problem)[:2000])
    except Exception:  # noqa: BLE001 - the host must hear of it, whatever it is
        ports.say(failed=traceback.format_exc()[-4000:])
    ports.end()


main()
