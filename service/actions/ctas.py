"""Opening a CTA by hand, or from other code than the nightly run of plays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.models import Colleague, Customer, Tenant, User
from accounts.tenancy import current_tenant_id
from service.actions.cta_events import OPENED, tell_ctas
from service.actions.ranks import refresh_ranks
from service.models import Cta, CtaStep, Play, PlayVersion

LONGEST_TITLE = 300


@dataclass(frozen=True)
class NewStep:
    """A step of work opened by hand."""

    title: str
    due_on: date
    owner: Colleague | None = None
    kind: str = "task"


@transaction.atomic
def open_cta(
    *,
    customer: Customer,
    title: str,
    due_on: date,
    owner: Colleague | None = None,
    reason: Mapping[str, Any] | None = None,
    play: Play | None = None,
    event_key: str = "",
    steps: Sequence[NewStep] = (),
    opened_on: date | None = None,
    by: User | None,
) -> Cta:
    """Open a piece of work for a customer.

    Where the same event opened one before, or work of the same play is open for the customer, that
    one is given back and nothing is written: calling it twice does no harm.

    Args:
        reason: ``kind`` and values for the sentence that says why; by hand where there is none.
        event_key: what opened it, the same for the same event; empty: every call is another one.
        opened_on: None: today where the tenant is.
        by: None: the platform.

    Raises:
        ValidationError: by ``title`` or ``due_on``.
    """
    text = " ".join(title.split())
    if not text:
        raise ValidationError({"title": _("Say what is to be done.")})
    if len(text) > LONGEST_TITLE:
        raise ValidationError(
            {"title": _("At most %(most)s characters.") % {"most": LONGEST_TITLE}}
        )
    day = opened_on or Tenant.objects.get(pk=current_tenant_id()).local_date(timezone.now())
    if due_on < day:
        raise ValidationError({"due_on": _("This day is over. Give today or a later day.")})
    # Two calls at once: the second waits here and finds the first one's.
    Customer.objects.select_for_update().get(pk=customer.pk)
    found = _existing(customer, play, event_key)
    if found is not None:
        return found
    cta = Cta.objects.create(
        customer=customer,
        play=play,
        version=_version_of(play),
        event_key=event_key,
        title=text,
        reason=dict(reason or {"kind": "by_hand"}),
        owner=owner,
        opened_on=day,
        due_on=due_on,
    )
    CtaStep.objects.bulk_create(
        CtaStep(
            cta=cta,
            position=position,
            title=step.title,
            kind=step.kind,
            owner=step.owner,
            due_on=step.due_on,
        )
        for position, step in enumerate(steps)
    )
    record("cta.opened", by=by, about=cta, customer=customer.name, due_on=due_on.isoformat())
    refresh_ranks(ctas=[cta.pk])
    tell_ctas(OPENED, [cta.pk])
    return cta


def _existing(customer: Customer, play: Play | None, event_key: str) -> Cta | None:
    ours = Cta.objects.filter(customer=customer, play=play)
    if event_key:
        found: Cta | None = ours.filter(event_key=event_key).first()
        if found is not None:
            return found
    if play is None:
        return None
    still: Cta | None = ours.filter(state=Cta.State.OPEN).first()
    return still


def _version_of(play: Play | None) -> PlayVersion | None:
    if play is None:
        return None
    found: PlayVersion = PlayVersion.objects.get(play=play, version=play.version)
    return found
