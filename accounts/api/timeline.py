"""Everything that happened with a customer, for other programs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404
from django.urls import set_urlconf
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    extend_schema,
    extend_schema_serializer,
)
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import may
from accounts.rest.base import ApiView
from accounts.rest.filters import refuse_unknown
from accounts.rest.schema import refusals
from accounts.rest.shapes import Shaped, page_shape
from ui.registry import customer_timeline
from ui.timelines import ShownEntry, TimelineCursor

ROWS, MOST_ROWS = 40, 200
EXAMPLE: dict[str, Any] = {
    "kind": "touchpoints",
    "key": "touchpoint-5120",
    "day": "2026-10-12",
    "at": None,
    "title": "Visit with Ann Wu",
    "text": "Walked through the stock-taking; two questions are open.",
    "who": "Ben Li",
}
ADDRESS = OpenApiParameter(
    "key", str, OpenApiParameter.PATH,
    description="A key; in it `/` is written `~1` and `~` as `~0`.",
)  # fmt: skip


@extend_schema_serializer(examples=[OpenApiExample("An entry", EXAMPLE, response_only=True)])
class HappeningFields(Shaped):
    """One thing that happened, in words of the language that is asked for. ``at``: the moment, where
    it is known; ``who``: of the vendor or the customer."""

    kind = serializers.CharField(source="source.key", help_text="E.g. `touchpoints`, `payments`.")
    key = serializers.CharField(source="entry.key")
    day = serializers.DateField()
    at = serializers.SerializerMethodField()
    title = serializers.CharField(source="entry.title")
    text = serializers.CharField(source="entry.text")
    who = serializers.CharField(source="entry.who")

    def get_at(self, shown: ShownEntry) -> str | None:
        if not shown.has_time:
            return None
        told: str = serializers.DateTimeField().to_representation(shown.entry.at)  # type: ignore[arg-type]
        return told


@dataclass(frozen=True)
class _Asked:
    kind: str
    cursor: TimelineCursor
    rows: int


class Timeline(ApiView):
    """Everything that happened with a customer, the newest first."""

    scope_to_read = "timeline:read"

    @extend_schema(
        operation_id="list_timeline_entries",
        tags=["timeline"],
        parameters=[
            ADDRESS,
            OpenApiParameter("kind", str, description="One kind of entries only."),
            OpenApiParameter(
                "until", OpenApiTypes.DATE, description="Nothing that happened after this day."
            ),
            OpenApiParameter(
                "limit",
                {"type": "integer", "minimum": 1, "maximum": MOST_ROWS, "default": ROWS},
                description="Rows of a page.",
            ),
            OpenApiParameter("cursor", str, description="From `next` of a page."),
        ],
        responses={200: page_shape(HappeningFields), **refusals(400, 401, 403, 404, 429)},
    )
    def get(self, request: Request, key: str) -> Response:
        """Everything that happened with a customer, the newest first: meetings, payments, contracts,
        cases, moves, projects, what the person of the token may see of it. It takes the token of a
        person; only `next` leads on."""
        refuse_unknown(request, ("kind", "until", "limit", "cursor"))
        self.somebody()
        customer = self.customers().filter(key=key).first()
        if customer is None:
            raise Http404
        sources = customer_timeline.sources(lambda ability: may(self.member, ability))
        asked = self._asked(request, [source.key for source in sources])
        chosen = [one for one in sources if asked.kind in ("", one.key)]
        # What feeds read of a page's request.
        reader: Any = SimpleNamespace(
            tenant=self.tenant, membership=self.member, user=self.person, GET={}
        )
        with _pages_of_tenant():
            shown = customer_timeline.page(
                reader, customer, chosen, asked.cursor, zone=self.tenant.zone, rows=asked.rows
            )
            entries = [entry for month in shown.months for entry in month.entries]
            rows = HappeningFields(entries, many=True).data
        following = None
        if shown.older is not None:
            given = {name: request.query_params[name] for name in ("kind", "limit")
                     if name in request.query_params}  # fmt: skip
            query = urlencode({**given, "cursor": str(shown.older)})
            following = request.build_absolute_uri(f"{request.path}?{query}")
        return Response({"next": following, "previous": None, "results": rows})

    def _asked(self, request: Request, known: list[str]) -> _Asked:
        """
        Raises:
            ValidationError: a value that is none.
        """
        given = request.query_params
        kind = given.get("kind", "")
        if kind and kind not in known:
            words = _("One of: %(known)s.") % {"known": ", ".join(known)}
            raise serializers.ValidationError({"kind": [words]})
        limit = _read(serializers.IntegerField(min_value=1, max_value=MOST_ROWS), given, "limit")
        latest: date = self.tenant.local_date(timezone.now())
        until: date | None = _read(serializers.DateField(), given, "until")
        latest = min(latest, until) if until else latest
        cursor = TimelineCursor.read(given.get("cursor", ""), latest=latest)
        if given.get("cursor") and (until or str(cursor) != given["cursor"]):
            words = _("Follow `next` as it is.")
            raise serializers.ValidationError({"cursor": [words]})
        if cursor.day == date.min:
            raise serializers.ValidationError({"until": [_("A day from 1900 to 2200.")]})
        return _Asked(kind, cursor, limit or ROWS)


def _read(field: Any, given: Any, name: str) -> Any:
    if name not in given:
        return None
    try:
        return field.run_validation(given[name])
    except serializers.ValidationError as error:
        raise serializers.ValidationError({name: error.detail}) from error


@contextmanager
def _pages_of_tenant() -> Iterator[None]:
    """Feeds name the pages that show more; those are of the tenant's own addresses."""
    set_urlconf(settings.TENANT_URLCONF)
    try:
        yield
    finally:
        set_urlconf(None)
