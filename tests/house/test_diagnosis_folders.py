"""One diagnosis is one folder, with the same names in every copy."""

import tomllib

import pytest

from tests.house.tree import ROOT, diagnosis_folders

FULL_SET = {
    "__init__.py",
    "rule.py",
    "words.toml",
    "article.en.md",
    "article.ja.md",
    "experiment.toml",
    "fires.pcap",
    "stays_quiet.pcap",
    "expected.json",
}


@pytest.mark.parametrize("folder", diagnosis_folders(), ids=lambda folder: folder.name)
def test_a_diagnosis_has_every_file_and_no_empty_one(folder):
    missing = {name for name in FULL_SET - {"__init__.py"} if not has_content(folder / name)}
    assert not missing
    assert (folder / "__init__.py").is_file(), "the import contracts do not see a folder without __init__.py"


def has_content(file):
    return file.is_file() and file.stat().st_size > 0


def test_the_registry_names_every_folder_and_nothing_else():
    from diagnoses import registry

    assert sorted(registry.CODES) == [folder.name for folder in diagnosis_folders()]


def test_the_registry_names_none_twice():
    from diagnoses import registry

    assert len(set(registry.CODES)) == len(registry.CODES)


@pytest.mark.parametrize("folder", diagnosis_folders(), ids=lambda folder: folder.name)
def test_the_tables_of_a_diagnosis_can_be_read(folder):
    for name in ("words.toml", "experiment.toml"):
        assert tomllib.loads((folder / name).read_text("utf-8")), name


def test_nothing_is_left_to_be_written():
    left = [
        path.relative_to(ROOT).as_posix()
        for folder in diagnosis_folders()
        for path in folder.iterdir()
        if path.suffix in {".py", ".toml", ".md"} and "TODO" in path.read_text("utf-8")
    ]
    assert not left
