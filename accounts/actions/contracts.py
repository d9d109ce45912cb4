"""Contracts written, shortened and taken away by hand. What was known before is kept, so that past
nights see the contracts as they were."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.actions.facts import keep_versions, note_creation
from accounts.loads.dependants import NOUNS
from accounts.models import Contract, ContractLine, Customer, Instalment, Module, User
from accounts.signals import customer_facts_changed
from accounts.tenancy import TenantForeignKey

LAST_YEAR = 2200


@dataclass(frozen=True)
class NewLine:
    """A subscription of one module for a term; both days belong to it."""

    module: Module
    starts_on: date
    ends_on: date | None
    annual_fee: Decimal
    seats: int | None = None


@transaction.atomic
def write_contract(
    *,
    customer: Customer,
    key: str,
    lines: Sequence[NewLine],
    signed_on: date,
    renewal_of: Contract | None = None,
    yearly_instalments: bool = False,
    by: User | None,
) -> Contract:
    """A new contract with its subscription lines.

    Args:
        renewal_of: the contract that it renews, of the same customer.
        yearly_instalments: the fees of each year fall due on the day on which it begins.

    Raises:
        ValidationError: no line or two of the same module and start, a term that ends before it
            begins, a negative fee, a key that is taken.
    """
    _check(customer, key, lines, renewal_of)
    now = timezone.now()
    contract = Contract.objects.create(
        customer=customer, key=key, renewal_of=renewal_of, known_from=now
    )
    made: list[models.Model] = [contract]
    for line in lines:
        made.append(
            ContractLine.objects.create(
                contract=contract,
                module=line.module,
                signed_on=signed_on,
                starts_on=line.starts_on,
                ends_on=line.ends_on,
                annual_fee=line.annual_fee,
                seats=line.seats,
                known_from=now,
            )
        )
    if yearly_instalments:
        made += _instalments(contract, lines, now)
    for row in made:
        note_creation(row, at=now)
    record(
        "contract.written",
        by=by,
        about=contract,
        customer=customer.name,
        lines=[_told(line) for line in lines],
        renewal_of=renewal_of.key if renewal_of else "",
    )
    customer_facts_changed.send(sender=Contract, customer_ids=[customer.pk])
    return contract


@transaction.atomic
def shorten_contract(
    *, contract: Contract, last_day: date, by: User | None
) -> dict[int, date | None]:
    """Let the subscription lines that run beyond a day end on it. Returns the ids of those with the
    last days they had.

    Raises:
        ValidationError: a line begins only after the day.
    """
    lines = list(
        ContractLine.objects.select_for_update()
        .filter(contract=contract, kind=ContractLine.Kind.SUBSCRIPTION, is_trial=False)
        .exclude(ends_on__lte=last_day)
    )
    late = next((line for line in lines if line.starts_on > last_day), None)
    if late is not None:
        raise ValidationError(
            _("A line of this contract begins on %(day)s only: it cannot end before.")
            % {"day": late.starts_on.isoformat()}
        )
    before = {line.pk: line.ends_on for line in lines}
    _set_ends(contract, lines, dict.fromkeys(before, last_day))
    if before:
        record("contract.shortened", by=by, about=contract, last_day=last_day.isoformat())
    return before


@transaction.atomic
def restore_ends(*, contract: Contract, ends: Mapping[int, date | None], by: User | None) -> None:
    """Give lines the last days back that they had."""
    lines = list(
        ContractLine.objects.select_for_update().filter(contract=contract, pk__in=list(ends))
    )
    _set_ends(contract, lines, ends)
    if lines:
        record("contract.ends_restored", by=by, about=contract)


@transaction.atomic
def remove_contract(*, contract: Contract, by: User | None) -> None:
    """Take a contract away with its lines and its instalments; nights before now still know it.

    Raises:
        ValidationError: something depends on it: a payment, usage, a renewal, a paid instalment.
    """
    lines = list(ContractLine.objects.filter(contract=contract))
    instalments = list(Instalment.objects.filter(contract=contract))
    if any(instalment.paid_by_id for instalment in instalments):
        raise ValidationError(_("An instalment of this contract is paid."))
    own: set[type[models.Model]] = {ContractLine, Instalment}
    for rows in ([contract], lines, instalments):
        _refuse_dependants(rows, own)
    now = timezone.now()
    for rows in (instalments, lines, [contract]):
        keep_versions(rows, until=now)
    record("contract.removed", by=by, about=contract, customer=contract.customer.name)
    customer_id = contract.customer_id
    contract.delete()
    customer_facts_changed.send(sender=Contract, customer_ids=[customer_id])


def _set_ends(
    contract: Contract, lines: Sequence[ContractLine], ends: Mapping[int, date | None]
) -> None:
    now = timezone.now()
    keep_versions(lines, until=now)
    for line in lines:
        line.ends_on, line.known_from = ends[line.pk], now
        line.save()
    customer_facts_changed.send(sender=Contract, customer_ids=[contract.customer_id])


def _check(
    customer: Customer, key: str, lines: Sequence[NewLine], renewal_of: Contract | None
) -> None:
    if not key.strip():
        raise ValidationError({"key": _("A contract needs a key.")})
    if Contract.objects.filter(key=key).exists():
        raise ValidationError({"key": _("There is a contract with this key.")})
    if renewal_of is not None and renewal_of.customer_id != customer.pk:
        raise ValidationError(_("This belongs to another customer."))
    if not lines:
        raise ValidationError(_("A contract needs a line: at least one module."))
    if len({(line.module.pk, line.starts_on) for line in lines}) < len(lines):
        raise ValidationError(_("A module is there twice with the same start."))
    for line in lines:
        if line.ends_on is not None and line.ends_on < line.starts_on:
            raise ValidationError({"ends_on": _("A term cannot end before it begins.")})
        if line.annual_fee < 0:
            raise ValidationError({"annual_fee": _("A fee is not negative.")})
        if max(line.starts_on, line.ends_on or line.starts_on).year > LAST_YEAR:
            raise ValidationError({"ends_on": _("That year is too far away.")})


def _instalments(contract: Contract, lines: Sequence[NewLine], now: datetime) -> list[Instalment]:
    """One for each year that begins within the terms of the lines; an open term has one."""
    due: dict[date, Decimal] = {}
    for line in lines:
        year = 0
        while True:
            day = _years_after(line.starts_on, year)
            if year and (line.ends_on is None or day > line.ends_on):
                break
            due[day] = due.get(day, Decimal(0)) + line.annual_fee
            year += 1
    return [
        Instalment.objects.create(contract=contract, due_on=day, amount=amount, known_from=now)
        for day, amount in sorted(due.items())
        if amount
    ]


def _years_after(day: date, years: int) -> date:
    """29 February falls on the 28th in common years."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def _refuse_dependants(rows: Sequence[models.Model], own: set[type[models.Model]]) -> None:
    if not rows:
        return
    for relation in rows[0]._meta.get_fields(include_hidden=True):
        if not isinstance(relation, models.ManyToOneRel):
            continue
        model = relation.related_model
        if model in own or getattr(model, "derived", False) or not model._meta.managed:
            continue
        if not isinstance(relation.field, TenantForeignKey):
            continue
        found = model._default_manager.filter(
            **{f"{relation.field.name}__in": [row.pk for row in rows]}
        ).count()
        if found:
            noun = NOUNS.get(model._meta.label_lower, model._meta.verbose_name_plural)
            raise ValidationError(
                _("It cannot be taken back any more: %(count)s %(noun)s depend on it.")
                % {"count": found, "noun": noun}
            )


def _told(line: NewLine) -> list[str]:
    return [
        line.module.name,
        line.starts_on.isoformat(),
        line.ends_on.isoformat() if line.ends_on else "",
        f"{line.annual_fee:f}",
        str(line.seats or ""),
    ]
