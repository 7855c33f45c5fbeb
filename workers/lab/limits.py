"""What one run in the lab may use."""

from dataclasses import dataclass

MB = 10**6  # bytes


@dataclass(frozen=True)
class MachineLimits:
    """Limits of the QEMU process, in the words of workers/launch.py."""

    address_space: int = 1200 * MB  # bytes, RLIMIT_DATA: the guest's 256 MB, its translated code, QEMU itself
    mapped: int = 4000 * MB  # bytes, RLIMIT_AS
    cpu_s: int = 120
    output: int = 1 * MB  # bytes of a file: it has none to write
    open_files: int = 64
    processes: int = (
        4096  # of the whole user, threads counted; QEMU has six, and its seccomp filter forbids it to fork
    )


@dataclass(frozen=True)
class RunLimits:
    """Limits that the host side watches."""

    wall_s: float = 180.0
    resident: int = 700 * MB  # bytes of QEMU's own memory
    sent: int = 64 * MB  # bytes that the guest may send in all
    virtual_s: int = 26 * 3600  # a day of steps, and what setting up takes
    terminal: int = 1 * MB  # bytes of all terminals together


MACHINE_LIMITS = MachineLimits()
RUN_LIMITS = RunLimits()
# While it boots it may take longer, and nothing of it is a stranger's.
BOOT_LIMITS = MachineLimits(cpu_s=600, output=1000 * MB)
