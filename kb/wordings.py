"""Two wordings of an article beside each other, and which ones stand beside one of them."""

from dataclasses import dataclass
from functools import lru_cache

from kb.articles import render
from kb.differences import Piece, Stretch, compare, folded, words
from kb.models import Revision


@dataclass(frozen=True)
class Difference:
    """What differs between two wordings."""

    title: tuple[Piece, ...]
    summary: tuple[Piece, ...]
    stretches: tuple[Stretch, ...]

    @property
    def is_empty(self) -> bool:
        """True when no word differs; empty lines are no words."""
        heads = (*self.title, *self.summary)
        shown = (one for stretch in self.stretches for one in stretch.passages)
        return all(piece.mark == "kept" for piece in heads) and all(one.kind == "kept" for one in shown)


def difference(old: Revision | None, new: Revision) -> Difference:
    """From the old wording to the new one; without an old one everything is new."""
    before = (old.title, old.summary, old.body) if old else ("", "", "")
    return _difference(before, (new.title, new.summary, new.body))


@lru_cache(maxsize=32)
def _difference(old: tuple[str, str, str], new: tuple[str, str, str]) -> Difference:
    stretches = folded(compare(old[2], new[2]))
    return Difference(words(old[0], new[0]), words(old[1], new[1]), tuple(stretches))


def pinned(revision: Revision) -> Revision | None:
    """What readers of its language see now."""
    return of_readers(revision.article_id, revision.language)


def of_readers(article: int, language: str) -> Revision | None:
    """What readers of the article (pk) see in that language; None when it was never approved."""
    approved = Revision.objects.select_related("article", "author", "reviewed_by", "verified_by")
    return approved.filter(article=article, language=language, state=Revision.State.APPROVED).first()


def arguments(revision: Revision | None, name: str) -> tuple[str, ...]:
    """What the blocks `::name argument` of a wording show, each once, in their order."""
    if revision is None:
        return ()
    blocks = render(revision.body).blocks
    return tuple(dict.fromkeys(block.argument for block in blocks if block.name == name and block.argument))
