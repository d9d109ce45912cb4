"""What the REST API can do, to be read: from the same document that programs fetch."""

from __future__ import annotations

import hashlib
from functools import cache

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.views.decorators.http import condition, require_safe

from accounts.rest.described import described, rendered

FORMS = {"json": "application/json", "yaml": "application/yaml"}


def _tag(request: HttpRequest) -> str | None:
    form = request.GET.get("format", "json")
    return _tag_of(form) if form in FORMS else None


@cache
def _tag_of(form: str) -> str:
    return f'"{hashlib.sha256(rendered(form)).hexdigest()[:32]}"'


@require_safe
@condition(etag_func=_tag)
def api_schema(request: HttpRequest) -> HttpResponse:
    """The OpenAPI document, made once; as YAML with ``?format=yaml``."""
    form = request.GET.get("format", "json")
    if form not in FORMS:
        return HttpResponseBadRequest("format: json, yaml", content_type="text/plain")
    return HttpResponse(rendered(form), content_type=FORMS[form])


@require_safe
def api_docs(request: HttpRequest) -> HttpResponse:
    """Every resource with its operations on one page, so that a browser's own search finds them."""
    context = {"resources": described(), "body": _body(get_language() or "en")}
    return render(request, "accounts/api/page.html", context)


@cache
def _body(language: str) -> str:
    """The part that is the same for everybody who reads this language, put together once."""
    return render_to_string("accounts/api/resources.html", {"resources": described()})
