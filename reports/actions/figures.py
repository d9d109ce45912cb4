"""Making the figures of periods: of customers set by set, of the tenant as the screens show them."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import nullcontext
from datetime import datetime

from django.db import connection, transaction

from accounts.planning import planning
from reports.compute.report_periods import ReportPeriod
from reports.frames.customer_figures import FAMILIES, families, made
from reports.frames.figure_parameters import asked
from reports.frames.figure_peers import FEW
from segmentation.models import Night


def make_customer_figures(
    *,
    period: ReportPeriod,
    night: Night | None,
    known_at: datetime,
    customer_ids: Collection[int] | None = None,
) -> int:
    """Make the figures of a period for all customers of the tenant, or for these; three statements.

    A customer whose figures come out as in its latest set of the period keeps that; another one gets
    a further version, and what differs is put down as restated.

    Args:
        night: the stored night of the period's last day; contracts, instalments and payments are as
            it knew them, so that its measures are these figures. None: as known at ``known_at``,
            and nobody has peers.
        known_at: facts that became known later are not in the figures.

    Returns:
        How many sets were added.

    Raises:
        ValueError: the night is of another day than the period's last.
    """
    if night is not None and night.as_of != period.last:
        raise ValueError(f"{night.as_of} is not the last day of {period.key}")
    told = asked(period, night, known_at, customer_ids)
    parameters, narrowed = told.parameters, customer_ids is not None
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(families(told.known, told.money), parameters)
        for name, has in zip(FAMILIES, cursor.fetchone(), strict=True):
            parameters[f"has_{name}"] = has
        few = customer_ids is not None and len(customer_ids) <= FEW
        statement = made(told.known, told.money, has_night=night is not None, few=few)
        # Some customers are found by their keys.
        with nullcontext() if narrowed else planning():
            cursor.execute(statement, parameters)
            return int(cursor.rowcount)
