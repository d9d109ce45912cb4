"""Drafting product updates, and sending them to those who asked and those who own the module."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.models import ContactRole, Module, User
from service.actions.requests import curated
from service.models import (
    ProductUpdate,
    Request,
    RequestDecision,
    UpdateModule,
    UpdateRecipient,
    UpdateRequest,
)
from service.queries.update_people import Audience, counted, write_down

State = ProductUpdate.State


class UpdateConflict(Exception):
    """Somebody changed it since it was on screen. ``update``: as it is now."""

    def __init__(self, update: ProductUpdate) -> None:
        super().__init__(update.pk)
        self.update = update


@dataclass(frozen=True)
class UpdateValues:
    """``titles``, ``texts``: language → words. ``language``: for contacts of whom none is known.
    ``roles``: contacts of owners that are told. ``event``: the usage event that shows its use, empty:
    every event of the modules."""

    titles: Mapping[str, str]
    texts: Mapping[str, str]
    language: str
    shipped_on: date
    modules: Collection[Module] = ()
    requests: Collection[Request] = ()
    roles: Collection[str] = field(default=(ContactRole.Kind.KEY_USER.value,))
    event: str = ""


@transaction.atomic
def draft_update(*, values: UpdateValues, by: User | None) -> ProductUpdate:
    """Write an update; nobody gets it yet.

    Raises:
        ValidationError: a language with a title and no text or the other way round, none in the
            language for the others, or about nothing.
    """
    update = ProductUpdate(drafted_by=by)
    _set(update, values)
    record("update.drafted", by=by, about=update)
    return update


@transaction.atomic
def change_update(
    *, update: ProductUpdate, seen: int, values: UpdateValues, by: User | None
) -> None:
    """Give a draft these words.

    Raises:
        UpdateConflict: its version is another than ``seen``.
        ValidationError: as in :func:`draft_update`, or it was sent.
    """
    current = _draft(update, seen)
    current.version += 1
    _set(current, values)
    record("update.changed", by=by, about=current)


@transaction.atomic
def drop_update(*, update: ProductUpdate, seen: int, by: User | None) -> None:
    """Throw a draft away.

    Raises:
        UpdateConflict, ValidationError: as in :func:`change_update`.
    """
    current = _draft(update, seen)
    record("update.dropped", by=by, about=current)
    current.delete()


@transaction.atomic
def send_update(
    *, update: ProductUpdate, seen: int, today: date, by: User | None, now: datetime | None = None
) -> int:
    """Ship its requests, and write down everybody whom it goes to: each contact who asked, and each
    contact with one of its roles at an owner of its modules, once. A sweeper writes the letters.

    Returns how many contacts it is for, those that cannot be written to among them.

    Raises:
        UpdateConflict: its version is another than ``seen``.
        ValidationError: it was sent, or is not there yet on that day.
    """
    current = _draft(update, seen)
    moment = now or timezone.now()
    if current.shipped_on > today:
        raise ValidationError(_("It is to be there only later: send it then, or change the day."))
    audience = audience_of(current)
    current.left_out = counted(audience, today).as_left_out()
    people = write_down(audience, today, current.pk)
    waits = UpdateRecipient.objects.filter(update=current, state="waiting").exists()
    current.state = State.SENDING if waits else State.SENT
    current.sent_at, current.sent_by = moment, by
    current.version += 1
    current.save()
    shipped = _ship(current, by, moment)
    record("update.sent", by=by, about=current, contacts=people, requests=shipped)
    return people


def audience_of(update: ProductUpdate) -> Audience:
    """Whom an update is for. A request that was merged meanwhile stands for the one on top."""
    asked = Request.objects.filter(product_updates__update=update).values_list("pk", "root_id")
    return Audience(
        requests=sorted({root or pk for pk, root in asked}),
        modules=list(update.modules.values_list("module_id", flat=True)),
        roles=update.roles,
        languages=sorted(update.titles),
        language=update.language,
    )


def _ship(update: ProductUpdate, by: User | None, now: datetime) -> int:
    """Its requests are there now."""
    found = Request.objects.select_for_update().filter(pk__in=audience_of(update).requests)
    shipped = [one for one in found.order_by("pk") if one.status != Request.Status.SHIPPED]
    for request in shipped:
        before = request.status
        current = curated(request, now)
        current.status, current.shipped_on = Request.Status.SHIPPED, update.shipped_on
        current.decided_on = current.decided_on or update.shipped_on
        current.save()
        RequestDecision.objects.create(
            request=current, status=current.status, decided_by=by, decided_at=now
        )
        record(
            "request.decided", by=by, about=current,
            before={"status": before}, after={"status": current.status},
        )  # fmt: skip
    return len(shipped)


def _draft(update: ProductUpdate, seen: int) -> ProductUpdate:
    current: ProductUpdate = ProductUpdate.objects.select_for_update().get(pk=update.pk)
    if current.version != seen:
        raise UpdateConflict(current)
    if current.state != State.DRAFT:
        raise ValidationError(_("This update was sent before."))
    return current


def _set(update: ProductUpdate, values: UpdateValues) -> None:
    titles = {tongue: text.strip() for tongue, text in values.titles.items() if text.strip()}
    texts = {tongue: text.strip() for tongue, text in values.texts.items() if text.strip()}
    if set(titles) != set(texts):
        raise ValidationError(_("Each language needs both a title and a text."))
    if values.language not in titles:
        raise ValidationError(
            {"language": _("Write it in this language too, or choose another one.")}
        )
    if not values.modules and not values.requests:
        raise ValidationError(_("Name the requests that it fulfils, or the modules it is in."))
    if unknown := set(values.roles) - set(ContactRole.Kind.values):
        raise ValueError(unknown)
    update.titles, update.texts, update.language = titles, texts, values.language
    update.shipped_on, update.roles = values.shipped_on, list(values.roles)
    update.event = values.event.strip()
    update.save()
    UpdateModule.objects.filter(update=update).delete()
    UpdateRequest.objects.filter(update=update).delete()
    UpdateModule.objects.bulk_create(
        [UpdateModule(update=update, module=module) for module in values.modules]
    )
    UpdateRequest.objects.bulk_create(
        [UpdateRequest(update=update, request=request) for request in values.requests]
    )
