"""The rows behind a stored figure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import Customer, Membership, Tenant, Visibility
from projects.models import Project
from projects.queries.customer_faces import Phase, faces_per_customer
from projects.queries.delivery import Delivery, deliveries
from reports.catalogue import TIER_COUNTS
from reports.frames.customer_rows import customer_rows
from reports.frames.executive_rows import executive_listing
from reports.frames.figure_rows import RowColumn, RowListing, RowPage, read_rows
from reports.frames.internal_rows import internal_listing, releases_listing, undecided_listing
from reports.models import FigureSet
from reports.queries.product_digest import told_at
from reports.queries.satisfaction import acceptance_days
from reports.queries.tier_moves import direction, scheme_of
from segmentation.models import Assignment, MeasureRow, Night
from segmentation.queries.portfolio import held_on
from segmentation.queries.stored import stored_nights

_ACCEPTED = ("accepted_projects", "on_time_rate", "delivery_cycle_days", "acceptance_lead_days")
# Key → within how many days of shipping.
_RELEASES = {"updates_shipped": None, "asked_used_30": 30, "asked_used_90": 90}
_EFFORT = ("unapproved_days", "scope_creep_index")
_DELIVERY = (
    RowColumn("project", _("Project")),
    RowColumn("accepted_on", _("Accepted on"), "date"),
    RowColumn("due_on", _("Baseline ends on"), "date"),
    RowColumn("days", _("Working days"), "count"),
    RowColumn("asked_days", _("Days to acceptance"), "count"),
    RowColumn("baseline", _("Baseline effort"), "days"),
    RowColumn("unapproved", _("Unapproved effort"), "days"),
)
_TYPES = {"text": "text", "date": "date", "count": "bigint", "days": "numeric"}


def rows_behind(figure_set: FigureSet, key: str, tenant: Tenant) -> RowListing | None:
    """The rows of a figure: of a customer's as they were known when it was made, of all customers'
    as they are known now. None: none are shown, as of peers, whom nobody names."""
    if figure_set.customer_id is not None:
        return customer_rows(
            key,
            customer=figure_set.customer_id,
            period=figure_set.span,
            night=figure_set.night,
            known_at=figure_set.known_at,
        )
    if figure_set.kind != FigureSet.Kind.EXECUTIVE:
        return _internal(figure_set, key, tenant)
    if key in (*_ACCEPTED, *_EFFORT):
        return _projects(figure_set, key, tenant)
    if key == "faces_per_customer":
        return _faces(figure_set, tenant)
    if key.startswith(TIER_COUNTS) or key in ("moves_up", "moves_down"):
        return _tiers(figure_set, key)
    return executive_listing(key, figure_set.span, tenant.zone)


def _internal(figure_set: FigureSet, key: str, tenant: Tenant) -> RowListing | None:
    """Of the operations report and the product digest; what the digest tells as it stood at a moment
    comes from that moment or from what it said."""
    span = figure_set.span
    shipped = figure_set.details.get("digest", {}).get("shipped", [])
    if key in _RELEASES:
        return releases_listing(shipped, _RELEASES[key], get_language() or "en")
    if key in ("requests_undecided", "requests_aging"):
        moment = told_at(span, figure_set.known_at)
        today = tenant.local_date(moment)
        return undecided_listing(moment=moment, today=today, is_aging=key == "requests_aging")
    return internal_listing(figure_set.kind, key, span, tenant.zone)


def read_behind(listing: RowListing, membership: Membership | None, part: slice | None) -> RowPage:
    """Of customers that the member sees; None: a program of the tenant's own, which sees all."""
    only = None
    is_narrowed = membership is not None and membership.sees("customers") != Visibility.ALL
    if listing.names_customers and is_narrowed:
        seen = Customer.objects.visible_to(membership).order_by()
        only = list(seen.values_list("pk", flat=True))
    return read_rows(listing, part, only)


def _listing(
    columns: Sequence[RowColumn], rows: list[tuple[Any, ...]], values: list[Any] | None = None
) -> RowListing:
    """Rows that were counted here: customer, then the columns. values: what of each sums up to the
    figure; None: each counts."""
    names = ["customer_id", *(column.name for column in columns), "value"]
    types = ["bigint", *(_TYPES[column.unit] for column in columns), "numeric"]
    counted = [1] * len(rows) if values is None else values
    whole = [(*row, value) for row, value in zip(rows, counted, strict=True)]
    held = list(zip(*whole, strict=True)) or [()] * len(names)
    given = ", ".join(f"%({name})s::{type_}[]" for name, type_ in zip(names, types, strict=True))
    return RowListing(
        tuple(columns),
        f"SELECT * FROM unnest({given}) AS given ({', '.join(names)})",  # noqa: S608 - our names
        parameters={name: list(column) for name, column in zip(names, held, strict=True)},
        names_customers=True,
    )


def _projects(figure_set: FigureSet, key: str, tenant: Tenant) -> RowListing:
    """Projects accepted in the period; for effort those running on its last day as well."""
    period = figure_set.span
    concerned = Project.objects.filter(starts_on__lte=period.last).exclude(
        accepted_on__lt=period.first
    )
    if key in _ACCEPTED:
        concerned = concerned.filter(accepted_on__range=(period.first, period.last))
    named = {
        pk: (customer, name, accepted_on if accepted_on and accepted_on <= period.last else None)
        for pk, customer, name, accepted_on in concerned.order_by().values_list(
            "pk", "customer_id", "name", "accepted_on"
        )
    }
    asked = acceptance_days(period, tenant.zone)
    found = deliveries(period.last, list(named)) if named else []
    if key == "acceptance_lead_days":
        found = [one for one in found if one.project_id in asked]
    rows = [_row(one, named, asked) for one in found]
    return _listing(_DELIVERY, rows, [row[-1] for row in rows] if key in _EFFORT else None)


def _row(
    one: Delivery, named: dict[int, tuple[Any, ...]], asked: dict[int, int]
) -> tuple[Any, ...]:
    customer, name, accepted_on = named[one.project_id]
    unapproved = one.person_days("unapproved_effort")
    return (
        customer, name, accepted_on, one.baseline_due_on, one.actual_days,
        asked.get(one.project_id), one.person_days("baseline_effort"), unapproved,
    )  # fmt: skip


def _faces(figure_set: FigureSet, tenant: Tenant) -> RowListing:
    met = faces_per_customer(figure_set.as_of, tenant)
    rows = [(who, of[Phase.PROJECT]) for who, of in met.items() if Phase.PROJECT in of]
    columns = (RowColumn("faces", _("Faces in the project"), "count"),)
    return _listing(columns, rows, [faces for _who, faces in rows])


def _tiers(figure_set: FigureSet, key: str) -> RowListing | None:
    """Who is in a tier, or moved; with the tier before where a night before is stored."""
    end = figure_set.night
    if end is None:
        return None
    start = stored_nights().filter(as_of__lt=figure_set.span.first).first()
    before = _stood(start) if start else {}
    now = dict(MeasureRow.objects.filter(as_of=end.as_of).values_list("customer_id", "tier"))
    columns = (RowColumn("was", _("Tier before")), RowColumn("tier", _("Tier")))
    if key.startswith(TIER_COUNTS):
        tier = key.removeprefix(TIER_COUNTS)
        kept = [who for who, held in now.items() if held == tier]
    else:
        ladder, way = scheme_of(end).ladder, 1 if key == "moves_up" else -1
        kept = [
            who for who, held in now.items()
            if who in before and direction(ladder, before[who], held) == way
        ]  # fmt: skip
    return _listing(columns, [(who, before.get(who, ""), now[who]) for who in kept])


def _stood(night: Night) -> dict[int, str]:
    rows = Assignment.objects.filter(held_on(night.as_of)).order_by()
    return dict(rows.values_list("customer_id", "tier"))
