"""The form that every diagnosis has: what a rule module must hold."""

from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from diagnoses.case import Case, Connection
from diagnoses.finding import Finding
from packets.table import Table


class QualityRule(Protocol):
    """Judges the capture itself."""

    @property
    def CODE(self) -> str:  # noqa: N802 (a constant of the rule modules)
        """The slug by which everything else names it."""
        ...

    @property
    def CONDITIONS(self) -> tuple[Callable[[Case], bool], ...]:  # noqa: N802 (a constant of the rule modules)
        """One for each bullet of the rule's docstring, in the same order."""
        ...

    def find(self, case: Case, /) -> Finding:
        """The finding, once all conditions hold."""
        ...


class ConnectionRule(Protocol):
    """Judges one connection at a time; ``candidates`` names those worth a look, for all at once."""

    @property
    def CODE(self) -> str:  # noqa: N802 (a constant of the rule modules)
        """The slug by which everything else names it."""
        ...

    @property
    def SUPERSEDES(self) -> tuple[str, ...]:  # noqa: N802 (a constant of the rule modules)
        """Codes of symptoms that this diagnosis explains."""
        ...

    @property
    def CONDITIONS(self) -> tuple[Callable[[Connection], bool], ...]:  # noqa: N802 (a constant of the rule modules)
        """One for each bullet of the rule's docstring, in the same order."""
        ...

    def candidates(self, table: Table, /) -> NDArray[np.bool_]:
        """Mask over a stretch of the table of connections."""
        ...

    def find(self, c: Connection, /) -> Finding:
        """The finding, once all conditions hold."""
        ...
