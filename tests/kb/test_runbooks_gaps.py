"""Leads are curated in the admin; the gaps of a living wiki are seen."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone

from kb import gaps
from kb.models import Article, Lead, Report, Revision
from tests import sample_report as sample
from tests.kb import shown
from tests.kb.runbook_text import BODY, runbook
from tests.kb.test_pages_of_captures import page, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(cast):
    cast.bob.is_staff = cast.bob.is_superuser = True
    cast.bob.save()
    made = Client()
    made.force_login(cast.bob)
    return made


@pytest.fixture
def author(cast):
    cast.alice.groups.add(Group.objects.get(name="author"))
    made = Client()
    made.force_login(cast.alice)
    return made


def test_staff_choose_a_code_by_name_and_a_runbook(staff):
    made = runbook(codes=())
    html = page(staff, "/admin/kb/lead/add/")
    assert '<option value="syn_unanswered">SYN unanswered</option>' in html
    sent = {"code": "syn_unanswered", "runbook": made.pk, "position": 3}
    assert staff.post("/admin/kb/lead/add/", sent).status_code == 302
    lead = Lead.objects.get()
    assert (lead.code, lead.runbook, lead.position, lead.shipped, lead.hidden) == (
        "syn_unanswered",
        made,
        3,
        False,
        False,
    )
    assert staff.post("/admin/kb/lead/add/", {**sent, "code": "made_up"}).status_code == 200
    article = Article.objects.create(slug="an-article")
    assert staff.post("/admin/kb/lead/add/", {**sent, "runbook": article.pk}).status_code == 200
    assert Lead.objects.count() == 1


def test_shipped_leads_are_hidden_and_not_deleted(staff):
    runbook(codes=("port_closed",))
    lead = Lead.objects.get()
    assert "Port closed" in page(staff, "/admin/kb/lead/")
    assert staff.post(f"/admin/kb/lead/{lead.pk}/delete/", {"post": "yes"}).status_code == 403
    staff.post(f"/admin/kb/lead/{lead.pk}/change/", {"position": 0, "hidden": "on"})
    lead.refresh_from_db()
    assert (lead.hidden, lead.code) == (True, "port_closed")
    rows = {
        "form-TOTAL_FORMS": 1,
        "form-INITIAL_FORMS": 1,
        "form-0-id": lead.pk,
        "form-0-position": 7,
        "_save": "Save",
    }
    assert staff.post("/admin/kb/lead/", rows).status_code == 302
    lead.refresh_from_db()
    assert (lead.hidden, lead.position) == (False, 7)


def test_of_several_the_shipped_ones_stay(staff):
    made = runbook(codes=("port_closed",))
    mine = Lead.objects.create(code="syn_unanswered", runbook=made)
    every = list(Lead.objects.values_list("pk", flat=True))
    sent = {"action": "delete_selected", "post": "yes"}
    assert staff.post("/admin/kb/lead/", {**sent, "_selected_action": every}).status_code == 403
    assert Lead.objects.count() == 2
    assert staff.post("/admin/kb/lead/", {**sent, "_selected_action": [mine.pk]}).status_code == 302
    assert [lead.code for lead in Lead.objects.all()] == ["port_closed"]


def test_readers_get_no_admin_and_no_gaps(alice, cast):
    assert alice.get("/admin/kb/lead/").status_code == 302
    assert alice.get("/gaps/").status_code == 404


def test_codes_without_article_or_runbook_are_named(author):
    runbook(codes=("port_closed",))
    Article.objects.create(slug="port-closed", code="port_closed").revisions.create(
        language="en", title="t", summary="s", body="b", origin="shipped", state="approved", digest="1"
    )
    gap = next(one for one in gaps.of_codes() if one.code == "port_closed")
    assert (gap.article, gap.runbook) == (("ja",), ())
    Lead.objects.update(hidden=True)
    gap = next(one for one in gaps.of_codes() if one.code == "port_closed")
    assert gap.runbook == ("en", "ja")
    assert "Port closed" in text(page(author, "/gaps/"))


def test_what_the_team_met_comes_first_and_nothing_of_other_teams(author, cast):
    shown.done(shown.capture(cast), sample.seed())
    shown.done(shown.capture(cast, "b.pcap"), sample.seed())
    assert [(gap.code, gap.seen) for gap in gaps.seen_by(cast.alice)][:1] == [("checksum_offload", 2)]
    assert gaps.seen_by(cast.charlie) == []
    html = text(page(author, "/gaps/"))
    assert "Refused on the path 2" in html
    Report.objects.update(created=timezone.now() - timedelta(days=91))
    assert gaps.seen_by(cast.alice) == []


def test_broken_and_lonely_runbooks_and_missing_translations_are_named(author):
    runbook("lonely", ())
    runbook("broken", ("port_closed",), BODY.replace("→ #again", "→ #gone"))
    Revision.objects.filter(article__slug="lonely", language="ja").delete()
    html = text(page(author, "/gaps/"))
    assert "no finding leads here" in html
    assert "There is no step “#gone” to go to." in html
    assert "Japanese is missing" in html
    assert [one.revision.article.slug for one in gaps.of_runbooks()] == ["lonely", "broken"]


def test_experiments_without_article_and_articles_without_experiment_are_named(author):
    Article.objects.create(slug="alone").revisions.create(
        language="en", title="Alone", summary="s", body="b", origin="person", state="approved", digest="1"
    )
    assert [one.title for one in gaps.unproved("en")] == ["Alone"]
    before = len(gaps.unexplained("en"))
    assert before > 0
    Article.objects.create(slug="port-closed", code="port_closed").revisions.create(
        language="en", title="Closed", summary="s", body="b", origin="person", state="approved", digest="1"
    )
    assert len(gaps.unexplained("en")) < before
    assert "Alone" in page(author, "/gaps/")
