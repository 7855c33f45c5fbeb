"""The API, as a program calls it."""

import json
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from diagnoses.objects import RULES
from kb import jobs, reports, tokens
from kb.models import Capture, Job, Token
from tests.cast import accept, files_below, form
from tests.kb.judged import judged
from tests.reported import report_on

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture
def call(cast):
    """Alice's program."""
    return Client(enforce_csrf_checks=True, headers={"Authorization": f"Bearer {tokens.make(cast.alice)}"})


def body(answer) -> dict:
    return json.loads(b"".join(answer.streaming_content) if answer.streaming else answer.content)


def test_an_upload_is_201_with_its_id_and_page(call, cast):
    answer = call.post("/api/captures", form(b"not a capture"))
    capture = Capture.objects.get()
    assert answer.status_code == 201
    assert answer.json() == {"id": capture.uid, "url": f"/captures/{capture.uid}/"}
    assert (capture.team, capture.uploaded_by) == (cast.team, cast.alice)


@pytest.mark.parametrize("token", ["", "Bearer", "Bearer wrong", "Basic YTpi", "Bearer \u00e9"])
@pytest.mark.parametrize(("method", "path"), [("post", ""), ("get", ""), ("get", "/x"), ("delete", "/x")])
def test_without_a_good_token_everything_is_401(client, cast, token, method, path):
    answer = client.generic(method.upper(), f"/api/captures{path}", headers={"Authorization": token})
    assert answer.status_code == 401
    assert list(answer.json()) == ["detail"]
    assert answer["WWW-Authenticate"] == "Bearer"


def test_the_token_of_somebody_who_left_is_nothing(call, cast):
    cast.alice.is_active = False
    cast.alice.save()
    assert call.get("/api/captures").status_code == 401


def test_only_the_digest_of_a_token_is_kept(cast):
    token = tokens.make(cast.alice)
    assert token not in str(Token.objects.values())
    assert tokens.user_of(token) == cast.alice
    assert Token.objects.get().last_used is not None


def test_too_large_is_413_and_no_form_is_422(call, settings):
    settings.UPLOAD_LIMIT = 10
    large = call.post("/api/captures", form(bytes(11)))
    assert (large.status_code, large.json()) == (
        413,
        {"detail": "The upload is larger than the limit of 10 bytes."},
    )
    none = call.post("/api/captures", {"a": "b"})
    assert none.status_code == 422
    japanese = call.post("/api/captures", {"a": "b"}, headers={"Accept-Language": "ja"})
    assert japanese.json()["detail"].startswith("フォームに")
    assert files_below(Path(settings.MEDIA_ROOT)) == []


def test_each_state_is_told(call, cast):
    job = accept(cast)
    url, size = f"/api/captures/{job.capture.uid}", job.capture.size
    waiting = body(call.get(url))
    assert (waiting["state"], waiting["progress"], waiting["reason"], waiting["report"]) == (
        "waiting",
        {"step": None, "read": 0, "of": size, "packets": 0, "connections": 0, "quality": []},
        None,
        None,
    )
    claim = jobs.claim(job.pk)
    told = {"step": "read", "read": 5, "of": 10, "packets": 3, "connections": 1, "quality": ["clock_step"]}
    jobs.beat(claim, told)
    running = body(call.get(url))
    assert (running["state"], running["progress"], running["report"]) == ("running", told, None)
    jobs.end(claim, Job.State.REFUSED, "No capture.", "違います。")
    assert body(call.get(url))["reason"] == "No capture."
    assert body(call.get(f"{url}?lang=ja"))["reason"] == "違います。"
    assert body(call.get(url, headers={"Accept-Language": "ja,en;q=0.5"}))["reason"] == "違います。"
    assert body(call.get(url))["state"] == "refused"


def test_when_done_the_report_is_the_object_of_the_command_line(call, cast):
    job = accept(cast)
    folder = report_on(job)
    answer = body(call.get(f"/api/captures/{job.capture.uid}?lang=ja"))
    parts = {
        "capture": json.loads((folder / "capture.ja.json").read_text()),
        "connections": json.loads((folder / "connections.json").read_text()),
        "findings": json.loads((folder / "findings.ja.json").read_text()),
        "overview": json.loads((folder / "overview.ja.json").read_text()),
    }
    assert answer["state"] == "done"
    assert answer["report"] == parts
    assert answer["report"]["findings"][0]["title"] == "ポートは閉じています。"


def test_progress_names_only_what_the_registry_knows_about_a_recording(call, cast):
    job = accept(cast)
    codes = ["truncated_frames", "port_closed", "made_up", "duplicate_frames"]
    jobs.beat(jobs.claim(job.pk), {"step": "read", "read": 5, "of": 10, "quality": codes})
    told = body(call.get(f"/api/captures/{job.capture.uid}"))["progress"]
    assert told["quality"] == ["duplicate_frames", "truncated_frames"]


def test_once_the_file_has_been_read_progress_counts_all_of_it(call, cast):
    job = accept(cast)
    jobs.beat(jobs.claim(job.pk), {"step": "diagnose", "read": 1, "of": 1, "packets": 3})
    told = body(call.get(f"/api/captures/{job.capture.uid}"))["progress"]
    assert (told["read"], told["of"], told["packets"]) == (job.capture.size, job.capture.size, 3)


def test_a_report_replaced_while_it_is_sent_is_sent_to_its_end(call, cast):
    job = accept(cast)
    report_on(job)
    stream = reports.stream(job.capture.report, "en")
    again = jobs.begin(job.capture)
    report_on(again)
    assert json.loads(b"".join(stream))["capture"]["packets"] == 3


@pytest.mark.parametrize("uid", ["%00", "a%00b", "%F0%9F%98%80", "..", "a" * 5000, "%27"])
def test_an_odd_id_is_404(call, uid):
    assert call.get(f"/api/captures/{uid}").status_code == 404


def test_an_unknown_language_or_page_is_422_and_one_sentence(call, cast):
    uid = accept(cast).capture.uid
    for path in (f"/{uid}?lang=fr", "?limit=0", "?offset=-1", "?limit=abc", "?offset=99999999999999999999"):
        answer = call.get(f"/api/captures{path}")
        assert answer.status_code == 422, path
        assert answer.json()["detail"].startswith("The parameter ")


def test_the_list_holds_what_the_caller_may_see_newest_first(call, cast):
    uids = [accept(cast, do="report", number=number).capture.uid for number in range(3)]
    listed = call.get("/api/captures").json()
    assert [one["id"] for one in listed["captures"]] == uids[::-1]
    assert listed["count"] == 3
    page = call.get("/api/captures?limit=1&offset=1").json()
    assert [one["id"] for one in page["captures"]] == [uids[1]]
    other = Client(headers={"Authorization": f"Bearer {tokens.make(cast.charlie)}"})
    assert other.get("/api/captures").json() == {"count": 0, "captures": []}


def test_listing_takes_the_same_few_queries_however_many_there_are(call, cast, django_assert_max_num_queries):
    for number in range(8):
        accept(cast, do="report", number=number)
    with django_assert_max_num_queries(5):
        call.get("/api/captures")


def test_deleting_takes_all_that_came_of_it(call, cast, django_capture_on_commit_callbacks):
    job = accept(cast)
    report_on(job)
    with django_capture_on_commit_callbacks(execute=True):
        assert call.delete(f"/api/captures/{job.capture.uid}").status_code == 204
    assert not Capture.objects.exists()
    assert files_below(Path(settings.MEDIA_ROOT)) == []
    assert call.get(f"/api/captures/{job.capture.uid}").json() == {"detail": "There is no such capture."}


def test_a_signed_in_person_needs_the_csrf_token(cast):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(cast.alice)
    assert browser.get("/api/captures").status_code == 200
    assert browser.post("/api/captures", form()).status_code == 403
    uid = accept(cast).capture.uid
    assert browser.delete(f"/api/captures/{uid}").status_code == 403
    browser.cookies[settings.CSRF_COOKIE_NAME] = "x" * 32
    assert browser.post("/api/captures", form(), HTTP_X_CSRFTOKEN="x" * 32).status_code == 201


def test_the_document_describes_progress_as_it_is_told(client, call, cast):
    schemas = client.get("/api/openapi.json").json()["components"]["schemas"]
    described = schemas["Progress"]
    told = body(call.get(f"/api/captures/{accept(cast).capture.uid}"))["progress"]
    assert schemas["State"]["properties"]["progress"]["$ref"].endswith("/Progress")
    assert set(described["required"]) == set(described["properties"]) == set(told)
    assert described["properties"]["quality"]["items"] == {"type": "string"}
    assert "Provisional" in described["properties"]["quality"]["description"]


def test_the_document_names_every_operation_and_the_docs_page_needs_no_foreign_site(client):
    document = client.get("/api/openapi.json").json()
    operations = {(method, path) for path, item in document["paths"].items() for method in item}
    assert operations == {
        ("get", "/api/captures"),
        ("post", "/api/captures"),
        ("get", "/api/captures/{uid}"),
        ("delete", "/api/captures/{uid}"),
        ("get", "/api/captures/{uid}/changes"),
        ("post", "/api/captures/{uid}/again"),
        ("get", "/api/captures/{uid}/disputes"),
        ("post", "/api/captures/{uid}/disputes"),
        ("get", "/api/disputes"),
        ("get", "/api/captures/{uid}/beside/{other}"),
        ("post", "/api/captures/{uid}/beside/{other}"),
        ("get", "/api/articles"),
        ("post", "/api/articles"),
        ("get", "/api/articles/{slug}"),
        ("put", "/api/articles/{slug}/{language}"),
        ("get", "/api/experiments"),
        ("get", "/api/experiments/{name}"),
        ("get", "/api/runbooks"),
        ("get", "/api/runbooks/{slug}"),
        ("post", "/api/captures/{uid}/follow"),
        ("get", "/api/cases"),
        ("post", "/api/cases"),
        ("get", "/api/cases/{uid}"),
        ("get", "/api/cases/{uid}/steps"),
        ("post", "/api/cases/{uid}/steps"),
        ("get", "/api/search"),
        ("post", "/api/search/symptom"),
        ("post", "/api/import"),
        ("get", "/api/export"),
    }
    assert "multipart/form-data" in document["paths"]["/api/captures"]["post"]["requestBody"]["content"]
    page = client.get("/api/docs")
    assert page.status_code == 200
    text = page.content.decode()
    assert "http://" not in text
    assert "https://" not in text
    assert "<style" not in text
    assert text.count("<script") == text.count("<script src=") + text.count('<script type="application/json"')


def test_a_verdict_is_disputed_and_the_dispute_read_back(call, cast):
    job = accept(cast)
    report_on(job)
    url = f"/api/captures/{job.capture.uid}/disputes"
    said = {"code": "port_closed", "connection": 0, "why": "It was open a second later."}
    made = call.post(url, said, "application/json")
    assert made.status_code == 201
    about = made.json()
    assert {name: about[name] for name in said} == said
    assert (about["reader"], about["state"]) == ("alice", "open")
    assert about["answer"] is about["code_now"] is None
    for path in (url, "/api/disputes", "/api/disputes?state=open&code=port_closed"):
        assert body(call.get(path)) == {"count": 1, "disputes": [about]}
    assert body(call.get("/api/disputes?state=accepted"))["count"] == 0
    assert body(call.get(f"{url}?offset=1"))["disputes"] == []


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"code": "port_closed", "connection": 0, "why": " "}, 422),
        ({"code": "port_closed", "connection": 0}, 422),
        ({"code": "x" * 41, "connection": 0, "why": "Too long."}, 422),
        ({"code": "port_closed", "connection": -1, "why": "No number."}, 422),
        ({"code": "port_closed", "connection": 1, "why": "It has none."}, 409),
        ({"code": "", "connection": 0, "why": "It has one."}, 409),
        ({"code": "a\0b", "connection": 0, "why": "It has one."}, 409),
        ({"code": "", "connection": 2**31 - 1, "why": "Not there."}, 409),
    ],
)
def test_what_cannot_be_disputed_is_a_sentence(call, cast, said, status):
    job = accept(cast)
    report_on(job)
    answer = call.post(f"/api/captures/{job.capture.uid}/disputes", said, "application/json")
    assert (answer.status_code, list(answer.json())) == (status, ["detail"])


def test_the_same_twice_is_409_and_too_many_are_429(call, cast, monkeypatch):
    job = accept(cast)
    report_on(job)
    url = f"/api/captures/{job.capture.uid}/disputes"
    said = {"code": "port_closed", "connection": 0, "why": "It was open."}
    statuses = [call.post(url, said, "application/json").status_code for _ in range(2)]
    assert statuses == [201, 409]
    monkeypatch.setattr("kb.disputes.MOST_AN_HOUR", 1)
    assert call.post(url, {**said, "connection": 2}, "application/json").status_code == 429


def test_without_a_report_there_is_nothing_to_dispute(call, cast):
    uid = accept(cast).capture.uid
    said = {"code": "", "connection": 0, "why": "It takes long."}
    assert call.post(f"/api/captures/{uid}/disputes", said, "application/json").status_code == 404
    assert body(call.get(f"/api/captures/{uid}/changes")) is None


def test_our_own_page_may_dispute_with_its_token_and_never_send_files(cast):
    job = accept(cast)
    report_on(job)
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(cast.alice)
    url = f"/api/captures/{job.capture.uid}/disputes"
    said = {"code": "port_closed", "connection": 0, "why": "It was open."}
    assert browser.post(url, said, "application/json").status_code == 403
    browser.get("/")
    token = {"X-CSRFToken": browser.cookies["csrf"].value}
    assert browser.post(url, said, "application/json", headers=token).status_code == 201
    before = files_below(Path(settings.MEDIA_ROOT))
    assert browser.post(url, form(b"abc"), headers=token).status_code == 415
    assert files_below(Path(settings.MEDIA_ROOT)) == before


def test_a_new_diagnosis_tells_what_it_changed(call, cast):
    job = accept(cast)
    uid = job.capture.uid
    assert (body(call.get(f"/api/captures/{uid}"))["rules"], uid) == (None, uid)
    judged(job.capture, ["port_closed", ""], rules="0.9")
    told = body(call.get(f"/api/captures/{uid}"))
    assert (told["rules"], told["outdated"]) == ("0.9", True)
    assert call.post(f"/api/captures/{uid}/again").status_code == 202
    assert body(call.get(f"/api/captures/{uid}"))["state"] == "waiting"
    judged(job.capture, ["syn_unanswered", ""], rules=RULES)
    assert body(call.get(f"/api/captures/{uid}"))["outdated"] is False
    told = body(call.get(f"/api/captures/{uid}/changes"))
    assert (told["rules_before"], told["rules"], told["changed"]) == ("0.9", RULES, 1)
    pair = {"was": "port_closed", "now": "syn_unanswered", "count": 1, "first": [0]}
    assert told["pairs"] == [pair]
