"""Which customers' decision makers, key users and end users nobody met lately."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from accounts.models import ContactRole, Role, Visibility
from accounts.permissions import may, require
from accounts.queries.coverage import (
    DAYS,
    CoverageQuestion,
    coverage_of,
    ids_of,
    listed,
    remembered,
    widths,
)
from accounts.requests import TenantRequest
from ui.choices import offer
from ui.tables import Column, Table

COLUMNS = (
    Column("name", gettext_lazy("Customer"), sort="name"),
    Column("face", gettext_lazy("Face")),
    Column("decision_maker", gettext_lazy("Decision makers")),
    Column("key_user", gettext_lazy("Key users")),
    Column("end_user", gettext_lazy("End users"), wide=True),
)
STATES = (
    ("untouched", gettext_lazy("Nobody touched in 90 days")),
    ("nobody", gettext_lazy("Nobody named")),
    ("touched", gettext_lazy("Touched")),
    ("", gettext_lazy("All customers")),
)
WIDTHS = {
    Visibility.MINE: gettext_lazy("Mine"),
    Visibility.TEAM: gettext_lazy("My team's"),
    Visibility.ALL: gettext_lazy("All"),
}


class CoverageFilter(forms.Form):
    role = forms.ChoiceField(
        label=gettext_lazy("Role"), choices=ContactRole.Kind.choices, required=False
    )
    state = forms.ChoiceField(label=gettext_lazy("State"), choices=STATES, required=False)
    contracts = forms.ChoiceField(
        label=gettext_lazy("Contracts"),
        choices=[
            ("", gettext_lazy("With a running contract")),
            ("any", gettext_lazy("With or without")),
        ],
        required=False,
    )
    view = forms.ChoiceField(label=gettext_lazy("Whose customers"), required=False)


@require("view_customers")
@require_GET
def coverage(request: TenantRequest) -> HttpResponse:
    """``role``, ``state``, ``contracts=any`` and ``view`` (mine, team, all) narrow the list."""
    question, form = _asked(request)
    counts = remembered(request.membership, question, request.tenant)
    totals = {
        "nobody": counts.nobody,
        "untouched": counts.untouched,
        "touched": counts.touched,
        "": counts.customers,
    }
    table = Table.read(COLUMNS, request.GET.urlencode(), default="name", tie="pk").counted(
        totals[question.state]
    )
    rows = list(
        listed(request.membership, question)
        .order_by(*table.order_by)
        .only("pk", "name", "key")[table.slice]
    )
    covered = coverage_of([row.pk for row in rows], request.membership, question.day)
    context = {
        "form": form,
        "table": table,
        "rows": [(row, covered[row.pk]) for row in rows],
        "counts": counts,
        "role": ContactRole.Kind(question.role).label,
        "share": counts.touched / counts.named if counts.named else None,
        "days": DAYS,
        "is_narrow": request.membership.sees("touchpoints") != Visibility.ALL,
        "may_log": may(request.membership, "log_touchpoints"),
    }
    return render(request, "accounts/coverage/page.html", context)


def _asked(request: TenantRequest) -> tuple[CoverageQuestion, CoverageFilter]:
    """The question in the address; what it does not say, or says wrongly, is as usual."""
    offered = widths(request.membership)
    usual: dict[str, Any] = {
        "role": ContactRole.Kind.DECISION_MAKER.value,
        "state": "untouched",
        "contracts": "",
        "view": _usual_width(request, offered),
    }
    given = {name: request.GET.get(name, value) for name, value in usual.items()}
    form = CoverageFilter(given)
    offer(form, "view", [(width, WIDTHS[Visibility(width)]) for width in offered])
    if not form.is_valid():
        given |= {name: usual[name] for name in form.errors}
    given["role"] = given["role"] or usual["role"]
    given["view"] = given["view"] or usual["view"]
    return (
        CoverageQuestion(
            given["role"],
            given["state"],
            given["contracts"] != "any",
            request.tenant.local_date(timezone.now()),
            ids_of(request.membership, given["view"]),
        ),
        form,
    )


def _usual_width(request: TenantRequest, offered: list[str]) -> str:
    """Who works with customers of their own starts with these."""
    own = request.membership.has_role(Role.SERVICE_MANAGER, Role.PROJECT_MANAGER)
    return str(Visibility.MINE) if own else offered[-1]
