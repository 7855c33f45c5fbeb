"""Experiments for the tests of the lab."""

from experiments.declaration import Experiment, read

HEAD = """\
name = "trial"
title = { en = "Trial", ja = "試行" }
claim = { en = "It works.", ja = "動きます。" }
date = "2026-01-15T09:00:00Z"
"""
TWO_HOSTS = """\
[hosts.client]
rules = ["ip route show"]
[hosts.server]
[[links]]
path = ["client", "server"]
[record]
captures = ["client"]
[[step]]
at = "1s"
on = "client"
run = "nc {server} 80"
[[step]]
at = "2s"
on = "server"
run = "ss -tan"
background = true
[[expect]]
packets = { at = "client", filter = "tcp", count = 1 }
"""


def experiment(text: str = TWO_HOSTS, first: str = "") -> Experiment:
    """`first` holds keys of the whole experiment."""
    return read(HEAD + first + text, name="trial", changes={})
