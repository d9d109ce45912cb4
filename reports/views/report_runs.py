"""The production of reports: how far it is, what it made, whose could not be made and why."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET, require_POST

from accounts.permissions import require
from accounts.requests import TenantRequest
from reports.actions.run_work import retry_run
from reports.compute.report_periods import period_of
from reports.documents.period_words import period_label
from reports.models import ReportFailure, ReportRun
from reports.queries.report_runs import with_failures
from reports.tasks import enqueue_due
from ui.tables import Column, Table
from ui.tags.formats import language

COLUMNS = (
    Column("period", gettext_lazy("Period"), sort=("last_day", "period")),
    Column("kind", gettext_lazy("Kind"), sort="kind"),
    Column("state", gettext_lazy("State"), sort="state"),
    Column("customers", gettext_lazy("Customers"), sort="customers", align="end"),
    Column("made", pgettext_lazy("report run", "Made"), sort="made", align="end"),
    Column(
        "refreshed",
        pgettext_lazy("report run", "Made anew"),
        sort="refreshed",
        align="end",
        wide=True,
    ),
    Column("failed", pgettext_lazy("report run", "Failed"), sort="failed", align="end"),
    Column("finished", gettext_lazy("Finished"), sort="finished_at", wide=True),
)
FAILED = (
    Column("customer", gettext_lazy("Customer"), sort="customer__name"),
    Column("reason", gettext_lazy("Why")),
    Column("attempts", gettext_lazy("Tries"), sort="attempts", align="end", wide=True),
    Column("at", gettext_lazy("At"), sort="at", wide=True),
)
TONES = {
    "queued": "neutral", "running": "info", "done": "good", "failed": "warning", "dead": "danger",
}  # fmt: skip
PANEL_STATES = {"queued": "waiting"}


@require("produce_reports")
@require_GET
def report_runs(request: TenantRequest) -> HttpResponse:
    """The runs, the latest period first."""
    found = with_failures(ReportRun.objects.all())
    table = Table.read(COLUMNS, request.GET.urlencode(), default="-period", tie="pk")
    table = table.counted(ReportRun.objects.count())
    rows = list(found.order_by(*table.order_by)[table.slice])
    context = {
        "table": table,
        "rows": [(run, TONES[run.state], _label(run)) for run in rows],
        "breadcrumbs": [(_("Reports"), reverse("reports"))],
    }
    return render(request, "reports/runs/list.html", context)


@require("produce_reports")
@require_GET
def report_run(request: TenantRequest, pk: int) -> HttpResponse:
    """One run: progress while it runs, then what it made and whose could not be made."""
    run = _run(pk)
    failures = ReportFailure.objects.filter(run=run).select_related("customer")
    table = Table.read(FAILED, request.GET.urlencode(), default="customer", tie="pk")
    table = table.counted(failures.count())
    context = {
        "run": run,
        "period": _label(run),
        "tone": TONES[run.state],
        "panel": _panel(run),
        "table": table,
        "failures": failures.order_by(*table.order_by)[table.slice],
        "list_url": f"{reverse('reports')}?period={run.period}&kind={run.kind}&view=all",
        "breadcrumbs": [
            (_("Reports"), reverse("reports")),
            (_("Production of reports"), reverse("report_runs")),
        ],
    }
    return render(request, "reports/runs/run.html", context)


@require("produce_reports")
@require_POST
def report_run_retries(request: TenantRequest, pk: int) -> HttpResponse:
    """Try again what failed; what is made stays."""
    run = _run(pk)
    if retry_run(run=run, by=request.user):
        enqueue_due(request.tenant)
    else:
        messages.info(request, _("There is nothing to try again."))
    return redirect("report_run", run.pk)


def _run(pk: int) -> ReportRun:
    found = with_failures(ReportRun.objects.filter(pk=pk)).first() if pk < 2**63 else None
    if found is None:
        raise Http404
    return found


def _label(run: ReportRun) -> str:
    return period_label(period_of(run.period), language())


def _panel(run: ReportRun) -> dict[str, Any] | None:
    """How far it is; None: it is done."""
    if run.state == ReportRun.State.DONE:
        return None
    return {
        "value": run.customers if run.total else None,
        "maximum": run.total,
        "state": PANEL_STATES.get(run.state, run.state),
        "detail": run.get_phase_display(),
        "poll": reverse("report_run", args=[run.pk])
        if run.state in (ReportRun.State.QUEUED, ReportRun.State.RUNNING)
        else "",
    }
