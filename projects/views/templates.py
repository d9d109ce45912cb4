"""Templates: a list, one of them with its draft and versions, publishing and dropping a draft."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import may, require
from accounts.requests import TenantRequest
from projects.actions.templates import (
    DraftChanged,
    drop_draft,
    make_template,
    publish_template,
)
from projects.compute.plan_documents import (
    Document,
    Gate,
    effort_of,
    faults_of,
    tasks_of,
    words_in,
)
from projects.compute.shipped_plan import NAME
from projects.forms.templates import (
    NewTemplate,
    PublishForm,
)
from projects.models import PlanTemplate, PlanTemplateVersion, Side
from projects.queries.templates import fault_sentence, offered_templates
from projects.views.template_frame import (
    changed_meanwhile,
    crumbs,
    found_template,
    shown_document,
    template_row,
)
from ui.tags.formats import language


@require("view_projects")
@require_GET
def templates(request: TenantRequest) -> HttpResponse:
    """Every template with what it holds."""
    context = {
        "templates": offered_templates(language()),
        "may_edit": may(request.membership, "edit_plan_templates"),
        "breadcrumbs": [(_("Projects"), reverse("projects"))],
    }
    return render(request, "projects/templates/list.html", context)


@require("edit_plan_templates")
@require_http_methods(["GET", "POST"])
def new_template(request: TenantRequest) -> HttpResponse:
    form = NewTemplate(request.POST or None)
    if request.method == "POST" and form.is_valid():
        key = form.cleaned_data["copy_of"]
        made = make_template(
            name=form.cleaned_data["name"],
            copy_of=template_row(key) if key else None,
            by=request.user,
        )
        return redirect("plan_template", made.key)
    context = {"form": form, "breadcrumbs": crumbs()}
    return render(request, "projects/templates/new.html", context)


@require("view_projects")
@require_GET
def template(request: TenantRequest, key: str) -> HttpResponse:
    """A template as it is being changed, or as it is in force; and its versions."""
    found = found_template(key)
    document = shown_document(found)
    versions = _versions(found)
    has_draft = found.draft is not None
    context = {
        "template": found,
        "name": found.name or words_in(NAME, language()),
        "phases": _shown(document),
        "effort": effort_of(document),
        "count": sum(1 for _task in tasks_of(document)),
        "has_draft": has_draft,
        "versions": versions,
        "latest": versions[0].version if versions else (0 if found.pk else 1),
        "faults": [fault_sentence(fault) for fault in faults_of(document)] if has_draft else [],
        "publish": PublishForm(initial={"seen": found.draft_version}),
        "may_edit": may(request.membership, "edit_plan_templates"),
        "breadcrumbs": crumbs(),
    }
    return render(request, "projects/templates/template.html", context)


@require("view_projects")
@require_GET
def template_version(request: TenantRequest, key: str, number: int) -> HttpResponse:
    """A version as it was published."""
    found = PlanTemplateVersion.objects.filter(template__key=key, version=number)
    version = found.select_related("template", "published_by").first()
    if version is None:
        raise Http404
    context = {
        "template": version.template,
        "version": version,
        "phases": _shown(version.document),
        "breadcrumbs": [
            *crumbs(),
            (version.template.name, reverse("plan_template", args=[key])),
        ],
    }
    return render(request, "projects/templates/version.html", context)


@require("edit_plan_templates")
@require_POST
def template_publications(request: TenantRequest, key: str) -> HttpResponse:
    """Put the draft in force for new plans."""
    found = found_template(key)
    form = PublishForm(request.POST)
    if found.pk and form.is_valid():
        try:
            version = publish_template(
                template=found, seen=form.cleaned_data["seen"], note=form.cleaned_data["note"],
                by=request.user,
            )  # fmt: skip
        except DraftChanged:
            messages.error(request, changed_meanwhile())
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            told = _("Version %(number)s is in force for new plans.")
            messages.success(request, told % {"number": version.version})
    return redirect("plan_template", key)


@require("edit_plan_templates")
@require_POST
def template_resets(request: TenantRequest, key: str) -> HttpResponse:
    """Drop what was changed since the last version."""
    found = found_template(key)
    if found.pk:
        drop_draft(template=found, by=request.user)
    return redirect("plan_template", key)


def _versions(template: PlanTemplate) -> list[PlanTemplateVersion]:
    if template.pk is None:
        return []
    found = PlanTemplateVersion.objects.filter(template=template).defer("document")
    return list(found.select_related("published_by")[:20])


def _shown(document: Document) -> list[dict[str, Any]]:
    """Phases and tasks in the reader's language, with the numbers of what they wait for."""
    reader = language()
    numbers = {task["key"]: number for number, task in enumerate(tasks_of(document), 1)}
    sides = dict(Side.choices)
    return [
        {
            "key": phase["key"],
            "title": words_in(phase["title"], reader),
            "gate": _shown_gate(phase.get("gate"), reader),
            "tasks": [
                {
                    **task,
                    "number": numbers[task["key"]],
                    "person_days": Decimal(task["effort"]),
                    "words": words_in(task["title"], reader),
                    "who": words_in(task["role"], reader),
                    "side_words": sides[task["side"]],
                    "waits": sorted(numbers[key] for key in task["after"] if key in numbers),
                }
                for task in phase["tasks"]
            ],
        }
        for phase in document["phases"]
    ]


def _shown_gate(gate: Gate | None, reader: str) -> dict[str, Any] | None:
    if gate is None:
        return None
    return {
        "title": words_in(gate["title"], reader),
        "confirms": words_in(gate["confirms"], reader),
        "vendor_role": words_in(gate["vendor_role"], reader),
        "customer_role": words_in(gate["customer_role"], reader),
        "days": gate["days"],
        "is_acceptance": gate["is_acceptance"],
    }
