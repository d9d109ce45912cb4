"""What this app tells in the customer's timeline: touchpoints, payments, contracts, cases."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Customer
from accounts.queries.timeline import (
    CaseMoment,
    ContractDay,
    Occasion,
    Paid,
    case_moments,
    contract_days,
    occasions_of,
    payments_until,
)
from accounts.requests import TenantRequest
from accounts.touchpoint_kinds import kind_label
from ui import formats
from ui.tags.formats import language
from ui.timelines import TimelineEntry, TimelinePage


def touchpoints(
    request: TenantRequest, customer: Customer, page: TimelinePage
) -> list[TimelineEntry]:
    found = occasions_of(customer, request.membership, page.until, most=page.most)
    return [_occasion(one) for one in found]


def _occasion(one: Occasion) -> TimelineEntry:
    title = kind_label(one.kind)
    if one.contacts:
        title = _("%(kind)s with %(contacts)s") % {
            "kind": title,
            "contacts": formats.listed(one.contacts, language()),
        }
    text = one.note
    if one.next_step:
        step = _("Next step: %(step)s") % {"step": one.next_step}
        if one.next_on:
            step = _("Next step by %(day)s: %(step)s") % {
                "day": formats.short_date(one.next_on, language()),
                "step": one.next_step,
            }
        text = f"{text}\n{step}".strip()
    return TimelineEntry(
        at=one.happened_on,
        key=f"touchpoint-{one.pk}",
        title=title,
        text=text,
        who=one.colleague,
        url=reverse("touchpoint", args=[one.pk]),
    )


def payments(request: TenantRequest, customer: Customer, page: TimelinePage) -> list[TimelineEntry]:
    currency = request.tenant.currency
    found = payments_until(customer, page.until, most=page.most)
    return [_payment(one, currency) for one in found]


def _payment(one: Paid, currency: str) -> TimelineEntry:
    amount = formats.money(abs(one.amount), currency, language())
    title = _("%(amount)s refunded") if one.amount < 0 else _("%(amount)s received")
    return TimelineEntry(
        at=one.paid_on,
        key=f"payment-{one.key}",
        title=title % {"amount": amount},
        text=" · ".join(word for word in (one.contract, one.module) if word),
    )


def contracts(
    request: TenantRequest, customer: Customer, page: TimelinePage
) -> list[TimelineEntry]:
    return [_contract(one) for one in contract_days(customer, page.until, most=page.most)]


def _contract(one: ContractDay) -> TimelineEntry:
    text = ""
    if one.has_ended:
        title = _("Trial %(key)s ended") if one.is_trial else _("Contract %(key)s ended")
        text = _("Renewed by another contract") if one.is_renewed else ""
    else:
        title = _("Trial %(key)s agreed") if one.is_trial else _("Contract %(key)s signed")
        if one.renewal_of:
            text = _("Renews %(key)s") % {"key": one.renewal_of}
    return TimelineEntry(
        at=one.on,
        key=f"contract-{one.pk}-{'end' if one.has_ended else 'start'}",
        title=title % {"key": one.key},
        text=text,
    )


def cases(request: TenantRequest, customer: Customer, page: TimelinePage) -> list[TimelineEntry]:
    return [_case(one) for one in case_moments(customer, page.before, most=page.most)]


def _case(one: CaseMoment) -> TimelineEntry:
    words = {"title": one.title or one.key}
    text = one.contact
    if one.is_closing:
        title = _("Case closed: %(title)s") % words
        if one.satisfaction:
            text = _("Satisfaction %(score)s of 5") % {"score": one.satisfaction}
    else:
        title = _("Case opened: %(title)s") % words
    return TimelineEntry(
        at=one.at,
        key=f"case-{one.pk}-{'end' if one.is_closing else 'start'}",
        title=title,
        text=text,
        who=one.colleague,
    )
