"""Lists under a name, for other programs."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied

from accounts.models import Membership
from accounts.rest import filters
from accounts.rest.shapes import Shaped
from accounts.rest.views import Collection, Given, Item, Resource
from segmentation.actions.saved_views import remove_view, save_view
from segmentation.forms import SCREENS
from segmentation.models import SavedView
from segmentation.queries.saved_views import views_for

MOST_PARAMETERS = 60
EXAMPLE: dict[str, Any] = {
    "id": 6,
    "screen": "portfolio",
    "name": "Quiet and large",
    "query": "tier=high&stage=in_use",
    "is_shared": True,
    "owner": "mia@vendor.example",
    "created_at": "2026-11-20T09:30:00+08:00",
}


@extend_schema_serializer(examples=[OpenApiExample("A view", EXAMPLE, response_only=True)])
class SavedViewFields(Shaped):
    """A list under a name: its filters, order and columns, as the address of its screen has them."""

    id = serializers.IntegerField()
    screen = serializers.CharField()
    name = serializers.CharField()
    query = serializers.CharField()
    is_shared = serializers.BooleanField(help_text="For the owner's team too.")
    owner = serializers.CharField(source="owner.user.email")
    created_at = serializers.DateTimeField()


@extend_schema_serializer(
    examples=[OpenApiExample("A view", {"name": "Quiet and large", "query": "tier=high"})]
)
class NewSavedView(serializers.Serializer[Any]):
    """A view of the token's person; one of the same name on the same screen is replaced."""

    screen = serializers.CharField(max_length=40, required=False, default="portfolio")
    name = serializers.CharField(max_length=60)
    query = serializers.CharField(
        max_length=2000, required=False, allow_blank=True, default="", trim_whitespace=False
    )
    is_shared = serializers.BooleanField(required=False, default=False)

    def validate_screen(self, value: str) -> str:
        if value not in SCREENS:
            raise serializers.ValidationError(_("No list of this name can be saved."))
        return value

    def validate_query(self, value: str) -> str:
        """Only parameters, whatever was sent."""
        try:
            kept = urlencode(parse_qsl(value, max_num_fields=MOST_PARAMETERS))
        except ValueError as error:
            raise serializers.ValidationError(
                _("At most %(most)s values.") % {"most": MOST_PARAMETERS}
            ) from error
        if len(kept) > 2000 or "%00" in kept:
            raise serializers.ValidationError(_("This is no address of a list."))
        return kept


class SavedViewRows(Resource):
    noun, plural = "saved_view", "saved_views"
    scope_to_read, scope_to_write = "saved_views:read", "saved_views:write"
    shape = SavedViewFields

    def found(self) -> QuerySet[Any]:
        if self.member is None:
            # What people keep for themselves is told to nobody else, and no program removes it.
            rows: QuerySet[Any] = SavedView.objects.filter(is_shared=True)
            return rows.select_related("owner__user")
        return views_for(self.member, *SCREENS)


class SavedViews(SavedViewRows, Collection):
    """Lists under a name: one's own, and what others of the team share."""

    sorts = {"name": "name", "-created_at": "created_at"}
    filters = (filters.text("screen"), filters.text("name"))
    new = NewSavedView

    def make(self, given: Given) -> Any:
        """Keep a list under a name. Takes the token of a person."""
        by, owner = self.somebody(), self.member
        assert isinstance(owner, Membership)
        return self.found().get(pk=save_view(owner=owner, by=by, **given).pk)


class OneSavedView(SavedViewRows, Item):
    """One of them."""

    removable = True

    def remove(self, row: Any) -> None:
        """Let go of a view of one's own."""
        if self.member is not None and row.owner_id != self.member.pk:
            raise PermissionDenied(_("This view is somebody else's."))
        remove_view(view=row, by=self.person)
