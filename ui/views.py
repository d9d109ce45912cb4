"""Small switches of the frame, error pages, and the components page."""

from __future__ import annotations

from django.conf import settings
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBadRequest,
    HttpResponseForbidden,
    HttpResponseNotFound,
    HttpResponseRedirect,
    HttpResponseServerError,
)
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.csrf import requires_csrf_token
from django.views.decorators.http import require_GET, require_POST

from ui import showcase
from ui.appearance import keep_language, keep_theme, theme_of
from ui.hints import dismiss_hints
from ui.links import safe_next


@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    response = HttpResponseRedirect(safe_next(request))
    try:
        keep_theme(request, response, request.POST.get("theme", ""))
    except ValueError as error:
        return HttpResponseBadRequest(str(error), content_type="text/plain")
    return response


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    response = HttpResponseRedirect(safe_next(request))
    try:
        keep_language(request, response, request.POST.get("language", ""))
    except ValueError as error:
        return HttpResponseBadRequest(str(error), content_type="text/plain")
    return response


@require_POST
def dismiss_hint(request: HttpRequest) -> HttpResponse:
    """One or several. To htmx the answer is empty, and what was put away leaves the page."""
    is_htmx = request.headers.get("HX-Request") == "true"
    response = HttpResponse() if is_htmx else HttpResponseRedirect(safe_next(request))
    try:
        dismiss_hints(request, response, request.POST.getlist("key"))
    except ValueError as error:
        return HttpResponseBadRequest(str(error), content_type="text/plain")
    return response


@require_GET
def components(request: HttpRequest) -> HttpResponse:
    """Every shared component in every state, in both themes."""
    if not settings.COMPONENTS_PAGE:
        raise Http404
    return render(request, "components/showcase/page.html", showcase.context(request))


@requires_csrf_token
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return HttpResponseBadRequest(_error_page(request, "errors/400.html"))


@requires_csrf_token
def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return HttpResponseForbidden(_error_page(request, "errors/403.html"))


@requires_csrf_token
def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return HttpResponseNotFound(_error_page(request, "errors/404.html"))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was open too long, or cookies that are switched off."""
    return HttpResponseForbidden(_error_page(request, "errors/403_csrf.html"))


def server_error(request: HttpRequest) -> HttpResponse:
    """Asks nothing of the database: it may be what failed."""
    return HttpResponseServerError(render_to_string("errors/500.html"))


def _error_page(request: HttpRequest, template: str) -> str:
    # Without the frame's context processors: they may be what failed.
    return render_to_string(template, {"theme": theme_of(request)})
