"""What can become of words other than a draft that is kept, or a revision that awaits review."""

from kb.outcomes import NotAccepted, in_units


class TooLong(NotAccepted):
    """More than a title, a summary or an article may have."""

    status = 413

    @classmethod
    def than(cls, title: int, summary: int, body: int) -> "TooLong":
        """The limits are in characters."""
        return cls(
            f"A title has at most {title:,} characters, a summary {summary:,}, an article {body:,}.",
            f"タイトルは {title:,} 文字、概要は {summary:,} 文字、本文は {body:,} 文字までです。",
        )


class SavedElsewhere(NotAccepted):
    """Another window or device has saved the draft meanwhile."""

    status = 409

    @classmethod
    def meanwhile(cls) -> "SavedElsewhere":
        """The only one there is."""
        return cls(
            "This draft was saved in another window meanwhile. Both texts are kept: look at the merged one.",
            "この下書きは別のウィンドウで保存されています。どちらの文章も残し、統合しました。ご確認ください。",
        )


class MovedOn(NotAccepted):
    """Another revision was approved since the draft was begun."""

    status = 409

    @classmethod
    def meanwhile(cls) -> "MovedOn":
        """The only one there is."""
        return cls(
            "Another revision was approved since you began. Merge it into your text, then submit.",
            "書き始めた後に別の改訂が承認されました。自分の文章に統合してから提出してください。",
        )


class Unsettled(NotAccepted):
    """Marks of a merge are left in the text."""

    @classmethod
    def marks(cls) -> "Unsettled":
        """The only one there is."""
        return cls(
            "Places are marked <<<<<<< and >>>>>>> in the text. Choose the words there and delete the marks.",
            "本文に <<<<<<< と >>>>>>> の印が残っています。どちらの文章にするかを決め、印を消してください。",
        )


class Incomplete(NotAccepted):
    """Something is missing without which nobody can review it."""

    @classmethod
    def words(cls) -> "Incomplete":
        """Title, summary or body."""
        return cls(
            "An article needs a title, a summary and a text.", "記事にはタイトル、概要、本文が必要です。"
        )


class NothingNew(NotAccepted):
    """The draft says what readers see already."""

    @classmethod
    def to_review(cls) -> "NothingNew":
        """The only one there is."""
        return cls(
            "These are the words that are approved already: there is nothing to review.",
            "承認済みの内容と同じです。レビューする変更がありません。",
        )


class BadAddress(NotAccepted):
    """The part of the address that names the article."""

    @classmethod
    def form(cls) -> "BadAddress":
        """Missing, or made of other characters."""
        return cls(
            "Give the article an address of 3 to 80 characters: a to z, digits, single hyphens between them.",
            "記事のアドレスを 3 文字以上 80 文字以内で入力してください。"
            "使えるのは a から z、数字、間に 1 つずつのハイフンです。",
        )

    @classmethod
    def taken(cls, slug: str) -> "BadAddress":
        """By another article, or by a page of ours."""
        return cls(
            f"The address “{slug}” is taken; please choose another.",
            f"アドレス「{slug}」は使われています。別のものにしてください。",
        )


class NothingToBeginWith(NotAccepted):
    """What the new article should begin with is not there, or not for this person."""

    status = 404

    @classmethod
    def there(cls) -> "NothingToBeginWith":
        """The only one there is."""
        return cls("What the article should begin with is not there.", "記事の元になるものが見つかりません。")


class TooManyDrafts(NotAccepted):
    """More unfinished texts than anybody writes."""

    status = 429

    @classmethod
    def than(cls, most: int) -> "TooManyDrafts":
        """So many."""
        return cls(
            f"You have {most} drafts; submit or discard some of them first.",
            f"下書きが {most} 件あります。提出するか破棄してから始めてください。",
        )


class NoPicture(NotAccepted):
    """A file that an article cannot show."""

    status = 415

    @classmethod
    def of_ours(cls) -> "NoPicture":
        """Neither a picture nor a capture."""
        return cls(
            "An article takes PNG, JPEG, GIF and WebP pictures, and captures; this file is neither.",
            "記事に入れられるのは PNG、JPEG、GIF、WebP の画像とキャプチャだけです。",
        )

    @classmethod
    def whole(cls) -> "NoPicture":
        """It begins as a picture does, and goes on otherwise."""
        return cls(
            "This picture is cut or damaged, so it was not taken.",
            "この画像は途中で切れているか壊れているため、受け付けませんでした。",
        )


class PictureTooLarge(NotAccepted):
    """More bytes or pixels than a page can show."""

    status = 413

    @classmethod
    def than(cls, size: int, side: int) -> "PictureTooLarge":
        """The limits are in bytes and pixels."""
        return cls(
            f"A picture has at most {in_units(size)}, {side:,} pixels a side and 32 million pixels in all.",
            f"画像は {in_units(size)}、一辺 {side:,} ピクセル、合計 3,200 万ピクセルまでです。",
        )


class TooManyPictures(NotAccepted):
    """More pictures without an article than anybody needs."""

    status = 429

    @classmethod
    def than(cls, most: int) -> "TooManyPictures":
        """So many."""
        return cls(
            f"{most} of your pictures are in no article yet; submit the drafts that show them first.",
            f"まだどの記事にも使われていない画像が {most} 枚あります。先に下書きを提出してください。",
        )


class NotAnAuthor(NotAccepted):
    """A reader, who may not write."""

    status = 403

    @classmethod
    def at_all(cls) -> "NotAnAuthor":
        """The only one there is."""
        return cls(
            "Authors write articles; please ask your administrator for the role.",
            "記事を書けるのは執筆者だけです。管理者に役割の付与を依頼してください。",
        )
