"""The index holds what readers may see, as it is now, and nothing else."""

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import connection

from kb import jobs, removal, review
from kb.models import Article, Attachment, Capture, Lead, Report, Revision, SearchEntry
from kb.search import index
from kb.search.find import find
from kb.search.page import Page
from kb.shipped import Shipped, digest, load_one
from tests.cast import accept, from_the_lab
from tests.kb.search_corpus import article
from tests.reported import finding, report_on

pytestmark = [pytest.mark.django_db, pytest.mark.both]
CANARY = "canary5e1f"


@pytest.fixture(autouse=True)
def nothing_from_above(monkeypatch):
    """The experiments have a test of their own."""
    monkeypatch.setattr(index, "_sources", {})


def slugs(user, text, language="en") -> list[str]:
    return [hit.slug for hit in find(user, text, language).hits]


def test_loading_writes_the_index_and_a_new_release_replaces_it(cast):
    load_one(Shipped("keepalive", "keepalive", "en", "Keepalive", "s", "About probes.\n"))
    assert slugs(cast.alice, "probes") == ["keepalive"]
    load_one(Shipped("keepalive", "keepalive", "en", "Keepalive", "s", "About timers.\n"))
    assert slugs(cast.alice, "probes") == []
    assert slugs(cast.alice, "timers") == ["keepalive"]


def test_a_proposal_over_a_persons_words_is_not_found(cast):
    article("keepalive", "Keepalive", "Theirs.")
    Revision.objects.update(origin="person")
    load_one(Shipped("keepalive", "keepalive", "en", "Keepalive", "s", f"Ours, {CANARY}.\n"))
    assert slugs(cast.alice, CANARY) == []


def test_only_approved_words_are_found(cast):
    made = article("keepalive", "Keepalive", "Old words.")
    cast.alice.groups.add(Group.objects.get(name="author"))
    cast.bob.groups.add(Group.objects.get(name="curator"))
    pinned = Revision.objects.get()
    draft = Revision.objects.create(
        article=made,
        language="en",
        title="Keepalive",
        summary="",
        body=f"{CANARY} instead.",
        origin="person",
        state="draft",
        author=cast.alice,
        based_on=pinned,
        digest=digest("Keepalive", "", f"{CANARY} instead."),
    )
    index.refresh()
    assert slugs(cast.alice, CANARY) == []
    assert review.submit(draft, cast.alice) is None
    index.refresh()
    assert slugs(cast.bob, CANARY) == []
    assert review.approve(draft, cast.bob) is None
    assert slugs(cast.charlie, CANARY) == ["keepalive"]
    assert slugs(cast.charlie, "Old words") == []


def test_a_captures_name_hosts_codes_and_verdict_are_found_by_its_team_only(cast):
    job = accept(cast)
    Capture.objects.update(name=f"ssh-{CANARY}.pcap")
    report_on(job)
    for words in (CANARY, "5e1f.pcap", "192.0.2.2", "port_closed", "port is closed", "閉じています"):
        assert slugs(cast.bob, words) == [job.capture.uid], words
        assert slugs(cast.charlie, words) == [], words


def test_what_packets_carry_is_not_in_the_index(cast):
    job = accept(cast)
    seen = finding(title=f"GET /?secret={CANARY}", explanation=CANARY)
    summary = {
        "headline": {"en": f"GET /pay?card={CANARY} was slow.", "ja": f"GET /pay?card={CANARY} は遅い。"},
        "severity": "error",
        "rules": "1",
        "notes": [],
        "lanes": {"first_ns": 0, "duration_ns": 5},
    }
    report_on(job, **{"findings.en": [seen], "findings.ja": [seen], "summary": summary})
    entry = SearchEntry.objects.get()
    assert CANARY not in "".join((entry.head, entry.body, entry.text, entry.lead, entry.title))
    assert "/pay" in entry.body


def test_a_deleted_capture_is_found_nowhere(cast, django_capture_on_commit_callbacks):
    job = accept(cast)
    Capture.objects.update(name=f"{CANARY}.pcap")
    report_on(job)
    report_on(jobs.begin(Capture.objects.get()))
    assert SearchEntry.objects.count() == 1
    assert slugs(cast.alice, CANARY)
    with django_capture_on_commit_callbacks(execute=True):
        removal.remove(Capture.objects.get())
    assert slugs(cast.alice, CANARY) == []
    assert not SearchEntry.objects.exists()
    assert words_kept(CANARY) == 0


def words_kept(term: str) -> int:
    """Rows that hold the term where the database keeps terms."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT count(*) FROM kb_searchterms WHERE kb_searchterms MATCH %s", [f'"{term}"'])
        else:
            cursor.execute("SELECT count(*) FROM kb_searchentry WHERE terms @@ %s::tsquery", [f"'{term}'"])
        return int(cursor.fetchone()[0])


def test_words_of_an_article_go_with_it(cast):
    made = article("keepalive", "Keepalive", CANARY)
    assert words_kept(CANARY) == 1
    made.delete()
    assert words_kept(CANARY) == 0
    assert slugs(cast.alice, "keepalive") == []


def test_captures_of_the_lab_are_not_found(cast):
    report_on(from_the_lab())
    assert not SearchEntry.objects.exists()


def test_a_runbook_is_found_by_the_findings_that_lead_to_it(cast):
    made = article("refused", "Refused?", kind="runbook")
    Lead.objects.create(code="port_closed", runbook=made)
    assert slugs(cast.alice, "port_closed") == []
    index.refresh()
    assert slugs(cast.alice, "port_closed") == ["refused"]
    assert find(cast.alice, "port_closed", "en").hits[0].url == "/runbooks/refused/"


def test_a_picture_is_found_once_its_article_is_there_for_readers(cast):
    made = Article.objects.create(slug="keepalive")
    picture = Attachment.objects.create(
        article=made, name=f"{CANARY}.png", media_type="image/png", size=1, sha256="0" * 64, stored="a/b"
    )
    index.attachment(picture)
    assert slugs(cast.alice, CANARY) == []
    article("keepalive", "Keepalive")
    assert slugs(cast.alice, CANARY) == ["keepalive"]
    index.forget("attachment", picture.uid)
    assert slugs(cast.alice, CANARY) == []


def test_other_rooms_tell_what_can_be_found_there(cast, monkeypatch):
    pages = [Page("experiment", "nagle", "en", "Nagle", "waits", CANARY, "/experiments/nagle/", "nagle")]
    monkeypatch.setattr(index, "_sources", {"experiment": lambda: pages})
    index.refresh()
    assert slugs(cast.alice, CANARY) == ["nagle"]
    pages.clear()
    index.refresh()
    assert slugs(cast.alice, CANARY) == []


def test_what_is_up_to_date_is_left_alone(cast, django_assert_max_num_queries):
    for number in range(5):
        article(f"a{number}", f"Number {number}")
    index.refresh()
    before = dict(SearchEntry.objects.values_list("pk", "updated"))
    with django_assert_max_num_queries(8):
        index.refresh()
    assert (
        dict(SearchEntry.objects.filter(kind="article").values_list("pk", "updated")).items()
        <= before.items()
    )


def test_the_command_makes_the_index_again(cast, capsys):
    article("keepalive", "Keepalive", "About probes.")
    report_on(accept(cast))
    SearchEntry.objects.all().delete()
    call_command("reindex")
    assert slugs(cast.alice, "probes") == ["keepalive"]
    assert slugs(cast.alice, "some.pcap") == [Report.objects.get().capture.uid]
    assert slugs(cast.charlie, "some.pcap") == []
