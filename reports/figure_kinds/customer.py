"""The figures of a customer's report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from reports.catalogue import DATE, Counted, FigureKind, register
from reports.compute.documents import ReportKind
from segmentation.catalogue import FACTS, Better, Number, Unit

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as Text

_USAGE, _CONTRACTS = FACTS["usage"], FACTS["contracts"]
_LAST, _AMOUNT, _RATIO = Counted.LAST_DAY, Number.AMOUNT, Number.RATIO

USAGE = (
    FigureKind("events", _("Usage events"), Unit.COUNT,
        _("How often something was used in the period, all modules together."), _USAGE, adds_up=True),
    FigureKind("active_users", _("Active persons"), Unit.COUNT,
        _("Different persons who used something in the period."), _USAGE, adds_up=True),
    FigureKind("active_days", _("Active days"), Unit.DAYS,
        _("Days of the period on which something was used."), _USAGE, adds_up=True),
    FigureKind("modules_used", _("Modules used"), Unit.COUNT,
        _("Different modules that were used in the period."), _USAGE, adds_up=True),
    FigureKind("modules_owned", _("Modules owned"), Unit.COUNT,
        _("Modules of the subscription lines that run on the last day."), _CONTRACTS,
        counted=_LAST, adds_up=True, by_night=True),
    FigureKind("breadth", _("Breadth of use"), Unit.SHARE,
        _("Owned modules that were used in the period ÷ modules owned."), _USAGE, number=_RATIO),
    FigureKind("seats", _("Seats"), Unit.COUNT,
        _("Seats of the subscription lines that run on the last day, of the module that has the most: "
          "a person may use several."), _CONTRACTS, counted=_LAST, by_night=True),
    FigureKind("seat_utilisation", _("Seats used"), Unit.SHARE,
        _("Active persons of the period ÷ seats."), _USAGE, number=_RATIO),
    FigureKind("new_users", _("New persons"), Unit.COUNT,
        _("Persons who used something in the period and nothing in the twelve months before it."),
        _USAGE, adds_up=True),
    FigureKind("key_users", _("Key users"), Unit.COUNT,
        _("Contacts who are key users on the last day."), FACTS["contacts"],
        counted=_LAST, adds_up=True),
    FigureKind("key_users_active", _("Active key users"), Unit.COUNT,
        _("Key users of the last day who used something in the period, found by their key or e-mail "
          "address."), FACTS["contacts"], adds_up=True),
)  # fmt: skip
SERVICE = (
    FigureKind("touchpoints", _("Touchpoints"), Unit.COUNT,
        _("Occasions of the period on which we met; one with several persons counts once."),
        FACTS["touchpoints"], adds_up=True),
    FigureKind("training_sessions", _("Training sessions"), Unit.COUNT,
        _("Training sessions held in the period."), FACTS["training"], adds_up=True),
    FigureKind("trained_persons", pgettext_lazy("figure", "Trained persons"), Unit.COUNT,
        _("Different persons who took part in a training session of the period."),
        FACTS["training"], adds_up=True),
    FigureKind("cases_opened", _("Cases opened"), Unit.COUNT,
        _("Cases opened in the period."), FACTS["cases"], Better.LESS, adds_up=True),
    FigureKind("cases_solved", _("Cases solved"), Unit.COUNT,
        _("Cases closed in the period."), FACTS["cases"], adds_up=True),
    FigureKind("case_response_hours", _("Hours to first response"), Unit.HOURS,
        _("Mean hours from opening a case to its first response, over the cases first answered in the "
          "period."), FACTS["cases"], Better.LESS, number=_RATIO),
    FigureKind("requests_made", _("Requests made"), Unit.COUNT,
        _("Requests made in the period."), FACTS["requests"], adds_up=True),
    FigureKind("requests_open", _("Open requests"), Unit.COUNT,
        _("Requests made by the last day that were neither shipped nor declined by it."),
        FACTS["requests"], Better.NEITHER, _LAST, adds_up=True),
    FigureKind("requests_done", _("Requests done"), Unit.COUNT,
        _("Requests of this customer that were shipped in the period."),
        FACTS["requests"], adds_up=True),
    FigureKind("updates_received", _("Product updates received"), Unit.COUNT,
        _("Product updates that were sent to somebody of this customer in the period."),
        _("Product updates"), adds_up=True),
    FigureKind("open_sign_offs", _("Open sign-offs"), Unit.COUNT,
        _("Sign-offs that somebody of the customer was asked for and had not answered at the end of "
          "the last day."), FACTS["projects"], Better.LESS, _LAST, adds_up=True),
    FigureKind("open_change_requests", _("Open change requests"), Unit.COUNT,
        _("Change requests raised by the last day that were neither signed nor declined by it."),
        FACTS["projects"], Better.NEITHER, _LAST, adds_up=True),
)  # fmt: skip
# As the night of the last day knew contracts and payments, where there is one: as its measures have it.
MONEY = (
    FigureKind("arr", _("ARR"), Unit.MONEY,
        _("Annual fees of the subscription lines that run on the last day; trials and one-off lines "
          "never count."), _CONTRACTS, counted=_LAST, number=_AMOUNT, adds_up=True, by_night=True),
    FigureKind("paid", pgettext_lazy("amount", "Paid"), Unit.MONEY,
        _("Payments of the period, refunds subtracted."), FACTS["payments"], number=_AMOUNT,
        adds_up=True, by_night=True),
    FigureKind("overdue_amount", _("Overdue amount"), Unit.MONEY,
        _("Sum of the instalments that fell due by the last day and were unpaid then."),
        FACTS["instalments"], Better.LESS, _LAST, _AMOUNT, adds_up=True, by_night=True),
    FigureKind("next_payment_on", _("Next payment on"), DATE,
        _("The day on which the next unpaid instalment after the last day falls due."),
        FACTS["instalments"], Better.NEITHER, _LAST, by_night=True),
    FigureKind("next_payment_amount", _("Next payment"), Unit.MONEY,
        _("Sum of the unpaid instalments that fall due on the day of the next payment."),
        FACTS["instalments"], Better.NEITHER, _LAST, _AMOUNT, adds_up=True, by_night=True),
    FigureKind("renewal_on", _("Renewal on"), DATE,
        _("The first end of a running contract that is not renewed yet; of a renewed one the end of "
          "its renewal counts."), _CONTRACTS, Better.NEITHER, _LAST, by_night=True),
)  # fmt: skip


def _among_peers(key: str, label: Text, measure: Text) -> FigureKind:
    return FigureKind(key, label, Unit.SHARE,
        _("Share of the customers of the same industry and size (or, where fewer than ten are known, "
          "of the same industry, else size) that had less on the night of the last day, half of "
          "those that had as much included. Nobody is named."),
        measure, counted=_LAST, number=_RATIO, by_night=True)  # fmt: skip


PEERS = (
    _among_peers("peers_events", _("Use among peers"), _("Usage of the last 30 days, night")),
    _among_peers("peers_breadth", _("Breadth among peers"), _("Breadth of use, night")),
    _among_peers("peers_seats", _("Seats used among peers"), _("Seats used, night")),
)

register(ReportKind.CUSTOMER, (*USAGE, *SERVICE, *MONEY, *PEERS))
