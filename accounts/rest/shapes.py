"""Serializers of which a request may ask for some fields only, and the tags of what they say."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import exceptions, serializers, status
from rest_framework.request import Request
from rest_framework.utils.encoders import JSONEncoder

from accounts.rest.filters import FIELDS

# The serializer of a page by that of its rows; one each, so that the schema names it once.
_pages: dict[type[serializers.BaseSerializer[Any]], type[serializers.Serializer[Any]]] = {}


class Shaped(serializers.Serializer[Any]):
    """A record as other programs see it. Moments with their offset, days as ISO, money as text.

    ``only`` keeps some fields: ``?fields=key,name``.
    """

    def __init__(self, *args: Any, only: list[str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if only is not None:
            for name in set(self.fields) - set(only):
                self.fields.pop(name)


def fields_asked(
    request: Request, shape: type[serializers.BaseSerializer[Any]]
) -> list[str] | None:
    """The names in ``?fields=``; None: all.

    Raises:
        ValidationError: a name that the record does not have.
    """
    given = request.query_params.get(FIELDS)
    if given is None:
        return None
    asked = given.split(",")
    known = list(shape().fields)  # type: ignore[attr-defined]
    if any(name not in known for name in asked):
        raise serializers.ValidationError(
            {
                FIELDS: [
                    _("Names with commas between, out of: %(known)s.") % {"known": ", ".join(known)}
                ]
            }
        )
    return asked


def page_shape(rows: type[serializers.BaseSerializer[Any]]) -> type[serializers.Serializer[Any]]:
    """The serializer of a page of these rows."""
    if rows not in _pages:
        _pages[rows] = type(
            f"{rows.__name__}Page",
            (serializers.Serializer,),
            {
                "__doc__": "A page; follow `next` and `previous` as they are.",
                "next": serializers.URLField(allow_null=True),
                "previous": serializers.URLField(allow_null=True),
                "results": rows(many=True),
            },
        )
    return _pages[rows]


class ChangedMeanwhile(exceptions.APIException):
    """If-Match names a state in which the record no longer is."""

    status_code = status.HTTP_412_PRECONDITION_FAILED
    default_code = "changed_meanwhile"


class StateNotNamed(exceptions.APIException):
    """A change that does not say which state it changes."""

    status_code = status.HTTP_428_PRECONDITION_REQUIRED
    default_code = "if_match_needed"


def tag_of(said: Any) -> str:
    """The entity tag of a record as it is said whole."""
    text = json.dumps(said, cls=JSONEncoder, sort_keys=True, separators=(",", ":"))
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def names_tag(header: str, tag: str) -> bool:
    """Whether an If-Match or If-None-Match names the tag; ``*`` names every one."""
    return any(one.strip().removeprefix("W/") in {"*", tag} for one in header.split(","))


def check_match(request: Request, tag: str, *, needed: bool) -> None:
    """
    Raises:
        StateNotNamed: no If-Match where one is ``needed``.
        ChangedMeanwhile: it names another state.
    """
    header = request.headers.get("If-Match", "")
    if not header:
        if needed:
            raise StateNotNamed(
                _("Say which state you change: If-Match with the ETag that you have read.")
            )
        return
    if not names_tag(header, tag):
        raise ChangedMeanwhile(_("This was changed since you read it. Read it again."))
