"""What can become of a case other than its next step. All of it is expected: values with a sentence each."""

from kb.outcomes import NotAccepted
from kb.stepping.steps import Mistake


class NothingToFollow(NotAccepted):
    """The runbook has no steps that could be followed."""

    status = 409

    @classmethod
    def here(cls) -> "NothingToFollow":
        """The only one there is."""
        return cls(
            "This runbook has no steps to follow yet.",
            "この手順書には、まだ進められるステップがありません。",
        )


class NoTitle(NotAccepted):
    """A case that says nothing about itself."""

    @classmethod
    def given(cls, most: int) -> "NoTitle":
        """Without a capture only its title tells what it is about."""
        return cls(
            f"Please say in up to {most} characters what the case is about.",
            f"何についてのケースか、{most} 文字以内で入力してください。",
        )


class TooManyCases(NotAccepted):
    """More than a person follows."""

    status = 429

    @classmethod
    def than(cls, most: int) -> "TooManyCases":
        """So many an hour."""
        return cls(
            f"These are more than {most} cases within an hour; please go on later.",
            f"1 時間に開けるケースは {most} 件までです。しばらくしてからお試しください。",
        )


class NoSuchOutcome(NotAccepted):
    """No outcome was chosen, or one that the step does not have."""

    @classmethod
    def of_step(cls) -> "NoSuchOutcome":
        """The only one there is."""
        return cls("Please choose what came out.", "どの結果になったかを選んでください。")


class TooMuchEvidence(NotAccepted):
    """More text than is kept."""

    @classmethod
    def than(cls, most: int) -> "TooMuchEvidence":
        """So many characters."""
        return cls(
            f"The evidence is longer than {most:,} characters; please keep the lines that matter.",
            f"証拠が {most:,} 文字を超えています。必要な行だけを残してください。",
        )


class MovedOn(NotAccepted):
    """Somebody else has recorded something since the page was opened."""

    status = 409

    @classmethod
    def meanwhile(cls) -> "MovedOn":
        """The case is looked at again first."""
        return cls(
            "Somebody has recorded something in this case meanwhile. Please look at it, then record yours.",
            "その間に、このケースに別の記録が加わりました。内容を確認してから、もう一度記録してください。",
        )


class Ended(NotAccepted):
    """There is nothing to do in this case, or no way back."""

    status = 409

    @classmethod
    def already(cls) -> "Ended":
        """It has come to its end."""
        return cls(
            "This case has ended; open it again to go on.",
            "このケースは終わっています。続けるには再開してください。",
        )

    @classmethod
    def at_its_start(cls) -> "Ended":
        """There is no step before the first."""
        return cls("This is the first step.", "これが最初のステップです。")

    @classmethod
    def too_long(cls, most: int) -> "Ended":
        """More rows than anybody reads."""
        return cls(
            f"A case holds at most {most} records; please open another one.",
            f"1 つのケースの記録は {most} 件までです。新しいケースを開いてください。",
        )


class Mistaken(NotAccepted):
    """A runbook that nobody could follow as it is written."""

    status = 409

    @classmethod
    def because(cls, first: Mistake, count: int) -> "Mistaken":
        """Names the first of its mistakes."""
        more_en = f" ({count} mistakes in all)" if count > 1 else ""
        more_ja = f" (誤りは全部で {count} か所)" if count > 1 else ""
        return cls(
            f"This runbook cannot be followed as it stands{more_en}. {first.said('en')}",
            f"この手順書は、このままでは進められません{more_ja}。{first.said('ja')}",
        )
