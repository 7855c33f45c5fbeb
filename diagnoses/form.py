"""The form that every diagnosis has: what a rule module must hold.

Any rule but one about quality may also name in ``WITHHELD_BY`` the codes of flaws of the capture that would
fake it (see diagnoses/gate.py).
"""

from collections.abc import Callable, Iterator
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from diagnoses.case import Case, Connection, Group
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


class GroupRule(Protocol):
    """Judges many connections that tell one story together: a scan, a flood. They get its verdict."""

    @property
    def CODE(self) -> str:  # noqa: N802 (a constant of the rule modules)
        """The slug by which everything else names it."""
        ...

    @property
    def SUPERSEDES(self) -> tuple[str, ...]:  # noqa: N802 (a constant of the rule modules)
        """Codes that are not looked for in the members."""
        ...

    @property
    def CONDITIONS(self) -> tuple[Callable[[Group], bool], ...]:  # noqa: N802 (a constant of the rule modules)
        """One for each bullet of the rule's docstring, in the same order."""
        ...

    def groups(self, case: Case, /) -> Iterator[Group]:
        """Groups worth a look; no connection is in two groups of one rule. Must be quick: whole columns."""
        ...

    def find(self, group: Group, /) -> Finding:
        """The finding, once all conditions hold; its ``connection`` is None."""
        ...
