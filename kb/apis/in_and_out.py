"""Import and export for programs."""

from collections import Counter
from typing import Any

from django.http import Http404, HttpRequest, StreamingHttpResponse
from ninja import Field, Router, Schema, Status

from kb.apikeys import Bearer, SignedIn
from kb.apischemas import Problem
from kb.importing.told import Fate
from kb.importing.uploading import explained, taken
from kb.models import User
from kb.outcomes import NotAccepted
from kb.templatetags.readable import language
from kb.uploads import prepare
from kb.views import bundle

router = Router(tags=["in and out"])

FORM = {  # Ninja's own File would let Django read the body before we are asked
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {
                    "file": {"type": "array", "items": {"type": "string", "format": "binary"}},
                },
            }
        }
    },
}


class Brought(Schema):
    """A file and what became of it."""

    name: str
    fate: Fate
    text: str = Field(description="One sentence.")
    url: str = Field(description="Of the revision, picture or capture; empty where there is none.")


class Imported(Schema):
    """An import."""

    counts: dict[Fate, int]
    files: list[Brought]


@router.post(
    "/import",
    auth=[Bearer(), SignedIn(takes_files=True)],
    response={200: Imported, **dict.fromkeys((401, 404, 413, 422, 507), Problem)},
    openapi_extra={"requestBody": FORM},
    summary="Import Markdown or an export",
)
def bring(request: HttpRequest) -> Any:
    """Takes a zip, or up to 100 files, in the field `file`. Each text becomes a revision that awaits review;
    sending it again changes nothing. For authors.
    """
    user = request.user
    if not isinstance(user, User) or not user.is_author:
        raise Http404
    trouble = prepare(request)
    told = taken(request, user) if trouble is None else explained(trouble)
    if isinstance(told, NotAccepted):
        return Status(told.status, {"detail": told.text(language())})
    files = [
        {"name": one.name, "fate": one.fate, "text": one.text(language()), "url": one.url} for one in told
    ]
    return {"counts": Counter(one.fate for one in told), "files": files}


@router.get(
    "/export",
    response={200: None, 401: Problem, 404: Problem, 422: Problem},
    summary="Export everything as a zip",
)
def take_out(request: HttpRequest, captures: bool = False) -> StreamingHttpResponse:
    """What is approved, with pictures, experiments and recordings; `captures`: and those of your teams. For
    curators.
    """
    user = request.user
    if not isinstance(user, User) or not user.is_curator:
        raise Http404
    return bundle.zip_for(user, captures=captures)
