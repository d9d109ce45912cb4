"""Who recommended the vendor to whom. Referrals are facts: nights read them as they were known."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.actions.facts import keep_versions, note_creation
from accounts.models import ContractLine, Customer, User
from service.models import Referral

FIELDS = ("contact", "prospect", "prospect_name", "referred_on", "state", "note")


@transaction.atomic
def record_referral(
    *, referrer: Customer, values: Mapping[str, Any], today: date, by: User | None
) -> Referral:
    """Write down a recommendation.

    Args:
        values: some of ``FIELDS``; ``prospect`` (a Customer) or ``prospect_name``.

    Raises:
        ValidationError: nobody is named, the customer itself, a customer that was referred by another
            already or had signed before, another customer's contact, or a day that has not come.
    """
    now = timezone.now()
    referral = Referral(referrer=referrer, noted_by=by, known_from=now)
    _set(referral, values, today)
    referral.save()
    note_creation(referral, at=now)
    record("referral.recorded", by=by, about=referral, customer=referrer.name)
    return referral


@transaction.atomic
def change_referral(
    *, referral: Referral, seen: int, values: Mapping[str, Any], today: date, by: User | None
) -> bool:
    """Give it these values. Returns whether anything changed.

    Raises:
        ValidationError: somebody changed it meanwhile, or as in :func:`record_referral`.
    """
    current = _locked(referral, seen)
    before = {name: getattr(current, name) for name in FIELDS}
    _set(current, values, today)
    changed = [name for name in FIELDS if getattr(current, name) != before[name]]
    if not changed:
        return False
    now = timezone.now()
    keep_versions([current], until=now)
    current.version += 1
    current.known_from = now
    current.save()
    record(
        "referral.changed",
        by=by,
        about=current,
        customer=current.referrer.name,
        before={name: _told(before[name]) for name in changed},
        after={name: _told(getattr(current, name)) for name in changed},
    )
    return True


@transaction.atomic
def remove_referral(*, referral: Referral, by: User | None) -> None:
    """Take one away that was written down by mistake; nights before now still know it."""
    current = Referral.objects.select_for_update(of=("self",)).get(pk=referral.pk)
    keep_versions([current], until=timezone.now())
    record("referral.removed", by=by, about=current, customer=current.referrer.name)
    current.delete()


def _locked(referral: Referral, seen: int) -> Referral:
    found = (
        Referral.objects.select_for_update(of=("self",))
        .select_related("referrer", "prospect", "contact")
        .get(pk=referral.pk)
    )
    if found.version != seen:
        raise ValidationError(
            _("This was changed meanwhile. Look at it as it is now and change it again.")
        )
    return found


def _set(referral: Referral, values: Mapping[str, Any], today: date) -> None:
    for name in FIELDS:
        if name in values:
            setattr(referral, name, values[name])
    prospect = referral.prospect
    if prospect is not None:
        referral.prospect_name = prospect.name
    referral.prospect_name = referral.prospect_name.strip()
    referral.note = referral.note.strip()
    if not referral.prospect_name:
        raise ValidationError({"prospect": _("Say who was referred to us.")})
    if referral.referred_on > today:
        raise ValidationError({"referred_on": _("This day has not come yet.")})
    if referral.contact is not None and referral.contact.customer_id != referral.referrer_id:
        raise ValidationError({"contact": _("This belongs to another customer.")})
    if prospect is not None:
        _check_prospect(referral, prospect)


def _check_prospect(referral: Referral, prospect: Customer) -> None:
    if prospect.pk == referral.referrer_id:
        raise ValidationError({"prospect": _("Nobody refers themselves.")})
    # One at a time for a prospect.
    Customer.objects.select_for_update(no_key=True).get(pk=prospect.pk)
    if Referral.objects.filter(prospect=prospect).exclude(pk=referral.pk).exists():
        raise ValidationError({"prospect": _("This customer was referred by somebody already.")})
    signed = ContractLine.objects.filter(
        contract__customer=prospect, is_trial=False, signed_on__lt=referral.referred_on
    )
    if signed.exists():
        raise ValidationError(
            {"prospect": _("This customer had signed a contract before that day.")}
        )


def _told(value: Any) -> str:
    return "" if value is None else str(value)
