"""GET /captures/<uid>/download/: the file, byte for byte as it came."""

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.http import require_safe

from kb.access import capture_or_404


@login_required
@require_safe
def download(request: HttpRequest, uid: str) -> FileResponse:
    """Always an attachment of no particular kind: no browser shall try to show it."""
    capture = capture_or_404(request.user, uid)
    try:
        file = capture.path.open("rb")
    except FileNotFoundError:
        raise Http404("The file is gone.") from None
    return FileResponse(
        file, as_attachment=True, filename=as_file_name(capture.name), content_type="application/octet-stream"
    )


def as_file_name(name: str) -> str:
    """A name that no system takes for a path or a command: separators and control characters become _."""
    safe = "".join(c if c.isprintable() and c not in '/\\:*?"<>|' else "_" for c in name)
    return safe.strip(". ") or "capture"
