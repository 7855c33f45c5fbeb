"""Why a review, an opinion or a link for a reviewer was not taken."""

from kb.outcomes import NotAccepted


class BadDay(NotAccepted):
    """A day until which nobody can verify anything."""

    @classmethod
    def in_the_past(cls, most_years: int) -> "BadDay":
        """Not a date, over already, or too far away."""
        return cls(
            f"“Verified until” is a day after today, at most {most_years} years ahead.",
            f"「検証の期限」には明日以降、{most_years} 年以内の日付を指定してください。",
        )


class NotApproved(NotAccepted):
    """What readers do not see cannot be verified for them."""

    status = 409

    @classmethod
    def now(cls) -> "NotApproved":
        """The only one there is."""
        return cls(
            "Only the wording that readers see now can be verified.",
            "検証できるのは、読者に公開中の改訂だけです。",
        )


class NotInReview(NotAccepted):
    """It waits for nobody's opinion."""

    status = 409

    @classmethod
    def now(cls) -> "NotInReview":
        """The only one there is."""
        return cls("This revision is not in review.", "この改訂はレビュー中ではありません。")


class NoName(NotAccepted):
    """A reviewer, or whom a link is for, without a name."""

    @classmethod
    def given(cls, most: int) -> "NoName":
        """The limit is in characters."""
        return cls(
            f"Please give a name of at most {most} characters.",
            f"名前を {most} 文字以内で入力してください。",
        )


class NoWords(NotAccepted):
    """Somebody does not agree and does not say why; or writes a book."""

    @classmethod
    def why_not(cls, most: int) -> "NoWords":
        """The limit is in characters."""
        return cls(
            f"Please say what is missing or wrong, in at most {most:,} characters.",
            f"不足や誤りの内容を {most:,} 文字以内で入力してください。",
        )


class TooManyLinks(NotAccepted):
    """More links, or more opinions by one link, than a review needs."""

    status = 429

    @classmethod
    def of_revision(cls, most: int) -> "TooManyLinks":
        """So many are valid at a time."""
        return cls(
            f"There are {most} valid links to this revision already; please revoke one first.",
            f"この改訂には有効なリンクがすでに {most} 件あります。先にどれかを無効にしてください。",
        )

    @classmethod
    def opinions(cls, most: int) -> "TooManyLinks":
        """So many by one link, or by one account."""
        return cls(
            f"You have said {most} times what you think of this revision; that is enough.",
            f"この改訂への意見は {most} 件まで送れます。",
        )


class SameWords(NotAccepted):
    """What is to be restored is what readers see, or waits already."""

    status = 409

    @classmethod
    def are_there(cls) -> "SameWords":
        """The only one there is."""
        return cls(
            "Readers see these words already, or they await review.",
            "この文面はすでに公開中か、レビュー待ちです。",
        )
