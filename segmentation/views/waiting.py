"""What waits, as figures that filter the list below them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from segmentation import catalogue
from segmentation.queries.overview import PAYMENT_DAYS, SILENT_DAYS, Waiting
from ui import formats
from ui.tables import Table
from ui.tags.formats import language


def waiting_tiles(found: Waiting, table: Table) -> list[dict[str, Any]]:
    """In the order of urgency; each opens its customers, unless nobody knows which they are."""
    overdue = _tile(
        _("Overdue"),
        found.overdue,
        table.url(payment="overdue"),
        "overdue_amount",
        amount=found.overdue_amount,
    )
    due = _tile(
        _("Payments, %(days)s days") % {"days": PAYMENT_DAYS},
        found.payments,
        table.url(payment="due"),
        "days_to_payment",
    )
    renewals = [
        _tile(
            _("Renewals, %(days)s days") % {"days": days},
            number,
            table.url(renewal=days),
            "days_to_renewal",
            amount=arr,
        )
        for days, number, arr in found.renewals
    ]
    onboarding = _tile(
        _("Onboarding"),
        found.onboarding,
        table.url(stage="onboarding"),
        formula=_("Customers with a project running and none accepted yet."),
        source=_("Projects"),
    )
    silent = _tile(
        _("No use, %(days)s days") % {"days": SILENT_DAYS},
        found.silent,
        table.url(silent="true"),
        formula=_("Customers who pay and whom nobody has used anything of for so many days."),
        source=str(catalogue.FACTS["usage"]),
    )
    return [overdue, due, *renewals, silent, onboarding]


def _tile(
    label: str,
    number: int | None,
    url: str,
    measure: str = "",
    *,
    amount: Decimal | None = None,
    formula: str = "",
    source: str = "",
) -> dict[str, Any]:
    if measure:
        formula = str(catalogue.get(measure).definition)
        source = str(catalogue.FACTS[catalogue.get(measure).facts])
    return {
        "label": label,
        "text": formats.number(number, language()),
        "amount": amount,
        "url": "" if number is None else url,
        "formula": formula,
        "source": source,
    }
