"""What bin/up is asked to do, and what follows from it: address, allowed hosts, origins, scheme."""

import argparse
import ipaddress
import os
import re
import socket
import subprocess
from dataclasses import dataclass
from urllib.parse import urlsplit

from launch import CannotStart


@dataclass(frozen=True)
class Options:
    """The options of bin/up. `public_url` is empty or an origin such as https://replaybook.example."""

    host: str
    port: int
    workers: int
    no_input: bool
    public_url: str
    lab: bool = True

    @property
    def is_local(self) -> bool:
        """Holds when only this machine can reach the pages, as far as we can know."""
        return is_loopback(self.host) and not self.public_url

    @property
    def prints_sign_in_link(self) -> bool:
        """A link that signs in is shown only where whoever reads the terminal could read the password too."""
        return self.is_local

    @property
    def travels_unencrypted(self) -> bool:
        """Holds when the pages are reached from elsewhere over plain http."""
        return not self.is_local and not self.public_url.startswith("https:")


def is_loopback(host: str) -> bool:
    """Holds for localhost and for addresses of the loopback interface."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def parse(arguments: list[str]) -> Options:
    """Reads the command line; ends the program with status 2 and a sentence when it makes no sense."""
    parser = argparse.ArgumentParser(
        prog="bin/up",
        description="Starts Replaybook, web server and worker, until Ctrl-C.",
        epilog="Data are kept in $REPLAYBOOK_DATA or var/. README.md lists all variables.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument(
        "--port", type=port, default=8000, help="port (default: %(default)s; 0: any free one)"
    )
    parser.add_argument(
        "--workers",
        type=workers,
        default=default_workers(),
        help="captures diagnosed at once (default here: %(default)s)",
    )
    parser.add_argument(
        "--no-input", action="store_true", help="never ask anything, for use by other programs"
    )
    parser.add_argument(
        "--public-url",
        type=origin,
        default=None,
        metavar="URL",
        help="where people reach it through a proxy, such as https://replaybook.example",
    )
    parser.add_argument(
        "--no-lab", action="store_true", help="do not install QEMU, and do not make the lab's images"
    )
    given = parser.parse_args(arguments)
    return Options(
        host=given.host.strip("[]"),
        port=given.port,
        workers=given.workers,
        no_input=given.no_input,
        public_url=given.public_url or "",
        lab=not given.no_lab,
    )


def default_workers() -> int:
    """One a core, and never more than four unless asked for: a large capture may take 1 GB."""
    return min(len(os.sched_getaffinity(0)), 4)


def port(text: str) -> int:
    """A TCP port."""
    if not re.fullmatch("[0-9]{1,5}", text) or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port between 0 and 65535")
    return int(text)


def workers(text: str) -> int:
    """How many at once."""
    if not re.fullmatch("[0-9]{1,3}", text) or not 1 <= int(text) <= 256:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number between 1 and 256")
    return int(text)


def origin(text: str) -> str:
    """scheme://host[:port], nothing behind it: the product lives at the root of its host."""
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path not in ("", "/"):
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form https://name or https://name:port")
    if parts.query or parts.fragment or parts.username is not None:
        raise argparse.ArgumentTypeError(f"{text!r} has more than a scheme, a name and a port")
    return f"{parts.scheme}://{parts.netloc}"


def bracketed(host: str) -> str:
    """An address as URLs write it: IPv6 in brackets."""
    return f"[{host}]" if ":" in host else host


def listen(host: str, number: int) -> socket.socket:
    """The listening socket, handed to gunicorn: a port in use is known before anything is started.

    Raises CannotStart with one sentence.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, number, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listening = socket.socket(family, kind, protocol)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(1024)
    except OSError as error:
        raise CannotStart(why_not(error, host, number)) from None
    return listening


def why_not(error: OSError, host: str, number: int) -> str:
    """One sentence for a socket that could not be opened."""
    if isinstance(error, socket.gaierror):
        return f"The host {host} is not known; --host takes an address of this machine."
    sentences = {
        98: f"Port {number} on {host} is in use by another program; choose another one with --port.",
        99: f"{host} is no address of this machine; --host takes one of its own, or 0.0.0.0 for all.",
        13: f"Port {number} may be used by root only; choose one from 1024 upwards with --port.",
    }
    return sentences.get(error.errno or 0, f"Port {number} on {host} cannot be used: {error.strerror}.")


def url(chosen: Options, number: int) -> str:
    """Where people reach the product."""
    if chosen.public_url:
        return chosen.public_url
    host = {"0.0.0.0": socket.gethostname(), "::": socket.gethostname()}.get(chosen.host, chosen.host)
    return f"http://{bracketed(host)}:{number}"


def allowed_hosts(chosen: Options, more: str) -> str:
    """The Host headers that are answered, between commas: loopback and the public name or this machine's.

    `more` (REPLAYBOOK_HOSTS as it was set) is added, for names that only the network's DNS knows.
    """
    hosts = ["localhost", "127.0.0.1", "::1", chosen.host]
    if chosen.public_url:
        hosts.append(urlsplit(chosen.public_url).hostname or "")
    elif not chosen.is_local:
        hosts += names_of_this_machine()
    hosts += [word.strip() for word in more.split(",")]
    hosts = [bracketed(host.strip("[]")) for host in hosts if host and host not in ("0.0.0.0", "::")]
    return ",".join(dict.fromkeys(hosts))


def names_of_this_machine() -> list[str]:
    """Host name, full name and every address (`hostname` is an essential package of Debian)."""
    try:
        addresses = subprocess.run(
            ["hostname", "-I"], capture_output=True, text=True, timeout=5, check=False
        ).stdout.split()
    except OSError:
        addresses = []
    return [socket.gethostname(), socket.getfqdn(), *addresses]


def origins(chosen: Options, more: str) -> str:
    """Origins whose forms are accepted besides the page's own: a proxy may hide its port from us."""
    return ",".join(filter(None, [chosen.public_url, more]))


def scheme(chosen: Options, number: int) -> str:
    """http or https, as the browser sees it."""
    return urlsplit(url(chosen, number)).scheme
