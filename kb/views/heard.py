"""What readers said about a capture's verdicts, each where its verdict is shown."""

from collections import defaultdict
from dataclasses import dataclass, field

from kb import disputes
from kb.following import key_of
from kb.models import Capture, Dispute, Finding

Key = tuple[str, int | None, str, str]


@dataclass(frozen=True)
class Heard:
    """Disputes of one capture, newest first; found by what they are about."""

    every: tuple[Dispute, ...] = ()
    _by_key: dict[Key, list[Dispute]] = field(default_factory=dict)

    @classmethod
    def about_capture(cls, capture: Capture) -> "Heard":
        """All that were said about the capture."""
        every = disputes.on(capture)
        by_key: dict[Key, list[Dispute]] = defaultdict(list)
        for dispute in every:
            by_key[dispute.about].append(dispute)
        return cls(tuple(every), dict(by_key))

    def about(self, finding: Finding) -> list[Dispute]:
        """Those about this finding."""
        return self._by_key.get(key_of(finding), []) if self.every else []

    def besides(self, findings: list[Finding], connection: int) -> list[Dispute]:
        """Those about this connection that are about none of the findings: the verdict has gone, or is
        missing.
        """
        shown = {key_of(finding) for finding in findings}
        return [one for one in self.every if one.connection == connection and one.about not in shown]
