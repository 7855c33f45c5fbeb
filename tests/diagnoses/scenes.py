"""Scenes written in a test: packets in the language of experiments/scripted, judged at once."""

from diagnoses import report
from experiments.scripted.__main__ import captures

SCENE = """
name = "scene"
claim.en = "A scene of a test."
claim.ja = "テストの場面です。"
date = "2026-01-15T09:00:00Z"
vantage = "{vantage}"
{hosts}
[healthy]
never = ["nothing"]
{more}
packets = '''
{packets}
'''
"""
HOSTS = {
    "client": {"address": '"192.0.2.10"', "hops": 0},
    "server": {"address": '"198.51.100.25"', "hops": 4, "port": 443},
}


def judged(tmp_path, packets, vantage="client", more="", **hosts):
    """The report of packets that pass a vantage point. ``hosts``: values of hosts, those of HOSTS beside."""
    every = HOSTS | {name: HOSTS.get(name, {}) | values for name, values in hosts.items()}
    tables = "\n".join(
        f"[hosts.{name}]\n" + "\n".join(f"{key} = {value}" for key, value in values.items())
        for name, values in every.items()
    )
    folder = tmp_path / "scene"
    folder.mkdir(exist_ok=True)
    declaration = folder / "experiment.toml"
    declaration.write_text(SCENE.format(vantage=vantage, hosts=tables, packets=packets, more=more), "utf-8")
    [(path, data)] = captures(declaration)
    path.write_bytes(data)
    return report(path)


def codes(found):
    """Codes of all findings about connections."""
    return {finding["code"] for finding in found["findings"]}


def finding(found, code):
    """The one finding with a code."""
    [one] = [finding for finding in found["findings"] if finding["code"] == code]
    return one
