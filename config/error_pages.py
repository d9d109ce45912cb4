"""What is answered where no view answers: a page to people, a problem document to programs."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from accounts.rest import problems
from ui import views


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if _is_of_a_program(request):
        return problems.bad_request(request)
    return views.bad_request(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    if _is_of_a_program(request):
        return problems.broken(request)
    return views.server_error(request)


def _is_of_a_program(request: HttpRequest) -> bool:
    return request.path_info.startswith("/api/")
