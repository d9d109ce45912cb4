"""Cases on other pages: the customer's, the first screen, the timeline, touchpoints."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Customer, Membership, Visibility
from accounts.permissions import may
from accounts.requests import TenantRequest
from accounts.views import timeline_feeds
from accounts.views.panel_tables import panel_table
from service.queries import cases as queries
from service.queries.case_rules import promises
from service.views.case_clocks import case_rows
from ui.tables import Column
from ui.timelines import TimelineEntry, TimelinePage

PANEL_COLUMNS = (
    Column("opened", gettext_lazy("Opened at"), sort="case__opened_at"),
    Column("case", gettext_lazy("Case"), sort="case__title"),
    Column("clock", gettext_lazy("Clock"), sort=("place", "due_at")),
    Column("priority", gettext_lazy("Priority"), sort="urgency"),
    Column("state", gettext_lazy("State"), sort=("place", "state")),
    Column("response", gettext_lazy("First response at"), sort="case__first_response_at", wide=True),
    Column("satisfaction", gettext_lazy("Satisfaction"), sort="case__satisfaction", align="end",
           wide=True),
    Column("contact", gettext_lazy("Contact"), sort="case__contact__name", wide=True),
    Column("owner", gettext_lazy("Who looks after it"), sort="owner__name", wide=True),
)  # fmt: skip
SHOWN = 3


def cases_panel(request: TenantRequest, customer: Customer) -> dict[str, Any] | None:
    """The customer's cases, the latest first."""
    may_work = may(request.membership, "work_cases")
    table, rows = panel_table(
        request, PANEL_COLUMNS, queries.cases_of(customer), default="-opened", prefix="cases_"
    )
    if not table.total and not may_work:
        return None
    return {
        "table": table,
        "rows": case_rows(list(rows), timezone.now(), promises(request.tenant).hours),
        "may_work": may_work,
        "customer": customer,
    }


def open_cases_panel(request: TenantRequest, customer: Customer) -> dict[str, Any] | None:
    """The customer's undone cases with their clocks, the most urgent first; nothing without any."""
    rows = queries.most_urgent(queries.cases_of(customer), SHOWN)
    if not rows:
        return None
    hours = promises(request.tenant).hours
    return {"rows": case_rows(rows, timezone.now(), hours), "customer": customer}


def cases_block(request: TenantRequest, width: str | None) -> dict[str, Any] | None:
    """Open cases with their clock on the first screen, the most urgent first."""
    width = width or str(Visibility.MINE)
    found, now = queries.cases_within(request.membership, width), timezone.now()
    counts, led = queries.counts(found, now), queries.escalated_to(request.membership).count()
    if not counts.undone and not led:
        return None
    hours = promises(request.tenant).hours
    return {
        "rows": case_rows(queries.most_urgent(found, SHOWN), now, hours),
        "counts": counts,
        "led": led,
        "url": f"{reverse('cases')}?view={width}",
    }


def timeline(request: TenantRequest, customer: Customer, page: TimelinePage) -> list[TimelineEntry]:
    """The customer's cases as the facts tell them, and their openings that are over; each leads to
    its page."""
    # Keys of the facts' entries are "case-<id>-start" and "case-<id>-end".
    told = [
        replace(one, url=reverse("case", args=[one.key.split("-")[1]]))
        for one in timeline_feeds.cases(request, customer, page)
    ]
    for opening in queries.openings_before(customer, page.before, page.most):
        words = {"title": opening.case.title or opening.case.key}
        url, key = reverse("case", args=[opening.case_id]), f"opening-{opening.pk}"
        if opening.solved_at is not None and opening.solved_at < page.before:
            title = _("Case solved: %(title)s") % words
            told.append(TimelineEntry(opening.solved_at, f"{key}-end", title, url=url))
        if opening.reopened_at < page.before:
            title = _("Case opened again: %(title)s") % words
            told.append(
                TimelineEntry(
                    opening.reopened_at, f"{key}-again", title, text=opening.why,
                    who=opening.name, url=url,
                )
            )  # fmt: skip
    return sorted(told, key=lambda one: (page.moment(one.at), one.key), reverse=True)[: page.most]


def cases_told(membership: Membership, ids: list[int]) -> dict[int, tuple[str, str]]:
    """Words and address of cases that touchpoints are about, of those that the member may see."""
    found = queries.visible_cases(membership).filter(case__in=ids).select_related("case")
    return {work.case_id: (str(work.case), reverse("case", args=[work.case_id])) for work in found}
