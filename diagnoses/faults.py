"""When a rule itself fails: its finding is lost, and nothing else. The reader is told, and the log has the
trace.

In tests a failing rule is an error: they set REPLAYBOOK_STRICT_RULES.
"""

import os
import sys
import traceback
from collections import Counter
from collections.abc import Callable
from typing import TypeVar

STRICT = "REPLAYBOOK_STRICT_RULES"
MOST_TRACES = 5  # of one code in the log: a rule that fails may fail for every connection
Told = TypeVar("Told")


class Faults:
    """Runs rules, and counts by code how often each failed."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._strict = bool(os.environ.get(STRICT))

    def guarded(self, code: str, judge: Callable[[], Told], otherwise: Told) -> Told:
        """What ``judge`` says; ``otherwise`` when it fails."""
        try:
            return judge()
        except Exception:
            if self._strict:
                raise
            self.counts[code] += 1
            if self.counts[code] <= MOST_TRACES:
                sys.stderr.write(f"the rule {code} failed:\n{traceback.format_exc()}")
            return otherwise
