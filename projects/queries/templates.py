"""Templates as screens offer them, the shipped one also before it is a row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from projects.compute.plan_documents import Document, Fault, effort_of, tasks_of, words_in
from projects.compute.shipped_plan import KEY, NAME, shipped_document
from projects.models import PlanTemplate, PlanTemplateVersion


@dataclass(frozen=True)
class Offered:
    """A template as a list shows it. ``version`` 0: only a draft."""

    key: str
    name: str
    version: int
    phases: int
    tasks: int
    effort: Any
    published_at: Any
    has_draft: bool


def latest_version(template: PlanTemplate) -> PlanTemplateVersion | None:
    """What new plans are made from; None: it was never published."""
    return PlanTemplateVersion.objects.filter(template=template).order_by("-version").first()


def offered_templates(language: str) -> list[Offered]:
    """Every template, by name."""
    newest = PlanTemplateVersion.objects.filter(template=OuterRef("pk")).order_by("-version")
    found = PlanTemplate.objects.annotate(
        newest_document=Subquery(newest.values("document")[:1]),
        newest_version=Subquery(newest.values("version")[:1]),
        newest_at=Subquery(newest.values("published_at")[:1]),
    )
    offered = [
        _offered(
            template.key,
            template.name,
            template.newest_version or 0,
            template.newest_document or template.draft or {"phases": []},
            template.newest_at,
            template.draft is not None,
        )
        for template in found
    ]
    if all(template.key != KEY for template in offered):
        offered.append(_offered(KEY, words_in(NAME, language), 1, shipped_document(), None, False))
    return sorted(offered, key=lambda template: template.name)


def _offered(
    key: str, name: str, version: int, document: Document, at: Any, has_draft: bool
) -> Offered:
    return Offered(
        key=key,
        name=name,
        version=version,
        phases=len(document["phases"]),
        tasks=sum(1 for _task in tasks_of(document)),
        effort=effort_of(document),
        published_at=at,
        has_draft=has_draft,
    )


def fault_sentence(fault: Fault) -> str:
    """Why a template cannot be published, for who wrote it."""
    first = fault.what[0] if fault.what else ""
    rest = ", ".join(fault.what[1:])
    sentences = {
        "no_tasks": _("There is no task yet."),
        "key_twice": _("Two tasks have the same key."),
        "empty_phase": _("The phase “%(first)s” has no task."),
        "unknown_predecessor": _("“%(first)s” waits for a task that does not exist: %(rest)s."),
        "not_a_number": _("“%(first)s” has an effort or days that are no number."),
        "acceptance_twice": _(
            "The customer accepts a project once, not at several gates: %(first)s, %(rest)s."
        ),
        "cycle": _("These tasks wait for each other: %(path)s."),
    }
    return sentences[fault.code] % {"first": first, "rest": rest, "path": " → ".join(fault.what)}
