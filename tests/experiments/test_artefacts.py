"""A run folder is read as it is, and a broken one is refused with a sentence."""

import json
import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from experiments.artefacts import Broken, files, read
from tests.experiments import runs


@pytest.fixture
def folder(tmp_path):
    return runs.write_run(tmp_path / "run")


def changed(folder, name, change):
    """A JSON file of the folder with something changed in it."""
    path = folder / f"{name}.json"
    value = json.loads(path.read_text())
    value = change(value) or value
    path.write_text(json.dumps(value))
    return folder


def refused(folder):
    with pytest.raises(Broken) as caught:
        read(folder)
    assert str(caught.value).endswith(".")
    assert (caught.value.en + caught.value.ja).isprintable()
    assert len(caught.value.en) < 400
    assert any("぀" <= char <= "鿿" for char in caught.value.ja)
    return str(caught.value)


def test_everything_in_a_run_folder_is_read(folder):
    run = read(folder)
    assert run.manifest.date == runs.DATE
    assert run.manifest.hosts == {"client": ("10.0.1.1",), "server": ("10.0.1.2",)}
    assert run.steps[0].exit == 1
    assert run.steps[1].began_ns is None
    assert [change.after for change in run.sockets] == ["SYN-SENT", "ESTAB", "FIN-WAIT-1", "CLOSED"]
    assert run.sockets[0].ports == (40000, 80)
    assert run.counters == {"client": {"TcpRetransSegs": (3, 5)}}
    assert run.capture("client").packet_count == len(runs.TALK)
    assert run.capture("client") is run.capture("client")


def test_a_capture_without_packets_is_a_capture(tmp_path):
    assert runs.run_of(tmp_path, ()).capture("client").packet_count == 0


def test_all_files_but_the_verdicts_must_be_the_same_bytes(folder):
    before = files(folder)
    (folder / "verdicts.json").write_text("[]")
    assert files(folder) == before
    assert sorted(before) == [
        "captures/client.pcap", "counters.json", "run.json", "sockets.json", "steps.json",
        "terminals/client.cast",
    ]  # fmt: skip


def test_changes_are_in_the_order_of_time(tmp_path):
    run = runs.run_of(tmp_path, sockets=runs.SOCKETS[::-1])
    assert [change.after for change in run.sockets] == ["SYN-SENT", "ESTAB", "FIN-WAIT-1", "CLOSED"]


@pytest.mark.parametrize("name", ["run", "steps", "sockets", "counters"])
@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        '{"format": 1',
        "null",
        "7",
        '"x"',
        "[NaN]",
        "[Infinity]",
        "[1e999]",
        "[" + "9" * 5000 + "]",
        "[" * 100_000,
        '{"a":' * 100_000,
        '{"a": 1, "a": 2}',
        '["\\ud800"]',
        "\ufeff[]",
    ],
)
def test_a_file_that_is_not_the_expected_json_is_refused(folder, name, text):
    (folder / f"{name}.json").write_text(text)
    refused(folder)


@pytest.mark.parametrize(
    "name", ["run.json", "steps.json", "sockets.json", "counters.json", "captures/client.pcap"]
)
def test_a_missing_file_is_refused(folder, name):
    (folder / name).unlink()
    refused(folder)


def test_bytes_that_are_no_text_are_refused(folder):
    (folder / "steps.json").write_bytes(b"\xff\xfe[]")
    refused(folder)


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    refused(tmp_path / "nowhere")


@pytest.mark.parametrize(
    "value",
    [None, True, -1, {}, 10**30, "10.0.1.1\x1b[2J", "fe80::1%\u202e", "../../etc/passwd", ["x"] * 70],
)
@pytest.mark.parametrize(
    "key", ["experiment", "kernel", "date", "virtual_s", "hosts", "captures", "format", "image"]
)
def test_a_wrong_value_of_the_manifest_is_refused(folder, key, value):
    assert "run.json" in refused(changed(folder, "run", lambda run: run.update({key: value})))


@pytest.mark.parametrize(
    "file", ["captures/../run.json", "../x", "/etc/passwd", "captures/server.pcap", "client.pcap"]
)
def test_a_capture_stands_where_its_vantage_says(folder, file):
    message = refused(changed(folder, "run", lambda run: run["captures"][0].update(file=file)))
    assert "must be one of captures/client.pcap" in message


@pytest.mark.parametrize("address", ["10.0.1.1/24", "fe80::1%\x1b[31m", "x", 7, None, ""])
def test_an_address_is_an_address(folder, address):
    refused(changed(folder, "run", lambda run: run["hosts"].update(client=[address])))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("host", "nobody"), ("at_ns", -1), ("at_ns", 1.0), ("began_ns", 10**30), ("ended_ns", 1),
        ("exit", 256),
        ("exit", True), ("output", None), ("output", ["x"]), ("cut", 1), ("name", 3), ("name", "typed"),
        ("run", "x" * 5000), ("surplus", 1),
    ],
)  # fmt: skip
def test_a_wrong_value_of_a_step_is_refused(folder, key, value):
    refused(changed(folder, "steps", lambda steps: steps[0].update({key: value})))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("at_ns", "1"), ("host", "nobody"), ("socket", "1"), ("local", "10.0.1.1"),
        ("local", "10.0.1.1:65536"),
        ("remote", "x:80"), ("remote", "fe80::1%\x1b[31m:80"), ("family", 5), ("from", "OPEN"), ("to", None),
        ("to", ["ESTAB"]), ("program", 1), ("surplus", 1),
    ],
)  # fmt: skip
def test_a_wrong_value_of_a_change_is_refused(folder, key, value):
    refused(changed(folder, "sockets", lambda sockets: sockets[0].update({key: value})))


@pytest.mark.parametrize(
    "value",
    [
        {"nobody": {}}, {"client": []}, {"client": {"x": 1}}, {"client": {"x": [1]}},
        {"client": {"x": [1, 2, 3]}},
        {"client": {"x": [1, 2.0]}}, {"client": {"x": [1, 2**64]}}, {"client": {"x\x1b": [1, 2]}},
    ],
)  # fmt: skip
def test_wrong_counters_are_refused(folder, value):
    refused(changed(folder, "counters", lambda _: value))


def test_a_missing_key_is_named(folder):
    message = refused(changed(folder, "steps", lambda steps: steps[0].pop("exit") and None))
    assert message == "steps.json [0] has no 'exit'."


@pytest.mark.parametrize(
    "name",
    ["x.txt", ".hidden", "captures/x.sh", "captures/.pcap", "terminals/nobody.cast", "captures/server.pcap"],
)
def test_a_file_that_does_not_belong_there_is_refused(folder, name):
    (folder / name).write_text("x")
    refused(folder)


@pytest.mark.parametrize("name", ["run.json", "captures/client.pcap", "terminals/client.cast", "captures"])
def test_a_link_is_refused(folder, tmp_path, name):
    (folder / name).rename(tmp_path / "elsewhere")
    (folder / name).symlink_to(tmp_path / "elsewhere")
    refused(folder)


def test_a_pipe_is_refused(folder):
    (folder / "steps.json").unlink()
    os.mkfifo(folder / "steps.json")
    refused(folder)


def test_a_capture_with_other_bytes_is_refused(folder):
    with (folder / "captures/client.pcap").open("ab") as file:
        file.write(b"x")
    assert "not the file of which run.json tells" in refused(folder)


def with_capture(folder, data, packets):
    (folder / "captures/client.pcap").write_bytes(data)
    told = runs.manifest({"client": (packets, data)})
    (folder / "run.json").write_text(json.dumps(told))
    return folder


@pytest.mark.parametrize(
    "data", [b"", b"hello, I am no pcap", b"\x1f\x8b" + b"\0" * 50, b"\x0a\x0d\x0d\x0a" * 8]
)
def test_a_pcap_that_is_none_is_refused(folder, data):
    assert "not a pcap" in refused(with_capture(folder, data, 1))


@pytest.mark.parametrize(
    ("data", "packets"),
    [
        (b"\x4d\x3c\xb2\xa1", 0),
        (runs.pcap(runs.TALK), 3),
        (runs.pcap(runs.TALK)[:-5], 14),
        (runs.pcap(()), 1),
    ],
)
def test_a_capture_that_is_not_as_told_is_refused_when_it_is_read(folder, data, packets):
    run = read(with_capture(folder, data, packets))
    with pytest.raises(Broken, match=r"captures/client\.pcap"):
        run.capture("client")


def test_there_is_no_capture_of_another_vantage(folder):
    with pytest.raises(Broken, match="Nothing was recorded at 'server'"):
        read(folder).capture("server")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(name=st.sampled_from(["run", "steps", "sockets", "counters"]), value=JSON, key=st.integers(0, 20))
def test_whatever_a_guest_sends_the_folder_is_read_or_broken(tmp_path_factory, name, value, key):
    folder = runs.write_run(tmp_path_factory.mktemp("any") / "run")

    def change(found):
        place = found[0] if isinstance(found, list) else found
        place[list(place)[key % len(place)]] = value

    changed(folder, name, change)
    sentences = ""
    try:
        read(folder)
    except Broken as broken:
        sentences = broken.en + broken.ja
    assert sentences.isprintable()
