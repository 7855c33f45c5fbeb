"""Coming in and going out."""

from typing import Any

from django.contrib.auth import login
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET

from kb import once
from kb.templatetags.readable import language
from kb.views import example


class SignIn(LoginView):
    """Name and password; tells a stranger what this is."""

    template_name = "sign_in.html"
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With a picture of what the product does."""
        return {**super().get_context_data(**kwargs), "example": example.picture(language())}


class SignOut(LogoutView):
    """Ends the session (POST only)."""

    next_page = "sign-in"


@require_GET
@sensitive_variables("token")
def redeem(request: HttpRequest, token: str) -> HttpResponse:
    """A one-time link: signs in, once. GET only, so that no HEAD of a link checker uses it up."""
    user = once.redeem(token)
    if user is None:
        return render(request, "link_used.html", status=410)
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    return redirect("diagnose")
