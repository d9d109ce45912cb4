"""Capturing what customers ask for, putting it into one, voting, and what contacts may see."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.actions.facts import keep_versions, note_creation
from accounts.models import Case, Contact, Customer, Module, Touchpoint, User
from segmentation.actions.turns import Turn, take_turn
from service.models import Ask, Request, RequestSettings, Vote
from service.queries.request_merges import tree_of

FIELDS = ("title", "text", "module", "planned_for", "shared_titles")


class RequestConflict(Exception):
    """Somebody changed it since it was on screen. ``request``: as it is now."""

    def __init__(self, request: Request) -> None:
        super().__init__(request.pk)
        self.request = request


@dataclass(frozen=True)
class Asking:
    """What a customer asks for. ``contact``, ``touchpoint`` and ``case`` are the customer's."""

    title: str
    made_on: date
    text: str = ""
    contact: Contact | None = None
    module: Module | None = None
    touchpoint: Touchpoint | None = None
    case: Case | None = None


@transaction.atomic
def capture_ask(
    *,
    customer: Customer,
    asking: Asking,
    today: date,
    onto: Request | None = None,
    channel: str = Ask.Channel.COLLEAGUE,
    by: User | None,
) -> Ask:
    """Write down that a customer asked for something: a new request, or one that is there (``onto``).
    ``by`` None: the contact wrote it.

    Raises:
        ValidationError: no title, a day to come, or something of another customer's.
    """
    _check(customer, asking, today)
    now = timezone.now()
    if onto is None:
        request = Request.objects.create(
            title=asking.title.strip(),
            text=asking.text.strip(),
            module=asking.module,
            raised_on=asking.made_on,
            captured_by=by,
            captured_at=now,
            known_from=now,
        )
    else:
        request = left_alone(top_of(onto), now)
    ask = Ask.objects.create(
        request=request,
        customer=customer,
        key=f"ask-{secrets.token_hex(5)}",
        title=asking.title.strip(),
        text=asking.text.strip(),
        made_on=asking.made_on,
        contact=asking.contact,
        module=asking.module,
        touchpoint=asking.touchpoint,
        case=asking.case,
        channel=channel,
        captured_by=by,
        known_from=now,
    )
    note_creation(ask, at=now)
    told = {"contact": asking.contact.name} if asking.contact and by is None else {}
    record("request.asked", by=by, about=request, customer=customer.name, **told)
    return ask


@transaction.atomic
def edit_request(
    *, request: Request, seen: int, values: Mapping[str, Any], by: User | None
) -> bool:
    """Give a request these values, some of ``FIELDS``. Returns whether anything changed.

    Raises:
        RequestConflict: its version is another than ``seen``.
        ValidationError: no title.
    """
    current = locked(request, seen)
    before = {name: getattr(current, name) for name in FIELDS if name in values}
    changed = [name for name in before if before[name] != values[name]]
    if not changed:
        return False
    if not str(values.get("title", current.title)).strip():
        raise ValidationError({"title": _("Say what it is about.")})
    current = curated(current, timezone.now())
    for name in changed:
        setattr(current, name, values[name])
    current.save()
    record(
        "request.changed",
        by=by,
        about=current,
        before={name: _told(before[name]) for name in changed},
        after={name: _told(values[name]) for name in changed},
    )
    return True


@transaction.atomic
def merge_request(*, request: Request, into: Request, by: User | None) -> None:
    """Let one request stand under another: its asks and votes count there from now on.

    Raises:
        ValidationError: it is merged already, or would be merged into itself.
    """
    # What stands under what changes in one transaction at a time: what was read under what may have
    # been moved, or merged further, while another was waited for.
    take_turn(Turn.MERGES)
    roots = dict(Request.objects.filter(pk__in=[request.pk, into.pk]).values_list("pk", "root_id"))
    top = roots[into.pk] or into.pk
    found = Request.objects.select_for_update().order_by("pk").in_bulk([request.pk, top])
    source, target = found[request.pk], found[top]
    if source.root_id is not None:
        raise ValidationError(_("This request was merged into another one before."))
    if target.pk == source.pk:
        raise ValidationError(_("A request cannot be merged into itself."))
    now = timezone.now()
    target = curated(target, now)
    target.save()
    source = curated(source, now)
    source.merged_into, source.root = target, target
    source.save()
    Request.objects.filter(root=source).update(root=target)
    record("request.merged", by=by, about=source, into=target.title)
    record("request.joined", by=by, about=target, request=source.title)


@transaction.atomic
def separate_request(*, request: Request, by: User | None) -> None:
    """Take a merged request out again, with what was merged into it before; nothing of it was lost.

    Raises:
        ValidationError: it stands for itself.
    """
    take_turn(Turn.MERGES)
    source = (
        Request.objects.select_for_update(of=("self",)).select_related("root").get(pk=request.pk)
    )
    if source.root is None:
        raise ValidationError(_("This request stands for itself."))
    former = source.root
    below = tree_of(source) - {source.pk}
    source = curated(source, timezone.now())
    source.merged_into = source.root = None
    source.save()
    Request.objects.filter(pk__in=below).update(root=source)
    record("request.separated", by=by, about=source, into=former.title)
    record("request.left", by=by, about=former, request=source.title)


@transaction.atomic
def vote(
    *, request: Request, customer: Customer, contact: Contact | None = None, by: User | None
) -> bool:
    """Count a customer among those who want a request; once, whoever says so how often. ``by`` None:
    the contact voted. Returns whether it is a new vote.

    Raises:
        ValidationError: another customer's contact.
    """
    if contact is not None and contact.customer_id != customer.pk:
        raise ValidationError({"contact": _("This belongs to another customer.")})
    top = top_of(request)
    # Of two at once the second finds the first one's.
    _vote, is_new = Vote.objects.get_or_create(
        request=top, customer=customer, defaults={"contact": contact, "recorded_by": by}
    )
    if is_new:
        record("request.voted", by=by, about=top, customer=customer.name)
    return is_new


@transaction.atomic
def withdraw_vote(*, vote: Vote, by: User | None) -> None:
    """A customer wants it no longer; what it asked for in its own words stays."""
    record("request.vote_withdrawn", by=by, about=vote.request, customer=vote.customer.name)
    vote.delete()


@transaction.atomic
def open_voting(*, is_open: bool, by: User | None) -> None:
    """Let contacts see the shared requests and vote on them, or not."""
    settings, _made = RequestSettings.objects.select_for_update().get_or_create()
    if settings.is_voting_open != is_open:
        settings.is_voting_open = is_open
        settings.save()
        record("request.voting_opened" if is_open else "request.voting_closed", by=by)


def locked(request: Request, seen: int) -> Request:
    """The row, held until the transaction ends.

    Raises:
        RequestConflict: its version is another than ``seen``.
    """
    current: Request = Request.objects.select_for_update().get(pk=request.pk)
    if current.version != seen:
        raise RequestConflict(current)
    return current


def top_of(request: Request) -> Request:
    """The request that this one counts for, held until the transaction ends."""
    while True:
        root = Request.objects.values_list("root_id", flat=True).get(pk=request.pk)
        # Held alone: a merge that waits for this one holds nothing that is waited for here.
        held = transaction.savepoint()
        current: Request = Request.objects.select_for_update().get(pk=root or request.pk)
        moved = Request.objects.values_list("root_id", flat=True).get(pk=request.pk) != root
        if current.root_id is None and not moved:
            transaction.savepoint_commit(held)
            return current
        # It was merged, or taken out again, while it was waited for.
        transaction.savepoint_rollback(held)


def curated(request: Request, now: datetime) -> Request:
    """About to be changed on screen: its version before is kept, and files leave it alone. The
    caller saves; what it changes no further is saved here."""
    keep_versions([request], until=now)
    request.is_curated, request.known_from = True, now
    request.version += 1
    request.save(update_fields=["is_curated", "known_from", "version"])
    return request


def left_alone(request: Request, now: datetime) -> Request:
    """Files change it no longer: what they bring is no more the only asking. It stays as it is."""
    if not request.is_curated:
        keep_versions([request], until=now)
        request.is_curated, request.known_from = True, now
        request.save(update_fields=["is_curated", "known_from"])
    return request


def _check(customer: Customer, asking: Asking, today: date) -> None:
    if not asking.title.strip():
        raise ValidationError({"title": _("Say what it is about.")})
    if asking.made_on > today:
        raise ValidationError({"made_on": _("This day is still to come.")})
    for name in ("contact", "touchpoint", "case"):
        found = getattr(asking, name)
        if found is not None and found.customer_id != customer.pk:
            raise ValidationError({name: _("This belongs to another customer.")})


def _told(value: Any) -> Any:
    """As the audit keeps it."""
    return value if value is None or isinstance(value, int | dict) else str(value)
