"""Changing templates: a draft is changed, then published as a further version."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.models import User
from projects.compute.plan_documents import Document, faults_of
from projects.compute.shipped_plan import KEY, NAME, shipped_document
from projects.models import PlanTemplate, PlanTemplateVersion
from projects.queries.templates import fault_sentence, latest_version


class DraftChanged(Exception):
    """Somebody else changed the draft since it was on screen."""


@transaction.atomic
def keep_shipped(*, language: str) -> PlanTemplate:
    """The shipped template as a row of the tenant's, made when it is first used or changed."""
    template, is_new = PlanTemplate.objects.get_or_create(
        key=KEY, defaults={"name": NAME["zh" if language.startswith("zh") else "en"]}
    )
    if is_new:
        PlanTemplateVersion.objects.create(
            template=template, version=1, document=shipped_document()
        )
    return template


def version_for_plans(*, key: str, language: str) -> PlanTemplateVersion | None:
    """What new plans are made from by a template's key, None where there is none; the shipped
    template becomes a row when it is used."""
    template = keep_shipped(language=language) if key == KEY else None
    template = template or PlanTemplate.objects.filter(key=key).first()
    return latest_version(template) if template else None


@transaction.atomic
def make_template(*, name: str, copy_of: PlanTemplate | None, by: User | None) -> PlanTemplate:
    """A new template, empty or with the latest version of another as its draft."""
    taken = set(PlanTemplate.objects.values_list("key", flat=True)) | {KEY}
    stem = slugify(name) or "template"
    key = next(k for n in range(1, len(taken) + 2) if (k := f"{stem[:90]}-{n}") not in taken)
    document: Document = {"phases": []}
    if copy_of is not None and (version := latest_version(copy_of)) is not None:
        document = deepcopy(version.document)
    template = PlanTemplate.objects.create(key=key, name=name, draft=document)
    record("plan_template.made", by=by, about=template,
           copy_of=copy_of.name if copy_of else "")  # fmt: skip
    return template


@transaction.atomic
def change_draft(
    *,
    template: PlanTemplate,
    seen: int,
    step: Callable[[Document], Document],
    words: str,
    by: User | None,
) -> None:
    """Do one step on the draft; where there is none, on a copy of the latest version.

    Args:
        seen: the ``draft_version`` that was on screen.
        words: what the step is, for the audit.

    Raises:
        DraftChanged: it is another by now.
    """
    locked = PlanTemplate.objects.select_for_update().get(pk=template.pk)
    if locked.draft_version != seen:
        raise DraftChanged
    document = locked.draft
    if document is None:
        latest = latest_version(locked)
        document = latest.document if latest else {"phases": []}
    locked.draft = step(document)
    locked.draft_version += 1
    locked.save(update_fields=["draft", "draft_version"])
    record("plan_template.changed", by=by, about=locked, step=words)


@transaction.atomic
def publish_template(
    *, template: PlanTemplate, seen: int, note: str, by: User | None
) -> PlanTemplateVersion:
    """Put the draft in force for new plans, as a further version.

    Raises:
        DraftChanged: it is another than was on screen.
        ValidationError: there is no draft, or no plan can be made of it.
    """
    locked = PlanTemplate.objects.select_for_update().get(pk=template.pk)
    if locked.draft_version != seen:
        raise DraftChanged
    if locked.draft is None:
        raise ValidationError(_("Nothing was changed since the last version."))
    if faults := faults_of(locked.draft):
        raise ValidationError([fault_sentence(fault) for fault in faults])
    latest = latest_version(locked)
    version = PlanTemplateVersion.objects.create(
        template=locked,
        version=latest.version + 1 if latest else 1,
        document=locked.draft,
        note=note,
        published_by=by,
    )
    locked.draft = None
    locked.draft_version += 1
    locked.save(update_fields=["draft", "draft_version"])
    told: dict[str, Any] = {"note": note} if note else {}
    record("plan_template.published", by=by, about=locked, version=version.version, **told)
    return version


@transaction.atomic
def drop_draft(*, template: PlanTemplate, by: User | None) -> None:
    """Back to the latest version. A template that has none keeps its draft."""
    locked = PlanTemplate.objects.select_for_update().get(pk=template.pk)
    if locked.draft is None or latest_version(locked) is None:
        return
    locked.draft = None
    locked.draft_version += 1
    locked.save(update_fields=["draft", "draft_version"])
    record("plan_template.reset", by=by, about=locked)
