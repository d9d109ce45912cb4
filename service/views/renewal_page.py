"""One renewal: what is known, what is expected, how it turned out."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import Customer
from accounts.permissions import may, require
from accounts.requests import TenantRequest
from projects.views.faults import show_faults
from service.actions.renewal_calls import CallConflict, make_call
from service.actions.renewal_outcomes import churn, renew, undo_outcome
from service.forms.renewals import CallForm, ChurnForm, TermForm
from service.models import Renewal, RenewalOutcome
from service.queries.renewal_page import (
    calls_of,
    ending_lines,
    followers_of,
    months_of,
    outcomes_of,
    reason_names,
    reasons_of,
    visible_renewal,
)
from service.queries.renewal_states import CHURNED, OPEN
from service.queries.renewals import quarter_of
from service.views.renewals import shown, today_of
from ui.confirm import confirm_page

CONFLICT = 409


@require("view_renewals")
@require_GET
def renewal(request: TenantRequest, pk: int) -> HttpResponse:
    """The page of the renewal of a contract."""
    return _page(request, found_renewal(request, pk))


@require("call_renewals")
@require_POST
def renewal_calls(request: TenantRequest, pk: int) -> HttpResponse:
    """Say what is expected."""
    found = found_renewal(request, pk)
    form = CallForm(request.POST, renewal=found)
    if not form.is_valid():
        return _page(request, found, call_form=form)
    given = form.cleaned_data
    try:
        make_call(
            contract=found.contract, today=today_of(request), by=request.user, **given
        )  # fmt: skip
    except CallConflict as error:
        kept = request.POST.copy()
        kept["seen"] = str(error.call.pk)
        form = CallForm(kept, renewal=found)
        who = error.call.said_by or _("Somebody")
        form.is_valid()
        form.add_error(
            None,
            _("%(who)s made another call meanwhile; it is below. Save again to put yours on top.")
            % {"who": who},
        )
        return _page(request, found_renewal(request, pk), call_form=form, status=CONFLICT)
    except ValidationError as error:
        show_faults(form, error)
        return _page(request, found, call_form=form)
    return redirect("renewal", pk)


@require("decide_renewals")
@require_POST
def renewal_terms(request: TenantRequest, pk: int) -> HttpResponse:
    """Write the contract that renews it."""
    found = found_renewal(request, pk)
    form = _term_form(request, found, request.POST)
    if form.is_valid():
        try:
            renew(
                contract=found.contract, term=form.term(), note=form.cleaned_data["note"],
                today=today_of(request), by=request.user,
            )  # fmt: skip
        except ValidationError as error:
            show_faults(form, error)
        else:
            return redirect("renewal", pk)
    return _page(request, found, term_form=form)


@require("decide_renewals")
@require_POST
def renewal_churn(request: TenantRequest, pk: int) -> HttpResponse:
    """The customer leaves."""
    found = found_renewal(request, pk)
    form = ChurnForm(request.POST, renewal=found)
    if form.is_valid():
        try:
            churn(
                contract=found.contract, today=today_of(request), by=request.user,
                **form.cleaned_data,
            )  # fmt: skip
        except ValidationError as error:
            show_faults(form, error)
        else:
            return redirect("renewal", pk)
    return _page(request, found, churn_form=form)


@require("decide_renewals")
@require_http_methods(["GET", "POST"])
def renewal_undoing(request: TenantRequest, pk: int) -> HttpResponse:
    """Take an outcome back, with what it wrote; asks first."""
    visible = Customer.objects.visible_to(request.membership).order_by().values("pk")
    outcome = (
        RenewalOutcome.objects.filter(pk=pk, contract__customer__in=visible)
        .select_related("contract", "follower")
        .first()
    )
    if outcome is None:
        raise Http404
    if request.method == "POST":
        try:
            undo_outcome(outcome=outcome, by=request.user)
        except ValidationError as error:
            found = found_renewal(request, outcome.contract_id)
            return _page(request, found, refused=" ".join(error.messages))
        return redirect("renewal", outcome.contract_id)
    return confirm_page(
        request,
        title=_("Take this outcome back?"),
        body=undoing_words(outcome),
        action=_("Take back"),
        back_url=reverse("renewal", args=[outcome.contract_id]),
    )


def found_renewal(request: TenantRequest, pk: int) -> Renewal:
    """Of a contract whose customer the member sees, or a 404."""
    found = visible_renewal(request.membership, pk, today_of(request))
    if found is None:
        raise Http404
    return found


def renewal_crumbs(found: Renewal) -> list[tuple[Any, str]]:
    quarter = quarter_of(found.due_on)
    return [
        (pgettext("contracts", "Renewals"), f"{reverse('renewals')}?quarter={quarter}"),
        (found.customer.name, reverse("customer", args=[found.customer_id])),
    ]


def _term_form(request: TenantRequest, found: Renewal, data: Any = None) -> TermForm:
    return TermForm(
        data, contract=found.contract, ending=ending_lines(found), today=today_of(request)
    )


def undoing_words(outcome: RenewalOutcome) -> str:
    """What taking an outcome back does."""
    if outcome.follower is not None:
        return _("The contract %(key)s is taken away, and the renewal is open again.") % {
            "key": outcome.follower.key
        }
    if outcome.shortened:
        return _("The lines of the contract end as before, and the renewal is open again.")
    return _("The renewal is open again.")


def _page(
    request: TenantRequest,
    found: Renewal,
    *,
    call_form: CallForm | None = None,
    term_form: TermForm | None = None,
    churn_form: ChurnForm | None = None,
    refused: str = "",
    status: int = 200,
) -> HttpResponse:
    outcomes = outcomes_of(found)
    state = found.state  # type: ignore[attr-defined]
    told = next((outcome for outcome in outcomes if outcome.undone_at is None), None)
    may_decide = may(request.membership, "decide_renewals") and told is None
    undecided = may_decide and state in (OPEN, CHURNED)
    may_call = may(request.membership, "call_renewals") and state == OPEN
    context = {
        **shown(found),
        "lines": ending_lines(found),
        "followers": followers_of(found),
        "reasons": reasons_of(found),
        "calls": calls_of(found),
        "outcomes": outcomes,
        "told": told,
        "months": months_of(found),
        "reason_names": reason_names(),
        "call_form": call_form or (CallForm(renewal=found) if may_call else None),
        "term_form": term_form or (_term_form(request, found) if undecided else None),
        "churn_form": churn_form or (ChurnForm(renewal=found) if undecided else None),
        "undoing_words": undoing_words(told) if told else "",
        "may_undo": may(request.membership, "decide_renewals"),
        "is_term_open": term_form is not None,
        "is_churn_open": churn_form is not None,
        "refused": refused,
        "today": today_of(request),
        "breadcrumbs": renewal_crumbs(found),
    }
    return render(request, "service/renewals/renewal.html", context, status=status)
