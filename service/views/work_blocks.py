"""What other screens show of work: the first screen, the customer's page, the navigation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Customer, Membership, Visibility
from accounts.permissions import may
from accounts.requests import TenantRequest
from service.models import Cta
from service.queries import work as queries
from service.views.work_rows import brief_rows, shown_rows, today_of
from service.views.work_words import reason_labels, reason_of, title_of
from ui.timelines import TimelineEntry, TimelinePage

FIRST, SHOWN = 10, 4


def work_block(request: TenantRequest, width: str | None) -> dict[str, Any] | None:
    """What to do first, on the service manager's first screen."""
    membership, today = request.membership, today_of(request)
    allowed = queries.widths(membership)
    width = width if width in allowed else allowed[0]
    found = queries.to_do_by(queries.visible_work(membership), membership, width)
    first = queries.page_of(queries.waiting(found, today), ("-rank", "pk"), slice(0, SHOWN + 1))
    if not first:
        return None
    return {
        "rows": brief_rows(request, first[:SHOWN], today),
        "url": f"{reverse('work')}?view={width}",
        "has_more": len(first) > SHOWN,
        "today": today,
        "shows_owner": width != Visibility.MINE,
    }


def work_panel(request: TenantRequest, customer: Customer) -> dict[str, Any] | None:
    """A customer's open work, and the way to open more by hand."""
    may_work = may(request.membership, "work_ctas")
    found = queries.open_work_of(customer, request.membership).order_by("-rank", "pk")
    rows = shown_rows(request, list(found[:FIRST]), today_of(request))
    if not rows and not may_work:
        return None
    return {
        "rows": rows,
        "may_work": may_work,
        "customer": customer,
        "today": today_of(request),
        "more": max(found.count() - FIRST, 0) if len(rows) == FIRST else 0,
        "all_url": f"{reverse('work')}?view=all&state=all&q={customer.key}",
    }


def timeline(request: TenantRequest, customer: Customer, page: TimelinePage) -> list[TimelineEntry]:
    """Work that was opened and closed, for the customer's timeline; four statements at most."""
    visible = queries.visible_work(request.membership).filter(customer=customer)
    works = visible.select_related("owner", "version", "closed_by")
    opened = works.filter(opened_on__lte=page.until).order_by("-opened_on", "-pk")[: page.most]
    closed = works.filter(closed_at__lt=page.before).order_by("-closed_at", "-pk")[: page.most]
    names, labels = queries.names_for(request.tenant.currency, opened), reason_labels()
    entries = [
        TimelineEntry(
            at=cta.opened_on,
            key=f"opened-{cta.pk}",
            title=_("Work opened: %(title)s") % {"title": title_of(cta)},
            text=reason_of(cta, names),
            who=cta.owner.name if cta.owner else "",
            url=reverse("cta", args=[cta.pk]),
        )
        for cta in opened
    ]
    entries += [
        TimelineEntry(
            at=cta.closed_at or cta.opened_on,
            key=f"closed-{cta.pk}",
            title=_("%(ending)s: %(title)s")
            % {"ending": cta.get_state_display(), "title": title_of(cta)},
            text=" · ".join(filter(None, (_reason(cta, labels), cta.close_note))),
            who=str(cta.closed_by) if cta.closed_by else "",
            url=reverse("cta", args=[cta.pk]),
        )
        for cta in closed
    ]
    return page.newest(entries)


def _reason(cta: Cta, labels: Mapping[tuple[str, str], str]) -> str:
    return labels.get((cta.state, cta.close_reason), cta.close_reason)


MOST_TIES = 50


def work_to_tie(membership: Membership, customer: Customer) -> list[tuple[int, str]]:
    """The customer's open work that a touchpoint may be about."""
    found = queries.open_work_of(customer, membership).order_by("-rank", "pk")[:MOST_TIES]
    return [(cta.pk, title_of(cta)) for cta in found]


def work_told(membership: Membership, ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """Work that touchpoints are about, in words, each with its page."""
    found = queries.visible_work(membership).filter(pk__in=list(ids)).select_related("version")
    return {cta.pk: (title_of(cta), reverse("cta", args=[cta.pk])) for cta in found}
