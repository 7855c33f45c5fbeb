"""Which articles are proved by which of the shipped experiments."""

from pathlib import Path

import pytest

from experiments import shipped
from experiments.bound import WITHOUT_CODE, articles
from tests.house.tree import ROOT


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("connect_timeout", {"syn_unanswered", "connect-timeout"}),
        ("connect_refused", {"port_closed", "connect-timeout"}),
        ("reset_by_firewall", {"refused_on_path", "who-sent-the-rst"}),
        ("keepalive_article", {"keepalive", "keepalive_failed", "tcp-keepalive"}),
        ("handshake", {"clean_close", "handshake-and-states"}),
    ],
)
def test_an_experiment_proves_the_articles_on_what_it_shows(name, expected):
    assert articles(shipped.find(name).experiment) == expected


def test_the_articles_without_a_code_exist():
    for name, slugs in WITHOUT_CODE.items():
        assert shipped.find(name) is not None
        for slug in slugs:
            assert (Path(ROOT) / "kb/content" / f"{slug}.en.md").is_file()


def test_every_shipped_experiment_with_a_finding_proves_an_article():
    for one in shipped.every():
        for subject in articles(one.experiment) - set(WITHOUT_CODE.get(one.name, ())):
            assert (Path(ROOT) / "diagnoses" / subject / "article.en.md").is_file(), (one.name, subject)
