"""Short lists that are no table's: always told whole, in an order of their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.rest.filters import FIELDS, refuse_unknown
from accounts.rest.shapes import fields_asked
from accounts.rest.views import Collection


class Listing(Collection):
    """``every()`` gives the records; there is one page, nothing to sort and nothing to narrow by."""

    def every(self) -> Sequence[Any]:
        raise NotImplementedError

    def found(self) -> QuerySet[Any]:
        raise NotImplementedError("a listing is no query")

    def record_made(self) -> int | None:
        """Everybody who may see the list sees all of it."""
        return None

    def get(self, request: Request, **names: str) -> Response:
        refuse_unknown(request, (FIELDS,))
        only = fields_asked(request, self.shape)
        rows = self.shape(self.told(self.every()), many=True, only=only).data
        return Response({"next": None, "previous": None, "results": rows})
