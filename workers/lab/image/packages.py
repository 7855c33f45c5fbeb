"""Debian packages, fetched with a configuration of apt of our own: the host's sources and packages stay as
they are.
"""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
MIRROR = "REPLAYBOOK_DEBIAN_MIRROR"  # variable: where Debian's packages are, if the host's apt does not know
TIMEOUT, ASK_TIMEOUT = 600, 60  # seconds for one command of apt, and for one that fetches nothing
NO_APT = "The lab is built from Debian's packages, and this system has no apt-get."


class CannotFetch(Exception):
    """apt could not; the text is one sentence."""


@dataclass(frozen=True)
class Apt:
    """apt-get with folders of its own, for one release of Debian. Works for any user."""

    folder: Path
    suite: str

    def prepare(self) -> None:
        """Makes the folders and fetches the lists of packages."""
        for name in ("lists/partial", "cache/archives/partial", "state", "etc"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        (self.folder / "state/status").touch()  # nothing is installed: every dependency is fetched
        lines = [
            f"deb [signed-by={KEYRING}] {mirror} {suite} main\n" for mirror, suite in sources(self.suite)
        ]
        (self.folder / "etc/sources.list").write_text("".join(lines))
        self.run("apt-get", "update", "-qq")

    def fetch(self, names: list[str]) -> list[Path]:
        """The named packages and all that they depend on, as .deb files in order of their names."""
        self.run("apt-get", "install", "--download-only", "-y", "-qq", *names)
        return sorted((self.folder / "cache/archives").glob("*.deb"))

    def fetch_kernel(self) -> Path:
        """The newest kernel for virtual machines."""
        said = self.run("apt-cache", "depends", "linux-image-cloud-amd64")
        name = next((line.split()[-1] for line in said.splitlines() if "Depends:" in line), "")
        if not name:
            raise CannotFetch(f"Debian {self.suite} names no kernel for virtual machines.")
        into = self.folder / "kernel"
        into.mkdir(exist_ok=True)
        self.run("apt-get", "download", "-qq", name, cwd=into)
        return sorted(into.glob(f"{name}_*.deb"))[-1]

    def run(self, *words: str, cwd: Path | None = None) -> str:
        """Runs a command of apt on our own folders; its output."""
        program, *rest = words
        command = [program, *self.options(), *rest]
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
        try:
            done = subprocess.run(
                command, cwd=cwd, env=environment, timeout=TIMEOUT, capture_output=True, text=True,
                stdin=subprocess.DEVNULL, check=False,
            )  # fmt: skip
        except FileNotFoundError:
            raise CannotFetch(NO_APT) from None
        except subprocess.TimeoutExpired:
            raise CannotFetch(f"apt did not answer within {TIMEOUT} seconds.") from None
        if done.returncode != 0:
            said = last_line(done.stderr) or f"exit status {done.returncode}"
            raise CannotFetch(f"apt could not fetch what the lab is made of: {said}")
        return done.stdout

    def options(self) -> list[str]:
        """Everything that apt reads or writes lies below our folder."""
        here = self.folder
        settings = {
            "Dir::Etc::sourcelist": here / "etc/sources.list",
            "Dir::Etc::sourceparts": "/dev/null",
            "Dir::Etc::preferences": "/dev/null",  # the host's pins are the host's
            "Dir::Etc::preferencesparts": "/dev/null",
            "Dir::State": here / "state",
            "Dir::State::lists": here / "lists",
            "Dir::State::status": here / "state/status",
            "Dir::Cache": here / "cache",
            "APT::Architecture": "amd64",
            "APT::Architectures": "amd64",
            "APT::Install-Recommends": "false",
            "APT::Sandbox::User": "",
            "Debug::NoLocking": "true",
            "DPkg::Post-Invoke": "",
            "Acquire::Retries": "3",
        }
        return [word for name, value in settings.items() for word in ("-o", f"{name}={value}")]


def last_line(text: str) -> str:
    """What a program said last; empty when it said nothing."""
    lines = text.strip().splitlines()
    return lines[-1] if lines else ""


def sources(suite: str) -> list[tuple[str, str]]:
    """Mirror and suite of each source: the release itself, and its security updates where the host has
    such.
    """
    if mirror := os.environ.get(MIRROR, ""):
        return [(mirror, suite)]
    found: list[tuple[str, str]] = []
    for repository in host_repositories():
        if repository.rstrip("/").endswith("-security"):
            found.append((repository, f"{suite}-security"))
        else:
            found.append((repository, suite))
    if not found:
        raise CannotFetch(f"This host's apt knows no mirror of Debian: name one in {MIRROR}.")
    return list(dict.fromkeys(found))


def host_repositories() -> list[str]:
    """URIs of the Debian repositories that the host itself uses."""
    form = "$(REPO_URI) $(ORIGIN) $(LABEL)"
    try:
        said = subprocess.run(
            ["apt-get", "indextargets", "--format", form, "Created-By: Packages"],
            capture_output=True, text=True, timeout=ASK_TIMEOUT, check=False,
        ).stdout  # fmt: skip
    except FileNotFoundError:
        raise CannotFetch(NO_APT) from None
    except subprocess.TimeoutExpired:
        raise CannotFetch(f"apt did not answer within {ASK_TIMEOUT} seconds.") from None
    rows = [line.split() for line in said.splitlines()]
    return list(dict.fromkeys(row[0] for row in rows if len(row) > 1 and row[1] == "Debian"))
