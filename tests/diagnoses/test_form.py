"""One form for all diagnoses: words are conditions, twins differ as twins do, sentences are complete."""

import re
import string
import tomllib

import pytest

from diagnoses import expected, registry, report
from diagnoses.case import Case
from diagnoses.judge import judge
from diagnoses.objects import finding_object
from packets.capture import read

RULES = (*registry.GROUPS, *registry.CONNECTIONS, *registry.QUALITY)
FLAWS = {rule.CODE for rule in registry.QUALITY}
ENDS = {
    f"{how}_{name}"
    for how in ("limit", "if_last")
    for name in ("doubling", "linear", "three_seconds", "of_program")
}
EACH = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.CODE)


def bullets(rule):
    """The bullets below "Holds when all of these are true:"."""
    text = rule.__doc__.split("Holds when all of these are true:")[1].split("Supersedes")[0]
    return re.findall(r"^- ", text, re.MULTILINE)


def codes(path):
    found = report(path)
    return {f["code"] for f in (*found["findings"], *found["capture"]["quality"])}


@EACH
def test_each_bullet_of_the_definition_is_one_condition(rule):
    assert len(bullets(rule)) == len(rule.CONDITIONS) >= 1


@EACH
def test_what_a_rule_supersedes_stands_in_its_definition(rule):
    if rule not in registry.QUALITY:
        said = rule.__doc__.split("Supersedes")[1]
        assert set(rule.SUPERSEDES) <= set(registry.CODES)
        assert all(code in said for code in rule.SUPERSEDES)


@EACH
def test_what_withholds_a_finding_is_a_flaw_of_the_capture(rule):
    assert set(getattr(rule, "WITHHELD_BY", ())) <= FLAWS
    assert not (rule in registry.QUALITY and hasattr(rule, "WITHHELD_BY"))


@EACH
def test_it_fires_on_its_capture_and_stays_quiet_on_the_twin(rule):
    folder = expected.HERE / rule.CODE
    assert rule.CODE in codes(folder / "fires.pcap")
    assert rule.CODE not in codes(folder / "stays_quiet.pcap")


@pytest.mark.parametrize("rule", registry.CONNECTIONS, ids=lambda rule: rule.CODE)
def test_the_twin_comes_near_it_fails_few_conditions(rule):
    """A lazy twin would fail them all. Conditions are asked of the twin's connection that comes nearest."""
    case = Case(read(expected.HERE / rule.CODE / "stays_quiet.pcap"))
    failed = []
    for number in range(len(case.capture.table)):
        connection = case.connection(number)
        if rule.candidates(case.capture.table)[number]:
            failed.append(sum(not holds(connection) for holds in rule.CONDITIONS))
    near = min(failed, default=None)
    assert near is None or 1 <= near <= 2


def test_the_twin_of_a_group_comes_near_as_well():
    for rule in registry.GROUPS:
        case = Case(read(expected.HERE / rule.CODE / "stays_quiet.pcap"))
        failed = [sum(not holds(group) for holds in rule.CONDITIONS) for group in rule.groups(case)]
        assert not failed or 1 <= min(failed) <= 2, rule.CODE


@EACH
def test_every_sentence_exists_in_both_languages_with_the_same_gaps(rule):
    words = tomllib.loads((expected.HERE / rule.CODE / "words.toml").read_text("utf-8"))
    assert any(key.startswith("title") for key in words)
    assert {"name", "brief"} <= set(words)
    for key, sentence in words.items():
        assert set(sentence) == {"en", "ja"}, key
        assert sentence["en"] != sentence["ja"], key
        gaps = {
            lang: {name for _, name, _, _ in string.Formatter().parse(text) if name}
            for lang, text in sentence.items()
        }
        assert gaps["en"] == gaps["ja"], f"{key}: {gaps}"


@EACH
def test_every_sentence_is_used_by_the_rule(rule):
    words = tomllib.loads((expected.HERE / rule.CODE / "words.toml").read_text("utf-8"))
    sources = [expected.HERE / rule.CODE / "rule.py", *expected.HERE.glob("*.py")]
    source = "".join(path.read_text("utf-8") for path in sources)
    for key in words:
        stem = key.split("_")[0]
        assert f'"{key}"' in source or f'f"{stem}' in source or ('f"{' in source and key in ENDS), key


@EACH
def test_numbers_and_frames_agree_in_both_languages(rule):
    capture = read(expected.HERE / rule.CODE / "fires.pcap")
    verdicts = judge(Case(capture))
    mine = [f for f in (*verdicts.findings, *verdicts.quality) if f.code == rule.CODE]
    assert mine
    for finding in mine:
        english, japanese = (finding_object(finding, lang) for lang in ("en", "ja"))
        assert english["frames"] == japanese["frames"]
        assert english["numbers"] == japanese["numbers"]
        assert english["title"] != japanese["title"]
        for field in ("title", "explanation"):
            assert set(re.findall(r"\d+(?:\.\d+)+", english[field])) == set(
                re.findall(r"\d+(?:\.\d+)+", japanese[field])
            )


POINT = re.compile(r"\b(?:at|on) \S+|where ")
DURATION = {"en": re.compile(r"\b(?:minutes?|hours?|until)\b"), "ja": re.compile(r"分間|時間|まで")}


@EACH
def test_what_is_not_decided_names_the_capture_that_would_settle_it(rule):
    """Where, with which filter, and for how long."""
    if rule in registry.QUALITY:
        return
    for language, duration in DURATION.items():
        found = report(expected.HERE / rule.CODE / "fires.pcap", language)["findings"]
        for finding in (f for f in found if f["code"] == rule.CODE and undecided(f)):
            told = finding["would_settle"]
            assert told, finding["title"]
            assert re.search(r"tcpdump \S+ any '[^']+'", told), told
            assert duration.search(told), told
            assert language != "en" or POINT.search(told), told


def undecided(finding):
    return finding["severity"] in ("error", "warning") and finding["culprit"]["kind"] == "unknown"


@EACH
def test_every_cited_frame_exists(rule):
    for name in ("fires", "stays_quiet"):
        found = report(expected.HERE / rule.CODE / f"{name}.pcap")
        for finding in (*found["findings"], *found["capture"]["quality"]):
            assert all(1 <= frame <= found["capture"]["packets"] for frame in finding["frames"])


@pytest.mark.parametrize("path", sorted(expected.LIBRARY.glob("*/*.pcap")), ids=lambda path: path.parent.name)
def test_healthy_traffic_has_no_warning_and_no_error(path):
    found = report(path)
    assert not [f["code"] for f in found["findings"] if f["severity"] in ("error", "warning")]
    assert all(
        c["verdict"] in ("clean_close", "simultaneous_close", "keepalive", None) for c in found["connections"]
    )


def test_the_expected_findings_and_the_matrix_are_up_to_date():
    different = expected.stale(expected.wanted())
    assert not different, "python -m diagnoses.expected writes them anew"


def test_a_finding_without_evidence_cannot_be_built():
    from diagnoses.finding import Finding, say

    with pytest.raises(ValueError, match="without evidence"):
        Finding("port_closed", "error", "certain", 0, (), (), say("title"), (say("refused"),))
    with pytest.raises(ValueError, match="without an explanation"):
        Finding("port_closed", "error", "certain", 0, (), (1,), say("title"), ())
