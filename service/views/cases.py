"""The list of cases, and reporting one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import Customer, Visibility
from accounts.permissions import may, require
from accounts.requests import TenantRequest
from accounts.views.customers import visible_customer
from projects.views.faults import show_faults
from service.actions.cases import assign_cases, report_case
from service.compute.case_rules import suggest_priority
from service.forms.cases import AssignForm, CaseFilter, ReportForm
from service.models import CaseWork
from service.queries import cases as queries
from service.queries.case_rules import promises, tiers_of
from service.views.case_clocks import case_rows
from ui.downloads import file_response
from ui.exports import Cell
from ui.tables import Column, Table
from ui.tables.ordering import absent_last

CUSTOMER = Column("customer", gettext_lazy("Customer"), sort="customer__name")
COLUMNS = (
    Column("clock", gettext_lazy("Clock"), sort="due_at",
           why=gettext_lazy("What runs out first: the time to the first response, or to the solution. "
                            "Counted in the office hours of your settings.")),
    Column("case", gettext_lazy("Case"), sort="case__title"),
    CUSTOMER,
    Column("priority", gettext_lazy("Priority"), sort="urgency"),
    Column("state", gettext_lazy("State"), sort="state"),
    Column("kind", gettext_lazy("Kind"), sort="case__kind", wide=True),
    Column("owner", gettext_lazy("Who looks after it"), sort="owner__name"),
    Column("opened", gettext_lazy("Opened at"), sort="started_at", wide=True),
)  # fmt: skip
EXPORTED = (
    gettext_lazy("Key"),
    gettext_lazy("Case"),
    gettext_lazy("Customer"),
    gettext_lazy("Kind"),
    gettext_lazy("Priority"),
    gettext_lazy("State"),
    gettext_lazy("Who looks after it"),
    gettext_lazy("Opened at"),
    gettext_lazy("Answer due"),
    gettext_lazy("First response at"),
    gettext_lazy("Solution due"),
    gettext_lazy("Closed at"),
    gettext_lazy("Answered late"),
    gettext_lazy("Solved late"),
    gettext_lazy("Times reopened"),
    gettext_lazy("Satisfaction"),
    gettext_lazy("Department"),
)
WIDTHS = {
    str(Visibility.MINE): gettext_lazy("Mine"),
    str(Visibility.TEAM): gettext_lazy("My team's"),
    str(Visibility.ALL): gettext_lazy("All"),
}
UNDONE_ASKED = ("", *CaseWork.UNDONE)
MOST_HANDED_ON = 200
OFFERED = 20


@require("view_cases")
@require_GET
def cases(request: TenantRequest) -> HttpResponse:
    """Cases, those whose clock runs out first on top: mine, my team's or all."""
    membership, now = request.membership, timezone.now()
    offered = queries.widths(membership)
    width = request.GET.get("view", "")
    if width not in offered:
        width = _starting_width(request)
    within = queries.cases_within(membership, width)
    form = CaseFilter(request.GET)
    form.is_valid()
    found = _narrowed(queries.listed(within), form.cleaned_data, now)
    # Where all are asked for, most of them have no clock that runs any more.
    default = "clock" if form.cleaned_data.get("state", "") in UNDONE_ASKED else "-opened"
    table = Table.read(COLUMNS, request.GET.urlencode(), default=default, tie="pk")
    # Every case was opened: in the order of the index.
    is_whole = table.sort == "opened"
    ordered = found.order_by(*(table.order_by if is_whole else absent_last(table.order_by)))
    if "format" in request.GET:
        return _file(request, ordered)
    table = table.counted(found.count())
    counts = queries.counts(within, now)
    hours = promises(request.tenant).hours
    may_work = may(membership, "work_cases")
    context = {
        "table": table,
        "rows": case_rows(list(ordered[table.slice]), now, hours),
        "form": form,
        "counts": [
            (gettext("Not solved"), counts.undone, table.url(state="", only=""), ""),
            (gettext("Overdue"), counts.late, table.url(state="", only="late"), "bad"),
            (gettext("Due within 24 hours"), counts.soon, table.url(state="", only="soon"), ""),
            (gettext("Waiting"), counts.waiting, table.url(state="waiting", only=""), ""),
            (gettext("Escalated"), counts.escalated, table.url(state="", only="escalated"), ""),
        ],
        "tabs": [
            {"label": WIDTHS[one], "url": table.url(view=one), "active": one == width,
             "count": None}
            for one in offered
        ],
        "assign": AssignForm() if may_work and table.total else None,
        "exports": [(name.upper(), table.url(format=name)) for name in ("csv", "xlsx")],
        "may_work": may_work,
        "may_set": may(membership, "edit_case_targets"),
        "may_compare": may(membership, "view_case_responses"),
        "back": request.get_full_path(),
    }  # fmt: skip
    return render(request, "service/cases/list.html", context)


@require("work_cases")
@require_POST
def case_assignments(request: TenantRequest) -> HttpResponse:
    """Hand the ticked cases on to somebody."""
    form = AssignForm(request.POST)
    asked = request.POST.getlist("case")
    ticked = [int(pk) for pk in asked if pk.isascii() and pk.isdigit() and len(pk) < 19]
    ids = list(
        queries.visible_cases(request.membership)
        .filter(case__in=ticked[:MOST_HANDED_ON])
        .values_list("case_id", flat=True)
    )
    if not ids:
        messages.error(request, gettext("Tick the cases to hand on."))
    elif form.is_valid():
        number = assign_cases(
            case_ids=ids, owner=form.person(), why=form.cleaned_data["why"], tenant=request.tenant,
            by=request.user,
        )  # fmt: skip
        said = ngettext("%(number)s case handed on.", "%(number)s cases handed on.", number)
        messages.success(request, said % {"number": number})
    else:
        messages.error(request, gettext("Choose who looks after them."))
    return redirect(f"{reverse('cases')}?{request.GET.urlencode()}")


@require("work_cases")
@require_GET
def case_of_whom(request: TenantRequest) -> HttpResponse:
    """Which customer brings it?"""
    text = request.GET.get("q", "").strip()[:100]
    visible = Customer.objects.visible_to(request.membership)
    if text:
        visible = visible.filter(search_text__contains=text.lower())
    context = {
        "text": text,
        "customers": visible.order_by("name", "pk")[:OFFERED],
        "breadcrumbs": [(gettext("Cases"), reverse("cases"))],
    }
    return render(request, "service/cases/whose.html", context)


@require("work_cases")
@require_http_methods(["GET", "POST"])
def new_case(request: TenantRequest, pk: int) -> HttpResponse:
    """Take down what a customer brings."""
    customer = visible_customer(request, pk)
    form = ReportForm(request.POST or None, customer=customer, membership=request.membership)
    if request.method == "POST" and form.is_valid():
        try:
            work = report_case(
                customer=customer, tenant=request.tenant, by=request.user, **form.values()
            )
        except ValidationError as error:
            show_faults(form, error)
        else:
            messages.success(request, gettext("Kept as %(key)s.") % {"key": work.case.key})
            return redirect("case", work.case_id)
    tier = tiers_of([customer.pk]).get(customer.pk, "")
    context = {
        "customer": customer,
        "form": form,
        "tier": tier,
        "suggestions": [
            (label, _priority_words(suggest_priority(kind, tier)))
            for kind, label in form.fields["kind"].choices  # type: ignore[attr-defined]
        ],
        "breadcrumbs": [(customer.name, reverse("customer", args=[pk]))],
    }
    return render(request, "service/cases/new.html", context)


def _starting_width(request: TenantRequest) -> str:
    """One's own where there are any open ones, else all."""
    own = queries.cases_within(request.membership, str(Visibility.MINE))
    if own.filter(state__in=CaseWork.UNDONE).exists():
        return str(Visibility.MINE)
    return str(Visibility.ALL)


def _narrowed(found: QuerySet, asked: dict[str, Any], now: Any) -> QuerySet:
    state = asked.get("state", "")
    if state in CaseWork.State.values:
        found = found.filter(state=state)
    elif state != "all":
        found = found.filter(state__in=CaseWork.UNDONE)
    if asked.get("priority"):
        found = found.filter(priority=asked["priority"])
    if asked.get("kind"):
        found = found.filter(case__kind=asked["kind"])
    text = asked.get("q", "").strip()
    if text:
        found = found.filter(
            Q(customer__search_text__contains=text.lower())
            | Q(case__title__icontains=text)
            | Q(case__key__iexact=text)
        )
    return queries.narrowed(found, asked.get("only", ""), now)


def _file(request: TenantRequest, found: QuerySet) -> HttpResponse:
    """All the cases that the filters leave."""
    rows = found.iterator(chunk_size=1000)
    return file_response(
        EXPORTED,
        _exported(rows, request.tenant.zone),
        format_=request.GET["format"],
        name=f"{request.tenant.slug}-cases-{request.tenant.local_date(timezone.now()).isoformat()}",
        title=gettext("Cases"),
    )


def _exported(rows: Iterable[CaseWork], zone: Any) -> Iterator[tuple[Cell, ...]]:
    def local(moment: Any) -> Any:
        return moment.astimezone(zone) if moment else None

    for work in rows:
        case = work.case
        yield (
            case.key, case.title, work.customer.name, case.get_kind_display(),
            work.get_priority_display(), work.get_state_display(),
            work.owner.name if work.owner else None, local(case.opened_at),
            local(work.response_due_at), local(case.first_response_at),
            local(work.resolution_due_at), local(case.closed_at),
            work.response_breached_at is not None, work.resolution_breached_at is not None,
            work.number - 1, case.satisfaction, work.department.name if work.department else None,
        )  # fmt: skip


def _priority_words(priority: str) -> str:
    return dict(CaseWork._meta.get_field("priority").choices or ())[priority]
