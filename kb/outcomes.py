"""What can become of an upload other than a capture, or of words other than a dispute.

All of it is expected, and so they are values with a sentence each.
"""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class NotAccepted:
    """What was sent was not taken: HTTP status and one sentence in each language."""

    status: ClassVar[int] = 422
    en: str
    ja: str

    def text(self, language: str) -> str:
        """The sentence."""
        return self.ja if language == "ja" else self.en


def in_units(size: int) -> str:
    """A size for people: "10 GB", "1.5 MB", "12 bytes"; decimal units, at most one decimal."""
    for unit, name in ((10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if size >= unit:
            return f"{size / unit:.1f}".removesuffix(".0") + f" {name}"
    return f"{size} bytes"


class NotSignedIn(NotAccepted):
    """Nobody is signed in."""

    status = 401

    @classmethod
    def now(cls) -> "NotSignedIn":
        """The only one there is."""
        return cls(
            "Please sign in before you upload a capture.",
            "キャプチャをアップロードするにはサインインしてください。",
        )

    @classmethod
    def to_api(cls) -> "NotSignedIn":
        """As a program is told."""
        return cls(
            "Send a valid token in the header Authorization: Bearer, or sign in.",
            "有効なトークンを Authorization: Bearer ヘッダーで送るか、サインインしてください。",
        )


class TooLarge(NotAccepted):
    """More bytes than one upload may have."""

    status = 413

    @classmethod
    def than(cls, limit: int) -> "TooLarge":
        """The limit is in bytes."""
        size = in_units(limit)
        return cls(
            f"The upload is larger than the limit of {size}.",
            f"アップロードの上限は {size} です。これより大きいファイルは受け付けられません。",
        )


class DiskFull(NotAccepted):
    """The server has no room for it."""

    status = 507

    @classmethod
    def now(cls) -> "DiskFull":
        """The only one there is."""
        return cls(
            "The server's disk is full, so the upload was not kept; please try again when there is room.",
            "サーバーのディスクに空きがないため、アップロードは保存されませんでした。空きができてから再度お試しください。",
        )


class NoFile(NotAccepted):
    """A form without a file."""

    @classmethod
    def in_form(cls) -> "NoFile":
        """The form had no part called file."""
        return cls(
            'The form holds no file: send the capture as multipart/form-data, in the field "file".',
            "フォームにファイルがありません。multipart/form-data の file フィールドで送信してください。",
        )


class BrokenOff(NotAccepted):
    """The body ended early."""

    @classmethod
    def now(cls) -> "BrokenOff":
        """The only one there is."""
        return cls(
            "The upload broke off before its end, so nothing was kept.",
            "アップロードが途中で終わったため、何も保存されませんでした。",
        )


class BadForm(NotAccepted):
    """The body is not the form it claims to be."""

    @classmethod
    def now(cls) -> "BadForm":
        """The only one there is."""
        return cls(
            "The form cannot be read: a part's header is malformed or longer than 1,024 bytes.",
            "フォームを読み取れません。パートのヘッダーが不正か、1,024 バイトを超えています。",
        )


class NoTeam(NotAccepted):
    """The person is on no team that could own the capture."""

    @classmethod
    def of_user(cls) -> "NoTeam":
        """The only one there is."""
        return cls(
            "You are not on a team yet, and a capture belongs to a team; please ask your administrator.",
            "まだチームに所属していません。キャプチャはチームに属するため、管理者に依頼してください。",
        )


class NoSuchVerdict(NotAccepted):
    """What is disputed is not in the report."""

    status = 409

    @classmethod
    def any_more(cls) -> "NoSuchVerdict":
        """The capture was diagnosed again meanwhile, or the program that asks is wrong."""
        return cls(
            "The report does not say this, or not any more; please look at it again.",
            "この判定はレポートにありません。再診断で変わった可能性があります。もう一度ご確認ください。",
        )


class TooManyWords(NotAccepted):
    """A reason or an answer that is too short or too long."""

    @classmethod
    def than(cls, least: int, most: int) -> "TooManyWords":
        """The limits are in characters."""
        return cls(
            f"Please say why, in {least} to {most:,} characters.",
            f"理由を {least} 文字以上 {most:,} 文字以内で入力してください。",
        )


class AlreadySaid(NotAccepted):
    """The same person has disputed the same verdict, and waits for the answer."""

    status = 409

    @classmethod
    def by_you(cls) -> "AlreadySaid":
        """The only one there is."""
        return cls(
            "You have said so already; a curator has not answered yet.",
            "この判定への異議はすでに受け付けています。キュレーターの回答をお待ちください。",
        )


class TooOften(NotAccepted):
    """More disputes than a person writes."""

    status = 429

    @classmethod
    def than(cls, most: int) -> "TooOften":
        """So many an hour."""
        return cls(
            f"These are more than {most} disputes within an hour; please go on later.",
            f"1 時間に受け付ける異議は {most} 件までです。しばらくしてからお試しください。",
        )

    @classmethod
    def comments(cls, most: int) -> "TooOften":
        """So many comments an hour."""
        return cls(
            f"These are more than {most} comments within an hour; please go on later.",
            f"1 時間に投稿できるコメントは {most} 件までです。しばらくしてからお試しください。",
        )


class TooManyAtOnce(NotAccepted):
    """More comparisons at a time than a person reads."""

    status = 429

    @classmethod
    def than(cls, most: int) -> "TooManyAtOnce":
        """So many are unfinished."""
        return cls(
            f"{most} of your comparisons have not ended yet; please begin another one when they have.",
            f"終わっていない比較が {most} 件あります。終わってから次の比較を始めてください。",
        )


class NotYours(NotAccepted):
    """The role, or the authorship, for it is missing."""

    status = 403

    @classmethod
    def to_submit(cls) -> "NotYours":
        """Somebody else wrote it."""
        return cls("Only its author can submit this revision.", "この改訂を提出できるのは執筆者だけです。")

    @classmethod
    def to_approve(cls) -> "NotYours":
        """Not a curator."""
        return cls("Curators approve revisions.", "改訂の承認はキュレーターが行います。")


class OwnWords(NotAccepted):
    """Four eyes: nobody approves what they wrote themselves."""

    status = 403

    @classmethod
    def need_another(cls) -> "OwnWords":
        """The only one there is."""
        return cls(
            "You wrote this revision, so another curator approves it.",
            "ご自身が書いた改訂です。承認は別のキュレーターが行います。",
        )


class StateHasChanged(NotAccepted):
    """Somebody else was quicker."""

    status = 409

    @classmethod
    def meanwhile(cls) -> "StateHasChanged":
        """The revision is no longer in the state in which it was looked at."""
        return cls(
            "This revision has changed its state meanwhile; please look at it again.",
            "この改訂の状態はすでに変わっています。もう一度ご確認ください。",
        )

    @classmethod
    def another_was_approved(cls) -> "StateHasChanged":
        """It was written on words that readers no longer see."""
        return cls(
            "Another revision was approved since this one was written. Merge the two, then approve.",
            "この改訂が書かれた後に、別の改訂が承認されました。両方を統合してから承認してください。",
        )
