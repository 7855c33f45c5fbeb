"""What became of each file of an import."""

from dataclasses import dataclass
from enum import StrEnum

from kb.outcomes import NotAccepted

Both = tuple[str, str]  # a sentence in English and in Japanese


class Fate(StrEnum):
    """In the order in which people want to read them."""

    REFUSED = "refused"
    NOTED = "noted"  # taken, but something in it was not
    NEW = "new"
    CHANGED = "changed"
    TAKEN = "taken"  # a picture, a capture
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"  # nothing that an import takes


@dataclass(frozen=True)
class Told:
    """One file and its fate, with a sentence in each language; `url` leads to what it has become."""

    name: str  # a stranger's: any characters
    fate: Fate
    en: str
    ja: str
    url: str = ""

    def text(self, language: str) -> str:
        """The sentence."""
        return self.ja if language == "ja" else self.en


def told(fate: Fate, name: str, sentence: Both, url: str = "") -> Told:
    """A file's fate in a sentence."""
    return Told(name, fate, sentence[0], sentence[1], url)


def refused(name: str, sentence: Both | NotAccepted) -> Told:
    """It was not taken, and why."""
    said = (sentence.en, sentence.ja) if isinstance(sentence, NotAccepted) else sentence
    return told(Fate.REFUSED, name, said)


class NothingCame(NotAccepted):
    """A form that brings nothing to import."""

    @classmethod
    def in_form(cls) -> "NothingCame":
        """It had no file."""
        return cls(
            'Choose a zip, Markdown files or a folder; a program sends them in the field "file".',
            "zip、Markdown ファイル、フォルダーのいずれかを選んでください。"
            "プログラムからは file フィールドで送信します。",
        )

    @classmethod
    def in_one_piece(cls) -> "NothingCame":
        """More files than a form may have, or a spoiled one."""
        return cls(
            "The form cannot be read. It may hold 100 files; send more of them as one zip.",
            "フォームを読み取れません。一度に送れるのは 100 ファイルまでです。"
            "それより多いときは zip で送ってください。",
        )


# ---- before a file is read

ODD_NAME = (
    "Its name holds characters that no file name has.",
    "ファイル名に使えない文字が含まれています。",
)
OUTSIDE = (
    "Its name leads out of the folder; nothing is read or written there.",
    "フォルダーの外を指す名前です。読み書きは行いません。",
)
LINK = ("It is a link to another file, and links are not followed.", "リンクです。リンク先は読み込みません。")
LOCKED = (
    "It is encrypted. Unpack it and send it without a password.",
    "暗号化されています。パスワードなしで展開してから送ってください。",
)
NESTED = (
    "It is an archive inside the archive. Unpack it and send it by itself.",
    "アーカイブの中にアーカイブがあります。展開してから別に送ってください。",
)
TWICE = (
    "Another file of the same name came before it; that one was taken.",
    "同じ名前のファイルが先にあります。先のものを使いました。",
)
METHOD = (
    "It is packed by a method other than deflate. Pack it again as an ordinary zip.",
    "deflate 以外の方式で圧縮されています。通常の zip で圧縮し直してください。",
)
BOMB = (
    "It would unpack to more than a hundred times its size, so it was not unpacked.",
    "展開すると元の 100 倍を超えるため、展開しませんでした。",
)
DAMAGED = ("It is cut or damaged.", "途中で切れているか、壊れています。")
NO_ZIP = (
    "It is no zip that can be read: cut, damaged, or with too long a list of files.",
    "zip として読み取れません。途中で切れているか、壊れているか、ファイルの一覧が長すぎます。",
)
FULL = (
    "It is beyond what one import takes, as are all files behind it. Send the rest by itself.",
    "1 回の取り込みの上限を超えました。これ以降のファイルは別に送ってください。",
)
OTHER_KIND = (
    "An import takes Markdown, pictures that it shows, and an export of Replaybook.",
    "取り込めるのは Markdown、その中の画像、Replaybook のエクスポートです。",
)
HIDDEN = ("It belongs to a tool, not to the texts.", "ツールが作ったファイルで、文章ではありません。")
NOT_SHOWN = ("No text of this import shows it.", "取り込んだ文章のどこにも使われていません。")

# ---- texts

TOO_LONG = ("The file is larger than a text can be.", "文章として扱える大きさを超えています。")
NOT_UTF8 = ("It is not in UTF-8. Save it in UTF-8.", "UTF-8 ではありません。UTF-8 で保存し直してください。")
NO_ADDRESS = (
    "Neither file name nor title gives an address. Write slug: with a to z, digits and hyphens at its top.",
    "ファイル名からもタイトルからもアドレスを作れません。"
    "先頭に slug: と書き、a から z、数字、ハイフンで指定してください。",
)
SAME_ADDRESS = (
    "Another file gives the same article in the same language; that one was taken.",
    "同じ記事、同じ言語のファイルが先にあります。先のものを使いました。",
)
OTHER_SORT = (
    "Article and runbook cannot change into each other: at this address there is the other one.",
    "このアドレスには別の種類（記事または手順書）があり、種類は変えられません。",
)
