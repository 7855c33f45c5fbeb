"""Reading the environment: each helper gives a value of one kind, or refuses to start with one sentence.

A variable that is set but empty counts as not set: supervisors and shells often export empty ones.
"""

import os
import re
import stat
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

SHORTEST_SECRET = 50  # characters; Django's own check (security.W009) asks for the same


def text(name: str, default: str = "") -> str:
    """The variable's text, without spaces around it."""
    return os.environ.get(name, "").strip() or default


def flag(name: str, default: bool = False) -> bool:
    """A switch: 1, true, yes, on or 0, false, no, off."""
    value = text(name).lower()
    if not value:
        return default
    if value in ("1", "true", "yes", "on"):
        return True
    if value in ("0", "false", "no", "off"):
        return False
    raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}.")


def number(name: str, default: int, *, least: int) -> int:
    """A whole number that is at least `least`."""
    value = text(name, str(default))
    if not re.fullmatch(r"[0-9]{1,18}", value) or int(value) < least:
        raise ImproperlyConfigured(f"{name} must be a whole number of at least {least}, not {value!r}.")
    return int(value)


def hours(name: str, default: str) -> int:
    """How often: daily, off (0), or a whole number of hours from 1 to 8,760."""
    value = text(name, default).lower()
    words = {"daily": 24, "off": 0}
    if value in words:
        return words[value]
    if not re.fullmatch(r"[1-9][0-9]{0,3}", value) or int(value) > 8760:
        raise ImproperlyConfigured(f"{name} must be daily, off, or hours from 1 to 8760, not {value!r}.")
    return int(value)


def choice(name: str, default: str, *, among: tuple[str, ...]) -> str:
    """One of a few words."""
    value = text(name, default)
    if value not in among:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(among)}, not {value!r}.")
    return value


def hosts(name: str, default: list[str]) -> list[str]:
    """Host names or addresses between commas; a scheme, a path or a port is refused."""
    values = [word.strip() for word in text(name).split(",") if word.strip()] or default
    for value in values:
        if not re.fullmatch(r"\*|\.?[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\]", value):
            raise ImproperlyConfigured(f"{name} lists host names between commas, and {value!r} is none.")
    return values


def origins(name: str) -> list[str]:
    """Origins between commas: scheme://host or scheme://host:port."""
    values = [word.strip() for word in text(name).split(",") if word.strip()]
    for value in values:
        if not re.fullmatch(r"https?://[A-Za-z0-9.*\[\]:_-]+", value):
            raise ImproperlyConfigured(f"{name} lists origins such as https://host.example, not {value!r}.")
    return values


def folder(name: str, default: Path) -> Path:
    """A folder, as an absolute path; it need not exist yet."""
    value = Path(text(name, str(default))).expanduser()
    if not value.is_absolute():
        raise ImproperlyConfigured(f"{name} must be an absolute path, not {str(value)!r}.")
    if value.exists() and not value.is_dir():
        raise ImproperlyConfigured(f"{name} must be a folder, and {str(value)!r} is something else.")
    return value


def secret(name: str, file: Path) -> str:
    """The secret key from the environment, else from its file; empty when there is none yet.

    Django itself refuses every use of an empty key, and config/wsgi.py refuses to start without one. The
    worker and `manage.py migrate` need no key, and so do not get one by accident.
    """
    value = text(name)
    if not value and file.exists():
        if stat.S_IMODE(file.stat().st_mode) & 0o077:
            raise ImproperlyConfigured(f"{file} can be read by others; its mode must be 0600.")
        value = file.read_text("ascii").strip()
    if value and (len(value) < SHORTEST_SECRET or len(set(value)) < 5 or "insecure" in value):
        raise ImproperlyConfigured(f"{name} must be random and have at least {SHORTEST_SECRET} characters.")
    return value


def database(name: str, default: Path) -> dict[str, Any]:
    """Django's settings of one database: postgresql://user:password@host:port/name?sslmode=… or sqlite:////path."""
    value = text(name)
    if not value:
        return sqlite(default)
    url = urlsplit(value)
    if url.scheme == "sqlite" and not url.netloc and url.path.startswith("//"):
        return sqlite(Path(unquote(url.path[1:])))
    if url.scheme not in ("postgres", "postgresql"):
        # The URL may hold a password: only its scheme is repeated.
        raise ImproperlyConfigured(f"{name} must be postgresql://… or sqlite:////…, not {url.scheme!r}.")
    return postgresql(name, url)


def postgresql(name: str, url: SplitResult) -> dict[str, Any]:
    """PostgreSQL by URL. `?host=/run/postgresql` names the folder of a unix socket, as libpq writes it."""
    options = dict(parse_qsl(url.query, keep_blank_values=True, strict_parsing=bool(url.query)))
    host = options.pop("host", "") or unquote(url.hostname or "")
    database_name = unquote(url.path.removeprefix("/"))
    allowed = {"sslmode", "sslrootcert", "sslcert", "sslkey", "connect_timeout", "application_name"}
    if not database_name or "/" in database_name or set(options) - allowed:
        raise ImproperlyConfigured(f"{name} must name one database, and set nothing but {sorted(allowed)}.")
    try:
        port = str(url.port or "")
    except ValueError:
        raise ImproperlyConfigured(f"{name} has a port that is no number.") from None
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": database_name,
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": host,
        "PORT": port,
        "OPTIONS": options,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


def sqlite(file: Path) -> dict[str, Any]:
    """SQLite for readers beside one writer.

    BEGIN IMMEDIATE takes the write lock first: with the default (deferred) two writers that both read before
    they write fail with "database is locked" at once, whatever the timeout.
    """
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(file),
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
        },
    }


def broker(redis: str, chosen: str, default: Path) -> tuple[str, Path | None]:
    """The broker's URL for Celery, and the folder of the filesystem transport where that is the broker.

    `redis` (REDIS_URL) comes first, then `chosen` (REPLAYBOOK_BROKER), then files below `default`.
    """
    name, value = ("REDIS_URL", redis) if redis else ("REPLAYBOOK_BROKER", chosen)
    if not value:
        return "atomicfiles://here", default
    scheme, _, rest = value.partition("://")
    if scheme in ("redis", "rediss", "redis+socket") and rest:
        return value, None
    if scheme == "filesystem" and rest.startswith("/") and name == "REPLAYBOOK_BROKER":
        return "atomicfiles://here", Path(rest)
    raise ImproperlyConfigured(
        f"{name} must be redis://…, rediss://…, redis+socket:///… or filesystem:///folder."
    )
