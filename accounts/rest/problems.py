"""Errors as problem documents (RFC 9457)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from django.core.exceptions import (
    NON_FIELD_ERRORS,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import DataError, IntegrityError, OperationalError
from django.http import Http404, HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from psycopg2 import errors as postgres
from rest_framework import exceptions
from rest_framework.response import Response

CONTENT_TYPE = "application/problem+json"


class Conflict(exceptions.APIException):
    """What is asked does not go with what is there."""

    status_code = HTTPStatus.CONFLICT
    default_code = "conflict"


class KeyOfAnotherRequest(exceptions.APIException):
    """An Idempotency-Key that came with another request before."""

    status_code = HTTPStatus.UNPROCESSABLE_ENTITY
    default_code = "key_of_another_request"


class TooLarge(exceptions.APIException):
    """More than we read at once."""

    status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"


class Busy(exceptions.APIException):
    """Something else is at work there; the same request will do in a moment."""

    status_code = HTTPStatus.SERVICE_UNAVAILABLE
    default_code = "busy"
    wait = 5


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: every error as a problem; None for what is none of ours (500). The
    view takes back what was written before it."""
    known = _as_api_error(error)
    if known is None:
        return None
    headers = {}
    # Set by DRF where they apply; its stubs do not know them.
    wait, challenge = getattr(known, "wait", None), getattr(known, "auth_header", None)
    if wait is not None:
        headers["Retry-After"] = str(int(wait) + 1)
    if challenge:
        headers["WWW-Authenticate"] = challenge
    return Response(
        problem(known.status_code, str(_detail(known)), code=_code(known), errors=_errors(known)),
        status=known.status_code,
        headers=headers,
        content_type=CONTENT_TYPE,
    )


def problem(
    status: int, detail: str, *, code: str = "", errors: list[dict[str, str]] | None = None
) -> dict[str, Any]:
    """A problem document. ``errors``: field and message of each, for refused values."""
    found: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": int(status),
        "detail": detail,
    }
    if code:
        found["code"] = code
    if errors:
        found["errors"] = errors
    return found


@contextmanager
def conflicts() -> Iterator[None]:
    """What is refused of a record as a whole, and not of a value that was sent, does not go with what
    is there.

    Raises:
        Conflict: a ValidationError of no field came out.
    """
    try:
        yield
    except DjangoValidationError as error:
        if hasattr(error, "error_dict"):
            raise
        raise Conflict(" ".join(error.messages)) from error


@csrf_exempt
def not_found(request: HttpRequest, path: str = "") -> JsonResponse:
    """For addresses below /api/ that nothing is at."""
    found = problem(HTTPStatus.NOT_FOUND, _("There is nothing at this address."), code="not_found")
    return JsonResponse(found, status=HTTPStatus.NOT_FOUND, content_type=CONTENT_TYPE)


def bad_request(request: HttpRequest) -> JsonResponse:
    """For requests below /api/ that are refused before any view is asked."""
    found = problem(HTTPStatus.BAD_REQUEST, _("This request is none."), code="parse_error")
    return JsonResponse(found, status=HTTPStatus.BAD_REQUEST, content_type=CONTENT_TYPE)


def broken(request: HttpRequest) -> JsonResponse:
    """For requests below /api/ that broke us; asks nothing of the database, which may be why."""
    words = "Something went wrong here; nothing of this request was kept."
    found = problem(HTTPStatus.INTERNAL_SERVER_ERROR, words, code="error")
    return JsonResponse(found, status=found["status"], content_type=CONTENT_TYPE)


def _as_api_error(error: Exception) -> exceptions.APIException | None:
    if isinstance(error, exceptions.APIException):
        return error
    if isinstance(error, Http404):
        return exceptions.NotFound()
    if isinstance(error, PermissionDenied):
        return exceptions.PermissionDenied()
    if isinstance(error, RecursionError):
        return exceptions.ParseError(_("This is nested too deeply."))
    if isinstance(error, DjangoValidationError):
        return exceptions.ValidationError(_by_field(error))
    if isinstance(error, RequestDataTooBig):
        return TooLarge(_("This is too large."))
    if isinstance(error, OverflowError | DataError):
        # E.g. a moment of year 1 or 9999 that another time zone puts outside of all years.
        return exceptions.ParseError(_("A number or a moment is too large or too small."))
    if isinstance(error, SuspiciousOperation):
        return exceptions.ParseError(_("This request is none."))
    if isinstance(error, IntegrityError) and isinstance(error.__cause__, postgres.UniqueViolation):
        return Conflict(_("The same was written a moment ago. Read it again."))
    if isinstance(error, OperationalError) and isinstance(
        error.__cause__, postgres.LockNotAvailable
    ):
        return Busy(_("Something else is being written. Try again in a moment."))
    return None


def _by_field(error: DjangoValidationError) -> dict[str, list[str]]:
    if hasattr(error, "error_dict"):
        return {
            "" if name == NON_FIELD_ERRORS else name: messages
            for name, messages in error.message_dict.items()
        }
    return {"": error.messages}


def _detail(error: exceptions.APIException) -> str:
    if isinstance(error, exceptions.ValidationError):
        return _("Some values are not as they should be.")
    return str(error.detail)


def _code(error: exceptions.APIException) -> str:
    if isinstance(error, exceptions.ValidationError):
        return "invalid"
    return str(getattr(error.detail, "code", error.default_code))


def _errors(error: exceptions.APIException) -> list[dict[str, str]]:
    if not isinstance(error, exceptions.ValidationError):
        return []
    return list(_walk(error.detail, ""))


def _walk(detail: Any, path: str) -> list[dict[str, str]]:
    if isinstance(detail, dict):
        return [
            found
            for name, inner in detail.items()
            for found in _walk(
                inner, _joined(path, "" if name == "non_field_errors" else str(name))
            )
        ]
    if isinstance(detail, list):
        found = []
        for place, inner in enumerate(detail):
            deeper = _joined(path, str(place)) if isinstance(inner, dict | list) else path
            found.extend(_walk(inner, deeper))
        return found
    return [{"field": path, "message": str(detail)}]


def _joined(path: str, name: str) -> str:
    return ".".join(part for part in (path, name) if part)
