"""What every answer gets: the reader's language, and no trace in caches."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation

Answer = Callable[[HttpRequest], HttpResponse]


def never_stored(get_response: Answer) -> Answer:
    """Captures are confidential: no page is kept by a browser or proxy, unless its view says how long.

    Static files are answered by WhiteNoise, outside of this.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return middleware


def in_readers_language(get_response: Answer) -> Answer:
    """A language chosen in one's account wins over the cookie and the browser's header."""

    def middleware(request: HttpRequest) -> HttpResponse:
        chosen = getattr(request.user, "language", "")
        if chosen:
            translation.activate(chosen)
            request.LANGUAGE_CODE = chosen
        return get_response(request)

    return middleware
