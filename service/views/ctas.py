"""A piece of work: its page, opening one by hand, what is done to one or to many, and undoing it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.labels import field_label, verb_label
from accounts.models import AuditRecord, Customer, Role
from accounts.permissions import may, require
from accounts.queries.audit import entry
from accounts.requests import TenantRequest
from accounts.views.customers import visible_customer
from segmentation.strategies import language_of
from service.actions.cta_changes import MOST_AT_ONCE, Changed, Seen, WorkConflict
from service.actions.cta_steps import complete_step, reopen_step, undo_change
from service.actions.cta_work import close, reassign, reopen, snooze
from service.actions.ctas import NewStep, open_cta
from service.forms.ctas import BACK, REASSIGN, REOPEN, SNOOZE, NewWork, WorkChangeForm
from service.models import Cta, CtaStep, WorkChange
from service.queries.work import glance, only_visible, work_for
from service.views.work_rows import change_choices, shown_rows, today_of
from ui.links import safe_next
from ui.tags.formats import language

HISTORY = 40
# For how long who changed work may undo that without seeing the work any more.
UNDOABLE_UNSEEN = timedelta(days=1)
CHANGED = gettext_lazy("Changed by somebody since it was on screen, and left as it is.")


@require("view_work")
@require_GET
def cta(request: TenantRequest, pk: int) -> HttpResponse:
    """Why the work is there, how its rank came about, its steps and what became of it."""
    found = _visible(request, pk)
    row = shown_rows(request, [found], today_of(request))[0]
    steps = [
        {"step": step, "title": step.words(found, language_of(language()))}
        for step in found.steps.select_related("owner", "done_by")
    ]
    context = {
        "cta": found,
        "row": row,
        "steps": steps,
        "glance": glance(found.customer),
        "history": _history(found),
        "today": today_of(request),
        "breadcrumbs": [(_("Work"), reverse("work"))],
        "may_log": may(request.membership, "log_touchpoints"),
        "purpose": _of_play(found, "purposes"),
        "play_name": _of_play(found, "names"),
        **change_choices(request),
    }
    return render(request, "service/work/cta.html", context)


@require("work_ctas")
@require_http_methods(["GET", "POST"])
def new_work(request: TenantRequest, pk: int) -> HttpResponse:
    """Open work for a customer by hand; ``?title=`` sets the form."""
    customer: Customer = visible_customer(request, pk)
    today = today_of(request)
    form = NewWork(request.POST or None, initial={"title": request.GET.get("title", "")[:300]})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = open_cta(
                customer=customer,
                title=given["title"],
                due_on=given["due_on"],
                owner=given["owner"],
                reason={"kind": "by_hand", **({"text": given["why"]} if given["why"] else {})},
                steps=[NewStep(step, given["due_on"], given["owner"]) for step in given["steps"]],
                opened_on=today,
                by=request.user,
            )
        except ValidationError as error:
            _show_faults(form, error)
        else:
            messages.success(request, _("Opened: %(title)s.") % {"title": made.title})
            return redirect("cta", made.pk)
    context = {
        "customer": customer,
        "form": form,
        "today": today,
        "breadcrumbs": [(customer.name, reverse("customer", args=[customer.pk]))],
    }
    return render(request, "service/work/new.html", context)


@require("work_ctas")
@require_POST
def work_changes(request: TenantRequest) -> HttpResponse:
    """What is done to the work that is chosen: put off, handed on, closed, opened again."""
    form = WorkChangeForm(request.POST)
    if not form.is_valid():
        _tell_faults(request, form.errors.as_data().values())
        return redirect(safe_next(request))
    seen = only_visible(request.membership, form.seen)
    if not seen:
        messages.error(request, _("No row is checked."))
        return redirect(safe_next(request))
    if len(seen) > MOST_AT_ONCE:
        words = _("At most %(most)s at once; nothing was changed.")
        messages.error(request, words % {"most": MOST_AT_ONCE})
        return redirect(safe_next(request))
    try:
        done = _do(request, form, seen)
    except WorkConflict:
        messages.error(request, str(CHANGED))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        _tell(request, done)
        return redirect(_back(request, seen))
    return redirect(safe_next(request))


def _back(request: TenantRequest, seen: Seen) -> str:
    """Where it was done; the list, where that is the page of work that was handed out of sight."""
    back = safe_next(request)
    pages = {
        reverse("cta", args=[pk]) for pk in seen.keys() - only_visible(request.membership, seen)
    }
    return reverse("work") if back.partition("?")[0] in pages else back


def _do(request: TenantRequest, form: WorkChangeForm, seen: Seen) -> Changed:
    given, by = form.cleaned_data, request.user
    if given["do"] in (SNOOZE, BACK):
        until = given["until"] if given["do"] == SNOOZE else None
        return snooze(seen=seen, until=until, today=today_of(request), by=by)
    if given["do"] == REASSIGN:
        return reassign(seen=seen, owner=form.colleague, by=by)
    if given["do"] == REOPEN:
        return reopen(seen=seen, by=by)
    ending = given["do"]
    reason, note = given[f"{ending}_reason"], given[f"{ending}_note"]
    return close(seen=seen, ending=ending, reason=reason, note=note, by=by)


@require("work_ctas")
@require_POST
def cta_steps(request: TenantRequest, pk: int, step_pk: int) -> HttpResponse:
    """Tick a step off, or say that it is not done after all (``is_done=0``)."""
    found = _visible(request, pk)
    step: CtaStep | None = CtaStep.objects.filter(cta=found, pk=step_pk).first()
    seen = request.POST.get("seen", "")
    if step is None or not (seen.isascii() and seen.isdecimal() and len(seen) < 10):
        raise Http404
    act = reopen_step if request.POST.get("is_done") == "0" else complete_step
    try:
        done = act(step=step, seen=int(seen), by=request.user)
    except WorkConflict:
        messages.error(request, str(CHANGED))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        if done.change is not None and act is complete_step:
            found.refresh_from_db(fields=["state"])
            is_last = found.state == Cta.State.DONE
            words = _("That was the last step: the work is done.") if is_last else _("Step done.")
            undo = reverse("work_undoings", args=[done.change.pk])
            messages.success(request, words, extra_tags=undo)
    return redirect("cta", found.pk)


@require("work_ctas")
@require_POST
def work_undoings(request: TenantRequest, pk: int) -> HttpResponse:
    """Take a change of work back: for who made it, and for administrators.

    Who has just handed work on may take it back though it is out of their sight by now.
    """
    change = WorkChange.objects.filter(pk=pk).first()
    if change is None or not (
        change.by_id == request.user.pk or request.membership.has_role(Role.ADMIN)
    ):
        raise Http404
    if change.by_id != request.user.pk or change.at < timezone.now() - UNDOABLE_UNSEEN:
        seen = {row["cta"]: row["version"] for row in change.rows}
        if len(only_visible(request.membership, seen)) < len(seen):
            raise Http404
    try:
        count = undo_change(change=change, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        told = ngettext(
            "Undone: %(count)s piece of work is as before.",
            "Undone: %(count)s pieces of work are as before.",
            count,
        )
        messages.success(request, told % {"count": count})
    return redirect(safe_next(request))


def _tell(request: TenantRequest, done: Changed) -> None:
    """What was done, with the way back; and what was left as it is."""
    if done.change is not None:
        told = ngettext("%(what)s: %(count)s.", "%(what)s: %(count)s.", done.count)
        words = {"what": verb_label(done.change.verb), "count": done.count}
        undo = reverse("work_undoings", args=[done.change.pk])
        messages.success(request, told % words, extra_tags=undo)
    if done.passed_over:
        told = ngettext(
            "%(count)s was left as it is: it needs no such change, or somebody changed it meanwhile.",
            "%(count)s were left as they are: they need no such change, or somebody changed them"
            " meanwhile.",
            done.passed_over,
        )
        messages.warning(request, told % {"count": done.passed_over})


def _visible(request: TenantRequest, pk: int) -> Cta:
    """The work, or a 404 for who does not see it."""
    found = work_for(request.membership, pk)
    if found is None:
        raise Http404
    return found


def _of_play(found: Cta, part: str) -> str:
    """What the play that opened it says."""
    version = found.version
    return version.words(part, language_of(language())) if version is not None else ""


def _history(found: Cta) -> list[dict[str, Any]]:
    """What was done to it, the latest first; what a night's plays did is no record of the audit."""
    records = list(
        AuditRecord.objects.filter(
            object_type=Cta._meta.label_lower, object_id=found.pk
        ).select_related("actor")[:HISTORY]
    )
    told = [
        {
            "at": one.at,
            "title": one.what,
            "body": " · ".join(
                f"{field}: {value}"
                for field, value in one.details
                if value and field != field_label("customer")
            ),
            "actor": one.who or _("The platform"),
        }
        for one in map(entry, records)
    ]
    night = {"body": "", "actor": _("The platform")}
    if found.play_id is not None:
        told.append(night | {"at": found.created_at, "title": verb_label("cta.opened")})
    # What a program of the tenant's own closed has a record, as everybody's doing has.
    ends = {f"cta.{found.state}", *(["cta.step_done"] if found.state == Cta.State.DONE else [])}
    by_night = found.closed_by_id is None and not any(one.verb in ends for one in records)
    if found.closed_at is not None and by_night:
        told.append(night | {"at": found.closed_at, "title": str(found.get_state_display())})
    return sorted(told, key=lambda one: one["at"], reverse=True)


def _tell_faults(request: TenantRequest, faults: Iterable[list[ValidationError]]) -> None:
    for fault in faults:
        for error in fault:
            messages.error(request, " ".join(error.messages))


def _show_faults(form: NewWork, error: ValidationError) -> None:
    """Each fault beside its field."""
    for name, faults in error.message_dict.items():
        for fault in faults:
            form.add_error(name if name in form.fields else None, fault)
