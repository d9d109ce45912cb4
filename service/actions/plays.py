"""Making, changing and switching plays."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.models import Tenant, User
from accounts.tenancy import current_tenant_id
from service.actions.cta_events import tell_closed
from service.actions.play_runs import keep_standing
from service.compute.play_documents import (
    DocumentFaulty,
    Fault,
    PlayDocument,
    checked,
    read,
)
from service.models import Cta, Play, PlayStanding, PlayVersion
from service.queries.play_facts import tenancy_now
from service.shipped.plays import shipped_plays
from service.triggers import triggers
from service.triggers.measures import MeasureTrigger

OpenWork = Literal["stay", "close"]


class PlayConflict(Exception):
    """Somebody changed it since it was on screen. ``play``: as it is now."""

    def __init__(self, play: Play) -> None:
        super().__init__(play.pk)
        self.play = play


@transaction.atomic
def add_shipped_plays() -> int:
    """Give the tenant the shipped plays that it does not have yet, switched off. Returns how many."""
    present = set(Play.objects.values_list("key", flat=True))
    missing = {key: one for key, one in shipped_plays().items() if key not in present}
    if not missing:
        return 0
    Play.objects.bulk_create(
        [
            Play(key=key, trigger_kind=document.kind, shipped_digest=document.digest())
            for key, document in missing.items()
        ],
        ignore_conflicts=True,
    )
    # Two at once: each writes the versions that are not there.
    PlayVersion.objects.bulk_create(
        [
            PlayVersion(play=play, version=1, document=missing[play.key].to_json())
            for play in Play.objects.filter(key__in=missing)
        ],
        ignore_conflicts=True,
    )
    return len(missing)


@transaction.atomic
def make_play(*, document: PlayDocument, by: User | None) -> Play:
    """A play of the tenant's own, switched off.

    Raises:
        DocumentFaulty: it cannot be a play.
    """
    kept = _readable(document)
    play = Play.objects.create(key="", trigger_kind=kept.kind)
    play.key = f"own-{play.pk}"
    play.save(update_fields=["key"])
    PlayVersion.objects.create(play=play, version=1, document=kept.to_json(), made_by=by)
    record("play.made", by=by, about=play, label=_label(kept))
    return play


@transaction.atomic
def change_play(*, play: Play, seen: int, document: PlayDocument, by: User | None) -> bool:
    """Give the play another text, as its next version. Open work keeps the one that opened it.

    Returns whether anything changed.

    Raises:
        PlayConflict: its version is another than ``seen``.
        DocumentFaulty: it cannot be a play.
    """
    current = _locked(play, seen)
    kept = _readable(document)
    before = document_of(current)
    if kept.to_json() == before.to_json():
        return False
    _add_version(current, kept, by)
    told = [part for part, value in kept.to_json().items() if value != before.to_json().get(part)]
    record(
        "play.changed",
        by=by,
        about=current,
        label=_label(kept),
        version=current.version,
        play_parts=told,
    )
    return True


@transaction.atomic
def switch_on(*, play: Play, seen: int, by: User | None, now: datetime | None = None) -> None:
    """From today on nights set it off; what happened before does not.

    Raises:
        PlayConflict: its version is another than ``seen``.
        ValidationError: it is put away, or on already.
    """
    current = _locked(play, seen)
    if current.archived_at is not None:
        raise ValidationError(_("The play is put away."))
    if current.is_on:
        raise ValidationError(_("The play is on already."))
    moment = now or timezone.now()
    tenant = Tenant.objects.get(pk=current_tenant_id())
    current.is_on, current.switched_at = True, moment
    current.on_from = tenant.local_date(moment)
    document = document_of(current)
    current.save(update_fields=["is_on", "switched_at", "on_from"])
    _begin_standing(current, document, tenant)
    record("play.switched_on", by=by, about=current, label=_label(document))


@transaction.atomic
def switch_off(
    *, play: Play, seen: int, open_work: OpenWork, by: User | None, now: datetime | None = None
) -> int:
    """Nights set it off no longer. What it has opened stays until it is worked, or is closed with it.

    Returns how many pieces of work were closed.

    Raises:
        PlayConflict: its version is another than ``seen``.
        ValidationError: it is off already.
    """
    current = _locked(play, seen)
    if not current.is_on:
        raise ValidationError(_("The play is off already."))
    moment = now or timezone.now()
    current.is_on, current.switched_at = False, moment
    current.standing_on = current.standing_version = None
    current.save(update_fields=["is_on", "switched_at", "standing_on", "standing_version"])
    PlayStanding.objects.filter(play=current).delete()
    closed = _close_open(current, moment, by) if open_work == "close" else 0
    record(
        "play.switched_off",
        by=by,
        about=current,
        label=_label(document_of(current)),
        open_work=open_work,
        closed_work=closed,
    )
    return closed


@transaction.atomic
def answer_release(*, play: Play, seen: int, take: bool, by: User | None) -> None:
    """Take the text that a newer release ships, as the next version, or keep the tenant's own.

    Raises:
        PlayConflict: its version is another than ``seen``.
        ValidationError: nothing newer is shipped.
    """
    current = _locked(play, seen)
    shipped = newer_shipped(current)
    if shipped is None:
        raise ValidationError(_("Nothing newer is shipped."))
    current.shipped_digest = shipped.digest()
    current.save(update_fields=["shipped_digest"])
    if take:
        _add_version(current, shipped, by)
    verb = "play.updated" if take else "play.kept"
    record(verb, by=by, about=current, label=_label(shipped), version=current.version)


@transaction.atomic
def put_away(*, play: Play, seen: int, is_away: bool, by: User | None) -> None:
    """Take a play that is off out of the list, or bring it back.

    Raises:
        PlayConflict: its version is another than ``seen``.
        ValidationError: it is on.
    """
    current = _locked(play, seen)
    if current.is_on:
        raise ValidationError(_("Switch the play off first."))
    if (current.archived_at is not None) == is_away:
        return
    current.archived_at = timezone.now() if is_away else None
    current.save(update_fields=["archived_at"])
    verb = "play.archived" if is_away else "play.restored"
    record(verb, by=by, about=current, label=_label(document_of(current)))


def document_of(play: Play) -> PlayDocument:
    """What a play says now."""
    return read(PlayVersion.objects.get(play=play, version=play.version).document)


def newer_shipped(play: Play) -> PlayDocument | None:
    """The shipped text where the tenant has answered for another one; None: nothing to offer."""
    shipped = shipped_plays().get(play.key)
    if shipped is None or shipped.digest() == play.shipped_digest:
        return None
    return shipped


def _locked(play: Play, seen: int) -> Play:
    current: Play = Play.objects.select_for_update().get(pk=play.pk)
    if current.version != seen:
        raise PlayConflict(current)
    return current


def _add_version(play: Play, document: PlayDocument, by: User | None) -> None:
    play.version += 1
    play.trigger_kind = document.kind
    play.changed_at = timezone.now()
    play.save(update_fields=["version", "trigger_kind", "changed_at"])
    PlayVersion.objects.create(
        play=play, version=play.version, document=document.to_json(), made_by=by
    )
    if play.is_on:
        _begin_standing(play, document, Tenant.objects.get(pk=current_tenant_id()))


def _begin_standing(play: Play, document: PlayDocument, tenant: Tenant) -> None:
    """Who is beyond the value already has not crossed it."""
    if not isinstance(triggers.get(document.kind), MeasureTrigger):
        return
    facts = tenancy_now(tenant)
    if facts is not None:
        keep_standing(play=play, document=document, facts=facts, as_of=facts.newest)


def _close_open(play: Play, now: datetime, by: User | None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {Cta._meta.db_table} SET state = %s, closed_at = %s, closed_by_id = %s, "  # noqa: S608
            "snoozed_until = NULL, version_seen = version_seen + 1 "
            "WHERE tenant_id = %s AND play_id = %s AND state = 'open'",
            [Cta.State.SWITCHED_OFF, now, by.pk if by else None, current_tenant_id(), play.pk],
        )
        count = int(cursor.rowcount)
    if count:
        tell_closed(now)
    return count


def _readable(document: PlayDocument) -> PlayDocument:
    """The document, when everything in it can be read.

    Raises:
        DocumentFaulty: with every fault.
    """
    faults: list[Fault] = []
    if document.kind not in triggers:
        faults.append(Fault("trigger", "trigger_faulty"))
    try:
        kept = checked(document)
    except DocumentFaulty as error:
        raise DocumentFaulty([*faults, *error.faults]) from None
    if faults:
        raise DocumentFaulty(faults)
    return kept


def _label(document: PlayDocument) -> str:
    return document.name("zh-hans")
