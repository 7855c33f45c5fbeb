"""What can become of a declaration other than a draft that is kept, or a wording that awaits review."""

from experiments.declaration import Mistake
from kb.outcomes import NotAccepted


class BadName(NotAccepted):
    """The name of a new experiment."""

    @classmethod
    def form(cls) -> "BadName":
        """Missing, or made of other characters."""
        return cls(
            "Give the experiment a name of 3 to 40 characters: a to z, digits and _, a letter first.",
            "実験名を 3 文字以上 40 文字以内で入力してください。"
            "使えるのは a から z、数字、_ で、先頭は英字です。",
        )

    @classmethod
    def taken(cls, name: str) -> "BadName":
        """By an experiment, or by a page of ours."""
        return cls(
            f"The name “{name}” is taken; please choose another.",
            f"「{name}」は使われています。別の名前にしてください。",
        )

    @classmethod
    def unknown(cls) -> "BadName":
        """There is nothing to begin with."""
        return cls("There is no experiment of that name to begin with.", "元にする実験が見つかりません。")


class TooLong(NotAccepted):
    """More than anybody writes by hand."""

    status = 413

    @classmethod
    def than(cls, most: int) -> "TooLong":
        """The limit is in bytes."""
        return cls(
            f"A declaration that is written here has at most {most // 1024} kB.",
            f"ここで編集できる宣言は {most // 1024} kB までです。",
        )


class Faulty(NotAccepted):
    """It cannot be played, and so there is nothing to try or to review."""

    @classmethod
    def says(cls, count: int) -> "Faulty":
        """So many mistakes."""
        return cls(
            f"The declaration has mistakes: {count}. They are listed below the text.",
            f"宣言に誤りが {count} 件あります。内容は本文の下をご覧ください。",
        )

    @classmethod
    def at(cls, mistake: Mistake) -> "Faulty":
        """The first of them, where there is no list to look at."""
        return cls(f"Line {mistake.row}: {mistake.en}", f"{mistake.row} 行目: {mistake.ja}")


class NothingNew(NotAccepted):
    """Readers see just this already, or it waits already."""

    @classmethod
    def to_review(cls) -> "NothingNew":
        """The only one there is."""
        return cls(
            "This is the declaration that is approved already: there is nothing to review.",
            "承認済みの宣言と同じです。レビューする変更がありません。",
        )


class Overtaken(NotAccepted):
    """Readers see another declaration now than when this one was begun."""

    status = 409

    @classmethod
    def meanwhile(cls) -> "Overtaken":
        """The only one there is."""
        return cls(
            "Readers see another declaration now than when this one was begun. Take its changes in first.",
            "書き始めた後に、公開中の宣言が変わりました。先にその変更を取り込んでください。",
        )


class TooMany(NotAccepted):
    """More than one person may have under way."""

    status = 429

    @classmethod
    def drafts(cls, most: int) -> "TooMany":
        """So many declarations are being written."""
        return cls(
            f"You have {most} drafts of experiments; submit or discard some of them first.",
            f"実験の下書きが {most} 件あります。提出するか破棄してから始めてください。",
        )

    @classmethod
    def runs(cls, most: int) -> "TooMany":
        """So many runs are not finished."""
        return cls(
            f"{most} of your replays are not finished yet; please wait for one, or cancel it.",
            f"終わっていない再現実行が {most} 件あります。終わるのを待つか、取り消してください。",
        )


class NoLab(NotAccepted):
    """Nothing can be played here now."""

    status = 409

    @classmethod
    def image(cls) -> "NoLab":
        """The image that was chosen is gone."""
        return cls(
            "This image is no longer there; please choose another.",
            "このイメージはもうありません。別のものを選んでください。",
        )
