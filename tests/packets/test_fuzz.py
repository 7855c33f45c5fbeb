"""Mutants of all our captures, and every crasher that was ever found: read or refused, and nothing else.

The long run is ``benchmarks/fuzz.py``; this one makes the same mutants of the same seed, a few of them.
"""

from pathlib import Path

import pytest

from benchmarks.mutants import Sample, as_pcap, as_pcapng, mutant, sample, samples
from benchmarks.trial import Trials

ROOT = Path(__file__).resolve().parents[2]
CAPTURES = sorted([*ROOT.glob("diagnoses/*/*.pcap"), *ROOT.glob("experiments/library/*/*.pcap")])
CRASHERS = sorted((Path(__file__).parent / "crashers").glob("*.pcap"))
SEED, MUTANTS = 1, 400


@pytest.fixture(scope="module")
def trials():
    with Trials() as trials:
        yield trials


@pytest.fixture(scope="module")
def whole() -> list[Sample]:
    return samples(CAPTURES)


def test_no_mutant_crashes_hangs_or_takes_all_memory(trials, whole, tmp_path):
    ended = set()
    for number in range(MUTANTS):
        made = mutant(SEED, number, whole)
        (tmp_path / "mutant").write_bytes(made.content)
        outcome = trials.of(tmp_path / "mutant")
        told = f"mutant {number} of seed {SEED} ({made.mutator} of {made.sample}): {outcome.detail}"
        assert not outcome.failed, told
        ended.add(outcome.kind)
    assert ended == {"read", "refused"}


def test_every_crasher_that_was_found_is_read_or_refused(trials):
    assert CRASHERS
    failed = {path.name: outcome.detail for path in CRASHERS if (outcome := trials.of(path)).failed}
    assert not failed


def test_all_captures_of_the_repository_are_damaged(whole):
    assert len(whole) == len(CAPTURES) > 40
    assert all(one.frames for one in whole)
    assert {mutant(SEED, number, whole).sample for number in range(2_000)} == {one.name for one in whole}


def test_the_same_seed_makes_the_same_mutants_and_another_seed_others(whole):
    first, again, others = ([mutant(seed, n, whole).content for n in range(60)] for seed in (1, 1, 2))
    assert first == again
    assert not set(first) & set(others)


def test_undamaged_frames_are_written_as_they_were_read(whole):
    for one in whole:
        assert as_pcap(one.link, one.frames)[24:] == one.content[24:]
        again = sample("", as_pcapng(one.link, one.frames))
        assert (again.link, again.frames) == (one.link, one.frames)


def test_most_mutants_are_still_read_so_that_all_of_the_reader_is_tried(trials, whole, tmp_path):
    read = 0
    for number in range(MUTANTS, MUTANTS + 100):
        (tmp_path / "mutant").write_bytes(mutant(SEED, number, whole).content)
        read += trials.of(tmp_path / "mutant").packets > 5
    assert read > 50
