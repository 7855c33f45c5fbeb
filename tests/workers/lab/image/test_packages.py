"""Debian's packages, asked of stand-ins for apt: what is said to it, and what it may do to us."""

import time

import pytest

from workers.lab.image import packages
from workers.lab.image.packages import MIRROR, Apt, CannotFetch, sources


@pytest.fixture
def apt_get(tmp_path, monkeypatch):
    """Puts a stand-in for apt-get and apt-cache on an otherwise empty PATH; its words are noted in a file."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.delenv(MIRROR, raising=False)

    def put(script: str) -> None:
        for name in ("apt-get", "apt-cache"):
            (folder / name).write_text(f'#!/bin/sh\necho "$0 $*" >> "{tmp_path}/said"\n{script}\n')
            (folder / name).chmod(0o755)

    return put


@pytest.fixture
def apt(tmp_path):
    return Apt(tmp_path / "apt", "trixie")


REPOSITORIES = """
echo 'http://mirror.example/debian/ Debian Debian'
echo 'http://mirror.example/debian/ Debian Debian'
echo 'http://mirror.example/debian-security/ Debian Debian-Security'
echo 'https://example.org/tools Other Other'
echo ''
echo 'alone'
"""


def test_the_hosts_mirrors_are_used_for_the_wanted_release(apt_get):
    apt_get(REPOSITORIES)
    assert sources("trixie") == [
        ("http://mirror.example/debian/", "trixie"),
        ("http://mirror.example/debian-security/", "trixie-security"),
    ]


def test_the_variable_names_a_mirror_and_apt_is_not_asked(apt_get, monkeypatch, tmp_path):
    apt_get("exit 1")
    monkeypatch.setenv(MIRROR, "http://mirror.example/debian")
    assert sources("bookworm") == [("http://mirror.example/debian", "bookworm")]
    assert not (tmp_path / "said").exists()


def test_a_host_without_debian_is_told_of_the_variable(apt_get):
    apt_get("echo 'http://archive.ubuntu.com/ubuntu/ Ubuntu Ubuntu'")
    with pytest.raises(CannotFetch, match=MIRROR):
        sources("bookworm")


def test_everything_that_apt_writes_lies_below_our_folder(apt):
    values = dict(word.split("=", 1) for word in apt.options() if word != "-o")
    folders = {name: value for name, value in values.items() if name.startswith("Dir")}
    for name in ("sourceparts", "preferences", "preferencesparts"):  # the host's own are not read either
        assert folders.pop(f"Dir::Etc::{name}") == "/dev/null"
    assert {
        "Dir::Etc::sourcelist",
        "Dir::State",
        "Dir::State::lists",
        "Dir::State::status",
        "Dir::Cache",
    } == set(folders)
    assert all(value.startswith(f"{apt.folder}/") for value in folders.values())
    assert apt.options()[::2] == ["-o"] * len(values)


def test_every_command_has_these_options_and_nothing_is_installed(apt_get, apt, monkeypatch, tmp_path):
    apt_get(":")
    monkeypatch.setenv(MIRROR, "http://mirror.example/debian")
    apt.prepare()
    for name in ("b_1_amd64.deb", "a_1_amd64.deb"):
        (apt.folder / "cache/archives" / name).touch()
    assert [path.name for path in apt.fetch(["bash"])] == ["a_1_amd64.deb", "b_1_amd64.deb"]
    update, install = (tmp_path / "said").read_text().splitlines()
    for line in (update, install):
        assert " ".join(map(str, apt.options())) in line
    assert update.endswith("update -qq")
    assert "--download-only" in install
    written = (apt.folder / "etc/sources.list").read_text()
    assert written == f"deb [signed-by={packages.KEYRING}] http://mirror.example/debian trixie main\n"
    assert (apt.folder / "state/status").read_bytes() == b""


def test_the_newest_kernel_is_the_one_that_its_package_names(apt_get, apt):
    apt_get("""case "$0" in
*apt-cache) printf 'linux-image-cloud-amd64\\n  Depends: linux-image-6.12.9-cloud-amd64\\n' ;;
*) : > linux-image-6.12.9-cloud-amd64_6.12.9-1_amd64.deb ;;
esac""")
    apt.folder.mkdir()
    assert apt.fetch_kernel().name == "linux-image-6.12.9-cloud-amd64_6.12.9-1_amd64.deb"


def test_a_release_without_such_a_kernel_is_named(apt_get, apt):
    apt_get("echo linux-image-cloud-amd64")
    with pytest.raises(CannotFetch, match="Debian trixie names no kernel"):
        apt.fetch_kernel()


def test_the_last_thing_that_apt_says_is_the_reason(apt_get, apt):
    apt_get("echo W: first >&2; echo E: Unable to fetch some archives >&2; exit 100")
    with pytest.raises(CannotFetch) as reason:
        apt.fetch(["bash"])
    assert str(reason.value) == (
        "apt could not fetch what the lab is made of: E: Unable to fetch some archives"
    )


def test_an_apt_that_fails_in_silence_is_still_a_sentence(apt_get, apt):
    apt_get("exit 1")
    with pytest.raises(CannotFetch, match="made of: exit status 1"):
        apt.run("apt-get", "update")


def test_an_apt_that_hangs_is_given_up(apt_get, apt, monkeypatch):
    apt_get("exec /bin/sleep 60")
    monkeypatch.setattr(packages, "TIMEOUT", 0.3)
    monkeypatch.setattr(packages, "ASK_TIMEOUT", 0.2)
    began = time.monotonic()
    with pytest.raises(CannotFetch, match=r"did not answer within 0\.3 seconds"):
        apt.run("apt-get", "update")
    with pytest.raises(CannotFetch, match=r"did not answer within 0\.2 seconds"):
        sources("trixie")
    assert time.monotonic() - began < 10


def test_a_system_without_apt_is_told_so(tmp_path, apt, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv(MIRROR, raising=False)
    for ask in (lambda: apt.run("apt-get", "update"), lambda: sources("trixie")):
        with pytest.raises(CannotFetch, match="this system has no apt-get"):
            ask()


def test_apt_asks_nobody_anything(apt_get, apt, tmp_path):
    apt_get(f'echo "$DEBIAN_FRONTEND $LC_ALL" > "{tmp_path}/env"; if read answer; then echo asked; fi')
    assert apt.run("apt-get", "update") == ""
    assert (tmp_path / "env").read_text() == "noninteractive C.UTF-8\n"
