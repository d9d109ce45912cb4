"""How the OpenAPI document speaks of resources: all that they share is said here, once."""

from __future__ import annotations

import inspect
from typing import Any, Literal, TypeGuard

import uritemplate
from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework import serializers

from accounts.rest.base import EVERY_PROGRAM, ApiView
from accounts.rest.filters import FIELDS
from accounts.rest.keyset import CURSOR, LIMIT, MOST_ROWS, ROWS, SORT, sort_names
from accounts.rest.listings import Listing
from accounts.rest.problems import CONTENT_TYPE
from accounts.rest.shapes import page_shape
from accounts.rest.views import Collection, Item, Verb

HEADER: Literal["header"] = "header"


class ProblemError(serializers.Serializer[Any]):
    field = serializers.CharField(help_text="Path of the value, e.g. `lines.0.starts_on`.")
    message = serializers.CharField()


class Problem(serializers.Serializer[Any]):
    """RFC 9457."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField(required=False)
    errors = ProblemError(many=True, required=False)  # type: ignore[assignment]


IDEMPOTENCY = OpenApiParameter(
    "Idempotency-Key", str, HEADER,
    description="The same request with the same key is answered again, not done again.",
)  # fmt: skip
IF_MATCH = OpenApiParameter(
    "If-Match", str, HEADER, required=True,
    description="The ETag that you have read. 412: it was changed since; 428: the header is missing.",
)  # fmt: skip
IF_MATCH_MAYBE = OpenApiParameter(
    "If-Match", str, HEADER,
    description="The ETag that you have read; where it is sent, 412 says that it was changed since.",
)  # fmt: skip
IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match", str, HEADER, description="304 where the record still has this ETag."
)
NOT_SEEN = OpenApiResponse(description="Done; it is somebody else's now, and not seen any more.")
WHY = {
    400: "Values that are not as they should be; `errors` names each.",
    401: "No token, or one that opens nothing.",
    403: "The token lacks the scope, or its person the right.",
    404: "There is no such record for this token.",
    409: "It does not go with what is there.",
    413: "More than 5 MB.",
    412: "It was changed since it was read.",
    422: "The Idempotency-Key came with another request before.",
    428: "If-Match is missing.",
    429: "Too many requests; `Retry-After` says when to come again.",
}


def refusals(*statuses: int) -> dict[Any, OpenApiResponse]:
    """The problem documents that an operation may answer with, for ``extend_schema``."""
    return {
        (status, CONTENT_TYPE): OpenApiResponse(Problem, description=WHY[status])
        for status in sorted(statuses)
    }


def _in_path(name: str) -> OpenApiParameter:
    if name in ("pk", "id", "version", "webhook", "year", "number", "link", "question"):
        return OpenApiParameter(
            name, int, OpenApiParameter.PATH, description="Number of the record."
        )
    return OpenApiParameter(
        name, str, OpenApiParameter.PATH,
        description="A key; in it `/` is written `~1` and `~` as `~0`.",
    )  # fmt: skip


def _speaks_for(view: Any) -> TypeGuard[Collection | Item | Verb]:
    return isinstance(view, Collection | Item | Verb)


class ShapedInSchema(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    """Of a record each field may be missing: ``?fields=`` says which are wanted."""

    target_class = "accounts.rest.shapes.Shaped"
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        found: dict[str, Any] = auto_schema._map_serializer(
            self.target, direction, bypass_extensions=True
        )
        found.pop("required", None)
        return found


class ResourceSchema(AutoSchema):
    """Speaks for lists, records and verbs; other views say it themselves with ``extend_schema``."""

    def get_operation_id(self) -> str:
        view = self.view
        if isinstance(view, Verb):
            return f"{view.verb}_{view.noun}"
        if _speaks_for(view):
            word = {"GET": "read", "POST": "make", "PATCH": "change", "DELETE": "remove"}[
                self.method
            ]
            if isinstance(view, Collection) and self.method == "GET":
                return f"list_{view.plural}"
            return f"{word}_{view.noun}"
        return super().get_operation_id()

    def get_summary(self) -> str:
        """What lists of operations say: "List customers"."""
        words = super().get_summary() or self.get_operation_id().replace("_", " ").replace("-", " ")
        return f"{words[0].upper()}{words[1:]}"

    def get_description(self) -> str:  # type: ignore[override]
        """Of reading, the view's words; of the rest, those of the method that does it."""
        view = self.view
        if not _speaks_for(view) or self.method == "GET":
            return str(super().get_description())
        word = {"POST": "make", "PATCH": "change", "DELETE": "remove"}[self.method]
        does = getattr(view, "act" if isinstance(view, Verb) else word)
        return inspect.getdoc(does) or ""

    def get_extensions(self) -> dict[str, Any]:
        view = self.view
        if not isinstance(view, ApiView):
            return super().get_extensions()
        needed = view.scope_to_read if self.method == "GET" else view.scope_to_write
        return {} if needed == EVERY_PROGRAM else {"x-scope": needed}

    def get_tags(self) -> list[str]:
        if _speaks_for(self.view):
            return [self.view.plural]
        return super().get_tags()

    def get_override_parameters(self) -> list[Any]:
        view = self.view
        if not _speaks_for(view):
            return super().get_override_parameters()
        named = [*map(_in_path, uritemplate.variables(self.path))]
        if self.method == "POST":
            return [*named, IDEMPOTENCY, *([IF_MATCH_MAYBE] if isinstance(view, Verb) else [])]
        if self.method != "GET":
            return [*named, IF_MATCH]
        shape = view.shape()
        fields = OpenApiParameter(
            FIELDS, str, many=True, style="form", explode=False, enum=list(shape.fields),
            description="Only these fields, with commas between.",
        )  # fmt: skip
        if isinstance(view, Item):
            return [*named, fields, IF_NONE_MATCH]
        if isinstance(view, Listing):
            return [*named, fields]
        assert isinstance(view, Collection)
        return [
            *named,
            *(one.parameter() for one in view.filters),
            OpenApiParameter(
                SORT, str, enum=sort_names(view.sorts), default=next(iter(view.sorts)),
                description="Order of the rows; - in front: falling.",
            ),
            OpenApiParameter(
                LIMIT, {"type": "integer", "minimum": 1, "maximum": MOST_ROWS, "default": ROWS},
                description="Rows of a page.",
            ),
            OpenApiParameter(CURSOR, str, description="From `next` or `previous` of a page."),
            fields,
        ]  # fmt: skip

    def get_request_serializer(self) -> Any:
        view = self.view
        if isinstance(view, Verb):
            return view.needs
        if isinstance(view, Collection) and self.method == "POST":
            return view.new
        if isinstance(view, Item) and self.method == "PATCH":
            return view.changes() if view.changes else None
        return None if _speaks_for(view) else super().get_request_serializer()

    def get_response_serializers(self) -> Any:
        view = self.view
        if not _speaks_for(view):
            return super().get_response_serializers()
        refused = [400, 401, 403, 429]
        if (
            not isinstance(view, Collection)
            or view.may_be_missing
            or uritemplate.variables(self.path)
        ):
            refused.append(404)
        answers: dict[Any, Any]
        if isinstance(view, Verb):
            answers = {201: view.makes} if view.makes else {200: view.shape, 204: NOT_SEEN}
            refused += [409, 412, 422]
        elif self.method == "POST":
            answers = {201: getattr(view, "makes", None) or view.shape}
            refused += [409, 422]
        elif self.method == "PATCH":
            answers = {200: view.shape, 204: NOT_SEEN}
            refused += [409, 412, 428]
        elif self.method == "DELETE":
            answers = {204: None}
            refused += [409, 412, 428]
        elif isinstance(view, Collection):
            answers = {200: page_shape(view.shape)}
        else:
            answers = {200: view.shape, 304: OpenApiResponse(description="As you have it.")}
        return answers | refusals(*refused)
