"""Times, shares and rates as people write them: "1m3s", "0.5%", "10mbit"."""

import re
from fractions import Fraction

from experiments.declaration.mistakes import Wrong
from experiments.declaration.shown import shown

# In an order in which a pattern may try them: "ms" before "m".
NS = {"h": 3600 * 10**9, "min": 60 * 10**9, "ms": 10**6, "m": 60 * 10**9, "s": 10**9, "us": 10**3, "ns": 1}
BITS = {"bit": 1, "kbit": 10**3, "mbit": 10**6, "gbit": 10**9}  # as tc counts: powers of ten

NUMBER = r"[0-9]{1,15}(?:\.[0-9]{1,9})?"
ONE_TIME = rf"({NUMBER})({'|'.join(NS)})"
DURATION = rf"(?:{NUMBER}(?:{'|'.join(NS)}))+"
PERCENT = rf"({NUMBER})%"
RATE = rf"({NUMBER})({'|'.join(BITS)})"
LONGEST = 60  # characters of a quantity


def duration_ns(text: str) -> int:
    """A time such as "200ms", "5s", "0.2s" or "1m3s" in nanoseconds.

    Raises:
        Wrong: when it is none, or finer than a nanosecond.
    """
    if len(text) > LONGEST or not re.fullmatch(DURATION, text):
        raise _no_time(text)
    pieces = [(Fraction(number), NS[unit]) for number, unit in re.findall(ONE_TIME, text)]
    factors = [factor for _, factor in pieces]
    if factors != sorted(set(factors), reverse=True):
        raise _no_time(text)
    whole = sum(number * factor for number, factor in pieces)
    if whole.denominator != 1:
        raise Wrong(
            f"{shown(text)} is finer than a nanosecond.",
            f"{shown(text)} はナノ秒より細かい時間です。",
        )
    return int(whole)


def percent(text: str) -> float:
    """A share such as "1%" or "0.5%", from 0 to 100.

    Raises:
        Wrong: when it is none.
    """
    found = re.fullmatch(PERCENT, text)
    if not found or float(found[1]) > 100:
        raise Wrong(
            f'{shown(text)} is not a share from 0% to 100%, such as "0.5%".',
            f'{shown(text)} は 0% から 100% までの割合ではありません。"0.5%" のように書いてください。',
        )
    return float(found[1])


def rate_bit(text: str) -> int:
    """A rate such as "10mbit" in bits a second.

    Raises:
        Wrong: when it is none, or not a whole number of bits.
    """
    found = re.fullmatch(RATE, text)
    bits = Fraction(found[1]) * BITS[found[2]] if found else Fraction(0)
    if bits < 1 or bits.denominator != 1:
        raise Wrong(
            f'{shown(text)} is not a rate such as "512kbit" or "10mbit"; the units are {", ".join(BITS)}.',
            f'{shown(text)} は速度ではありません。"512kbit" や "10mbit" のように書いてください。'
            f"単位は {'、'.join(BITS)} です。",
        )
    return int(bits)


def _no_time(text: str) -> Wrong:
    return Wrong(
        f'{shown(text)} is not a time such as "200ms", "5s" or "1m3s"; the units are h, m (or min), s, ms, '
        "us and ns, each once, the larger first.",
        f'{shown(text)} は時間ではありません。"200ms"、"5s"、"1m3s" のように書いてください。'
        "単位は h、m (または min)、s、ms、us、ns で、大きい方から 1 回ずつ使います。",
    )
