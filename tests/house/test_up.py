"""bin/up, as a person and the network meet it. Each product runs on a data folder and a port of its own."""

import http.cookiejar
import json
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from launch import trial
from tests.house.tree import ROOT

CAPTURE = ROOT / "diagnoses" / "refused_on_path" / "fires.pcap"
needs_redis = pytest.mark.skipif(not shutil.which("redis-server"), reason="needs redis-server")


class Visitor:
    """A browser without a face. `headers` go with every request, as a proxy would add them."""

    def __init__(self, url: str, **headers: str) -> None:
        self.url, self.headers, self.jar = url, headers, http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))

    def open(self, path: str, data: bytes | None = None, **headers: str):
        address = path if path.startswith("http") else self.url + path
        headers = {name.replace("_", "-"): value for name, value in (self.headers | headers).items()}
        try:
            return self.opener.open(urllib.request.Request(address, data, headers), timeout=20)
        except urllib.error.HTTPError as error:
            return error

    def sign_in(self, data: Path, **headers: str):
        page = self.open("/sign-in/").read().decode()
        form = {"username": "admin", "password": (data / "admin-password").read_text().strip()}
        form["csrfmiddlewaretoken"] = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]
        return self.open("/sign-in/", urllib.parse.urlencode(form).encode(), **headers)


def processes_of(data: Path) -> set[int]:
    """Living processes whose environment names the data folder."""
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                if f"REPLAYBOOK_DATA={data}".encode() in (entry / "environ").read_bytes().split(b"\0"):
                    found.add(int(entry.name))
            except OSError:
                continue
    return found


NAMES = {
    "gunicorn": "web",
    "worker --queues captures,house": "worker",
    "worker --queues lab": "lab",
    "workers beat": "beat",
}  # words of a command line → what the supervisor calls it


def process_running(data: Path, words: str) -> int:
    """The oldest process of the product whose command line has these words."""
    lines = {number: command_line(number) for number in processes_of(data)}
    return min(number for number, line in lines.items() if words in line)


def command_line(number: int) -> str:
    try:
        return Path(f"/proc/{number}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def gone_within(data: Path, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while processes_of(data) and time.monotonic() < until:
        time.sleep(0.05)
    return not processes_of(data)


def launch(data: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Runs it to its end, for starts that fail."""
    return subprocess.run(
        [sys.executable, "-m", "launch", "--no-input", "--no-lab", *options],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "bin"), "REPLAYBOOK_DATA": str(data)},
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.fixture(scope="module")
def product(tmp_path_factory) -> Iterator[trial.Trial]:
    with trial.started(tmp_path_factory.mktemp("product") / "data") as started:
        yield started


def test_it_answers_on_loopback_and_says_where(product):
    assert product.url.startswith("http://127.0.0.1:")
    assert Visitor(product.url).open("/healthz/").status == 200


def test_what_it_keeps_is_for_its_owner_only(product):
    data = product.data
    assert stat.S_IMODE(data.stat().st_mode) == stat.S_IMODE((data / "run").stat().st_mode) == 0o700
    for file in (path for path in data.rglob("*") if path.is_file()):
        assert stat.S_IMODE(file.stat().st_mode) & 0o077 == 0, file
    assert len((data / "secret-key").read_text().strip()) >= 50
    assert len((data / "admin-password").read_text().strip()) >= 20


def test_the_link_signs_in_once(product):
    visitor = Visitor(product.url)
    assert visitor.open(product.link).url == product.url + "/"
    assert Visitor(product.url).open(product.link).status == 410


def test_the_password_is_not_shown_and_signs_in(product):
    assert (product.data / "admin-password").read_text().strip() not in "\n".join(product.said)
    assert Visitor(product.url).sign_in(product.data).url == product.url + "/"


def test_a_host_name_of_somebody_else_is_not_answered(product):
    assert Visitor(product.url, Host="evil.example").open("/sign-in/").status == 400


def test_a_second_one_on_the_same_data_is_refused_in_one_sentence(product):
    done = launch(product.data, "--port", "0")
    assert done.returncode == 1
    assert done.stderr == f"Replaybook is already running on the data folder {product.data}.\n"


def test_a_port_in_use_is_one_sentence(product, tmp_path):
    port = product.url.rpartition(":")[2]
    done = launch(tmp_path, "--port", port)
    assert done.returncode == 1
    assert done.stderr == (
        f"Port {port} on 127.0.0.1 is in use by another program; choose another one with --port.\n"
    )


@pytest.mark.parametrize(
    ("options", "status", "words"),
    [
        (["--host", "192.0.2.77"], 1, "is no address of this machine"),
        (["--host", "no.such.host.invalid"], 1, "is not known"),
        (["--port", "65536"], 2, "is not a port"),
        (["--workers", "0"], 2, "is not a number between 1 and 256"),
        (["--public-url", "replaybook.example"], 2, "is not of the form https://name"),
        (["--public-url", "https://replaybook.example/kb"], 2, "is not of the form https://name"),
    ],
)
def test_an_option_without_sense_is_one_sentence(tmp_path, options, status, words):
    done = launch(tmp_path, *options)
    assert done.returncode == status
    assert words in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("url", ["postgresql://127.0.0.1:1/none", "mysql://127.0.0.1/none"])
def test_a_database_that_cannot_be_used_is_said_without_a_traceback(tmp_path, url):
    with pytest.raises(RuntimeError) as raised, trial.started(tmp_path, environment={"DATABASE_URL": url}):
        pass
    assert "Replaybook was not started." in str(raised.value)
    assert "Traceback" not in str(raised.value)


def test_ctrl_c_stops_all_within_10_seconds_and_the_next_start_is_quick(tmp_path):
    with trial.started(tmp_path) as started:
        secrets = [(tmp_path / name).read_text() for name in ("secret-key", "admin-password")]
        assert len(processes_of(tmp_path)) >= 4
        begun = time.monotonic()
        assert started.stop() == 0
        assert time.monotonic() - begun < 10
    assert gone_within(tmp_path, 1)
    assert {path.name for path in (tmp_path / "run").iterdir()} <= {"lock", "beat", "broker.log"}
    begun = time.monotonic()
    with trial.started(tmp_path):
        assert time.monotonic() - begun < 10  # 3 s on an idle machine
        assert secrets == [(tmp_path / name).read_text() for name in ("secret-key", "admin-password")]


def test_what_is_killed_starts_again_and_nothing_outlives_the_supervisor(tmp_path):
    with trial.started(tmp_path) as started:
        for words, name in NAMES.items():
            os.kill(process_running(tmp_path, words), signal.SIGKILL)
            assert "SIGKILL" in started.wait_for(f"{name:<7}| ended by itself", 10)
        assert Visitor(started.url).open("/healthz/").status == 200
        started.process.kill()
        assert gone_within(tmp_path, 15)


def test_what_cannot_act_on_the_death_of_the_supervisor_is_ended_by_force(tmp_path):
    """A stopped process hears nothing but SIGKILL; one that is only starting may miss its parent's death."""
    with trial.started(tmp_path) as started:
        for words in NAMES:
            os.kill(process_running(tmp_path, words), signal.SIGSTOP)
        started.process.kill()
        assert gone_within(tmp_path, 15)


def report_of(started: trial.Trial, data: Path) -> dict:
    """Uploads a capture through the API and waits for its verdict."""
    command = [sys.executable, "manage.py", "token", "admin"]
    environment = {"PATH": os.environ["PATH"], "REPLAYBOOK_DATA": str(data)}
    token = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True).stdout.strip()
    visitor = Visitor(started.url, Authorization=f"Bearer {token}")
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="fires.pcap"\r\n\r\n'
    body = head + CAPTURE.read_bytes() + b"\r\n--x--\r\n"
    answer = visitor.open("/api/captures", body, Content_Type="multipart/form-data; boundary=x")
    assert answer.status == 201
    uid, until = json.loads(answer.read())["id"], time.monotonic() + 60
    while time.monotonic() < until:
        capture = json.loads(visitor.open(f"/api/captures/{uid}").read())
        if capture["state"] not in ("waiting", "running"):
            return capture
        time.sleep(0.2)
    raise AssertionError("no verdict within 60 s:\n" + "\n".join(started.said))


@needs_redis
def test_a_capture_gets_its_verdict_through_the_private_redis(tmp_path):
    with trial.started(tmp_path) as started:
        assert "private redis-server" in started.said[0]
        assert [finding["code"] for finding in report_of(started, tmp_path)["report"]["findings"]][:1] == [
            "refused_on_path"
        ]


def test_a_capture_gets_its_verdict_where_no_redis_is_installed(tmp_path):
    (tmp_path / "tools").mkdir()
    for name in ("hostname", "bash"):
        (tmp_path / "tools" / name).symlink_to(shutil.which(name))
    environment = {"PATH": str(tmp_path / "tools")}
    with trial.started(tmp_path / "data", environment=environment) as started:
        assert "messages through files" in started.said[0]
        assert report_of(started, tmp_path / "data")["state"] == "done"


def own_address() -> str:
    """An address of this machine other than loopback."""
    addresses = subprocess.run(["hostname", "-I"], capture_output=True, text=True).stdout.split()
    return next((address for address in addresses if "." in address), "")


def test_it_can_be_reached_over_plain_http_from_elsewhere(tmp_path):
    environment = {"REPLAYBOOK_HOSTS": "replaybook.lan"}
    with trial.started(tmp_path, "--host", "0.0.0.0", environment=environment) as started:
        port = started.url.rpartition(":")[2]
        assert started.link == ""
        assert any("travel unencrypted" in line for line in started.said)
        names = ["127.0.0.1", socket.gethostname(), *filter(None, [own_address()])]
        for name in names:
            visitor = Visitor(f"http://127.0.0.1:{port}", Host=f"{name}:{port}")
            signed_in = visitor.sign_in(tmp_path, Origin=f"http://{name}:{port}")
            assert signed_in.status == 200, name
            assert {cookie.name for cookie in visitor.jar} >= {"session", "csrf"}
        assert Visitor(f"http://127.0.0.1:{port}", Host="replaybook.lan").open("/sign-in/").status == 200
        assert Visitor(f"http://127.0.0.1:{port}", Host="evil.example").open("/sign-in/").status == 400


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def test_it_works_behind_a_tls_proxy(tmp_path):
    port, url = free_port(), "https://replaybook.example"
    with trial.started(tmp_path, "--port", str(port), "--public-url", url) as started:
        assert (started.url, started.link) == (url, "")
        visitor = BehindProxy(
            f"http://127.0.0.1:{port}", Host="replaybook.example", X_Forwarded_Proto="https"
        )
        assert "max-age=" in visitor.open("/sign-in/").headers["Strict-Transport-Security"]
        signed_in = visitor.sign_in(tmp_path, Origin=url, Referer=f"{url}/sign-in/")
        assert (signed_in.status, signed_in.headers["Location"]) == (302, "/")
        cookies = signed_in.headers.get_all("Set-Cookie")
        assert {cookie.partition("=")[0] for cookie in cookies} == {"__Host-session", "__Host-csrf"}
        assert all("; Secure" in cookie for cookie in cookies)
        forged = visitor.sign_in(tmp_path, Origin="https://evil.example", Referer="https://evil.example/")
        assert forged.status == 403


class BehindProxy(Visitor):
    """Speaks http to a product that believes in https: sends cookies all the same, follows nothing."""

    def __init__(self, url: str, **headers: str) -> None:
        super().__init__(url, **headers)
        self.opener = urllib.request.build_opener(NoRedirect)

    def open(self, path: str, data: bytes | None = None, **headers: str):
        answer = super().open(path, data, **headers)
        cookies = [cookie.partition(";")[0] for cookie in answer.headers.get_all("Set-Cookie", [])]
        if cookies and data is None:
            self.headers["Cookie"] = "; ".join(cookies)
        return answer


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """Leaves redirects to the test."""

    def redirect_request(self, *_):
        return None


def test_the_command_itself_starts_and_stops(tmp_path):
    check = ["bash", "-c", '. "$0"; environment_is_current product', ROOT / "bin" / "environment.sh"]
    if subprocess.run(check).returncode:
        pytest.skip("needs the .venv that bin/test makes: this one is not from the pinned requirements")
    process = subprocess.Popen(
        [ROOT / "bin" / "up", "--port", "0"],
        env={"PATH": os.environ["PATH"], "REPLAYBOOK_DATA": str(tmp_path)},
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    said = list(iter(process.stdout.readline, "Ctrl-C stops everything.\n"))
    assert any(line.startswith("Replaybook is ready: http://127.0.0.1:") for line in said), said
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=15) == 0
    assert gone_within(tmp_path, 1)
