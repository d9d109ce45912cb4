"""Making the reports of a period, some hundred customers at a time.

What is there already stays: a report is made once per customer, period and language. A draft whose
figures say something else now is made anew and keeps the words that people put into it; what somebody
has reviewed, approved or sent stays as they saw it.

Documents are composed while nothing is held; the turn is taken to store them, and held for as long as
that takes. Of two who made the same report the second finds the first's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from django.db import InterfaceError, OperationalError, transaction
from django.utils import translation
from django.utils.module_loading import import_string
from django.utils.translation import gettext_noop as _

from accounts.models import Tenant
from reports.actions.report_storing import Batch, Made, present, store
from reports.compute.digests import document_digest
from reports.compute.documents import ReportDocument, ReportKind
from reports.compute.report_periods import ReportPeriod
from reports.compute.stored_documents import as_json
from reports.documents.composers import Composer, composers
from reports.models import FigureSet, Report
from reports.queries.report_customers import (
    languages_of,
    report_rule,
    roles_reading,
    usual_language,
)
from segmentation.queries.stored import stored_nights

log = structlog.get_logger("tenure.reports")
NO_FIGURES = _("There are no figures of this period.")


class ReportRefused(Exception):
    """Reports that cannot be made; its text says why."""


@dataclass(frozen=True)
class Order:
    """Which reports are made."""

    tenant: Tenant
    kind: str
    period: ReportPeriod
    known_at: datetime

    @property
    def composer(self) -> Composer:
        return composers[self.kind]


def check_over(tenant: Tenant, period: ReportPeriod, now: datetime) -> None:
    """
    Raises:
        ReportRefused: the period is not over where the tenant is.
    """
    if period.last > tenant.last_ended_day(now):
        words = translation.gettext("The period %(period)s is not over yet: it ends on %(day)s.")
        raise ReportRefused(words % {"period": period.key, "day": period.last.isoformat()})


def make_figures(order: Order, customer_ids: Sequence[int] | None = None) -> None:
    """Make the figure sets that the reports are made of, of every customer or of these, in the
    caller's transaction. What is there and says the same stays."""
    if not order.composer.figures:
        return
    make = import_string(order.composer.figures)
    if order.kind != ReportKind.CUSTOMER:
        make(period=order.period, known_at=order.known_at)
        return
    # Reports say what changed: a period before that nobody had reports of is made with it.
    before = FigureSet.objects.filter(kind=order.kind, period=order.period.before.key)
    if customer_ids is not None:
        before = before.filter(customer__in=customer_ids)
    periods = [order.period] if before.exists() else [order.period.before, order.period]
    for period in periods:
        night = stored_nights().filter(as_of=period.last).first()
        make(period=period, night=night, known_at=order.known_at, customer_ids=customer_ids)


def make_batch(order: Order, customer_ids: Sequence[int | None]) -> Batch:
    """Make the reports of some customers, or of the tenant (``[None]``), in the caller's transaction
    and the tenant's scope; their figures are made. One that cannot be made fails for itself.

    From storing them until the caller's transaction ends nobody else stores reports or what they are
    made by.
    """
    rule = report_rule()
    usual = usual_language(order.tenant, rule)
    template = import_string(order.composer.template)() if order.composer.template else None
    ids = [pk for pk in customer_ids if pk is not None]
    if order.kind == ReportKind.CUSTOMER:
        today = order.tenant.local_date(order.known_at)
        roles = roles_reading(rule, quarter=order.period.is_quarter)
        languages: dict[int | None, list[str]] = dict(
            languages_of(ids, today, usual, roles).items()
        )
    else:
        languages = {None: [usual]}
    wanted = _Wanted(order, languages, template)
    return _composed(wanted, list(customer_ids))


@dataclass(frozen=True)
class _Wanted:
    order: Order
    languages: dict[int | None, list[str]]
    template: Any


def _composed(wanted: _Wanted, customers: list[int | None]) -> Batch:
    """One whose facts cannot be read is found by halving, so that the others get theirs."""
    try:
        with transaction.atomic():
            compose = _composing(wanted, customers)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        if len(customers) > 1:
            half = len(customers) // 2
            found = _composed(wanted, customers[:half])
            found.add(_composed(wanted, customers[half:]))
            return found
        return Batch(failed={customers[0]: _told(error, wanted, customers[0])})
    return _kept(wanted, customers, compose)


Compose = Callable[[int | None, str], tuple[ReportDocument, FigureSet | None] | None]


def _composing(wanted: _Wanted, customers: Sequence[int | None]) -> Compose:
    """Reads everything that the documents of some customers need; what it returns reads no more."""
    order = wanted.order
    make = import_string(order.composer.compose)
    figures = _latest(order.kind, order.period.key, customers)
    before = _latest(order.kind, order.period.before.key, customers)
    common: dict[str, Any] = {
        "tenant": order.tenant, "period": order.period, "template": wanted.template,
    }  # fmt: skip
    if order.kind == ReportKind.CUSTOMER:
        common["facts"] = import_string(order.composer.gather)(
            tenant=order.tenant, period=order.period, known_at=order.known_at,
            customer_ids=[pk for pk in customers if pk is not None],
        )  # fmt: skip
    else:
        year_before = _latest(order.kind, order.period.year_before.key, customers)
        common |= {"year_before": year_before.get(None), "known_at": order.known_at}

    def compose(customer: int | None, language: str) -> Any:
        of = figures.get(customer)
        if of is None and order.composer.figures:
            return None
        # Reports are in their own language, whoever has them made.
        with translation.override(language):
            document = make(figures=of, before=before.get(customer), language=language, **common)
        return document, of

    return compose


def _kept(wanted: _Wanted, customers: Sequence[int | None], compose: Compose) -> Batch:
    found, order = Batch(), wanted.order
    there = present(order.kind, order.period.key, customers)
    for customer in customers:
        try:
            with transaction.atomic():
                made = [
                    _made(order, customer, language, compose, there.get((customer, language)))
                    for language in wanted.languages[customer]
                ]
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:
            found.failed[customer] = _told(error, wanted, customer)
            continue
        found.made += made
    return store(found, order.kind, order.period.key, customers)


def _made(
    order: Order, customer: int | None, language: str, compose: Compose, there: Report | None
) -> Made:
    # A correction is read anew by whoever writes it.
    if there is not None and (there.state != Report.State.DRAFT or there.version > 1):
        return Made(there, "kept")
    composed = compose(customer, language)
    if composed is None:
        raise ReportRefused(NO_FIGURES)
    document, figures = composed
    stored = as_json(document)
    digest = document_digest(stored)
    if there is None:
        return Made(
            Report(
                kind=order.kind, period=order.period.key, last_day=order.period.last,
                customer_id=customer, language=language, figure_set=figures, document=stored,
                document_hash=digest, made_at=order.known_at,
            ),
            "made",
        )  # fmt: skip
    if there.document_hash == digest:
        return Made(there, "kept")
    there.document, there.document_hash, there.figure_set = stored, digest, figures
    there.made_at, there.revision = order.known_at, there.revision + 1
    return Made(there, "refreshed")


def compose_one(order: Order, customer: int | None, language: str) -> tuple[dict[str, Any], Any]:
    """The document of one report as its figures are now, and their set.

    Raises:
        ReportRefused: there are no figures of the period.
    """
    template = import_string(order.composer.template)() if order.composer.template else None
    wanted = _Wanted(order, {customer: [language]}, template)
    composed = _composing(wanted, [customer])(customer, language)
    if composed is None:
        raise ReportRefused(translation.gettext(NO_FIGURES))
    document, figures = composed
    return as_json(document), figures


def _latest(kind: str, period: str, customers: Sequence[int | None]) -> dict[int | None, FigureSet]:
    """The figures that hold now."""
    found = FigureSet.objects.filter(kind=kind, period=period)
    if kind == ReportKind.CUSTOMER:
        found = found.filter(customer__in=[pk for pk in customers if pk is not None])
    latest = found.order_by("customer", "-version").distinct("customer")
    return {one.customer_id: one for one in latest}


def _told(error: Exception, wanted: _Wanted, customer: int | None) -> str:
    """Kind and place of a fault: what is kept and logged holds nothing of the customer."""
    words = error_words(error)
    log.warning(
        "report not made", tenant=wanted.order.tenant.slug, kind=wanted.order.kind,
        period=wanted.order.period.key, customer=customer, error=words,
    )  # fmt: skip
    return words


def error_words(error: Exception) -> str:
    """What may be shown and kept of an error: its kind and place, never a value."""
    if isinstance(error, ReportRefused):
        return str(error)
    words, trace = type(error).__name__, error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is not None:
        words += f" in {trace.tb_frame.f_globals.get('__name__', '?')}, line {trace.tb_lineno}"
    return words[:300]
