"""What every answer carries, and what a log line never does."""

import io
import logging

import pytest

from kb.logs import OneLine
from tests.cast import accept

pytestmark = pytest.mark.django_db


def test_every_page_has_a_strict_policy_and_is_never_stored(alice, cast):
    uid = accept(cast).capture.uid
    for path in (
        "/",
        "/captures/",
        f"/captures/{uid}/",
        "/api/captures",
        f"/api/captures/{uid}",
        "/api/docs",
        "/nothing/",
    ):
        answer = alice.get(path)
        policy = dict(part.strip().split(" ", 1) for part in answer["Content-Security-Policy"].split(";"))
        assert policy["default-src"] == policy["script-src"] == policy["style-src"] == "'self'", path
        assert policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'", path
        assert "unsafe" not in answer["Content-Security-Policy"]
        assert answer["Cache-Control"] == "no-store", path
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["X-Frame-Options"] == "DENY"


def test_the_language_of_the_account_wins_over_cookie_and_browser(alice, cast, settings):
    cast.alice.language = "ja"
    cast.alice.save()
    alice.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    assert alice.get("/captures/", headers={"Accept-Language": "en"})["Content-Language"] == "ja"


def test_without_a_choice_the_browser_decides(alice):
    assert alice.get("/captures/", headers={"Accept-Language": "ja"})["Content-Language"] == "ja"
    assert alice.get("/captures/", headers={"Accept-Language": "fr"})["Content-Language"] == "en"


def test_a_name_cannot_forge_a_line_of_the_log():
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(OneLine("%(levelname)s %(message)s"))
    log = logging.Logger("test")
    log.addHandler(handler)
    log.warning("Got %s", "a\nERROR forged\r\x1b[31m\u202e\u2028.pcap キャプチャ")
    assert stream.getvalue() == "WARNING Got a\\nERROR forged\\r\\x1b[31m\\u202e\\u2028.pcap キャプチャ\n"
