"""How a tag draws its template."""

from __future__ import annotations

import secrets
from typing import Any

from django.template import Context
from django.template.loader import render_to_string
from django.utils.safestring import SafeString


def draw(template: str, values: dict[str, Any], context: Context | None = None) -> SafeString:
    """``components/<template>.html`` with these values; the request and CSRF token if given."""
    if context is not None:
        for name in ("request", "csrf_token"):
            if name in context:
                values.setdefault(name, context[name])
    return SafeString(render_to_string(f"components/{template}.html", values))


def fresh_id(prefix: str) -> str:
    """An id that no other part of the page has, also not one that htmx brings in later."""
    return f"{prefix}-{secrets.token_hex(4)}"
