"""What nights measured of customers, for other programs: the columns of the list of customers."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers
from rest_framework.exceptions import NotFound

from accounts.rest import filters
from accounts.rest.shapes import Shaped
from accounts.rest.views import Collection
from segmentation.api.nights import stored_night
from segmentation.models import MeasureRow

WEEKLY, FURTHER = "weekly_events", "further"
FACTS = tuple(
    field.name
    for field in MeasureRow._meta.get_fields()
    if isinstance(
        field, models.DecimalField | models.FloatField | models.IntegerField | models.BooleanField
    )
    and field.null
)
EXAMPLE: dict[str, Any] = {
    "customer": "C-1042",
    "night": "2026-11-20",
    "arr": "120000.00",
    "monetary": "350000.00",
    "seat_utilisation": 0.8,
    "days_since_usage": 3,
    "weekly_events": [120, 61],
    "further": {"cases_open": 2},
}


def _field(name: str) -> serializers.Field[Any, Any, Any, Any]:
    found = MeasureRow._meta.get_field(name)
    if isinstance(found, models.DecimalField):
        return serializers.DecimalField(
            found.max_digits, found.decimal_places, allow_null=True, help_text="Money, as text."
        )
    if isinstance(found, models.FloatField):
        return serializers.FloatField(allow_null=True)
    if isinstance(found, models.BooleanField):
        return serializers.BooleanField(allow_null=True)
    return serializers.IntegerField(allow_null=True)


@extend_schema_serializer(examples=[OpenApiExample("Measures", EXAMPLE, response_only=True)])
class MeasureFields(Shaped):
    """What a night measured of a customer, by the keys of the catalogue of measures; null: not known.
    `further`: measures that other parts of the product bring."""

    customer = serializers.CharField(source="customer.key")
    night = serializers.DateField(source="as_of")
    for _name in FACTS:
        vars()[_name] = _field(_name)
    del _name
    weekly_events = serializers.ListField(
        child=serializers.IntegerField(), allow_null=True, help_text="The oldest week first."
    )
    further = serializers.DictField()


class Measures(Collection):
    """What a night (a day as YYYY-MM-DD, or `latest`) measured of every customer, by customer key. The
    latest night and month-ends keep their measures; of others 404 says that they are gone, and
    `standings` what was assigned by them."""

    noun, plural = "measure", "measures"
    scope_to_read = "standings:read"
    shape = MeasureFields
    sorts = {"customer": "customer__key", "-arr": "arr"}
    filters = (
        filters.text("customer", "customer__key", many=True, help="Keys with commas between."),
    )

    def found(self) -> QuerySet[Any]:
        night = stored_night(str(self.kwargs["as_of"]))
        rows = MeasureRow.objects.filter(as_of=night.as_of)
        if not rows.exists():
            raise NotFound(_("The measures of this night are not kept any more."))
        return self.of_seen_customers(rows).select_related("customer")
