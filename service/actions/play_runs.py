"""Running the plays of a night: what is over is closed, what happened opens work. Once.

Everything is one transaction, and every event is a row that can be there only once: a run that is
killed leaves nothing behind, and one that is done again finds its events fired.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from time import perf_counter
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from accounts.models import Tenant
from accounts.planning import planning
from segmentation.models import Night
from service.actions.cta_events import tell_run
from service.actions.play_notices import tell_owners
from service.compute.play_documents import PlayDocument, Step, read
from service.frames.play_statements import (
    Nights,
    Opening,
    Sql,
    close_done,
    close_expired,
    close_gone,
    open_work,
    take_back,
)
from service.models import Cta, CtaStep, Play, PlayRun, PlayStanding, PlayVersion
from service.queries.play_facts import (
    MOST_DAYS_BEHIND,
    Tenancy,
    events_of,
    night_before,
    tenancy_now,
)
from service.triggers import Unasked, after_runs, step_kinds, triggers
from service.triggers.measures import MeasureTrigger, beyond

STANDING = PlayStanding._meta.db_table


def run_plays(*, tenant: Tenant, run: PlayRun, now: datetime | None = None) -> PlayRun:
    """Run the plays that are on for the stored night of ``run``, in the tenant's scope and with the
    turn of its nights. A night that was restated since is run again: what it says newly fires, what
    it does not say any more is marked, and nothing fires twice."""
    moment, clock = now or timezone.now(), perf_counter()
    night = Night.objects.exclude(digest="").get(as_of=run.as_of)
    facts = tenancy_now(tenant, run.as_of)
    assert facts is not None  # the night is stored
    is_again = bool(run.night_digest)
    run.refusals = []
    with planning():
        run.closed += _close(facts, run.as_of, moment)
        for play, version in _plays_on(run.as_of):
            try:
                _run_one(play, version, run, facts, moment, is_again=is_again)
            except Unasked as reason:
                run.refusals.append({"play": play.key, "code": reason.code})
    _let_steps_act(facts, run.as_of, moment)
    for follow in after_runs:
        follow(run.as_of)
    tell_owners(as_of=run.as_of, now=moment)
    tell_run(moment)
    run.state, run.claim, run.error = Night.State.DONE, None, ""
    run.night_digest = night.digest
    run.finished_at = timezone.now()
    run.seconds = round(perf_counter() - clock, 3)
    run.save()
    return run


def opened_on(as_of: date) -> date:
    """The morning after a night."""
    return as_of + timedelta(days=1)


def _plays_on(as_of: date) -> list[tuple[Play, PlayVersion]]:
    plays = Play.objects.filter(is_on=True, on_from__lte=as_of, archived_at=None).order_by("pk")
    found = {play.pk: play for play in plays}
    versions = PlayVersion.objects.filter(play__in=found)
    return [
        (found[one.play_id], one)
        for one in versions.order_by("play_id")
        if one.version == found[one.play_id].version
    ]


def _run_one(
    play: Play,
    version: PlayVersion,
    run: PlayRun,
    facts: Tenancy,
    now: datetime,
    *,
    is_again: bool,
) -> None:
    document = read(version.document)
    assert play.on_from is not None  # held by the database
    nights = _nights(run.as_of, play.on_from)
    if isinstance(triggers.get(document.kind), MeasureTrigger):
        # Who was beyond before is known only once: a restated night changes the standing alone.
        fires = not is_again and play.standing_version == play.version
        if fires:
            _fire(play, version, document, nights, run, facts, now)
        keep_standing(play=play, document=document, facts=facts, as_of=run.as_of)
        return
    _fire(play, version, document, nights, run, facts, now)
    if is_again:
        said = events_of(document, facts, nights, play_id=play.pk, as_of=run.as_of, narrowed=False)
        run.taken_back += _count(take_back(said, facts.tenant.pk, play.pk, run.as_of, now))


def _nights(as_of: date, on_from: date) -> Nights:
    """The night, after the one that was run before it, or the one stored before it."""
    earlier = (
        PlayRun.objects.filter(as_of__lt=as_of, state=Night.State.DONE)
        .order_by("-as_of")
        .values_list("as_of", flat=True)
        .first()
    )
    furthest = as_of - timedelta(days=MOST_DAYS_BEHIND)
    before = earlier if earlier is not None and earlier >= furthest else night_before(as_of)
    return Nights([(before, as_of)], first=max(on_from, furthest))


def _fire(
    play: Play,
    version: PlayVersion,
    document: PlayDocument,
    nights: Nights,
    run: PlayRun,
    facts: Tenancy,
    now: datetime,
) -> None:
    events = events_of(document, facts, nights, play_id=play.pk, as_of=run.as_of)
    day = opened_on(run.as_of)
    statement = open_work(
        events,
        Opening(
            tenant_id=facts.tenant.pk,
            play_id=play.pk,
            version_id=version.pk,
            version=version.version,
            title=document.name(_house_language()),
            as_of=run.as_of,
            opened_on=day,
            steps=[_step(step, facts, day) for step in document.steps],
            measures_on=facts.rows_on,
            now=now,
        ),
    )
    with connection.cursor() as cursor:
        cursor.execute(*statement)
        fired, opened = cursor.fetchone()
    run.fired += fired
    run.opened += opened


def _step(step: Step, facts: Tenancy, day: date) -> tuple[str, str, str, int | None, date]:
    return (
        step.title(_house_language()),
        step.kind,
        step.owner,
        facts.colleagues.get(step.member) if step.member else None,
        facts.due(day, step.due),
    )


def _house_language() -> str:
    return "zh-hans" if settings.LANGUAGE_CODE.lower().startswith("zh") else "en"


def keep_standing(*, play: Play, document: PlayDocument, facts: Tenancy, as_of: date) -> None:
    """Keep of which customers the play's measure is beyond its value now. Two statements."""
    asked = facts.asked(play.pk, as_of)
    if asked.rows_on != as_of or document.trigger["measure"] not in _measures(facts):
        return
    sql, parameters = beyond(document.trigger, asked)
    ours = [facts.tenant.pk, play.pk]
    _count(
        (
            f"DELETE FROM {STANDING} WHERE tenant_id = %s AND play_id = %s "  # noqa: S608
            f"AND customer_id NOT IN ({sql})",
            [*ours, *parameters],
        )
    )
    _count(
        (
            f"INSERT INTO {STANDING} (play_id, customer_id) SELECT %s, customer_id "  # noqa: S608
            f"FROM ({sql}) met ON CONFLICT DO NOTHING",
            [play.pk, *parameters],
        )
    )
    play.standing_on, play.standing_version = as_of, play.version
    play.save(update_fields=["standing_on", "standing_version"])


def _measures(facts: Tenancy) -> Any:
    return facts.fields.by_key


def _close(facts: Tenancy, as_of: date, now: datetime) -> int:
    """Close what expired, and what is not needed any more: a statement per version that has open
    work."""
    day = opened_on(as_of)
    closed = _count(close_expired(facts.tenant.pk, day, now))
    with_work = Cta.objects.filter(state=Cta.State.OPEN, version__isnull=False)
    versions = PlayVersion.objects.filter(pk__in=with_work.order_by().values("version"))
    for version in versions.order_by("pk"):
        gone = _gone(read(version.document), facts, as_of)
        if gone:
            closed += _count(close_gone(facts.tenant.pk, version.pk, gone, day, now))
    return closed


def _gone(document: PlayDocument, facts: Tenancy, as_of: date) -> list[Sql]:
    found: list[Sql] = []
    trigger = triggers.get(document.kind)
    if document.end.trigger_gone and trigger is not None:
        gone = trigger.gone(document.trigger, facts.asked(None, as_of))
        if gone is not None:
            found.append(gone)
    # Rows of another night would close what this one opened.
    if document.end.condition_gone and facts.rows_on == as_of:
        try:
            condition = facts.condition(document)
        except Unasked:
            # What cannot be read closes nothing.
            condition = None
        if condition is not None:
            found.append((f"w.customer_id NOT IN ({condition[0]})", condition[1]))
    return found


def _let_steps_act(facts: Tenancy, as_of: date, now: datetime) -> None:
    """Steps of kinds that do something by themselves; work of which nothing is left is done."""
    day = opened_on(as_of)
    acting = [kind for kind in step_kinds.values() if kind.opened is not None]
    opened = CtaStep.objects.filter(
        kind__in=[kind.key for kind in acting], cta__opened_on=day, cta__created_at=now
    )
    present = set(opened.order_by().values_list("kind", flat=True).distinct())
    for kind in acting:
        if kind.opened is not None and kind.key in present:
            kind.opened(opened.filter(kind=kind.key), day)
    if present:
        _count(close_done(facts.tenant.pk, day, now))


def _count(statement: Sql) -> int:
    with connection.cursor() as cursor:
        cursor.execute(*statement)
        return int(cursor.rowcount)
