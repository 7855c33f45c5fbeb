"""Every end of a run is one sentence in each language."""

import signal

import pytest

from experiments.declaration import Mistakes, read
from workers.lab import sentences


def mistakes(text: str) -> Mistakes:
    with pytest.raises(Mistakes) as found:
        read(text, name="trial", changes={})
    return found.value


ALL = {
    "wall_time": sentences.wall_time(180.0),
    "virtual_time": sentences.virtual_time(26 * 3600),
    "memory": sentences.memory(700 * 10**6),
    "malformed": sentences.malformed(),
    "one mistake": sentences.mistakes(mistakes("x = [\n")),
    "many mistakes": sentences.mistakes(mistakes('name = "{"\nhosts = 5\nlinks = "{x}"\n')),
    "refused": sentences.refused("fw: iptables -A X:\n  exit 2:\tno chain"),
    "refused in silence": sentences.refused(""),
    "agent_failed": sentences.agent_failed("Traceback:\n  File x\nOSError: [Errno 28]\n\n"),
    "agent_failed in silence": sentences.agent_failed(" \n "),
    "no_image": sentences.no_image("a" * 64),
    "no_machine": sentences.no_machine("QEMU has ended."),
}
ENDED = {name: sentences.ended(status) for name, status in {
    "cpu": -signal.SIGXCPU, "killed": -signal.SIGKILL, "crashed": -signal.SIGSEGV, "exit": 1, "well": 0,
}.items()}  # fmt: skip


def check(en: str, ja: str) -> None:
    """A sentence each, without holes or lines."""
    assert en[0].isupper()
    assert not ja.isascii()
    for text in (en, ja):
        assert "\n" not in text
        assert "None" not in text


@pytest.mark.parametrize("name", ALL)
def test_a_sentence_in_both_languages(name):
    check(*ALL[name])


@pytest.mark.parametrize("name", [name for name in ALL if "mistake" not in name])
def test_no_braces_are_left(name):
    assert not set("{}") & set("".join(ALL[name]))


@pytest.mark.parametrize("name", ENDED)
def test_every_end_of_qemu_is_one_too(name):
    check(ENDED[name].en, ENDED[name].ja)
    assert not set("{}") & set(ENDED[name].en + ENDED[name].ja)
    assert ENDED[name].again is (name == "killed")


def test_the_numbers_of_the_limits_stand_in_both():
    for name, number in {"wall_time": "180", "virtual_time": "26", "memory": "700 MB"}.items():
        assert all(number in text for text in ALL[name])


def test_a_mistake_stands_with_its_line_and_how_many_more_there_are():
    assert ALL["one mistake"][0].startswith("The declaration cannot be read. Line 1: ")
    assert "mistakes in all" not in ALL["one mistake"][0]
    assert "mistakes in all" in ALL["many mistakes"][0]
    assert "誤りは全部で" in ALL["many mistakes"][1]


def test_what_the_guest_says_is_one_line_and_bounded():
    assert ALL["refused"][0].endswith("fw: iptables -A X: exit 2: no chain")
    assert ALL["agent_failed"][0].endswith("OSError: [Errno 28]")
    assert len(sentences.refused("x" * 9000)[0]) < 600
    assert len(sentences.agent_failed("x" * 9000)[0]) < 400
