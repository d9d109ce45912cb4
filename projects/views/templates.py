"""Templates: a list, one of them with its draft and versions, and the steps that change it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import may, require
from accounts.requests import TenantRequest
from projects.actions.templates import (
    DraftChanged,
    change_draft,
    drop_draft,
    keep_shipped,
    make_template,
    publish_template,
)
from projects.compute.plan_documents import (
    Document,
    effort_of,
    faults_of,
    moved,
    tasks_of,
    with_phase,
    with_task,
    without,
    words_in,
)
from projects.compute.shipped_plan import KEY, NAME, shipped_document
from projects.forms.templates import (
    NewTemplate,
    PhaseForm,
    PublishForm,
    Seen,
    TemplateTaskForm,
    initial_of_task,
)
from projects.models import PlanTemplate, PlanTemplateVersion, Side
from projects.queries.templates import fault_sentence, latest_version, offered_templates

SHIPPED = PlanTemplate(key=KEY)
"""Stands for the shipped template while the tenant has no row of it."""


@require("view_projects")
@require_GET
def templates(request: TenantRequest) -> HttpResponse:
    """Every template with what it holds."""
    context = {
        "templates": offered_templates(_language()),
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
            name=form.cleaned_data["name"], copy_of=_row(key) if key else None, by=request.user
        )
        return redirect("plan_template", made.key)
    context = {"form": form, "breadcrumbs": _crumbs()}
    return render(request, "projects/templates/new.html", context)


@require("view_projects")
@require_GET
def template(request: TenantRequest, key: str) -> HttpResponse:
    """A template as it is being changed, or as it is in force; and its versions."""
    found = _found(key)
    document = _document(found)
    versions = _versions(found)
    has_draft = found.draft is not None
    context = {
        "template": found,
        "name": found.name or words_in(NAME, _language()),
        "phases": _shown(document),
        "effort": effort_of(document),
        "count": sum(1 for _task in tasks_of(document)),
        "has_draft": has_draft,
        "versions": versions,
        "latest": versions[0].version if versions else (0 if found.pk else 1),
        "faults": [fault_sentence(fault) for fault in faults_of(document)] if has_draft else [],
        "publish": PublishForm(initial={"seen": found.draft_version}),
        "may_edit": may(request.membership, "edit_plan_templates"),
        "breadcrumbs": _crumbs(),
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
            *_crumbs(),
            (version.template.name, reverse("plan_template", args=[key])),
        ],
    }
    return render(request, "projects/templates/version.html", context)


@require("edit_plan_templates")
@require_http_methods(["GET", "POST"])
def template_phase(request: TenantRequest, key: str, part: str = "") -> HttpResponse:
    """A phase: a new one, or another title."""
    found = _found(key)
    phases = {phase["key"]: phase for phase in _document(found)["phases"]}
    if part and part not in phases:
        raise Http404
    title = phases[part]["title"] if part else {}
    initial = {
        "title_en": title.get("en"),
        "title_zh": title.get("zh"),
        "seen": found.draft_version,
    }
    form = PhaseForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        words = form.words()
        done = _step(
            request,
            key,
            form,
            lambda document: with_phase(document, part or None, words),
            words["en"],
        )
        if done:
            return done
    heading = _("Phase") if part else _("New phase")
    return _form_page(request, found, form, heading, PhaseForm)


@require("edit_plan_templates")
@require_http_methods(["GET", "POST"])
def template_task(request: TenantRequest, key: str, part: str = "") -> HttpResponse:
    """A task or milestone of a template: a new one, or a change of one."""
    found = _found(key)
    document = _document(found)
    initial = initial_of_task(document, part) if part else _empty(request, document)
    if initial is None:
        raise Http404
    initial["seen"] = found.draft_version
    form = TemplateTaskForm(
        request.POST or None, document=document, key=part or None, initial=initial
    )
    if request.method == "POST" and form.is_valid():
        task, phase = form.task(), form.cleaned_data["phase"]
        done = _step(
            request,
            key,
            form,
            lambda document: with_task(document, phase, task),
            task["title"]["en"],
        )
        if done:
            return done
    heading = words_in({"en": initial["title_en"], "zh": initial["title_zh"]}, _language()) if part \
        else _("New task")  # fmt: skip
    return _form_page(request, found, form, heading, TemplateTaskForm)


@require("edit_plan_templates")
@require_POST
def template_orders(request: TenantRequest, key: str) -> HttpResponse:
    """A phase or a task one place up or down, or taken away."""
    _found(key)
    form = Seen(request.POST)
    part, do = request.POST.get("part", ""), request.POST.get("do", "")
    steps: dict[str, Callable[[Document], Document]] = {
        "up": lambda document: moved(document, part, -1),
        "down": lambda document: moved(document, part, 1),
        "remove": lambda document: without(document, part),
    }
    back = f"{reverse('plan_template', args=[key])}?at={part}&did={do}"
    if do in steps and form.is_valid():
        return _step(request, key, form, steps[do], f"{do} {part}", back) or redirect(
            "plan_template", key
        )
    return redirect("plan_template", key)


@require("edit_plan_templates")
@require_POST
def template_publications(request: TenantRequest, key: str) -> HttpResponse:
    """Put the draft in force for new plans."""
    found = _found(key)
    form = PublishForm(request.POST)
    if found.pk and form.is_valid():
        try:
            version = publish_template(
                template=found, seen=form.cleaned_data["seen"], note=form.cleaned_data["note"],
                by=request.user,
            )  # fmt: skip
        except DraftChanged:
            messages.error(request, _changed())
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
    found = _found(key)
    if found.pk:
        drop_draft(template=found, by=request.user)
    return redirect("plan_template", key)


def _step(
    request: TenantRequest,
    key: str,
    form: Seen,
    step: Callable[[Document], Document],
    words: str,
    back: str = "",
) -> HttpResponse | None:
    """Do it on the draft and go back; None where somebody else was first, and the form says so."""
    try:
        change_draft(
            template=_row(key), seen=form.cleaned_data["seen"], step=step, words=words,
            by=request.user,
        )  # fmt: skip
    except DraftChanged:
        if back:
            messages.error(request, _changed())
        form.add_error(None, _changed())
        data = request.POST.copy()
        data["seen"] = str(_found(key).draft_version)
        form.data = data
        return None
    return redirect(back or reverse("plan_template", args=[key]))


def _changed() -> str:
    return _("Somebody changed this template meanwhile. Look at it, then save again.")


def _form_page(
    request: TenantRequest, found: PlanTemplate, form: Seen, heading: str, kind: type[Seen]
) -> HttpResponse:
    url = reverse("plan_template", args=[found.key])
    context = {
        "form": form,
        "heading": heading,
        "back": url,
        "breadcrumbs": [*_crumbs(), (found.name or words_in(NAME, _language()), url)],
    }
    return render(request, "projects/templates/form.html", context)


def _empty(request: TenantRequest, document: Document) -> dict[str, Any] | None:
    """A new task of the phase that the address names; it waits for the phase's last."""
    phases = document["phases"]
    if not phases:
        return None
    wanted = request.GET.get("phase", "")
    phase = next((phase for phase in phases if phase["key"] == wanted), phases[-1])
    return {
        "title_en": "", "title_zh": "", "phase": phase["key"], "days": 1, "effort": 1,
        "side": Side.VENDOR, "offset": 0,
        "after": [phase["tasks"][-1]["key"]] if phase["tasks"] else [],
    }  # fmt: skip


def _found(key: str) -> PlanTemplate:
    """The template; the shipped one also before it is a row."""
    found = PlanTemplate.objects.filter(key=key).first()
    if found is None and key == KEY:
        return SHIPPED
    if found is None:
        raise Http404
    return found


def _row(key: str) -> PlanTemplate:
    """The template as a row, made of the shipped one when it is the first time."""
    found = _found(key)
    return found if found.pk else keep_shipped(language=_language())


def _document(template: PlanTemplate) -> Document:
    if template.pk is None:
        return shipped_document()
    if template.draft is not None:
        return template.draft
    version = latest_version(template)
    return version.document if version else {"phases": []}


def _versions(template: PlanTemplate) -> list[PlanTemplateVersion]:
    if template.pk is None:
        return []
    found = PlanTemplateVersion.objects.filter(template=template).defer("document")
    return list(found.select_related("published_by")[:20])


def _shown(document: Document) -> list[dict[str, Any]]:
    """Phases and tasks in the reader's language, with the numbers of what they wait for."""
    language = _language()
    numbers = {task["key"]: number for number, task in enumerate(tasks_of(document), 1)}
    sides = dict(Side.choices)
    return [
        {
            "key": phase["key"],
            "title": words_in(phase["title"], language),
            "tasks": [
                {
                    **task,
                    "number": numbers[task["key"]],
                    "person_days": Decimal(task["effort"]),
                    "words": words_in(task["title"], language),
                    "who": words_in(task["role"], language),
                    "side_words": sides[task["side"]],
                    "waits": sorted(numbers[key] for key in task["after"] if key in numbers),
                }
                for task in phase["tasks"]
            ],
        }
        for phase in document["phases"]
    ]


def _crumbs() -> list[tuple[str, str]]:
    return [(_("Projects"), reverse("projects")), (_("Templates"), reverse("plan_templates"))]


def _language() -> str:
    return get_language() or "en"
