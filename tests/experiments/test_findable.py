"""Experiments are found like articles: by title, claim, step and diagnosis."""

import pytest

from experiments import findable
from kb.search import index
from kb.search.find import find

pytestmark = [pytest.mark.django_db, pytest.mark.both]


def test_each_experiment_has_a_page_in_both_languages():
    pages = list(findable.pages())
    assert len({(page.key, page.language) for page in pages}) == len(pages)
    timeout = next(page for page in pages if (page.key, page.language) == ("connect_timeout", "ja"))
    assert timeout.title == "接続のタイムアウト"
    assert timeout.codes == ("syn_unanswered",)
    assert "telnet" in timeout.text


def test_an_experiment_is_found_by_claim_step_and_code(cast, monkeypatch):
    some = [page for page in findable.pages() if page.key.startswith("connect_")]
    monkeypatch.setattr(index, "_sources", {findable.KIND: lambda: some})
    index.refresh()
    for words in ("ETIMEDOUT after a little more than a minute", "syn_unanswered", "timer of the next SYN"):
        assert find(cast.charlie, words, "en").hits[0].url == "/experiments/connect_timeout/", words
