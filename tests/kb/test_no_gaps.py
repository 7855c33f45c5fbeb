"""What is shipped has no gaps: every code has its article and its runbook, in both languages."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from diagnoses.registry import CODES
from kb import gaps, shipped
from kb.stepping.reading import parse

BASE = Path(settings.BASE_DIR)
RUNBOOKS = [one for one in shipped.files(BASE) if one.kind == "runbook"]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_code_has_an_article(language):
    explained = {one.code for one in shipped.files(BASE) if one.code and one.language == language}
    assert set(CODES) - explained == set()


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_code_leads_to_a_runbook(language):
    led = {code for one in RUNBOOKS if one.language == language for code in one.codes}
    assert set(CODES) - led == set()


@pytest.mark.parametrize("one", RUNBOOKS, ids=lambda one: f"{one.slug}.{one.language}")
def test_a_shipped_runbook_can_be_followed(one):
    assert [mistake.said("en") for mistake in parse(one.body).mistakes] == []


@pytest.mark.parametrize("slug", sorted({one.slug for one in RUNBOOKS}))
def test_both_languages_have_the_same_steps_commands_and_codes(slug):
    en, ja = sorted((one for one in RUNBOOKS if one.slug == slug), key=lambda one: one.language)
    assert en.codes == ja.codes
    shapes = [
        [
            (step.id, [c.where for c in step.commands], [o.leads for o in step.outcomes])
            for step in parse(one.body).steps
        ]
        for one in (en, ja)
    ]
    assert shapes[0] == shapes[1]


def test_a_shipped_runbook_has_only_codes_that_there_are():
    # handshake_ack_lost and its kind are found by comparing two captures.
    two_points = {path.stem for path in (BASE / "diagnoses" / "two_points").glob("*")}
    unknown = {code for one in RUNBOOKS for code in one.codes} - set(CODES) - two_points
    assert not unknown


@pytest.mark.django_db
def test_what_was_loaded_has_no_gaps():
    shipped.load(BASE)
    assert [(gap.code, gap.article, gap.runbook) for gap in gaps.of_codes()] == []
    assert [(one.revision.title, one.mistakes, one.is_led) for one in gaps.of_runbooks()] == []
    assert gaps.untranslated() == []
    assert all(re.fullmatch(r"/experiments/\w+/", one.url) for one in gaps.unexplained("en"))
