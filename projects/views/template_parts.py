"""Changing a template's draft: its phases and tasks, and their order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import require
from accounts.requests import TenantRequest
from projects.actions.templates import DraftChanged, change_draft
from projects.compute.plan_documents import (
    Document,
    moved,
    with_gate,
    with_phase,
    with_task,
    without,
    words_in,
)
from projects.compute.shipped_plan import NAME
from projects.forms.templates import (
    PhaseForm,
    Seen,
    TemplateGateForm,
    TemplateTaskForm,
    initial_of_gate,
    initial_of_task,
)
from projects.models import PlanTemplate, Side
from projects.views.template_frame import (
    changed_meanwhile,
    crumbs,
    found_template,
    shown_document,
    template_row,
)
from ui.tags.formats import language


@require("edit_plan_templates")
@require_http_methods(["GET", "POST"])
def template_phase(request: TenantRequest, key: str, part: str = "") -> HttpResponse:
    """A phase: a new one, or another title."""
    found = found_template(key)
    phases = {phase["key"]: phase for phase in shown_document(found)["phases"]}
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
    return _form_page(request, found, form, heading)


@require("edit_plan_templates")
@require_http_methods(["GET", "POST"])
def template_task(request: TenantRequest, key: str, part: str = "") -> HttpResponse:
    """A task or milestone of a template: a new one, or a change of one."""
    found = found_template(key)
    document = shown_document(found)
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
    title = {"en": initial["title_en"], "zh": initial["title_zh"]}
    heading = words_in(title, language()) if part else _("New task")
    return _form_page(request, found, form, heading)


@require("edit_plan_templates")
@require_http_methods(["GET", "POST"])
def template_gate(request: TenantRequest, key: str, part: str) -> HttpResponse:
    """What a phase ends with: a gate, or another one."""
    found = found_template(key)
    phases = {phase["key"]: phase for phase in shown_document(found)["phases"]}
    if part not in phases:
        raise Http404
    gate = phases[part].get("gate")
    initial = initial_of_gate(gate) | {"seen": found.draft_version}
    form = TemplateGateForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        put = form.gate()
        done = _step(
            request,
            key,
            form,
            lambda document: with_gate(document, part, put),
            put["title"]["en"],
        )
        if done:
            return done
    heading = words_in(gate["title"], language()) if gate else _("New gate")
    return _form_page(request, found, form, heading)


@require("edit_plan_templates")
@require_POST
def template_orders(request: TenantRequest, key: str) -> HttpResponse:
    """A phase or a task one place up or down, or taken away."""
    found_template(key)
    form = Seen(request.POST)
    part, do = request.POST.get("part", ""), request.POST.get("do", "")
    steps: dict[str, Callable[[Document], Document]] = {
        "up": lambda document: moved(document, part, -1),
        "down": lambda document: moved(document, part, 1),
        "remove": lambda document: without(document, part),
        "remove_gate": lambda document: with_gate(document, part, None),
    }
    back = f"{reverse('plan_template', args=[key])}?at={part}&did={do}"
    if do in steps and form.is_valid():
        return _step(request, key, form, steps[do], f"{do} {part}", back) or redirect(
            "plan_template", key
        )
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
            template=template_row(key), seen=form.cleaned_data["seen"], step=step, words=words,
            by=request.user,
        )  # fmt: skip
    except DraftChanged:
        if back:
            messages.error(request, changed_meanwhile())
        form.add_error(None, changed_meanwhile())
        data = request.POST.copy()
        data["seen"] = str(found_template(key).draft_version)
        form.data = data
        return None
    return redirect(back or reverse("plan_template", args=[key]))


def _form_page(
    request: TenantRequest, found: PlanTemplate, form: Seen, heading: str
) -> HttpResponse:
    url = reverse("plan_template", args=[found.key])
    context = {
        "form": form,
        "heading": heading,
        "back": url,
        "breadcrumbs": [*crumbs(), (found.name or words_in(NAME, language()), url)],
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
