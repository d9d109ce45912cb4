"""What screens show of plays. Each function costs a fixed number of statements."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Colleague, Customer, Membership, Tenant, Visibility
from segmentation.group_uses import Use
from segmentation.models import CustomerGroup, Night
from segmentation.strategies import language_of
from service.compute.play_documents import PlayDocument, read
from service.models import Cta, Play, PlayFiring, PlayRun, PlayVersion
from service.shipped.plays import shipped_plays
from service.triggers import Names
from ui.tags.formats import language

FIRED_DAYS = 30
CLOSED_DAYS = 90
MOST_FIRINGS = 50


@dataclass(frozen=True)
class PlayRow:
    """A play in the list. fired: firings of the last FIRED_DAYS; open: work open now; done, closed:
    of the last CLOSED_DAYS, so many were done of so many that were closed."""

    play: Play
    document: PlayDocument
    fired: int
    open: int
    done: int
    closed: int
    has_newer: bool

    @property
    def done_share(self) -> float | None:
        return self.done / self.closed if self.closed else None


def names_for(tenant: Tenant) -> Names:
    """The tenant's words for sentences about plays; two statements."""
    return Names(
        tenant.currency,
        groups=dict(CustomerGroup.objects.order_by("name").values_list("pk", "name")),
        people=dict(Colleague.objects.order_by("name").values_list("key", "name")),
    )


def play_rows(*, today: date, now: datetime, are_archived: bool = False) -> list[PlayRow]:
    """Every play that is in use, or put away; five statements."""
    plays = list(Play.objects.filter(archived_at__isnull=not are_archived))
    texts = documents_of(plays)
    fired = _counts(PlayFiring.objects.filter(as_of__gte=today - timedelta(days=FIRED_DAYS)))
    opened = _counts(Cta.objects.filter(state=Cta.State.OPEN, play__isnull=False))
    closed = {
        play: (done, every)
        for play, done, every in Cta.objects.filter(
            closed_at__gte=now - timedelta(days=CLOSED_DAYS), play__isnull=False
        )
        .exclude(state=Cta.State.OPEN)
        .order_by()
        .values("play")
        .annotate(done=Count("pk", filter=Q(state=Cta.State.DONE)), every=Count("pk"))
        .values_list("play", "done", "every")
    }
    order = {key: place for place, key in enumerate(shipped_plays())}
    rows = [
        PlayRow(
            play,
            texts[play.pk],
            fired.get(play.pk, 0),
            opened.get(play.pk, 0),
            *closed.get(play.pk, (0, 0)),
            has_newer=_has_newer(play),
        )
        for play in plays
    ]
    # Own ones first, the shipped in the order in which they ship.
    return sorted(rows, key=lambda row: (order.get(row.play.key, -1), row.play.pk))


def documents_of(plays: list[Play]) -> dict[int, PlayDocument]:
    """What plays say now, by their id; one statement."""
    in_force = {play.pk: play.version for play in plays}
    return {
        one.play_id: read(one.document)
        for one in PlayVersion.objects.filter(play__in=in_force)
        if one.version == in_force[one.play_id]
    }


def _counts(rows: QuerySet) -> dict[int, int]:
    counted = rows.order_by().values("play").annotate(number=Count("pk"))
    return dict(counted.values_list("play", "number"))


def _has_newer(play: Play) -> bool:
    shipped = shipped_plays().get(play.key)
    return shipped is not None and shipped.digest() != play.shipped_digest


@dataclass(frozen=True)
class FiringRow:
    """A firing with the work that it opened, if it opened any and that is still there."""

    firing: PlayFiring
    cta: Cta | None


@dataclass(frozen=True)
class PlayHistory:
    """versions: latest first; firings: latest first, of customers that the member sees; open: how
    much work is open, as the member may see it or not."""

    versions: list[PlayVersion]
    firings: list[FiringRow]
    open: int
    fired: int
    days: Mapping[date, int] = field(default_factory=dict)


def play_history(play: Play, membership: Membership, *, today: date) -> PlayHistory:
    """What a play has done; at most six statements."""
    firings = PlayFiring.objects.filter(play=play)
    visible = firings
    if membership.sees("customers") != Visibility.ALL:
        visible = firings.filter(customer__in=Customer.objects.visible_to(membership))
    shown = list(visible.select_related("customer").order_by("-as_of", "-pk")[:MOST_FIRINGS])
    opened = {
        (cta.customer_id, cta.event_key): cta
        for cta in Cta.objects.filter(
            play=play, customer__in={one.customer_id for one in shown}
        ).select_related("owner")
    }
    return PlayHistory(
        versions=list(PlayVersion.objects.filter(play=play).select_related("made_by")),
        firings=[FiringRow(one, opened.get((one.customer_id, one.event_key))) for one in shown],
        open=Cta.objects.filter(play=play, state=Cta.State.OPEN).count(),
        fired=firings.filter(as_of__gte=today - timedelta(days=FIRED_DAYS)).count(),
    )


def open_work_of(play: Play) -> dict[str, int]:
    """How much is open, by who has it (a name, empty: nobody), the most first; one statement."""
    counted = (
        Cta.objects.filter(play=play, state=Cta.State.OPEN)
        .order_by()
        .values("owner__name")
        .annotate(number=Count("pk"))
        .order_by("-number", "owner__name")
    )
    return {name or "": number for name, number in counted.values_list("owner__name", "number")}


def failed_run() -> PlayRun | None:
    """The newest run when it was given up: nothing was set off by its night."""
    run = PlayRun.objects.order_by("-as_of").first()
    return run if run is not None and run.state == Night.State.DEAD else None


def run_of(as_of: date) -> PlayRun | None:
    """The run of a night's plays."""
    return PlayRun.objects.filter(as_of=as_of).first()


def latest_refusal(play: Play) -> str:
    """Why the latest run could not ask this play, as a code of labels; empty: it could."""
    run = PlayRun.objects.filter(state=Night.State.DONE).order_by("-as_of").first()
    refused = run.refusals if run is not None else []
    return next((one["code"] for one in refused if one["play"] == play.key), "")


def plays_of_group(group: CustomerGroup, membership: Membership) -> list[Use]:
    """The plays that entering or leaving a group sets off; two statements."""
    plays = list(Play.objects.filter(trigger_kind="group", archived_at=None))
    words = language_of(language())
    return [
        Use(_("Play"), text.name(words), reverse("play", args=[pk]))
        for pk, text in documents_of(plays).items()
        if text.trigger.get("group") == group.pk
    ]
