"""The pages of runbooks: list, filter, steps, both languages, what is not approved."""

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from kb.models import Lead, Revision
from tests.kb.runbook_text import BODY, runbook
from tests.kb.test_pages_of_captures import page, text

pytestmark = pytest.mark.django_db


def test_the_list_has_titles_summaries_and_the_findings_that_lead_there(alice):
    runbook(codes=("refused_on_path", "port_closed"))
    runbook("other", ())
    html = page(alice, "/runbooks/")
    assert 'href="/runbooks/refused/"' in html
    assert "The answer is a RST." in html
    assert 'href="/runbooks/?code=port_closed">Port closed<' in html
    assert "接続が拒否される" in page(alice, "/runbooks/", "ja")


@pytest.mark.parametrize(
    ("query", "there"),
    [
        *(("q=refused", True), ("q=port closed", True), ("q=dns", False), ("q=%00", True)),
        *(("code=port_closed", True), ("code=syn_flood", False), ("code=x", True), ("page=99", True)),
    ],
)
def test_the_list_is_narrowed_by_words_and_by_finding(alice, query, there):
    runbook(codes=("port_closed",))
    assert ("/runbooks/refused/" in page(alice, f"/runbooks/?{query}")) is there


def test_a_hidden_lead_leads_nowhere(alice):
    runbook(codes=("port_closed",))
    Lead.objects.update(hidden=True)
    assert "Port closed" not in page(alice, "/runbooks/")
    assert "/runbooks/refused/" not in page(alice, "/runbooks/?code=port_closed")


def test_a_runbook_shows_its_tree_and_steps_with_names_for_values(alice):
    runbook()
    html = page(alice, "/runbooks/refused/")
    assert '<svg class="tree"' in html
    assert '<section class="step" id="firewall">' in html
    assert 'ss -ltn &#x27;sport = :<span class="placeholder">SERVER_PORT</span>&#x27;' in html
    assert '<a href="/articles/port-closed/"' in html
    said = text(html)
    assert "1 Does the server listen?" in said
    assert "Solved The service of SERVER does not run." in said
    assert "→ 2. Is there a firewall?" in said
    assert "Words in capitals such as SERVER" in said
    assert "待ち受けがないポートは" in page(alice, "/runbooks/refused/", "ja")
    assert "待ち受けがないポートは" in page(alice, "/runbooks/refused/?language=ja")


def test_a_runbook_is_no_article(alice):
    runbook()
    assert "/refused/" not in page(alice, "/articles/")
    answer = alice.get("/articles/refused/")
    assert (answer.status_code, answer["Location"]) == (302, "/runbooks/refused/")
    assert alice.get("/runbooks/port-closed/").status_code == 404


def test_what_is_not_approved_is_not_there(alice):
    runbook(state="in_review")
    assert alice.get("/runbooks/refused/").status_code == 404
    assert "/runbooks/refused/" not in page(alice, "/runbooks/")


def test_authors_are_told_of_mistakes_and_readers_are_not(alice, cast):
    made = runbook(body=BODY.replace("#firewall\n", "#nowhere\n"))
    assert "There is no step" not in page(alice, "/runbooks/refused/")
    cast.bob.groups.add(Group.objects.get(name="author"))
    browser = Client()
    browser.force_login(cast.bob)
    html = page(browser, "/runbooks/refused/")
    assert "Line 14: There is no step “#nowhere” to go to." in html
    Revision.objects.filter(article=made).update(body="No step at all. <script>alert(1)</script>")
    assert "<script>alert(1)" not in page(browser, "/runbooks/refused/")


def test_the_list_costs_the_same_for_one_and_for_many(alice, django_assert_max_num_queries):
    for number in range(30):
        runbook(f"runbook-{number}")
    with django_assert_max_num_queries(9):
        alice.get("/runbooks/")
    with django_assert_max_num_queries(25):
        alice.get("/runbooks/runbook-3/")
