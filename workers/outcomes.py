"""What a confined program may use, and what can become of it: values."""

from dataclasses import dataclass
from pathlib import Path

MB = 10**6  # bytes


@dataclass(frozen=True)
class Limits:
    """What one run may use. The resident set is judged; the address space stops a sudden jump."""

    resident: int = 1000 * MB  # bytes of anonymous memory
    address_space: int = 2000 * MB  # bytes, RLIMIT_DATA: NumPy reserves more than it touches
    mapped: int = 64_000 * MB  # bytes, RLIMIT_AS: tables of large captures are mapped files
    cpu_s: int = 1800  # seconds; 10 GB at 12 MB/s take 830
    wall_s: float = 3600.0
    output: int = 8000 * MB  # bytes of all files it writes
    open_files: int = 64


LIMITS = Limits()


@dataclass(frozen=True)
class Finished:
    """The program ended with status 0."""

    folder: Path
    wall_s: float = 0.0  # how long it took, where somebody asks


@dataclass(frozen=True)
class Refused:
    """Nothing to work on, such as a file that is no capture: the program's own sentence."""

    en: str
    ja: str


@dataclass(frozen=True)
class Killed:
    """The program crashed or passed a limit: which, in one sentence."""

    en: str
    ja: str
    again: bool = False  # killed from outside, by no fault of the capture


@dataclass(frozen=True)
class Cancelled:
    """Nobody wants the result any more."""


Outcome = Finished | Refused | Killed | Cancelled
