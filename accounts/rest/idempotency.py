"""Requests that come again because the answer to the first was lost are answered, not done again."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from accounts.actions.retention import ANSWERS_KEPT
from accounts.models import ApiAnswer, ApiToken
from accounts.models.reach import record_kinds
from accounts.rest.problems import CONTENT_TYPE, KeyOfAnotherRequest

HEADER = "Idempotency-Key"
LONGEST = 200


class AnsweredBefore(exceptions.APIException):
    """Carries the answer that was given to the same request before."""

    def __init__(self, answer: ApiAnswer) -> None:
        super().__init__()
        self.answer = answer

    def response(self) -> Response:
        refused = (self.answer.status or 0) >= 400
        return Response(
            self.answer.body,
            status=self.answer.status,
            headers={"Idempotent-Replayed": "true"},
            content_type=CONTENT_TYPE if refused else None,
        )


@dataclass
class Again:
    """The place for the answer to a request; goes with it when it is refused."""

    row: ApiAnswer

    def keep(self, status: int, body: Any, *, record: int | None) -> None:
        """``record``: the row that was made, where the token sees it."""
        self.row.status = status
        self.row.body = json.loads(json.dumps(body, cls=JSONEncoder))
        self.row.record = record
        self.row.save(update_fields=["status", "body", "record"])


def answered_once(request: Request) -> Again | None:
    """Take the key of a request. Another one with the same key waits here until the first is done.

    Raises:
        AnsweredBefore: the same request was answered; its answer is said again.
        KeyOfAnotherRequest: another request came with this key.
        ValidationError: a key that is too long.
    """
    key = request.headers.get(HEADER, "")
    if not key:
        return None
    if len(key) > LONGEST:
        raise exceptions.ValidationError({HEADER: [_("At most 200 characters.")]})
    if "\x00" in key:
        raise exceptions.ValidationError({HEADER: [_("A NUL is no text.")]})
    token = request.auth
    assert isinstance(token, ApiToken), "who comes without one was refused"
    asked = f"{request.method} {request.get_full_path()}\n".encode() + request._request.body
    wanted = hashlib.sha256(asked).hexdigest()
    now = timezone.now()
    ApiAnswer.objects.filter(token=token, answered_at__lt=now - ANSWERS_KEPT).delete()
    try:
        with transaction.atomic():
            row = ApiAnswer.objects.create(
                token=token, key=key, request_hash=wanted, view=view_of(token)
            )
    except IntegrityError:
        before = ApiAnswer.objects.get(token=token, key=key)
        if before.request_hash != wanted:
            raise KeyOfAnotherRequest(_("This key came with another request before.")) from None
        raise AnsweredBefore(before) from None
    return Again(row)


def view_of(token: ApiToken) -> str:
    """What a token may and how far its person sees, as 64 hexadecimal digits."""
    seen: dict[str, Any] = {"scopes": sorted(token.scopes)}
    member = token.member
    if member is not None:
        reach = {kind: str(member.sees(kind)) for kind in sorted(record_kinds)}
        seen |= {
            "roles": sorted(member.roles), "team": member.team_id, "leads": member.leads_team,
            "reach": reach,
        }  # fmt: skip
    return hashlib.sha256(json.dumps(seen, sort_keys=True).encode()).hexdigest()


def refuse_narrower(answer: ApiAnswer, token: ApiToken) -> None:
    """
    Raises:
        PermissionDenied: the token may or sees something else than when it was answered.
    """
    if answer.view != view_of(token):
        raise exceptions.PermissionDenied(
            _("What this token may has changed since this was answered. Read what came of it.")
        )
