"""A run is judged, and its verdicts are kept."""

import json

import pytest

from experiments.artefacts import Broken
from experiments.declaration import kinds, read_bytes
from experiments.declaration.values import Expectation
from experiments.verdicts import Verdict, judge, read, to_json, write
from experiments.verdicts.judging import JUDGES
from experiments.verdicts.kernels import applies
from experiments.verdicts.sentences import SENTENCES, sentence
from experiments.verdicts.showing import quoted
from tests.experiments import runs
from tests.experiments.declarations import GOOD
from tests.experiments.runs import REPORTS, verdict_on


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return runs.run_of(tmp_path_factory.mktemp("talk"))


def test_every_kind_of_expectation_is_judged_and_said():
    assert set(JUDGES) == set(SENTENCES) == set(kinds.KINDS)


@pytest.mark.parametrize("name", GOOD)
def test_every_expectation_of_a_declaration_is_a_sentence(name):
    for expectation in read_bytes(GOOD[name].encode(), name=name).expectations:
        said = sentence(expectation)
        assert said["en"].endswith(".")
        assert said["ja"].endswith("。")
        assert (said["en"] + said["ja"]).isprintable()


def test_the_words_of_the_author_come_first(run):
    words = {"en": "Nothing answers.", "ja": "応答がありません。"}
    assert verdict_on(run, "packets", says=words, at="client", filter="syn", count=3).text == words


@pytest.mark.parametrize(
    ("condition", "kernel", "wanted"),
    [
        ("", "6.1.0-56-cloud-amd64", True),
        ("6.1", "6.1.0-56-cloud-amd64", True),
        ("6.1", "6.12.117+deb13-cloud-amd64", False),
        ("6.12", "6.12.117+deb13-cloud-amd64", True),
        ("6.12", "6.1.12", False),
        ("<6.5", "6.1.0-56-cloud-amd64", True),
        ("<6.5", "6.12.117+deb13-cloud-amd64", False),
        ("<6.5", "6.5.0", False),
        ("<6.5", "5.10.0", True),
        (">=6.5", "6.12.117+deb13-cloud-amd64", True),
        (">=6.5", "6.5.0", True),
        (">=6.5", "6.1.0-56-cloud-amd64", False),
        (">=6.5", "10.0", True),
    ],
)
def test_kernels_are_compared_as_numbers(condition, kernel, wanted):
    assert applies(condition, kernel) is wanted


def test_what_is_for_another_kernel_is_not_judged(run):
    verdict = verdict_on(run, "packets", kernel=">=6.5", at="client", filter="syn", count=3)
    assert verdict.held is None
    assert verdict.evidence["en"] == "Only for kernel >=6.5; this run had 6.1.0-56-cloud-amd64."
    assert verdict.frames == {}
    assert verdict_on(run, "packets", kernel="<6.5", at="client", filter="syn", count=3).held is True


@pytest.mark.parametrize("other", [{"experiment": "other"}, {"parameters": {"retries": 3}}])
def test_a_run_of_another_experiment_is_not_judged(tmp_path, other):
    run = runs.run_of(tmp_path, **other)
    with pytest.raises(Broken):
        judge(runs.experiment(), run, {})


def test_verdicts_come_in_the_order_of_the_expectations(run):
    rows = [
        Expectation("no_packets", {"at": "client", "filter": "syn"}, row=9),
        Expectation("finding", {"at": "client", "code": "syn_unanswered"}, row=3),
    ]
    verdicts = judge(runs.experiment(*rows), run, REPORTS)
    assert [(one.kind, one.held, one.row) for one in verdicts] == [
        ("no_packets", False, 9),
        ("finding", True, 3),
    ]


def test_verdicts_are_kept(run):
    verdicts = (
        verdict_on(run, "packets", at="client", filter="syn", count=3),
        verdict_on(run, "packets", kernel="6.12", at="client", filter="syn", count=3),
        verdict_on(run, "counter", on="client", name="TcpRetransSegs", grows=1),
    )
    write(run.path, verdicts)
    assert read(run.path) == verdicts
    assert json.loads((run.path / "verdicts.json").read_text()) == to_json(verdicts)
    assert to_json(verdicts)[0]["frames"] == {"client": [2, 3, 4]}
    assert [one["held"] for one in to_json(verdicts)] == [True, None, False]


GOOD_VERDICT = to_json(
    [Verdict({"en": "x", "ja": "x"}, "packets", True, {"en": "x", "ja": "x"}, {"client": (1,)}, 1)]
)


@pytest.mark.parametrize(
    ("key", "value"),
    [("held", 1), ("held", "true"), ("kind", "x"), ("text", "x"), ("text", {"en": "x"}),
    ("frames", {"a": [0]}),
     ("frames", [1]), ("row", -1), ("surplus", 1)],
)  # fmt: skip
def test_verdicts_that_are_none_are_refused(tmp_path, key, value):
    (tmp_path / "verdicts.json").write_text(json.dumps([GOOD_VERDICT[0] | {key: value}]))
    with pytest.raises(Broken):
        read(tmp_path)


@pytest.mark.parametrize("end", [True, False])
@pytest.mark.parametrize("text", ["", "x" * 199, "x" * 5000, "\x1b" * 300, "日本語", "a\nb"])
def test_a_quote_is_short(text, end):
    found = quoted(text, end)
    assert len(found) <= 202
    assert found.isprintable()
    assert ("…" in found) == (len(text) > 199)
