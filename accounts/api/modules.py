"""The modules that are sold, for other programs."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.models import Module
from accounts.rest import filters
from accounts.rest.shapes import Shaped
from accounts.rest.views import Collection, Item, Resource

EXAMPLE = {"key": "stock", "name": "Stock", "changed_at": "2026-10-05T09:30:00+08:00"}


@extend_schema_serializer(examples=[OpenApiExample("A module", EXAMPLE, response_only=True)])
class ModuleFields(Shaped):
    """A module that contracts, usage and cases name."""

    key = serializers.CharField()
    name = serializers.CharField()
    changed_at = serializers.DateTimeField(source="known_from")


class ModuleRows(Resource):
    noun, plural = "module", "modules"
    scope_to_read = "modules:read"
    shape = ModuleFields

    def found(self) -> QuerySet[Any]:
        return Module.objects.all()


class Modules(ModuleRows, Collection):
    """Modules, by their keys. New ones come with a load, or with usage that names them."""

    sorts = {"key": "key", "name": "name", "changed_at": "known_from"}
    filters = (
        filters.text("key", many=True, help="Keys with commas between."),
        filters.changed_since(),
    )


class OneModule(ModuleRows, Item):
    """One module."""
