"""Settings: nonsense is refused with one sentence, and names and flags of cookies follow the scheme."""

import os
import runpy
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import environment

ROOT = Path(__file__).resolve().parent.parent.parent
SECRET = "s3cr3t-" + "abcdefghijklmnopqrstuvwxyz0123456789" * 2


@pytest.fixture
def load(monkeypatch, tmp_path):
    """The settings as these variables, and no others, make them."""

    def load(**variables):
        for name in list(os.environ):
            if name.startswith("REPLAYBOOK_") or name in ("DATABASE_URL", "REDIS_URL"):
                monkeypatch.delenv(name)
        for name, value in {"REPLAYBOOK_DATA": str(tmp_path), **variables}.items():
            monkeypatch.setenv(name, value)
        return SimpleNamespace(**runpy.run_path(str(ROOT / "config" / "settings.py")))

    return load


def cookies(s):
    return s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.LANGUAGE_COOKIE_NAME


def run(tmp_path, *words, **variables):
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    env = {**kept, "PYTHONPATH": str(ROOT), "REPLAYBOOK_DATA": str(tmp_path), **variables}
    return subprocess.run([sys.executable, *words], env=env, cwd=ROOT, capture_output=True, text=True)


def test_http_has_plain_cookies(load):
    s = load()
    assert cookies(s) == ("session", "csrf", "language")
    assert [s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.LANGUAGE_COOKIE_SECURE] == [False, False, False]
    assert s.SECURE_HSTS_SECONDS == 0
    assert s.SECURE_PROXY_SSL_HEADER is None, "without a proxy, anybody could send the header"
    assert s.ALLOWED_HOSTS == ["localhost", "127.0.0.1", "[::1]"]
    assert s.DEBUG is False


def test_https_has_cookies_that_are_bound_to_host_and_tls(load):
    s = load(REPLAYBOOK_SCHEME="https", REPLAYBOOK_HOSTS="a.example, b.example")
    assert cookies(s) == ("__Host-session", "__Host-csrf", "__Host-language")
    assert [s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.LANGUAGE_COOKIE_SECURE] == [True, True, True]
    assert s.SECURE_HSTS_SECONDS > 0
    assert s.SECURE_PROXY_SSL_HEADER == ("HTTP_X_FORWARDED_PROTO", "https")
    assert s.ALLOWED_HOSTS == ["a.example", "b.example"]


def test_the_broker_is_redis_by_url_else_as_chosen_else_files(load, tmp_path):
    s = load(REDIS_URL="redis://a/1", REPLAYBOOK_BROKER="redis+socket:///b")
    assert (s.CELERY_BROKER_URL, s.BROKER_FOLDER) == ("redis://a/1", None)
    assert load(REDIS_URL="", REPLAYBOOK_BROKER="redis+socket:///b").CELERY_BROKER_URL == "redis+socket:///b"
    assert Path("/c") == load(REDIS_URL="", REPLAYBOOK_BROKER="filesystem:///c").BROKER_FOLDER
    s = load(REPLAYBOOK_BROKER="")
    assert ("atomicfiles://here", tmp_path / "broker") == (s.CELERY_BROKER_URL, s.BROKER_FOLDER)


def test_a_deployment_passes_djangos_own_check(tmp_path):
    done = run(
        tmp_path,
        "manage.py",
        "check",
        "--deploy",
        "--fail-level",
        "WARNING",
        REPLAYBOOK_SCHEME="https",
        REPLAYBOOK_HOSTS="a.example",
        REPLAYBOOK_SECRET_KEY=SECRET,
    )
    assert done.returncode == 0, done.stderr


def test_the_server_refuses_to_start_without_a_secret_key(tmp_path):
    done = run(tmp_path, "-c", "import config.wsgi")
    assert done.returncode != 0
    assert "There is no secret key" in done.stderr.splitlines()[-1]
    assert run(tmp_path, "-c", "import config.wsgi", REPLAYBOOK_SECRET_KEY=SECRET).returncode == 0


def test_the_first_commands_work_on_an_empty_folder(tmp_path):
    code = """
import django; django.setup()
from django.core.management import call_command
for words in ("migrate", "first_user", "load_articles", "reap", "makemigrations --check --dry-run"):
    call_command(*words.split(), verbosity=0)"""
    done = run(tmp_path, "-c", code, DJANGO_SETTINGS_MODULE="config.settings")
    assert done.returncode == 0, done.stdout + done.stderr
    assert run(tmp_path, "-c", "import config.wsgi").returncode == 0


@pytest.mark.parametrize(
    "variables",
    [
        {"REPLAYBOOK_DEBUG": "maybe"},
        {"REPLAYBOOK_SCHEME": "ftp"},
        {"REPLAYBOOK_UPLOAD_LIMIT": "10GB"},
        {"REPLAYBOOK_UPLOAD_LIMIT": "0"},
        {"REPLAYBOOK_HOSTS": "https://a.example"},
        {"REPLAYBOOK_HOSTS": "a b"},
        {"REPLAYBOOK_ORIGINS": "a.example"},
        {"REPLAYBOOK_DATA": "var"},
        {"REPLAYBOOK_SECRET_KEY": "short"},
        {"REPLAYBOOK_SECRET_KEY": "a" * 60},
        {"REPLAYBOOK_SECRET_KEY": "django-insecure-" + SECRET},
        {"REPLAYBOOK_BROKER": "amqp://localhost"},
        {"REPLAYBOOK_BROKER": "filesystem://relative"},
        {"REDIS_URL": "filesystem:///x"},
        {"DATABASE_URL": "mysql://a/b"},
        {"DATABASE_URL": "postgresql://a"},
        {"DATABASE_URL": "postgresql://a/b?options=-c"},
        {"DATABASE_URL": "postgresql://u:hunter2@a:port/b"},
        {"DATABASE_URL": "sqlite://relative"},
    ],
)
def test_nonsense_is_refused_and_no_password_is_repeated(load, variables):
    with pytest.raises(ImproperlyConfigured, match=next(iter(variables))) as refused:
        load(**variables)
    assert "hunter2" not in str(refused.value)


def test_a_secret_that_others_can_read_is_refused(tmp_path):
    file = tmp_path / "secret-key"
    file.write_text(SECRET)
    file.chmod(0o644)
    with pytest.raises(ImproperlyConfigured, match="0600"):
        environment.secret("REPLAYBOOK_NONE", file)
    file.chmod(0o600)
    assert environment.secret("REPLAYBOOK_NONE", file) == SECRET


def test_a_database_url_is_taken_apart(monkeypatch, tmp_path):
    monkeypatch.setenv("DATABASE_URL", "postgresql://us%40er:p%2Fw@db.example:5433/name?sslmode=require")
    found = environment.database("DATABASE_URL", tmp_path)
    assert [found[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT")] == [
        "name",
        "us@er",
        "p/w",
        "db.example",
        "5433",
    ]
    assert found["OPTIONS"] == {"sslmode": "require"}
    monkeypatch.setenv("DATABASE_URL", "postgresql:///name?host=/run/postgresql")
    assert environment.database("DATABASE_URL", tmp_path)["HOST"] == "/run/postgresql"
    monkeypatch.setenv("DATABASE_URL", "sqlite:////var/lib/x%20y.db")
    assert environment.database("DATABASE_URL", tmp_path)["NAME"] == "/var/lib/x y.db"


def test_sqlite_takes_the_write_lock_first_and_keeps_a_log(db):
    from django.db import connection

    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        pragmas = [
            cursor.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    assert pragmas == ["wal", 2, 1]
    assert connection.settings_dict["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert connection.settings_dict["OPTIONS"]["timeout"] >= 10


@pytest.mark.parametrize(("said", "hours"), [("", 24), ("daily", 24), ("Off", 0), ("6", 6), ("8760", 8760)])
def test_replays_are_daily_off_or_every_so_many_hours(load, said, hours):
    every = load(REPLAYBOOK_REPLAYS=said).REPLAY_EVERY_HOURS
    assert every == hours


@pytest.mark.parametrize("said", ["0", "-1", "often", "8761", "1.5", "٣"])
def test_other_words_for_replays_are_refused(load, said):
    with pytest.raises(ImproperlyConfigured, match="REPLAYBOOK_REPLAYS must be daily, off, or hours"):
        load(REPLAYBOOK_REPLAYS=said)


def test_the_lab_is_in_the_data_folder_or_where_it_is_said(load, tmp_path):
    places = [load().LAB_ROOT, load(REPLAYBOOK_LAB=str(tmp_path / "images")).LAB_ROOT]
    assert places == [tmp_path / "lab", tmp_path / "images"]
