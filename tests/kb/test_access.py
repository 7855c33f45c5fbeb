"""Every URL × every role. A new URL without a line here fails."""

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from experiments.models import Run
from kb import tokens
from kb.models import Article, Capture, Dispute, Revision, User
from tests import laboratory
from tests.cast import accept
from tests.kb import access_lines
from tests.kb.access_lines import SIGN_IN
from tests.reported import report_on

pytestmark = pytest.mark.django_db

CANARY = "canary-9d41"
E, R = "experiments/<slug:name>/", "experiments/<slug:name>/runs/<slug:uid>/"
U, N = "captures/<slug:uid>/", "captures/<slug:uid>/connections/<int:number>/"

# Route: method, then what nobody, Charlie, Bob and Alice get. A tuple: one of these.
TABLE: dict[str, tuple[str, object, object, object, object]] = {
    "": ("GET", SIGN_IN, 200, 200, 200),
    "sign-in/": ("GET", 200, 302, 302, 302),
    "sign-in/once/<str:token>/": ("GET", 410, 410, 410, 410),
    "sign-out/": ("POST", 302, 302, 302, 302),
    "language/": ("POST", (302, 400), (302, 400), (302, 400), (302, 400)),
    "theme/": ("POST", (302, 400), (302, 400), (302, 400), (302, 400)),
    "captures/": ("GET", SIGN_IN, 200, 200, 200),
    "captures/upload/": ("POST", 401, 302, 302, 302),  # without a file: back to the form, with a sentence
    U: ("GET", SIGN_IN, 404, 200, 200),
    f"{U}progress/": ("GET", SIGN_IN, 404, 286, 286),
    f"{U}download/": ("GET", SIGN_IN, 404, 200, 200),
    f"{U}again/": ("POST", SIGN_IN, 404, 302, 302),
    # Bob is a curator, who sees what his team sees.
    "captures/outdated/": ("GET", SIGN_IN, 404, 200, 404),
    "captures/outdated/again/": ("POST", SIGN_IN, 404, 302, 404),
    f"{U}beside/": ("GET", SIGN_IN, 404, 200, 200),
    f"{U}beside/<slug:other>/": ("GET", SIGN_IN, 404, 404, 404),  # nobody has compared it with itself
    f"{U}beside/<slug:other>/begin/": ("POST", SIGN_IN, 404, 404, 404),
    f"{U}disputes/": ("GET", SIGN_IN, 404, 200, 200),
    "disputes/": ("GET", SIGN_IN, 200, 200, 200),
    "disputes/<int:number>/": ("GET", SIGN_IN, 404, 200, 200),
    f"{U}connections/": ("GET", SIGN_IN, 404, 200, 200),
    N: ("GET", SIGN_IN, 404, 200, 200),
    f"{N}graph/": ("GET", SIGN_IN, 404, 200, 200),
    f"{N}graph/<figure:kind>/": ("GET", SIGN_IN, 404, 200, 200),
    f"{U}delete/": ("POST", SIGN_IN, 404, 302, 302),
    "experiments/": ("GET", SIGN_IN, 200, 200, 200),
    "experiments/health/": ("GET", SIGN_IN, 200, 200, 200),
    "experiments/images/": ("GET", SIGN_IN, 200, 200, 200),
    "experiments/compare/": ("GET", SIGN_IN, 404, 404, 404),  # without two runs there is nothing to compare
    E: ("GET", SIGN_IN, 200, 200, 200),
    f"{E}experiment.toml": ("GET", SIGN_IN, 200, 200, 200),
    f"{E}replay/": ("POST", SIGN_IN, 302, 302, 302),
    R: ("GET", SIGN_IN, 200, 200, 200),
    f"{R}in-article/": ("GET", SIGN_IN, 200, 200, 200),
    f"{R}progress/": ("GET", SIGN_IN, 200, 200, 200),
    f"{R}files/<path:file>": ("GET", SIGN_IN, 404, 404, 404),  # it waits, so there is none
    f"{R}cancel/": ("POST", SIGN_IN, 404, 404, 302),
    "articles/": ("GET", SIGN_IN, 200, 200, 200),
    "articles/<slug:slug>/": ("GET", SIGN_IN, 200, 200, 200),
    "healthz/": ("GET", 200, 200, 200, 200),
    "api/": ("GET", 404, 404, 404, 404),
    "api/docs": ("GET", 200, 200, 200, 200),
    "api/openapi.json": ("GET", 200, 200, 200, 200),
    "api/captures": ("GET", 401, 200, 200, 200),
    "api/captures/<uid>": ("GET", 401, 404, 200, 200),
    "api/captures/<uid>/changes": ("GET", 401, 404, 200, 200),
    "api/captures/<uid>/again": ("POST", 401, 404, 202, 202),
    "api/captures/<uid>/disputes": ("GET", 401, 404, 200, 200),
    "api/captures/<uid>/beside/<other>": ("GET", 401, 404, 404, 404),  # nobody has compared it with itself
    "api/disputes": ("GET", 401, 200, 200, 200),
    **access_lines.lines(),
}
# Django's own admin, each page of which asks for a member of the staff.
ADMIN = "admin/"
ROLES = ("nobody", "charlie", "bob", "alice")


def routes(resolver: URLResolver, prefix: str = "") -> list[str]:
    found = []
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        found += [route] if isinstance(entry, URLPattern) else routes(entry, route)
    return found


ROUTES = [route for route in routes(get_resolver()) if not route.startswith(ADMIN)]


@pytest.fixture
def capture(cast, monkeypatch, tmp_path) -> Capture:
    laboratory.declare(monkeypatch, tmp_path)
    laboratory.begun(user=cast.alice)
    job = accept(cast)
    report_on(job)
    cast.bob.groups.add(Group.objects.get(name="curator"))
    cast.alice.groups.add(Group.objects.get(name="author"))
    Dispute.objects.create(
        capture=job.capture, connection=0, code="port_closed", rules="1", reader=cast.alice, why=CANARY
    )
    article = Article.objects.create(slug="port-closed", code="port_closed")
    Revision.objects.create(
        article=article,
        language="en",
        title="t",
        summary="s",
        body="b",
        origin="shipped",
        state="approved",
        digest="d",
    )
    return job.capture


def path_of(route: str, capture: Capture) -> str:
    if path := access_lines.filled(route, capture):
        return path
    filled = {
        "<slug:uid>": Run.objects.get().uid if route.startswith(E) else capture.uid,
        "<slug:name>": laboratory.NAME,
        "<path:file>": "run.json",
        "<uid>": capture.uid,
        "<slug:other>": capture.uid,
        "<other>": capture.uid,
        "<int:number>": str(Dispute.objects.get().pk) if route.startswith("disputes/") else "0",
        "<figure:kind>": "sequence",
        "<slug:slug>": "port-closed",
        "<str:token>": "made-up",
    }
    for name, value in filled.items():
        route = route.replace(name, value)
    assert "<" not in route, f"say what to put into {route}"
    return f"/{route}"


def test_every_url_has_its_line():
    assert set(ROUTES) == set(TABLE)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("route", TABLE)
def test_each_role_gets_what_is_theirs(route, role, capture):
    method, *expected = TABLE[route]
    browser = Client(headers={"Accept": "text/html"})
    if role != "nobody":
        browser.force_login(User.objects.get(username=role))
    answer = browser.generic(method, path_of(route, capture))
    wanted = expected[ROLES.index(role)]
    if wanted == SIGN_IN:
        assert answer.status_code in (302, 200)
        leads = answer.get("Location", "") if answer.status_code == 302 else answer.content.decode()
        assert "/sign-in/" in leads
        assert capture.uid not in (leads if answer.status_code == 200 else "")
    else:
        assert answer.status_code in (wanted if isinstance(wanted, tuple) else (wanted,)), answer.content[
            :300
        ]
    still_there = Capture.objects.filter(pk=capture.pk).exists()
    assert still_there is not (route == f"{U}delete/" and role in ("bob", "alice"))


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"])
@pytest.mark.parametrize("route", [route for route in TABLE if "uid>" in route and not route.startswith(E)])
def test_no_method_tells_charlie_that_a_capture_is_there(route, method, capture, cast):
    browser = Client()
    browser.force_login(cast.charlie)
    there = browser.generic(method, path_of(route, capture))
    path = path_of(route, capture).replace(capture.uid, "a" * 16)
    absent = browser.generic(method, path)
    assert there.status_code == absent.status_code
    assert there.status_code in (404, 405, 422)  # 422: without words there is no dispute to look for
    assert Capture.objects.filter(pk=capture.pk).exists()


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_a_token_of_another_team_gets_nothing(method, capture, cast):
    program = Client(headers={"Authorization": f"Bearer {tokens.make(cast.charlie)}"})
    assert program.generic(method, f"/api/captures/{capture.uid}").status_code == 404
    assert Capture.objects.filter(pk=capture.pk).exists()


def test_lists_and_counts_hold_nothing_of_another_team(capture, cast):
    browser = Client()
    browser.force_login(cast.charlie)
    cast.charlie.groups.add(Group.objects.get(name="curator"))
    lists = ("/", "/captures/", "/api/captures", "/disputes/", "/api/disputes", "/captures/outdated/")
    for path in (*lists, "/disputes/?code=port_closed", "/api/disputes?state=open"):
        answer = browser.get(path)
        page = answer.content.decode()
        assert answer.status_code == 200
        for secret in (capture.uid, capture.name, CANARY, "?code=port_closed&"):
            assert secret not in page


def test_what_changes_something_asks_for_post_and_the_token(capture, cast):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(cast.alice)
    for action in ("delete", "again"):
        url = f"/captures/{capture.uid}/{action}/"
        assert browser.get(url).status_code == 405
        assert browser.post(url).status_code == 403
    assert browser.get("/captures/outdated/again/").status_code == 405
    pages = ("/captures/outdated/again/", f"/captures/{capture.uid}/disputes/")
    for url in (*pages, f"/disputes/{Dispute.objects.get().pk}/"):
        assert browser.post(url).status_code == 403
    for call in ("again", "disputes"):
        url = f"/api/captures/{capture.uid}/{call}"
        assert browser.post(url, {}, "application/json").status_code == 403
    assert Capture.objects.filter(pk=capture.pk).exists()


@pytest.mark.parametrize("path", ["/admin/", "/admin/kb/user/", "/admin/kb/team/", "/admin/kb/dispute/"])
def test_the_admin_is_for_the_staff(path, client, cast):
    assert client.get(path).status_code == 302
    client.force_login(cast.alice)
    assert client.get(path).status_code == 302
    cast.alice.is_staff = cast.alice.is_superuser = True
    cast.alice.save()
    assert client.get(path).status_code == 200


def test_a_curator_and_a_superuser_of_another_team_see_no_dispute(capture, cast):
    said = Dispute.objects.get()
    cast.charlie.is_staff = cast.charlie.is_superuser = True
    cast.charlie.save()
    cast.charlie.groups.add(Group.objects.get(name="curator"))
    browser = Client()
    browser.force_login(cast.charlie)
    words = {"state": "accepted", "answer": "So be it."}
    assert browser.post(f"/disputes/{said.pk}/", words).status_code == 404
    assert browser.post(f"/captures/{capture.uid}/disputes/", {"why": "Not mine."}).status_code == 404
    assert CANARY not in browser.get("/admin/kb/dispute/").content.decode()
    assert browser.get(f"/admin/kb/dispute/{said.pk}/change/").status_code == 302
    said.refresh_from_db()
    assert said.is_open
    assert Dispute.objects.count() == 1
    cast.bob.is_staff = cast.bob.is_superuser = True
    cast.bob.save()
    browser.force_login(cast.bob)
    assert CANARY in browser.get(f"/admin/kb/dispute/{said.pk}/change/").content.decode()
