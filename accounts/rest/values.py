"""Fields that several resources read and say alike."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import Colleague

MOST_BYTES = 32 * 1024


@extend_schema_field({"type": "object", "additionalProperties": True})
class Attributes(serializers.DictField):
    """Further columns of a record, as files brought them or programs keep them."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        found = dict(super().to_internal_value(data))
        _refuse_no_text(found)
        if len(json.dumps(found, ensure_ascii=False).encode()) > MOST_BYTES:
            raise serializers.ValidationError(_("At most 32 KB."))
        return found


def _refuse_no_text(value: Any) -> None:
    """
    Raises:
        ValidationError: a text in it is none that the database can keep.
    """
    if isinstance(value, Mapping):
        for name, held in value.items():
            _refuse_no_text(name)
            _refuse_no_text(held)
    elif isinstance(value, list):
        for held in value:
            _refuse_no_text(held)
    elif isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            raise serializers.ValidationError(_("Half a character is no text.")) from None
        if "\x00" in value:
            raise serializers.ValidationError(_("A NUL is no text."))


class Named(serializers.CharField):
    """A record by its key; reads as the record, is said as the key.

    ``among`` gives the records that may be named, in the tenant's scope; None or empty: nobody.
    """

    def __init__(self, *, among: Any, **kwargs: Any) -> None:
        kwargs.setdefault("allow_null", True)
        super().__init__(**kwargs)
        self.among = among

    def run_validators(self, value: Any) -> None:
        """The text was looked at before it became a record."""

    def to_internal_value(self, data: Any) -> Any:
        key = super().to_internal_value(data)
        super().run_validators(key)
        found: QuerySet[Any] = self.among(self.context)
        row = found.filter(key=key).first()
        if row is None:
            raise serializers.ValidationError(
                _("There is nothing with the key %(key)s.") % {"key": key}
            )
        return row

    def to_representation(self, value: Any) -> str:
        return str(value.key)


def colleagues(context: Mapping[str, Any]) -> QuerySet[Any]:
    """For :class:`Named`: people of the vendor; their e-mail is their key."""
    return Colleague.objects.all()


class Day(serializers.DateField):
    """A day on which something of ours may happen: others would only count working days for long."""

    FIRST, LAST = date(1900, 1, 1), date(2200, 12, 31)

    def to_internal_value(self, value: Any) -> date:
        day: date = super().to_internal_value(value)
        if not self.FIRST <= day <= self.LAST:
            raise serializers.ValidationError(_("A day from 1900 to 2200."))
        return day
