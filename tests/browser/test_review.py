"""Review in a browser: what waits is read as a difference and approved; readers see what is pinned."""

import pytest
from django.conf import settings
from django.contrib.auth.models import Group
from django.test import Client
from playwright.sync_api import BrowserContext, Page, expect

from kb import review, reviewlinks
from kb.models import Article, Revision, User
from kb.shipped import digest
from tests.browser.conftest import no_sideways_scroll
from tests.cast import Cast

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
OLD = {
    "en": "The client waits for two hours.\n\n" + "Nothing here changes.\n\n" * 8,
    "ja": "クライアントは 2 時間待ちます。\n\n" + "ここは変わりません。\n\n" * 8,
}
NEW = {"en": "The client waits for nine minutes.\n", "ja": "サーバーは 2 時間待ちました。\n"}
TITLE = {"en": "Keepalive", "ja": "キープアライブ"}


@pytest.fixture
def article(cast: Cast) -> Article:
    cast.alice.groups.add(Group.objects.get_or_create(name="author")[0])
    cast.bob.groups.add(Group.objects.get_or_create(name="curator")[0])
    made = Article.objects.create(slug="keepalive")
    for language in ("en", "ja"):
        wording(made, language, OLD[language], cast.alice, state="approved")
    return made


def wording(article: Article, language: str, body: str, author: User, **more: object) -> Revision:
    title = TITLE[language]
    return Revision.objects.create(
        article=article, language=language, title=title, summary=title, body=body, origin="person",
        author=author, digest=digest(title, title, body), **more,
    )  # fmt: skip


def waiting(article: Article, language: str, author: User) -> Revision:
    """A new wording in review, on what readers see."""
    pinned = article.revisions.get(language=language, state="approved")
    made = wording(
        article, language, OLD[language].replace(OLD[language].split("\n")[0], NEW[language].strip()),
        author, based_on=pinned,
    )  # fmt: skip
    assert review.submit(made, author) is None
    return made


def sign_in(context: BrowserContext, user: User, url: str, language: str = "en") -> None:
    user.language = language
    user.save()
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": url}])


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_curator_reads_the_difference_and_approves_and_readers_see_the_pinned_one_meanwhile(
    page: Page, context: BrowserContext, article: Article, cast: Cast, url: str, language: str
):
    made = waiting(article, language, cast.alice)
    sign_in(context, cast.bob, url, language)
    page.goto(f"/articles/keepalive/?language={language}")
    expect(page.locator(".prose")).to_contain_text(OLD[language].split("\n")[0])
    page.goto("/review/")
    page.locator("ul.queue a", has_text=TITLE[language]).first.click()
    removed, added = {"en": ("two hours", "nine minutes"), "ja": ("クライアント", "サーバー")}[language]
    expect(page.locator(".difference del").first).to_contain_text(removed)
    expect(page.locator(".difference ins").first).to_contain_text(added)
    expect(page.locator("details.folded")).to_have_count(1)
    page.locator("#until").fill("2028-01-31")
    page.locator(f"form[action$='/{made.pk}/approve/'] button").click()
    expect(page.locator("p.told.success")).to_be_visible()
    page.goto(f"/articles/keepalive/?language={language}")
    expect(page.locator(".prose")).to_contain_text(NEW[language].strip())
    expect(page.locator(".proof-line")).to_contain_text("2028-01-31")


def test_a_conflict_stops_the_approval_and_says_what_to_do(
    page: Page, context: BrowserContext, article: Article, cast: Cast, url: str
):
    mine, theirs = waiting(article, "en", cast.alice), waiting(article, "en", cast.alice)
    sign_in(context, cast.bob, url)
    page.goto(mine.get_absolute_url())
    assert review.approve(theirs, cast.bob) is None  # while the page stands open
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_role("alert")).to_contain_text("Merge the two, then approve")
    expect(page.get_by_role("button", name="Approve")).to_have_count(0)
    page.get_by_role("link", name="Show the two").click()
    expect(page.get_by_role("heading", name="Difference")).to_be_visible()
    mine.refresh_from_db()
    assert mine.state == "in_review"


@pytest.fixture
def complaints() -> list[str]:
    """Of the console; answers that say no are expected here, and nothing else."""
    heard: list[str] = []
    yield heard
    assert [said for said in heard if "409" not in said] == []


@pytest.mark.parametrize("context", [{}, PHONE], indirect=True)
def test_a_stranger_with_a_link_says_what_to_think_of_it(page: Page, article: Article, cast: Cast):
    made = waiting(article, "en", cast.alice)
    made.refresh_from_db()
    page.goto(f"/reviewing/{reviewlinks.make(made, cast.alice, 'Dana')}/")
    expect(page.locator(".prose")).to_contain_text("nine minutes")
    assert no_sideways_scroll(page)
    page.get_by_label("Your words").fill("Which kernel?")
    page.get_by_role("button", name="Not yet").click()
    expect(page.locator("p.told.success")).to_contain_text("Thank you")
    expect(page.locator(".dispute")).to_contain_text("Which kernel?")


@pytest.mark.parametrize("context", [PHONE], indirect=True)
@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_phone_shows_review_and_history_without_sideways_scroll(
    page: Page, context: BrowserContext, article: Article, cast: Cast, url: str, language: str
):
    made = waiting(article, language, cast.alice)
    sign_in(context, cast.bob, url, language)
    for path in (
        made.get_absolute_url(),
        f"/revisions/{made.based_on_id}/against/{made.pk}/",
        "/articles/keepalive/history/",
        "/articles/keepalive/",
        "/review/",
        "/history/",
        "/watching/",
        "/stale/",
    ):
        page.goto(path)
        assert no_sideways_scroll(page), path
