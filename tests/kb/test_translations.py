"""Every word a person reads is there in Japanese, and what is committed is what is shown."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from diagnoses import registry
from kb.views import number_names, wording

BASE = Path(settings.BASE_DIR)
LOCALE = BASE / "locale"
_TRANSLATE = re.compile(r"""\{%\s*translate\s+(?:"([^"]*)"|'([^']*)')""")
_BLOCK = re.compile(
    r"\{%\s*blocktranslate[^%]*%\}(.*?)\{%\s*(?:plural\s*%\}.*?\{%\s*)?endblocktranslate", re.S
)
_CALL = re.compile(r"""gettext(?:_noop)?\(\s*"((?:[^"\\]|\\.)*)"\s*\)""")


def catalogue(language: str) -> dict[str, str]:
    """msgid → msgstr (of a plural, its last form), as written in the .po."""
    found = {}
    text = (LOCALE / language / "LC_MESSAGES" / "django.po").read_text("utf-8")
    for block in text.split("\n\n")[1:]:
        words = dict(re.findall(r'^(msg\S+) "(.*)"$', block, re.M))
        last = [value for key, value in words.items() if key.startswith("msgstr")][-1]
        found[words["msgid"].replace('\\"', '"')] = last.replace('\\"', '"')
    return found


def used() -> set[str]:
    """Every msgid in our templates and rooms."""
    found: set[str] = set()
    for path in (BASE / "templates").rglob("*.html"):
        text = path.read_text("utf-8")
        found |= {(a or b).replace("%", "%%") for a, b in _TRANSLATE.findall(text)}
        found |= {re.sub(r"\{\{\s*(\w+)\s*\}\}", r"%(\1)s", block) for block in _BLOCK.findall(text)}
    for path in (path for room in ("kb", "experiments") for path in (BASE / room).rglob("*.py")):
        found |= {text.replace('\\"', '"') for text in _CALL.findall(path.read_text("utf-8"))}
    return found


def test_every_text_of_the_pages_is_translated():
    known = catalogue("ja")
    assert len(used()) > 200
    assert used() - set(known) == set()
    assert [text for text, japanese in known.items() if not japanese] == []


def test_no_translation_is_left_over():
    assert set(catalogue("ja")) - used() == set()


def test_japanese_keeps_the_gaps_of_the_english():
    for english, japanese in catalogue("ja").items():
        gaps = [sorted(re.findall(r"%\(\w+\)s|\{\w+\}", text)) for text in (english, japanese)]
        assert gaps[0] == gaps[1], english


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_compiled_words_are_the_written_ones(language, tmp_path):
    if shutil.which("msgfmt") is None:
        pytest.skip("needs msgfmt (gettext)")
    folder = LOCALE / language / "LC_MESSAGES"
    subprocess.run(["msgfmt", "-o", tmp_path / "made.mo", folder / "django.po"], check=True)
    assert (tmp_path / "made.mo").read_bytes() == (folder / "django.mo").read_bytes()


def test_every_diagnosis_has_a_name_in_both_languages():
    for code in registry.CODES:
        with translation.override("ja"):
            assert not wording.code(code).isascii()


def test_names_of_numbers_are_translated_except_those_of_the_kernel():
    with translation.override("ja"):
        for name, english in number_names.NAMES.items():
            assert translation.gettext(english) != english or english.startswith("tcp_"), name
