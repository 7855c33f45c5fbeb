"""Who calls the API: a bearer token, or a person who is signed in. Settled by the headers alone."""

from typing import Any

from django.http import HttpRequest
from ninja.errors import HttpError
from ninja.security import HttpBearer
from ninja.security.base import AuthBase
from ninja.utils import check_csrf

from kb import tokens
from kb.models import User
from kb.uploads import prepare

FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")


class Bearer(HttpBearer):
    """`Authorization: Bearer …`, as `manage.py token USER` prints it."""

    def authenticate(self, request: HttpRequest, token: str) -> User | None:
        """The token's owner."""
        user = tokens.user_of(token)
        if user is not None:
            request.user = user
        return user


class SignedIn(AuthBase):
    """The session's cookie, with Django's CSRF check for whatever changes something.

    `takes_files`: the call is an upload.
    """

    openapi_type = "apiKey"
    openapi_in = "cookie"
    openapi_name = "session"
    csrf = True  # tells the interactive page to send the token

    def __init__(self, takes_files: bool = False) -> None:
        super().__init__()
        self.takes_files = takes_files

    def __call__(self, request: HttpRequest) -> Any:
        """The person, if the request comes from our own page."""
        user = request.user
        if not isinstance(user, User) or not user.is_active:
            return None
        if self.takes_files:  # the check below reads the body, so it must go to the right place
            trouble = prepare(request)
            if trouble:
                raise HttpError(trouble.status, trouble.text(getattr(request, "LANGUAGE_CODE", "en")))
        elif request.content_type in FORMS:  # the check would read the body, and leave nothing for the call
            raise HttpError(415, "Send JSON.")
        if check_csrf(request):
            raise HttpError(403, "Send the CSRF token in the header X-CSRFToken, or use a bearer token.")
        return user
