"""What reviewers say about a revision before a curator decides: people with an account, or by a link."""

from kb.models import Opinion, ReviewLink, Revision, User
from kb.outcomes import NotAccepted, NotYours
from kb.streams import cleaned
from kb.undecided import NoName, NotInReview, NoWords, TooManyLinks

LONGEST_NAME = 100  # characters
LONGEST = 4000  # characters of what somebody thinks
MOST = 10  # opinions by one link or one account on one revision


def say(revision: Revision, agrees: bool, words: str, reviewer: User) -> Opinion | NotAccepted:
    """The opinion of somebody with an account, who may see what is in review."""
    if not reviewer.is_author or reviewer.pk == revision.author_id:
        return NotYours.to_approve()
    before = Opinion.objects.filter(revision=revision, reviewer=reviewer)
    opinion = Opinion(revision=revision, reviewer=reviewer, name=reviewer.get_username(), agrees=agrees)
    return _kept(opinion, words, before.count())


def say_by_link(link: ReviewLink, agrees: bool, name: str, words: str) -> Opinion | NotAccepted:
    """The opinion of who holds the link, under the name that they give."""
    name = " ".join(str(cleaned(name)).split())
    if not 0 < len(name) <= LONGEST_NAME:
        return NoName.given(LONGEST_NAME)
    opinion = Opinion(revision=link.revision, link=link, name=name, agrees=agrees)
    return _kept(opinion, words, link.opinions.count())


def _kept(opinion: Opinion, words: str, before: int) -> Opinion | NotAccepted:
    opinion.words = str(cleaned(words)).replace("\r\n", "\n").strip()
    if opinion.revision.state != Revision.State.IN_REVIEW:
        return NotInReview.now()
    if len(opinion.words) > LONGEST or not (opinion.agrees or opinion.words):
        return NoWords.why_not(LONGEST)
    if before >= MOST:
        return TooManyLinks.opinions(MOST)
    opinion.save()
    return opinion
