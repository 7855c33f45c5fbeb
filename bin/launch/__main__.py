"""`bin/up`: prepare the data, then run everything until Ctrl-C."""

import contextlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from launch import ROOT, CannotStart, broker, folder, health, options, services, undertaker
from launch.supervise import Supervisor

NO_QEMU = (
    "QEMU is not installed: experiments show their recorded runs and cannot be replayed here. "
    "On Debian, apt-get install qemu-system-x86 changes that."
)


def prepare(environment: dict[str, str], chosen: options.Options) -> str:
    """Migrates and loads in a process of its own, whose memory ends with it; returns the sign-in path."""
    command = [sys.executable, "-m", "launch.prepare"]
    command += ["--no-input"] if chosen.no_input else []
    command += ["--link"] if chosen.prints_sign_in_link else []
    paths = f"{ROOT}{os.pathsep}{ROOT / 'bin'}"
    environment = environment | {"PYTHONPATH": paths}
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise CannotStart("Replaybook was not started.")
    return done.stdout.strip()


def announce(chosen: options.Options, url: str, link: str, data: Path) -> None:
    """What a person needs to know once the pages answer."""
    print(f"\nReplaybook is ready: {url}/", flush=True)
    if link:
        print(f"Sign in once, within 15 minutes: {url}{link}", flush=True)
    print(f"The first user is admin, the password stands in {data / 'admin-password'}.", flush=True)
    if chosen.travels_unencrypted:
        print("Passwords and captures travel unencrypted; see --public-url for a TLS proxy.", flush=True)
    print("Ctrl-C stops everything.\n", flush=True)


def run(chosen: options.Options) -> int:
    """Runs the product; returns the exit status."""
    os.umask(0o077)  # captures are confidential
    mark = undertaker.hire()
    with contextlib.ExitStack() as stack:
        data = folder.claim(stack)
        listening = stack.enter_context(options.listen(chosen.host, chosen.port))
        port = listening.getsockname()[1]
        bell = broker.choose(os.environ, data, stack)
        environment = services.environment(chosen, port, data, bell.url) | mark
        print(f"Data in {data}, {bell.says}.", flush=True)
        if os.getuid() == 0:
            print("Running as root, which Replaybook does not need; an ordinary user is safer.", flush=True)
        if chosen.lab and shutil.which("qemu-system-x86_64") is None:
            print(NO_QEMU, flush=True)
        link = prepare(environment, chosen)
        supervisor = Supervisor(services.all_services(chosen, listening.fileno(), data, bell), environment)
        url = options.url(chosen, port)
        return supervisor.run(
            is_ready=lambda: health.answers(chosen, port),
            when_ready=lambda: announce(chosen, url, link, data),
        )


def main() -> int:
    """Exit status 0 after Ctrl-C, 1 when it could not start or did not stay up, 2 for wrong options."""
    try:
        return run(options.parse(sys.argv[1:]))
    except CannotStart as reason:
        print(reason, file=sys.stderr)
        return 1
    except (KeyboardInterrupt, BrokenPipeError):
        return 1


if __name__ == "__main__":
    sys.exit(main())
