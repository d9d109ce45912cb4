"""Reports: all of them, and what is done to many at once."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from accounts.models import Role, Visibility
from accounts.permissions import may, require
from accounts.requests import TenantRequest
from reports.actions.report_changes import (
    MOST_AT_ONCE,
    Changed,
    ReportConflict,
    approve,
    put_back,
    review,
    undo_change,
)
from reports.actions.report_sending import send_reports
from reports.compute.report_periods import period_of
from reports.documents.period_words import period_label
from reports.forms.reports import (
    APPROVE,
    BACK,
    NOT_SENT,
    REVIEW,
    SEND,
    ReportChangeForm,
    ReportFilter,
)
from reports.models import Report, ReportChange, ReportRun
from reports.queries import reports as queries
from reports.queries.report_runs import to_tell
from ui import formats
from ui.links import safe_next
from ui.tables import Column, Table
from ui.tags.formats import language

COLUMNS = (
    Column("about", gettext_lazy("Report"), sort=("customer__name", "-last_day")),
    Column("period", gettext_lazy("Period"), sort=("last_day", "period")),
    Column("tier", gettext_lazy("Tier"), wide=True),
    Column("state", gettext_lazy("State"), sort="state"),
    Column("language", gettext_lazy("Language"), sort="language", wide=True),
    Column("opened", gettext_lazy("Opened"), align="end", wide=True),
    Column("answers", gettext_lazy("Answers"), align="end", wide=True),
)
WIDTHS = {
    str(Visibility.MINE): gettext_lazy("Mine"),
    str(Visibility.TEAM): gettext_lazy("My team's"),
    str(Visibility.ALL): gettext_lazy("All"),
}
STATE_TONES = {"draft": "warning", "reviewed": "info", "approved": "info", "sent": "good"}
CHANGED = gettext_lazy("Changed by somebody since it was on screen, and left as it is.")


@require("view_reports")
@require_GET
def reports(request: TenantRequest) -> HttpResponse:
    """The reports of customers and of the tenant, the latest period first."""
    membership = request.membership
    allowed = queries.widths(membership)
    width = request.GET.get("view", "")
    width = width if width in allowed else allowed[0]
    form = ReportFilter(request.GET, periods=queries.periods())
    visible = queries.latest_versions(queries.visible_reports(membership))
    found = narrowed(queries.within(visible, membership, width), form.asked)
    table = Table.read(COLUMNS, request.GET.urlencode(), default="-period", tie="pk")
    table = table.counted(found.count())
    page = found.select_related("customer").defer("document", "texts")
    rows = queries.rows_of(list(page.order_by(*table.order_by)[table.slice]))
    languages = dict(settings.LANGUAGES)
    context = {
        "table": table,
        "rows": [
            {
                "row": row,
                "period": period_label(period_of(row.report.period), language()),
                "tone": STATE_TONES[row.report.state],
                "language": languages.get(row.report.language, row.report.language),
            }
            for row in rows
        ],
        "form": form,
        "is_filtered": bool(form.asked),
        "tabs": _tabs(table, allowed, width),
        "runs": _runs(request),
        **abilities(request),
    }
    response = render(request, "reports/reports/list.html", context)
    patch_vary_headers(response, ("HX-Target",))
    return response


def _runs(request: TenantRequest) -> list[tuple[ReportRun, str]]:
    """What is being produced, or was not wholly, for who can do something about it."""
    if not may(request.membership, "produce_reports"):
        return []
    return [
        (run, period_label(period_of(run.period), language())) for run in to_tell(timezone.now())
    ]


def narrowed(found: QuerySet[Report], asked: dict[str, Any]) -> QuerySet[Report]:
    """What the filters leave."""
    state = asked.get("state", "")
    found = queries.undone(found) if state == NOT_SENT else queries.in_state(found, state)
    if asked.get("period"):
        found = found.filter(period=asked["period"])
    if asked.get("kind"):
        found = found.filter(kind=asked["kind"])
    if asked.get("tier"):
        found = queries.of_tier(found, asked["tier"])
    return queries.by_words(found, asked.get("q", ""))


def abilities(request: TenantRequest, report: Report | None = None) -> dict[str, bool]:
    """What the member may do with reports, or with one: whoever approves what is about the tenant
    puts it into words as well."""
    may_approve = (
        may(request.membership, "approve_reports")
        if report is None
        else queries.may_approve(request.membership, report)
    )
    is_internal = report is not None and report.customer_id is None
    return {
        "may_edit": may_approve if is_internal else may(request.membership, "edit_reports"),
        "may_approve": may_approve,
        "may_produce": may(request.membership, "produce_reports"),
    }


@require("approve_reports")
@require_POST
def report_changes(request: TenantRequest) -> HttpResponse:
    """What is done to the reports that are chosen: reviewed, approved, sent, put back."""
    form = ReportChangeForm(request.POST)
    if not form.is_valid():
        raise Http404
    chosen = seen = queries.only_approvable(request.membership, form.seen)
    if form.cleaned_data["do"] in (REVIEW, BACK):
        seen = queries.only_editable(request.membership, chosen)
    if chosen and not seen:
        raise Http404
    if len(seen) < len(chosen):
        words = _("Customers' reports were left as they are: you do not review them.")
        messages.warning(request, words)
    if not seen:
        messages.error(request, _("No row is checked."))
    elif len(seen) > MOST_AT_ONCE:
        words = _("At most %(most)s at once; nothing was changed.")
        messages.error(request, words % {"most": MOST_AT_ONCE})
    else:
        try:
            _do(request, form.cleaned_data["do"], seen)
        except ReportConflict:
            messages.error(request, str(CHANGED))
    return redirect(safe_next(request))


def _do(request: TenantRequest, do: str, seen: dict[int, int]) -> None:
    if do == SEND:
        done, left = send_reports(seen=seen, tenant=request.tenant, by=request.user)
        if done.count:
            words = ngettext("%(count)s report sent.", "%(count)s reports sent.", done.count)
            messages.success(request, words % {"count": done.count})
        if left:
            names = [str(one) for one in left[:5]]
            words = _("Not sent: %(names)s. Open them to see what is missing.")
            messages.warning(request, words % {"names": formats.listed(names, language())})
        _tell_passed(request, done)
        return
    verbs = {REVIEW: review, APPROVE: approve}
    done = verbs.get(do, put_back)(seen=seen, by=request.user)
    words = {
        REVIEW: ngettext("%(count)s report reviewed.", "%(count)s reports reviewed.", done.count),
        APPROVE: ngettext("%(count)s report approved.", "%(count)s reports approved.", done.count),
    }.get(do) or ngettext(
        "%(count)s report is a draft again.", "%(count)s reports are drafts again.", done.count
    )
    if done.change is not None:
        undo = reverse("report_change_undoings", args=[done.change.pk])
        messages.success(request, words % {"count": done.count}, extra_tags=undo)
    _tell_passed(request, done)


def _tell_passed(request: TenantRequest, done: Changed) -> None:
    if done.passed_over:
        words = ngettext(
            "%(count)s was left as it is: it needs no such change, or somebody changed it meanwhile.",
            "%(count)s were left as they are: they need no such change, or somebody changed them "
            "meanwhile.",
            done.passed_over,
        )
        messages.warning(request, words % {"count": done.passed_over})


@require("approve_reports")
@require_POST
def report_change_undoings(request: TenantRequest, pk: int) -> HttpResponse:
    """Take a change of reports back: for who made it, and for administrators."""
    change = ReportChange.objects.filter(pk=pk).first()
    if change is None or not (
        change.by_id == request.user.pk or request.membership.has_role(Role.ADMIN)
    ):
        raise Http404
    seen = {row["report"]: row["revision"] for row in change.rows}
    if len(queries.only_approvable(request.membership, seen)) < len(seen):
        raise Http404
    try:
        count = undo_change(change=change, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        words = ngettext(
            "Undone: %(count)s report is as before.", "Undone: %(count)s reports are as before.",
            count,
        )  # fmt: skip
        messages.success(request, words % {"count": count})
    return redirect(safe_next(request) if request.POST.get("next") else "reports")


def _tabs(table: Table, allowed: tuple[str, ...], chosen: str) -> list[dict[str, Any]]:
    """A tab per width; none where there is no choice."""
    if len(allowed) < 2:
        return []
    return [
        {
            "label": WIDTHS[width], "url": table.url(view=width), "active": width == chosen,
            "count": None,
        }
        for width in allowed
    ]  # fmt: skip
