"""How reports look, for other programs: versions of the look, a new one, tried before, and its logos."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.rest.base import ApiView
from accounts.rest.filters import refuse_unknown
from accounts.rest.problems import Conflict
from accounts.rest.schema import refusals
from accounts.rest.shapes import Shaped
from accounts.rest.views import Collection, Given, Item, Resource, given_to
from reports.actions.look_checks import LONGEST_NAME, LONGEST_TEXT, check_text, checked_accent
from reports.actions.report_templates import (
    MOST_LOGO_BYTES,
    TemplateConflict,
    check_logo,
    set_template,
)
from reports.compute.report_templates import (
    AUDIENCES,
    KEY_USER,
    SECTIONS,
    TEXTS,
    USUAL_SECTIONS,
    Look,
    read_look,
)
from reports.models import ReportLogo
from reports.queries.report_previews import preview
from reports.queries.report_templates import current_look, logo_bytes, templates
from reports.rendering.html import body_html
from reports.rendering.images import image_type

LANGUAGES = tuple(code for code, _name in settings.LANGUAGES)
DIGEST = 64
LOOK: dict[str, Any] = {
    "accent": "#0b6e7f",
    "logo": "",
    "sections": {"decision_maker": ["used", "did", "next"], "key_user": ["used", "who", "did"]},
    "names": {"en": {"used": "What you used"}},
    "texts": {"en": {"greeting": "Dear {customer},"}},
}
EXAMPLE: dict[str, Any] = LOOK | {
    "version": 3,
    "made_at": "2026-11-02T09:30:00+08:00",
    "made_by": "ida@vendor.example",
}


class Sections(serializers.Serializer[Any]):
    """Which sections each audience gets, in their order; the head always comes first."""

    for _audience in AUDIENCES:
        vars()[_audience] = serializers.ListField(
            child=serializers.ChoiceField(SECTIONS), max_length=len(SECTIONS)
        )
    del _audience

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        for audience, chosen in attrs.items():
            if len(set(chosen)) < len(chosen):
                raise serializers.ValidationError({audience: [_("Each section stands once.")]})
        return attrs


class ByLanguage(serializers.DictField):
    """Words by language and key; what is left out is as shipped."""

    def __init__(self, *, keys: Sequence[str], longest: int, **kwargs: Any) -> None:
        words = serializers.CharField(max_length=longest, allow_blank=True, trim_whitespace=False)
        super().__init__(child=serializers.DictField(child=words), **kwargs)
        self.keys = keys

    def to_internal_value(self, data: Any) -> dict[str, dict[str, str]]:
        given = super().to_internal_value(data)
        for known, held in ((LANGUAGES, given), *((self.keys, one) for one in given.values())):
            if unknown := [name for name in held if name not in known]:
                del unknown
                words = _("One of: %(known)s.") % {"known": ", ".join(known)}
                raise serializers.ValidationError(words)
        found = {
            language: {key: text.replace("\r\n", "\n") for key, text in held.items() if text}
            for language, held in given.items()
        }
        return {language: held for language, held in found.items() if held}


@extend_schema_serializer(examples=[OpenApiExample("A version", EXAMPLE, response_only=True)])
class ReportTemplateFields(Shaped):
    """How customers' reports look; the highest version counts for reports made from then on."""

    version = serializers.IntegerField()
    accent = serializers.CharField(help_text="Empty: as shipped.")
    logo = serializers.CharField(help_text="SHA-256 of an image; empty: none.")
    sections = Sections()
    names = serializers.DictField(help_text="What sections are called: language → section.")
    texts = serializers.DictField(help_text="Language → greeting, closing, footer.")
    made_at = serializers.DateTimeField()
    made_by = serializers.CharField(source="made_by.email", allow_null=True, default=None)


class LookGiven(serializers.Serializer[Any]):
    """How reports shall look; what is not sent is as in the latest version. Texts may name
    `{customer}`, `{period}`, `{vendor}` and `{face}`."""

    accent = serializers.CharField(
        max_length=7, required=False, allow_blank=True, help_text="`#0b6e7f`; empty: as shipped."
    )
    logo = serializers.CharField(
        max_length=DIGEST, required=False, allow_blank=True,
        help_text="SHA-256 of an image of an earlier version; empty: none.",
    )  # fmt: skip
    logo_image = serializers.CharField(
        max_length=MOST_LOGO_BYTES * 4 // 3 + 8, required=False,
        help_text="A PNG or JPEG of at most 200 KB in Base64, in place of `logo`.",
    )  # fmt: skip
    sections = Sections(required=False)
    names = ByLanguage(keys=SECTIONS, longest=LONGEST_NAME, required=False)
    texts = ByLanguage(keys=TEXTS, longest=LONGEST_TEXT, required=False)

    def validate_accent(self, value: str) -> str:
        return checked_accent(value)

    def validate_logo(self, value: str) -> str:
        if value and not ReportLogo.objects.filter(hash=value).exists():
            raise serializers.ValidationError(_("There is no such image."))
        return value

    def validate_logo_image(self, value: str) -> bytes:
        try:
            content = base64.b64decode(value, validate=True)
        except (ValueError, binascii.Error) as error:
            raise serializers.ValidationError(_("This is no Base64.")) from error
        try:
            check_logo(content)
        except DjangoValidationError as error:
            raise serializers.ValidationError(error.message_dict["logo"]) from error
        return content

    def validate_texts(self, value: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
        for held in value.values():
            for text in held.values():
                check_text(text)
        return value


@extend_schema_serializer(
    examples=[OpenApiExample("Another accent", {"seen": 2, "accent": "#0b6e7f"})]
)
class NewReportTemplate(LookGiven):
    """A further version. `seen`: the version that it was made from; 0: as shipped."""

    seen = serializers.IntegerField(min_value=0, max_value=2**31 - 1)


@extend_schema_serializer(
    examples=[OpenApiExample("A look", {"figure_set": 812, "accent": "#0b6e7f"}, request_only=True)]
)
class TriedLook(LookGiven):
    """A look, and the figures of a customer to try it on."""

    figure_set = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    language = serializers.ChoiceField(LANGUAGES, required=False, default="en")
    audience = serializers.ChoiceField(AUDIENCES, required=False, default=KEY_USER)


@extend_schema_serializer(
    examples=[OpenApiExample("A preview", {"html": "<article>…</article>"}, response_only=True)]
)
class TriedReport(serializers.Serializer[Any]):
    """What the report would say, as it stands in pages."""

    html = serializers.CharField()


class TemplateRows(Resource):
    noun, plural = "report_template", "report_templates"
    scope_to_read, scope_to_write = "report_templates:read", "report_templates:write"
    shape: ClassVar[type[Shaped]] = ReportTemplateFields

    def found(self) -> QuerySet[Any]:
        return templates()

    def told(self, rows: Sequence[Any]) -> Sequence[Any]:
        for row in rows:
            look = read_look(row.look, row.version)
            row.accent, row.logo = look.accent, look.logo
            row.sections = {key: list(held) for key, held in look.sections.items()}
            row.names, row.texts = look.names, look.texts
        return rows


class ReportTemplates(TemplateRows, Collection):
    """Versions of how reports look, the latest first; none: they look as shipped."""

    sorts = {"-version": "version"}
    new = NewReportTemplate

    def make(self, given: Given) -> Any:
        """Have reports look otherwise from now on; what was made keeps the look that it was made with.
        What the latest version says already adds none."""
        seen, logo = given.pop("seen"), given.pop("logo_image", None)
        try:
            made = set_template(look=stored(given), logo=logo, seen=seen, by=self.person)
        except TemplateConflict as error:
            words = _("Somebody changed these settings meanwhile. Read them again.")
            raise Conflict(words) from error
        return self.found().get(pk=made.pk)


class OneReportTemplate(TemplateRows, Item):
    """One version."""

    def names(self) -> dict[str, Any]:
        return {"version": self.kwargs["pk"]}


class ReportTemplatePreviews(ApiView):
    scope_to_read = scope_to_write = "report_templates:read"

    @extend_schema(
        operation_id="preview_report_template",
        tags=["report_templates"],
        request=TriedLook,
        responses={200: TriedReport, **refusals(400, 401, 403, 404, 422, 429)},
    )
    def post(self, request: Request) -> Response:
        """A customer's report as it would read with another look; nothing is kept of it."""
        refuse_unknown(request, ())
        given = given_to(TriedLook, request)
        logo = given.pop("logo_image", None)
        figures, language, audience = (
            given.pop(name) for name in ("figure_set", "language", "audience")
        )
        look = read_look(stored(given), current_look().version)
        document = preview(self.tenant, self.member, figures, look, language)
        if document is None:
            raise Http404
        content = logo or logo_bytes(look.logo)
        address = (
            f"data:{image_type(content)};base64,{base64.b64encode(content).decode()}"
            if content
            else ""
        )
        made = body_html(document, {}, audience, link_paths=False, logo_url=address)
        return Response({"html": str(made)})


class ReportLogos(ApiView):
    scope_to_read = "reports:read"

    @extend_schema(
        operation_id="read_report_logo",
        tags=["report_templates"],
        responses={
            **{(200, mime): OpenApiTypes.BINARY for mime in ("image/png", "image/jpeg")},
            **refusals(400, 401, 403, 404, 429),
        },
    )
    def get(self, request: Request, digest: str) -> HttpResponse:
        """An image that templates and reports name, by its SHA-256; it never changes."""
        refuse_unknown(request, ())
        content = logo_bytes(digest[: DIGEST + 1])
        if content is None:
            raise Http404
        return HttpResponse(content, content_type=image_type(content))

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """Who accepts images only is served as well."""
        return super().perform_content_negotiation(request, force=True)


def stored(given: Given) -> dict[str, Any]:
    """A look as it is kept, from what was sent of it."""
    current: Look = current_look()
    sections = {audience: list(held) for audience, held in current.sections.items()}
    return {
        "accent": given.get("accent", current.accent),
        "logo": given.get("logo", current.logo),
        "sections": {**USUAL_SECTIONS, **sections, **given.get("sections", {})},
        "names": given.get("names", current.names),
        "texts": given.get("texts", current.texts),
    }
