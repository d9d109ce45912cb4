"""What the parts of the API that are about projects have in common."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Contact
from accounts.permissions import may
from accounts.rest.filters import refuse_unknown
from accounts.rest.problems import Conflict
from accounts.rest.schema import refusals
from accounts.rest.views import Record, Resource, Verb
from projects.actions.change_requests import ChangeConflict
from projects.actions.gates import GateConflict
from projects.actions.handovers import HandoverConflict
from projects.actions.weeklies import WeeklyConflict
from projects.compute.change_documents import hash_of
from projects.models import Project, SignedScan
from projects.queries.portfolio import visible_projects

LONGEST_KEY = 200
# With its four thirds as base64 it has to fit into a request.
MOST_SCAN_MB = 3
MOST_SCAN_BYTES = MOST_SCAN_MB * 1024 * 1024
LANGUAGES = [code for code, _name in settings.LANGUAGES]
NUMBER = OpenApiParameter("pk", int, OpenApiParameter.PATH, description="Number of the record.")


# What actions say of another version than the one that was seen.
CHANGED_MEANWHILE = (ChangeConflict, GateConflict, HandoverConflict, WeeklyConflict)


class PlanDay(serializers.DateField):
    """A day that a plan may hold."""

    FIRST, LAST = date(2000, 1, 1), date(2100, 12, 31)

    def to_internal_value(self, value: Any) -> date:
        day: date = super().to_internal_value(value)
        if not self.FIRST <= day <= self.LAST:
            raise serializers.ValidationError(_("Give a day between 2000 and 2100."))
        return day


class SeenVersion(serializers.IntegerField):
    """What a person decides about is what was read, and nothing that came since."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            min_value=0, max_value=2**31 - 1,
            help_text="As it was read; 409 where it is another by now.", **kwargs,
        )  # fmt: skip


class KeyField(serializers.CharField):
    """The key of another record."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=LONGEST_KEY, **kwargs)


class ScanFile(serializers.Serializer[Any]):
    """A stamped scan: a PDF, JPEG or PNG of at most 3 MB; larger ones are uploaded on screen."""

    filename = serializers.CharField(max_length=200)
    content = serializers.CharField(
        max_length=MOST_SCAN_BYTES // 3 * 4 + 4, trim_whitespace=False, help_text="In base64."
    )

    def validate_content(self, given: str) -> bytes:
        try:
            return base64.b64decode(given, validate=True)
        except (binascii.Error, ValueError) as error:
            raise serializers.ValidationError(_("This is no base64.")) from error


def scan_of(given: Mapping[str, Any] | None) -> tuple[str, bytes] | None:
    """Name and bytes, as actions take them."""
    return (given["filename"], given["content"]) if given else None


class KeptScan(serializers.Serializer[Any]):
    """A scan that is kept as it was uploaded."""

    filename = serializers.CharField()
    content_type = serializers.CharField()
    size_bytes = serializers.IntegerField()
    sha256 = serializers.CharField()


class OfProjects(Resource):
    """Records of projects: a token of a person has those of the projects that the person sees."""

    def handle_exception(self, exc: Exception) -> Response:
        """What an action refuses without naming a value does not go with what is there."""
        if isinstance(exc, ValidationError) and not hasattr(exc, "error_dict"):
            exc = Conflict(" ".join(exc.messages))
        if isinstance(exc, CHANGED_MEANWHILE):
            exc = Conflict(_("This was changed since you read it. Read it again."))
        return super().handle_exception(exc)

    @property
    def today(self) -> date:
        day: date = self.tenant.local_date(timezone.now())
        return day

    def projects(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = Project.objects.all()
        return visible_projects(self.member) if self.member else rows

    def of_seen_projects(self, rows: QuerySet[Any], project: str = "project") -> QuerySet[Any]:
        """``project``: the way from a row to its project."""
        if self.member is None:
            return rows
        return rows.filter(**{f"{project}__in": self.projects().order_by().values("pk")})

    def project_named(self, key: str) -> Project:
        """
        Raises:
            ValidationError: there is none with this key, for this token.
        """
        found: Project | None = (
            self.projects().filter(key=key).select_related("customer", "manager").first()
        )
        if found is None:
            raise serializers.ValidationError({"project": [_("There is no such project.")]})
        return found

    def must(self, ability: str) -> None:
        """
        Raises:
            PermissionDenied: the token is of a person who may not do this.
        """
        if self.member is not None and not may(self.member, ability):
            raise PermissionDenied(_("The person of this token may not do this."))


class HeldInTurn(Record):
    """A part of something that whoever changes it has in hand first: so does this."""

    def hold_first(self) -> None:
        """Lock what comes before the record."""
        raise NotImplementedError

    def row(self, *, locked: bool = False) -> Any:
        if locked:
            self.hold_first()
        return super().row(locked=locked)


def contact_of(project: Project, key: str, field: str = "contact") -> Contact:
    """A contact of a project's customer.

    Raises:
        ValidationError: the customer has no such contact.
    """
    found: Contact | None = Contact.objects.filter(customer=project.customer_id, key=key).first()
    if found is None:
        raise serializers.ValidationError(
            {field: [_("The customer has no contact with this key.")]}
        )
    return found


@dataclass(frozen=True)
class Kept:
    """Bytes that are kept, with their SHA-256 in hexadecimal digits."""

    content: bytes
    mime: str
    filename: str
    sha256: str


def of_scan(scan: SignedScan | None) -> Kept:
    """
    Raises:
        Http404: there is none.
    """
    if scan is None:
        raise Http404
    return Kept(bytes(scan.data), scan.content_type, scan.filename, scan.sha256)


def of_text(text: str, filename: str) -> Kept:
    """A canonical text as it is now: who compares its SHA-256 with the kept one knows that nobody
    altered it."""
    return Kept(text.encode(), TEXT_TYPES[0], filename, hash_of(text))


SCAN_TYPES = ("application/pdf", "image/jpeg", "image/png")
TEXT_TYPES = ("application/json",)


def file_operation(name: str, tag: str, types: Sequence[str]) -> Callable[[Any], Any]:
    """How the document speaks of a :class:`KeptFile`."""
    return extend_schema_view(
        get=extend_schema(
            operation_id=name,
            tags=[tag],
            responses={
                **{(200, mime): OpenApiTypes.BINARY for mime in types},
                **refusals(400, 401, 403, 404, 429),
            },
        )
    )


class KeptFile(Record):
    """Bytes as they are kept; the ETag is their SHA-256."""

    def file(self, row: Any) -> Kept:
        """
        Raises:
            Http404: there is none.
        """
        raise NotImplementedError

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """What it is was said when it was uploaded; who accepts only that is served as well."""
        return super().perform_content_negotiation(request, force=True)

    def get(self, request: Request, **names: Any) -> HttpResponse:
        refuse_unknown(request, ())
        kept = self.file(self.row())
        answer = HttpResponse(kept.content, content_type=kept.mime)
        answer["Content-Disposition"] = str(content_disposition_header(True, kept.filename))
        answer["X-Content-Type-Options"] = "nosniff"
        answer["ETag"] = f'"{kept.sha256}"'
        return answer


class LinkVerb(Verb):
    """Makes links, whose addresses stand in the answer and nowhere else, ever again."""

    told_once = frozenset({"address"})
