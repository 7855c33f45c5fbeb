"""Shipped articles: loaded once, renewed, and never over a person's words."""

import pytest

from kb import shipped
from kb.models import Article, Revision

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture
def project(tmp_path):
    def write(body="Text.", title="A closed port", slug="port_closed"):
        folder = tmp_path / "diagnoses" / slug
        folder.mkdir(parents=True, exist_ok=True)
        for language in ("en", "ja"):
            text = f'---\ntitle: {title} ({language})\nsummary: "Says: what it is."\n---\n\n{body}\n'
            (folder / f"article.{language}.md").write_text(text)
        return tmp_path

    write()
    content = tmp_path / "kb" / "content"
    content.mkdir(parents=True)
    (content / "handshake.en.md").write_text(
        "---\ntitle: The handshake\nsummary: SYN.\n---\nBody\n\n---\nRule\n"
    )
    return write


@pytest.fixture
def base(tmp_path, project):
    return tmp_path


def test_articles_arrive_approved_with_their_words(base):
    assert shipped.load(base) == shipped.Loaded(approved=3)
    article = Article.objects.get(code="port_closed")
    assert article.slug == "port-closed"
    assert article.current("ja").title == "A closed port (ja)"
    assert article.current("en").summary == "Says: what it is."
    assert article.current("en").body == "Text.\n"
    handshake = Article.objects.get(slug="handshake")
    assert handshake.code is None
    assert handshake.current("ja").title == "The handshake", "the other language stands in"
    assert handshake.current("en").body == "Body\n\n---\nRule\n"


def test_loading_again_changes_nothing(base):
    shipped.load(base)
    before = list(Revision.objects.values())
    assert shipped.load(base) == shipped.Loaded(unchanged=3)
    assert list(Revision.objects.values()) == before


def test_new_words_replace_ours_and_old_ones_can_come_back(base, project):
    shipped.load(base)
    project(body="Better text.")
    assert shipped.load(base).approved == 2
    article = Article.objects.get(code="port_closed")
    assert article.current("en").body == "Better text.\n"
    assert article.revisions.filter(language="en", state="superseded").count() == 1
    project(body="Text.")
    shipped.load(base)
    assert Article.objects.get(code="port_closed").current("en").body == "Text.\n"


def test_a_persons_words_stay_and_ours_arrive_once_as_a_proposal(base, project, cast):
    shipped.load(base)
    article = Article.objects.get(code="port_closed")
    ours = article.current("en")
    Revision.objects.filter(pk=ours.pk).update(state="superseded")
    theirs = Revision.objects.create(
        article=article,
        language="en",
        title="Mine",
        summary="s",
        body="Mine.",
        origin="person",
        state="approved",
        author=cast.alice,
        based_on=ours,
        digest="x",
    )
    assert shipped.load(base) == shipped.Loaded(unchanged=3), "it was edited from the very text that ships"
    project(body="Better text.")
    assert shipped.load(base) == shipped.Loaded(approved=1, proposed=1, unchanged=1)
    assert Article.objects.get(pk=article.pk).current("en") == theirs
    proposal = article.revisions.get(origin="proposal")
    assert (proposal.state, proposal.body, proposal.based_on) == ("in_review", "Better text.\n", theirs)
    assert shipped.load(base).proposed == 0, "it is proposed once"
    proposal.delete()
    Revision.objects.create(
        article=article,
        language="en",
        title="t",
        summary="s",
        body="b",
        origin="proposal",
        state="superseded",
        digest=next(one for one in shipped.files(base) if one.code and one.language == "en").digest,
    )
    assert shipped.load(base).proposed == 0, "nor again after it was turned down"


@pytest.mark.parametrize(
    "text", ["", "No front matter.\n", "---\ntitle: x\n---\nbody", "---\ntitle: x\nsummary: y\n"]
)
def test_a_shipped_article_without_front_matter_stops_the_loading(base, text):
    (base / "kb" / "content" / "handshake.en.md").write_text(text)
    with pytest.raises(shipped.Unreadable, match="handshake"):
        shipped.load(base)


def test_every_article_of_this_release_can_be_read(settings):
    found = list(shipped.files(settings.BASE_DIR))
    assert len({(one.slug, one.language) for one in found}) == len(found)
    assert all(one.title and one.summary and one.body.strip() for one in found)


@pytest.fixture
def runbook(base):
    folder = base / "kb" / "runbooks"
    folder.mkdir()

    def write(codes="port_closed, refused_on_path"):
        for language in ("en", "ja"):
            head = f"---\ntitle: Refused\nsummary: s\ncodes: {codes}\ntags: rst, firewall\n---\n\nSteps.\n"
            (folder / f"connection-refused.{language}.md").write_text(head)

    write()
    return write


def test_a_runbook_is_one_and_its_codes_lead_to_it(base, runbook):
    shipped.load(base)
    made = Article.objects.get(slug="connection-refused")
    assert (made.is_runbook, made.tags) == (True, ["rst", "firewall"])
    assert made.get_absolute_url() == "/runbooks/connection-refused/"
    assert set(made.leads.values_list("code", flat=True)) == {"port_closed", "refused_on_path"}


def test_a_release_moves_its_own_leads_and_leaves_those_of_curators(base, runbook):
    shipped.load(base)
    made = Article.objects.get(slug="connection-refused")
    made.leads.create(code="zero_window")
    made.leads.filter(code="port_closed").update(hidden=True)
    runbook(codes="port_closed, syn_unanswered")
    shipped.load(base)
    assert set(made.leads.values_list("code", "hidden")) == {
        ("port_closed", True),
        ("syn_unanswered", False),
        ("zero_window", False),
    }


def test_the_languages_of_a_release_belong_together(base, project):
    shipped.load(base)
    article = Article.objects.get(code="port_closed")
    assert article.current("ja").translates == article.current("en")
    project(body="Better text.")
    shipped.load(base)
    article = Article.objects.get(code="port_closed")
    assert article.current("ja").translates == article.current("en")
    assert article.current("en").translates is None
