"""The account file of a customer: its background, and who stands for us there."""

from __future__ import annotations

from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.actions.facts import keep_versions, note_creation
from accounts.models import Contact, Customer, User
from service.actions.success_plans import FIRST_DAY, today_of_tenant
from service.models import AccountFile, Sponsor


@transaction.atomic
def write_background(
    *, customer: Customer, text: str, seen: int | None = None, by: User | None
) -> AccountFile:
    """What is to be known of a customer.

    Args:
        seen: the version that the person changed, 0 where there was none; another one is in force
            now: refused.

    Raises:
        ValidationError: changed meanwhile.
    """
    # One at a time for a customer, so that there is one file.
    Customer.objects.select_for_update().get(pk=customer.pk)
    now = timezone.now()
    current = AccountFile.objects.filter(customer=customer).first()
    if seen is not None and seen != (current.version if current else 0):
        raise ValidationError(
            _("This was changed meanwhile. Look at it as it is now and change it again.")
        )
    if current is None:
        current = AccountFile.objects.create(
            customer=customer, background=text.strip(), known_from=now
        )
        note_creation(current, at=now)
    elif current.background == text.strip():
        return current
    else:
        keep_versions([current], until=now)
        current.background = text.strip()
        current.version += 1
        current.known_from = now
        current.save()
    record("account_file.changed", by=by, about=customer, background=current.background[:500])
    return current


@transaction.atomic
def name_sponsor(
    *, customer: Customer, contact: Contact, from_on: date, is_shared: bool = False, by: User | None
) -> Sponsor:
    """Say who stands for us at the customer from a day on; who did before has ended the day before.

    Raises:
        ValidationError: another customer's contact; a day to come, or not after the present one's.
    """
    if contact.customer_id != customer.pk:
        raise ValidationError({"contact": _("This belongs to another customer.")})
    if not FIRST_DAY <= from_on <= today_of_tenant():
        raise ValidationError({"from_on": _("Give a day since the year 2000, not one to come.")})
    Customer.objects.select_for_update().get(pk=customer.pk)
    now = timezone.now()
    before = Sponsor.objects.filter(customer=customer, to_on=None).first()
    if before is not None:
        if from_on <= before.from_on:
            raise ValidationError(
                {"from_on": _("Give a day after that on which the present sponsor began.")}
            )
        keep_versions([before], until=now)
        before.to_on = from_on - timedelta(days=1)
        before.version += 1
        before.known_from = now
        before.save()
    made = Sponsor.objects.create(
        customer=customer,
        contact=contact,
        name=contact.name,
        from_on=from_on,
        is_shared=is_shared,
        known_from=now,
    )
    note_creation(made, at=now)
    record(
        "sponsor.named",
        by=by,
        about=customer,
        contact=contact.name,
        from_on=from_on.isoformat(),
        shown_to_customer=is_shared,
    )
    return made


@transaction.atomic
def end_sponsor(
    *, sponsor: Sponsor, to_on: date, why: str, seen: int | None = None, by: User | None
) -> Sponsor:
    """Say that nobody stands for us any more, since when and why.

    Raises:
        ValidationError: it has ended before, or changed meanwhile; a day before it began or to come;
            no reason.
    """
    current = Sponsor.objects.select_for_update().get(pk=sponsor.pk)
    if current.to_on is not None or (seen is not None and current.version != seen):
        raise ValidationError(
            _("This was changed meanwhile. Look at it as it is now and change it again.")
        )
    if not current.from_on <= to_on <= today_of_tenant():
        raise ValidationError({"to_on": _("Give a day since the sponsor began, not one to come.")})
    if not why.strip():
        raise ValidationError({"why": _("Say why.")})
    now = timezone.now()
    keep_versions([current], until=now)
    current.to_on = to_on
    current.why_ended = why.strip()
    current.version += 1
    current.known_from = now
    current.save()
    record(
        "sponsor.ended",
        by=by,
        about=current.customer,
        contact=current.name,
        to_on=to_on.isoformat(),
        reason=current.why_ended,
    )
    return current
