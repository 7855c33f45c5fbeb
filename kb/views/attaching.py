"""Pictures and captures that are dropped into a draft, and the bytes of pictures."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe

from kb import attachments, intake, writing
from kb import words as wording
from kb.models import Draft, User
from kb.outcomes import NotAccepted, NoTeam, NotSignedIn
from kb.templatetags.readable import language
from kb.unwritten import NoPicture
from kb.uploads import Received, StreamToDisk, prepare, receive
from kb.views.authors import author, draft_or_404
from kb.views.download import as_file_name
from kb.views.upload import refusal, wants_json
from kb.words import Words
from kb.writing import Notes

# What captures begin with: pcap in both orders, with nanoseconds and as Linux once wrote it; pcapng; and what
# wraps them: gzip, bzip2, xz, lz4, zstd, zip. The one door judges the rest.
CAPTURES = (
    *(b"\xa1\xb2\xc3\xd4", b"\xd4\xc3\xb2\xa1", b"\xa1\xb2\x3c\x4d", b"\x4d\x3c\xb2\xa1"),
    *(b"\xa1\xb2\xcd\x34", b"\x34\xcd\xb2\xa1", b"\x0a\x0d\x0d\x0a"),
    *(b"\x1f\x8b", b"BZh", b"\xfd7zXZ\0", b"\x04\x22\x4d\x18", b"\x28\xb5\x2f\xfd", b"PK\x03\x04"),
)


@csrf_exempt
@require_POST
def attach(request: HttpRequest, uid: str) -> HttpResponse:
    """Takes files for a draft; only authors, and only for their own, are heard before the body is read.

    Exempt from the CSRF check of the middleware, which would read the body; `take` has the check instead.
    """
    if not isinstance(request.user, User) or not request.user.is_active:
        return refusal(request, NotSignedIn.now())
    draft = draft_or_404(request, uid)
    trouble = prepare(request)
    if trouble:
        return refused(request, draft, trouble)
    try:
        return take(request, draft)
    finally:
        clear(request)


def clear(request: HttpRequest) -> None:
    """Removes what was received and not taken, also where the CSRF check read the body and refused."""
    handler = request.upload_handlers[0]
    assert isinstance(handler, StreamToDisk)
    handler.discard()


@csrf_protect
def take(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Reads the body; each file becomes a picture or a capture, and Markdown that shows it."""
    with receive(request) as received:
        if isinstance(received, NotAccepted):
            return refused(request, draft, received)
        lines = []
        for file in received:
            line = line_for(file, author(request))
            if isinstance(line, NotAccepted):
                return refused(request, draft, line)
            lines.append(line)
    return inserted(request, draft, lines)


def line_for(file: Received, user: User) -> str | NotAccepted:
    """The line of Markdown that shows the file."""
    if attachments.is_picture(file):
        made = attachments.accept(file, user)
        return made if isinstance(made, NotAccepted) else attachments.markdown(made)
    with open(file.path, "rb") as opened:
        if not opened.read(8).startswith(CAPTURES):
            return NoPicture.of_ours()
    team = user.home_team()
    return f"::capture {intake.accept(file, team=team, user=user).capture.uid}" if team else NoTeam.of_user()


def inserted(request: HttpRequest, draft: Draft, lines: list[str]) -> HttpResponse:
    """To a script the lines; without one they are put at the end of the draft."""
    captures = any(line.startswith("::") for line in lines)
    told = gettext("The capture belongs to your team: readers of other teams will not see its packets.")
    if wants_json(request):
        return JsonResponse({"lines": lines, "told": told if captures else ""}, status=201)
    words = wording.of(draft)
    body = "\n\n".join([words.body.rstrip("\n"), *lines]).lstrip("\n") + "\n"
    more = Words(words.title, words.summary, body, words.tags)
    trouble = writing.save(draft, draft.version, more, Notes(draft.comment, draft.slug))
    if trouble is not None:
        messages.error(request, trouble.text(language()))
    elif captures:
        messages.warning(request, told)
    return redirect(draft)


def refused(request: HttpRequest, draft: Draft, why: NotAccepted) -> HttpResponse:
    """One sentence: to a script as JSON, to a person above the draft."""
    if wants_json(request):
        return JsonResponse({"detail": why.text(language())}, status=why.status)
    messages.error(request, why.text(language()))
    return redirect(draft)


@login_required
@require_safe
def attachment(request: HttpRequest, uid: str) -> FileResponse:
    """The picture, shown where it stands; whatever its bytes are, the browser takes them for nothing else."""
    assert isinstance(request.user, User)
    found = attachments.readable(request.user, uid)
    if found is None:
        raise Http404("No such picture.")
    try:
        file = found.path.open("rb")
    except FileNotFoundError:
        raise Http404("The file is gone.") from None
    name = as_file_name(found.name)
    response = FileResponse(file, as_attachment=False, filename=name, content_type=found.media_type)
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, max-age=600"
    return response
