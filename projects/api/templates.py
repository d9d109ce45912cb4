"""Templates of plans for other programs: made, drafted, published; their versions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.rest.listings import Listing
from accounts.rest.problems import Conflict
from accounts.rest.views import Given, Item, Record, Verb
from projects.actions.templates import (
    DraftChanged,
    change_draft,
    drop_draft,
    keep_shipped,
    make_template,
    publish_template,
    version_for_plans,
)
from projects.api.ground import OfProjects
from projects.api.template_shapes import (
    NewTemplate,
    TemplateChanges,
    TemplateFields,
    TemplateNote,
    VersionFields,
    document_of,
)
from projects.compute.plan_documents import effort_of, faults_of, words_in
from projects.compute.shipped_plan import KEY, NAME, shipped_document
from projects.models import PlanTemplate, PlanTemplateVersion
from projects.queries.templates import fault_sentence

SHOWN_VERSIONS = 20


class TemplateRows(OfProjects):
    noun, plural = "plan_template", "plan_templates"
    scope_to_read, scope_to_write = "projects:read", "plan_templates:write"
    shape = TemplateFields

    def found(self) -> QuerySet[Any]:
        return PlanTemplate.objects.all()

    def told(self, rows: Sequence[Any]) -> Sequence[Any]:
        """With what they hold; two statements, however many there are."""
        kept = [row.pk for row in rows if row.pk]
        versions = PlanTemplateVersion.objects.filter(template__in=kept)
        newest = {
            one.template_id: one
            for one in versions.order_by("template_id", "-version").distinct("template_id")
        }
        lines: dict[int, list[PlanTemplateVersion]] = {}
        for one in versions.defer("document").select_related("published_by").order_by("-version"):
            lines.setdefault(one.template_id, []).append(one)
        for row in rows:
            latest = newest.get(row.pk)
            inside = latest.document if latest else {"phases": []}
            if row.pk is None:
                inside = shipped_document()
            document = row.draft if row.draft is not None else inside
            row.has_draft = row.draft is not None
            row.version = latest.version if latest else (0 if row.pk else 1)
            row.phases = document["phases"]
            row.effort_days = effort_of(document)
            row.faults = list(map(fault_sentence, faults_of(document))) if row.has_draft else []
            row.said_versions = lines.get(row.pk, [])[:SHOWN_VERSIONS]
        return rows


class TemplateRecord(TemplateRows, Record):
    """The shipped one is there also before the tenant has a row of it."""

    def row(self, *, locked: bool = False) -> Any:
        rows = self.found().select_for_update() if locked else self.found()
        found = rows.filter(key=self.kwargs["key"]).first()
        if found is None and self.kwargs["key"] == KEY:
            return shipped()
        if found is None:
            raise Http404
        return found

    def kept(self, row: Any) -> PlanTemplate:
        """As a row of the tenant's, made of the shipped one when it is the first time."""
        return row if row.pk else keep_shipped(language=get_language() or "en")


class Templates(TemplateRows, Listing):
    """Every template of plans, by name."""

    new = NewTemplate

    def every(self) -> Sequence[Any]:
        rows = list(self.found())
        if all(row.key != KEY for row in rows):
            rows.append(shipped())
        return sorted(rows, key=lambda row: (row.name, row.key))

    def make(self, given: Given) -> Any:
        """Make a template: an empty one, or one whose draft is a copy of another."""
        copied = None
        if given["copy_of"] is not None:
            language = get_language() or "en"
            version = version_for_plans(key=given["copy_of"], language=language)
            if version is None:
                raise serializers.ValidationError(
                    {"copy_of": [_("No template that was published has this key.")]}
                )
            copied = version.template
        return make_template(name=given["name"], copy_of=copied, by=self.person)


class OneTemplate(TemplateRecord, Item):
    """One template: its draft where there is one, else what is in force."""

    changes = TemplateChanges

    def change(self, row: Any, given: Given) -> None:
        """Give the draft other phases, tasks and gates; plans change with it when it is published,
        and only new ones."""
        if "phases" not in given:
            return
        document = document_of(given["phases"])
        if document["phases"] == row.phases:
            return
        try:
            change_draft(
                template=self.kept(row), seen=row.draft_version, step=lambda _before: document,
                words=", ".join(phase["title"]["en"] for phase in document["phases"])[:300],
                by=self.person,
            )  # fmt: skip
        except DraftChanged as error:
            raise _changed() from error


class TemplatePublishing(TemplateRecord, Verb):
    verb = "publish"
    needs = TemplateNote

    def act(self, row: Any, given: Given) -> Any:
        """Put the draft in force for new plans, as a further version."""
        if row.pk is None:
            raise Conflict(_("Nothing was changed since the last version."))
        try:
            publish_template(
                template=row, seen=row.draft_version, note=given["note"], by=self.person
            )
        except DraftChanged as error:
            raise _changed() from error


class TemplateResetting(TemplateRecord, Verb):
    verb = "reset"

    def act(self, row: Any, given: Given) -> Any:
        """Drop what was changed since the last version; one that was never published keeps its
        draft."""
        if row.pk:
            drop_draft(template=row, by=self.person)


class OneTemplateVersion(Item):
    """A template as it was published once."""

    noun, plural = "plan_template_version", "plan_template_versions"
    scope_to_read = "projects:read"
    shape = VersionFields

    def found(self) -> QuerySet[Any]:
        return PlanTemplateVersion.objects.select_related("template", "published_by")

    def names(self) -> dict[str, Any]:
        return {"template__key": self.kwargs["key"], "version": self.kwargs["version"]}


def shipped() -> PlanTemplate:
    """Stands for the shipped template while the tenant has no row of it."""
    return PlanTemplate(key=KEY, name=words_in(NAME, get_language() or "en"))


def _changed() -> Conflict:
    return Conflict(_("Somebody changed this template meanwhile. Look at it, then save again."))
