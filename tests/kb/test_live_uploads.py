"""Uploads to a real server, over plain sockets: what is settled before the body, what a break leaves."""

import contextlib
import resource
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings as django_settings

from kb import tokens
from kb.models import Capture
from tests import cast as people
from tests.cast import files_below
from tests.town import Town, wait_for

GIGABYTE = 10**9
LIMIT = 64 * 10**6


@pytest.fixture(scope="module")
def town(tmp_path_factory, django_db_setup) -> Iterator[Town]:
    data = tmp_path_factory.mktemp("live")
    built = Town(data, f"filesystem://{data / 'broker'}", {"REPLAYBOOK_UPLOAD_LIMIT": str(LIMIT)})
    yield built
    built.close()


@pytest.fixture(scope="module")
def port(town: Town, django_db_blocker) -> int:
    with django_db_blocker.unblock():
        return town.server()


@pytest.fixture
def media(town: Town) -> Iterator[Path]:
    folder = town.data / "media"
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def cast(transactional_db):
    return people.make()


@pytest.fixture
def session(client, cast) -> str:
    """Alice's cookie."""
    client.force_login(cast.alice)
    return client.cookies[django_settings.SESSION_COOKIE_NAME].value


def head(path: str, length: int | str, *more: str) -> bytes:
    lines = [
        f"POST {path} HTTP/1.1",
        "Host: localhost",
        "Content-Type: multipart/form-data; boundary=x",
        f"Content-Length: {length}",
        "Accept: application/json",
        *more,
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


PART = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pcap"\r\n\r\n'
END = b"\r\n--x--\r\n"


def answer(port: int, *sent: bytes, seconds: float = 5) -> bytes:
    """What comes back for these bytes and no others, with the connection held open."""
    with socket.create_connection(("127.0.0.1", port), seconds) as connection:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # an early answer ends the reading
            for piece in sent:
                connection.sendall(piece)
        got = b""
        while b"\r\n\r\n" not in got:
            piece = connection.recv(65536)
            if not piece:
                break
            got += piece
        return got


@pytest.mark.parametrize("path", ["/captures/upload/", "/api/captures"])
@pytest.mark.parametrize("credential", [(), ("Authorization: Bearer wrong",), ("Cookie: session=made-up",)])
def test_a_stranger_gets_401_before_the_body_is_read(port, media, transactional_db, path, credential):
    start = time.monotonic()
    got = answer(port, head(path, GIGABYTE // 100, *credential))
    assert got.startswith(b"HTTP/1.1 401 ")
    assert time.monotonic() - start < 3
    assert files_below(media) == []


@pytest.mark.parametrize("path", ["/captures/upload/", "/api/captures"])
def test_too_much_is_413_before_the_body_is_read(port, media, session, cast, path):
    credential = (
        f"Authorization: Bearer {tokens.make(cast.alice)}" if "api" in path else f"Cookie: session={session}"
    )
    got = answer(port, head(path, GIGABYTE, credential))
    assert got.startswith(b"HTTP/1.1 413 ")
    assert files_below(media) == []


def test_a_stranger_who_sends_anyway_is_cut_off(port, transactional_db):
    """The server does not swallow a gigabyte to be polite."""
    sent = 0
    with socket.create_connection(("127.0.0.1", port), 5) as connection:
        connection.sendall(head("/api/captures", GIGABYTE))
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            while sent < GIGABYTE:
                sent += connection.send(bytes(1 << 16))
    assert sent < GIGABYTE // 10


def test_an_upload_that_is_aborted_leaves_no_half_file(port, media, cast):
    token = tokens.make(cast.alice)
    with socket.create_connection(("127.0.0.1", port), 5) as connection:
        connection.sendall(head("/api/captures", 20_000_000, f"Authorization: Bearer {token}") + PART)
        connection.sendall(bytes(5_000_000))
        wait_for(lambda: any(path.stat().st_size for path in (media / "incoming").glob("*.part")))
    wait_for(lambda: files_below(media) == [])
    assert not Capture.objects.exists()


def test_a_server_killed_in_mid_upload_leaves_nothing_that_counts(port, town, media, cast):
    """Nothing cleans up after SIGKILL: there is no row that makes it a capture, and the sweep removes it."""
    other = Town(town.data, town.broker)
    where = other.server()
    token = tokens.make(cast.alice)
    with socket.create_connection(("127.0.0.1", where), 5) as connection:
        connection.sendall(head("/api/captures", 20_000_000, f"Authorization: Bearer {token}") + PART)
        connection.sendall(bytes(5_000_000))
        wait_for(lambda: any(path.stat().st_size for path in (media / "incoming").glob("*.part")))
        other.close()
    assert not Capture.objects.exists()
    assert [Path(name).parts[0] for name in files_below(media)] == ["incoming"]


def test_a_large_upload_is_streamed_and_never_held_in_memory(port, town, media, cast):
    token = tokens.make(cast.alice)
    content = bytes(60_000_000)
    body = PART + content + END
    before = resident(town)
    got = answer(port, head("/api/captures", len(body), f"Authorization: Bearer {token}"), body, seconds=20)
    assert got.startswith(b"HTTP/1.1 201 ")
    assert Capture.objects.get().size == len(content)
    assert peak(town) - before < 30_000_000


def resident(town: Town) -> int:
    return max(memory(pid, "VmRSS") for pid in processes(town))


def peak(town: Town) -> int:
    return max(memory(pid, "VmHWM") for pid in processes(town))


def processes(town: Town) -> list[int]:
    found = subprocess.run(["pgrep", "-g", str(town.running[0].pid)], capture_output=True, text=True)
    return [int(pid) for pid in found.stdout.split()]


def memory(pid: int, name: str) -> int:
    line = next(
        line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith(name)
    )
    return int(line.split()[1]) * 1024


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--x",
        PART,
        PART + b"abc",
        PART + b"abc\r\n--x",
        PART + b"abc\r\n--y--\r\n",
        b"\0" * 1000,
        b"--x\r\n\r\n--x--",
    ],
)
def test_a_body_that_is_no_form_is_422_and_the_server_lives(port, media, cast, body):
    token = tokens.make(cast.alice)
    got = answer(port, head("/api/captures", len(body), f"Authorization: Bearer {token}"), body)
    assert got.startswith(b"HTTP/1.1 422 "), got[:200]
    assert files_below(media) == []


@pytest.mark.parametrize("length", ["-1", "abc", "99999999999999999999999", "1e3"])
def test_a_length_that_is_none_is_refused(port, media, cast, length):
    token = tokens.make(cast.alice)
    got = answer(port, head("/api/captures", length, f"Authorization: Bearer {token}"))
    assert got.split()[1] in (b"400", b"413", b"422")
    assert files_below(media) == []


def test_a_server_that_can_write_no_more_says_so_in_one_sentence(town, media, cast):
    """The kernel's own error, in the middle of a file: EFBIG, since ENOSPC would need a full disk.

    The limit holds for the database's log as well, which grows with the tests before this one: it is wide.
    """
    full = Town(town.data, town.broker)
    try:
        got = statuses_of_a_limited(full, tokens.make(cast.alice))
    finally:
        full.close()
    assert got == [b"201", b"507", b"201"]
    assert Capture.objects.count() == len(files_below(media)) == 2


def statuses_of_a_limited(full: Town, token: str) -> list[bytes]:
    """What a server answers whose files may have 40 MB, to a small, a large and a small capture."""
    where, got = full.server(), []
    for pid in processes(full):
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (40_000_000, 40_000_000))
    for size in (1_000_000, 50_000_000, 1_000_000):
        body = PART + bytes(size) + END
        answered = answer(where, head("/api/captures", len(body), f"Authorization: Bearer {token}"), body)
        got.append(answered.split()[1])
    return got
