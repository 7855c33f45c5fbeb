"""The form that every diagnosis has: what a rule module must hold."""

from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from diagnoses.case import Case, Connection
from diagnoses.finding import Finding


class QualityRule(Protocol):
    """Judges the capture itself."""

    CODE: str
    CONDITIONS: tuple[Callable[[Case], bool], ...]

    def find(self, case: Case, /) -> Finding:
        """The finding, once all conditions hold."""
        ...


class ConnectionRule(Protocol):
    """Judges one connection at a time; ``candidates`` names those worth a look, cheaply and for all at once."""

    CODE: str
    SUPERSEDES: tuple[str, ...]
    CONDITIONS: tuple[Callable[[Connection], bool], ...]

    def candidates(self, table: NDArray[np.void], /) -> NDArray[np.bool_]:
        """Mask over TABLE_DTYPE rows."""
        ...

    def find(self, c: Connection, /) -> Finding:
        """The finding, once all conditions hold."""
        ...
