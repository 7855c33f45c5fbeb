"""What readers say of articles."""

from kb.models import Article, Capture, Comment, User
from tests.kb.access_lines import SIGN_IN, Line

LINES: dict[str, Line] = {
    # Without words there is nothing to say, and the form says so; without a revision there is none.
    "articles/<slug:slug>/feedback/": ("POST", SIGN_IN, 404, 404, 404),
    "articles/<slug:slug>/comments/": ("POST", SIGN_IN, 302, 302, 302),
    "comments/<int:number>/delete/": ("POST", SIGN_IN, 404, 302, 302),  # Alice's; Bob is a curator
    "feedback/": ("GET", SIGN_IN, 200, 200, 200),
    "statistics/": ("GET", SIGN_IN, 404, 200, 200),
}


def fill(route: str, capture: Capture) -> str | None:
    """Alice has commented."""
    if route != "comments/<int:number>/delete/":
        return None
    alice = User.objects.get(username="alice")
    said = Comment.objects.create(article=Article.objects.get(), author=alice, body="So it was.")
    return f"/comments/{said.pk}/delete/"
