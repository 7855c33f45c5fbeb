"""GET …/runs/<uid>/files/<name>: one of the files that a run has left."""

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.http import require_safe

from experiments import artefact_files
from experiments.access import run_or_404


@login_required
@require_safe
def artefact(request: HttpRequest, name: str, uid: str, file: str) -> FileResponse:
    """Always an attachment of no particular kind: a stranger's machine wrote it."""
    found = run_or_404(request.user, uid, name)
    if found.path is None or file not in artefact_files.listed(found.path):
        raise Http404("No such file.")
    opened = (found.path / file).open("rb")
    label = f"{found.experiment}-{found.uid}-{file.replace('/', '-')}"
    return FileResponse(opened, as_attachment=True, filename=label, content_type="application/octet-stream")
