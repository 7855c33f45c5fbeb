"""Durations, bytes and counts as a person reads them: sensible units, three digits, never fifteen."""

from drawing.words import Language

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_UNITS = {"en": ("s", "min", "h", "d"), "ja": ("秒", "分", "時間", "日")}


def duration(seconds: float, lang: Language = "en") -> str:
    """Seconds with a unit: 250 µs, 2.3 ms, 8.0 s, 1 min 3 s, 2 h 11 min, 3 d 4 h. Negative ones keep their
    sign.
    """
    if seconds < 0:
        return "−" + duration(-seconds, lang)
    second, minute, hour, day = _UNITS[lang]
    if seconds == 0:
        return f"0 {second}"
    if seconds < 0.9995:
        return _below_a_second(seconds)
    if seconds < 59.95:
        return (
            f"{seconds:.1f} {second}" if seconds < 9.995 or seconds % 1 >= 0.05 else f"{seconds:.0f} {second}"
        )
    for size, big, small_size, small in (
        (_DAY, day, _HOUR, hour),
        (_HOUR, hour, _MINUTE, minute),
        (_MINUTE, minute, 1, second),
    ):
        rounded = round(seconds / small_size) * small_size
        if rounded >= size:
            rest = (rounded % size) // small_size
            return f"{rounded // size} {big} {rest} {small}" if rest else f"{rounded // size} {big}"
    return f"1 {minute}"


def _below_a_second(seconds: float) -> str:
    if seconds < 0.9995e-6:
        return f"{seconds * 1e9:.0f} ns"
    for factor, unit in ((1e6, "µs"), (1e3, "ms")):
        value = seconds * factor
        if value < 999.5:
            return f"{value:.0f} {unit}" if value >= 9.95 else f"{value:.1f} {unit}"
    return "1000 ms"


def size(count: int) -> str:
    """Bytes with a unit (powers of 1000, as Wireshark and disks count): 974 B, 1.2 kB, 65.1 kB, 10 GB."""
    if abs(count) < 1000:
        return f"{count} B"
    value = float(count)
    for unit in ("kB", "MB", "GB"):
        value /= 1000
        if abs(value) < 999.5:
            return f"{_short(value)} {unit}"
    return f"{_short(value / 1000)} TB"


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 99.5 or value == int(value) else f"{value:.1f}"


def count(number: int) -> str:
    """An integer with its thousands apart: 12,345. English and Japanese write it alike."""
    return f"{number:,}"


def decimal(number: float) -> str:
    """A number of a finding: at most four significant digits after a fraction, no exponent for ordinary
    sizes.
    """
    if number == int(number) and abs(number) < 1e15:
        return f"{int(number):,}"
    return f"{number:,.1f}" if abs(number) >= 1000 else f"{number:.4g}"


def clock(seconds: float, decimals: int = 3) -> str:
    """Time from the start of the capture for a column: 0.002 (three decimals, or six in a short diagram)."""
    return f"{seconds:,.{decimals}f}"
