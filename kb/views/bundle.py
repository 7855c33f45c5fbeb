"""Everything as one zip, for curators."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from kb import bundle
from kb.models import User


@login_required
@require_safe
def export(request: HttpRequest) -> StreamingHttpResponse:
    """`?captures=1` adds the captures of one's own teams; without it the zip holds nothing of a customer."""
    user = request.user
    if not isinstance(user, User) or not user.is_curator:
        raise Http404("For curators.")
    return zip_for(user, captures=request.GET.get("captures") == "1")


def zip_for(user: User, *, captures: bool) -> StreamingHttpResponse:
    """The zip as it is made, under the name of today."""
    found = bundle.entries(user, captures=captures)
    response = StreamingHttpResponse(bundle.zipped(found), content_type="application/zip")
    name = f"replaybook-{timezone.now():%Y-%m-%d}.zip"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
