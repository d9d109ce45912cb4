"""One-click sign-in as the demo's people."""

from __future__ import annotations

from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts.queries.demo import demo_people
from ui.links import safe_next

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@require_POST
def demo_sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in as one of the demo's people; to anybody else, and without DEMO_SIGN_IN, a 404."""
    wanted = request.POST.get("email", "")
    person = next((person for person in demo_people() if person.email == wanted), None)
    if person is None:
        raise Http404
    login(request, person.user, backend=BACKEND)
    return redirect(safe_next(request))
