"""What the pages of templates share: finding one, its document as it stands, and their words."""

from __future__ import annotations

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from projects.actions.templates import keep_shipped
from projects.compute.plan_documents import Document
from projects.compute.shipped_plan import KEY, shipped_document
from projects.models import PlanTemplate
from projects.queries.templates import latest_version
from ui.tags.formats import language

SHIPPED = PlanTemplate(key=KEY)
"""Stands for the shipped template while the tenant has no row of it."""


def found_template(key: str) -> PlanTemplate:
    """The template; the shipped one also before it is a row."""
    found = PlanTemplate.objects.filter(key=key).first()
    if found is None and key == KEY:
        return SHIPPED
    if found is None:
        raise Http404
    return found


def template_row(key: str) -> PlanTemplate:
    """The template as a row, made of the shipped one when it is the first time."""
    found = found_template(key)
    return found if found.pk else keep_shipped(language=language())


def shown_document(template: PlanTemplate) -> Document:
    if template.pk is None:
        return shipped_document()
    if template.draft is not None:
        return template.draft
    version = latest_version(template)
    return version.document if version else {"phases": []}


def changed_meanwhile() -> str:
    return _("Somebody changed this template meanwhile. Look at it, then save again.")


def crumbs() -> list[tuple[str, str]]:
    return [(_("Projects"), reverse("projects")), (_("Templates"), reverse("plan_templates"))]
