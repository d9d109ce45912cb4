"""Where mail providers and the operator's mail server say that a letter came back."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts.actions.mail_bounces import record_bounce, record_complaint, record_report
from accounts.bounces import MOST_BYTES, read_report, tenant_of_message

BAD, DENIED = 400, 401
MOST_EVENTS = 1000


# A token in the head is the right; there is no cookie to protect.
@csrf_exempt
@require_POST
def bounces(request: HttpRequest) -> HttpResponse:
    """Record events, or a report as it was mailed.

    JSON: ``{"events": [{"message_id": "<…>", "type": "hard" | "soft" | "complaint", "code": 550}]}``.
    Any other body: the report itself, as a mail server delivers it to a program.
    """
    if not settings.BOUNCE_TOKEN:
        raise Http404
    given = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    if not constant_time_compare(given, settings.BOUNCE_TOKEN):
        return JsonResponse({"error": "unknown token"}, status=DENIED)
    if request.content_type != "application/json":
        report = read_report(request.body[:MOST_BYTES])
        return JsonResponse({"recorded": int(report is not None and record_report(report))})
    try:
        events = _events(request.body)
    except ValueError as error:
        return JsonResponse({"error": str(error)}, status=BAD)
    return JsonResponse({"recorded": sum(_recorded(event) for event in events)})


def _events(body: bytes) -> list[dict[str, Any]]:
    """
    Raises:
        ValueError: says what is wrong, naming the field.
    """
    try:
        document = json.loads(body)
    except ValueError as error:
        raise ValueError("the body is no JSON") from error
    events = document.get("events") if isinstance(document, dict) else None
    if not isinstance(events, list) or len(events) > MOST_EVENTS:
        raise ValueError(f"events: a list of at most {MOST_EVENTS}")
    for number, event in enumerate(events):
        if not isinstance(event, dict) or not isinstance(event.get("message_id"), str):
            raise ValueError(f"events[{number}].message_id: a text")
        if event.get("type") not in ("hard", "soft", "complaint"):
            raise ValueError(f"events[{number}].type: hard, soft or complaint")
        code = event.get("code")
        if code is not None and (type(code) is not int or not 200 <= code <= 599):
            raise ValueError(f"events[{number}].code: a number between 200 and 599")
    return events


def _recorded(event: dict[str, Any]) -> bool:
    message_id = event["message_id"].strip().lower()
    if not message_id.startswith("<"):
        message_id = f"<{message_id}>"
    tenant_id = tenant_of_message(message_id)
    if tenant_id is None or event["type"] == "soft":
        return False
    if event["type"] == "complaint":
        return record_complaint(tenant_id=tenant_id, message_id=message_id)
    return record_bounce(
        tenant_id=tenant_id, message_id=message_id, is_address=True, code=event.get("code")
    )
