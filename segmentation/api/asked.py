"""What is asked of answers that are no lists of records."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request


def whole(request: Request, name: str, usual: int, *, least: int, most: int) -> int:
    """
    Raises:
        ValidationError: it is no whole number between the two.
    """
    asked = request.query_params.get(name)
    if asked is None:
        return usual
    return int(_read(serializers.IntegerField(min_value=least, max_value=most), name, asked))


def day(request: Request, name: str) -> date | None:
    """None: it is not asked for.

    Raises:
        ValidationError: it is no day.
    """
    asked = request.query_params.get(name)
    if asked is None:
        return None
    found: date = _read(serializers.DateField(), name, asked)
    return found


def one_of(request: Request, name: str, known: tuple[str, ...]) -> str:
    """The first of ``known`` where nothing is asked for.

    Raises:
        ValidationError: it is none of them.
    """
    asked = request.query_params.get(name, known[0])
    if asked not in known:
        words = _("One of: %(known)s.") % {"known": ", ".join(known)}
        raise serializers.ValidationError({name: [words]})
    return asked


def _read(field: Any, name: str, asked: str) -> Any:
    try:
        return field.run_validation(asked)
    except serializers.ValidationError as error:
        raise serializers.ValidationError({name: error.detail}) from error
