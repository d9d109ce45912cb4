"""Plays: the list, and one of them in words."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET

from accounts.permissions import may, require
from accounts.requests import TenantRequest
from segmentation.compute.conditions import ConditionFaulty, parse
from segmentation.condition_words import Told, tell
from segmentation.labels import SCHEMES
from segmentation.queries.condition_fields import condition_fields
from segmentation.queries.rules import current_rules
from segmentation.strategies import language_of
from service.actions.plays import add_shipped_plays, document_of, newer_shipped
from service.compute.play_documents import PlayDocument
from service.labels.plays import OWNERS, REFUSALS, reason_words, trigger_words
from service.models import Play
from service.queries.plays import (
    CLOSED_DAYS,
    FIRED_DAYS,
    PlayRow,
    failed_run,
    latest_refusal,
    names_for,
    play_history,
    play_rows,
)
from service.shipped.plays import shipped_plays
from service.triggers import Names, step_kinds, triggers
from ui.tables import Column, Table
from ui.tags.formats import language

COLUMNS = (
    Column("name", pgettext_lazy("of a play", "Play")),
    Column("trigger", gettext_lazy("Set off when")),
    Column("state", gettext_lazy("On or off"), align="center"),
    Column("fired", gettext_lazy("Fired in 30 days"), align="end", wide=True),
    Column("open", gettext_lazy("Open now"), align="end"),
    Column(
        "done",
        gettext_lazy("Done"),
        align="end",
        wide=True,
        why=gettext_lazy(
            "Of the work that was closed in the last 90 days, the share that was done."
        ),
    ),
)


@require("view_plays")
@require_GET
def plays(request: TenantRequest) -> HttpResponse:
    """Every play: what sets it off, whether it is on, what came of it. Tiers of schemes that the
    tenant does not follow stand apart."""
    if Play.objects.filter(key__in=shipped_plays()).count() < len(shipped_plays()):
        add_shipped_plays()
    are_archived = bool(request.GET.get("archived"))
    now = timezone.now()
    rows = play_rows(today=request.tenant.local_date(now), now=now, are_archived=are_archived)
    names, scheme = names_for(request.tenant), str(current_rules()["tiers"]["scheme"])
    words = language_of(language())
    drawn = [_listed(row, names, words, scheme) for row in rows]
    followed = [row for row in drawn if not row["is_foreign"]]
    foreign = [row for row in drawn if row["is_foreign"]]
    archived = Play.objects.exclude(archived_at=None).count()
    url = reverse("plays")
    context = {
        "table": _table(request, len(followed)),
        "rows": followed,
        "foreign_table": _table(request, len(foreign)),
        "foreign": foreign,
        "on": sum(row["play"].is_on for row in drawn),
        "scheme": SCHEMES[scheme],
        "may_edit": may(request.membership, "edit_plays"),
        "failed": failed_run(),
        "kinds": [(kind.key, kind.label) for kind in triggers.values()],
        "tabs": [
            {"label": _("In use"), "url": url, "active": not are_archived, "count": None},
            {
                "label": _("Put away"),
                "url": f"{url}?archived=1",
                "active": are_archived,
                "count": archived,
            },
        ]
        if archived
        else [],
    }
    return render(request, "service/plays/list.html", context)


def _table(request: TenantRequest, number: int) -> Table:
    return Table.read(COLUMNS, request.GET.urlencode(), default="name", tie="pk").counted(number)


def _listed(row: PlayRow, names: Names, words: str, scheme: str) -> dict[str, Any]:
    trigger = row.document.trigger
    return {
        "play": row.play,
        "name": row.document.name(words),
        "trigger": trigger_words(trigger, names),
        "fired": row.fired,
        "open": row.open,
        "done": row.done_share,
        "has_newer": row.has_newer,
        # On all the same: it stands with the others, so that nobody overlooks it.
        "is_foreign": trigger.get("kind") == "tier"
        and trigger["scheme"] != scheme
        and not row.play.is_on,
    }


@require("view_plays")
@require_GET
def play(request: TenantRequest, pk: int) -> HttpResponse:
    """A play in words, its versions, and whom it was set off for."""
    found = visible_play(pk)
    now = timezone.now()
    document, names = document_of(found), names_for(request.tenant)
    history = play_history(found, request.membership, today=request.tenant.local_date(now))
    refusal = latest_refusal(found) if found.is_on else ""
    context = {
        **told_play(request, found, document, names),
        "history": history,
        "firings": [
            (row, reason_words(row.cta.reason, names) if row.cta else "") for row in history.firings
        ],
        "newer": newer_shipped(found),
        "refusal": REFUSALS.get(refusal, ""),
        "fired_days": FIRED_DAYS,
        "closed_days": CLOSED_DAYS,
        "may_edit": may(request.membership, "edit_plays"),
        "breadcrumbs": [(_("Plays"), reverse("plays"))],
    }
    return render(request, "service/plays/page.html", context)


def visible_play(pk: int) -> Play:
    """The play, or a 404."""
    found: Play = get_object_or_404(Play, pk=pk)
    return found


def told_play(
    request: TenantRequest, found: Play, document: PlayDocument, names: Names
) -> dict[str, Any]:
    """What every page of a play says of it; the conditions cost what condition_fields costs."""
    words = language_of(language())
    kind = triggers.get(document.kind)
    if kind is None:
        raise Http404
    return {
        "play": found,
        "name": document.name(words),
        "purpose": document.purpose(words),
        "trigger": trigger_words(document.trigger, names),
        "condition": told_condition(document, request.tenant.currency),
        "steps": [
            {
                "title": step.title(words),
                "owner": names.people.get(step.member, step.member)
                if step.owner == "member"
                else OWNERS[step.owner],
                "due": step.due,
                "kind": step_kinds[step.kind].label if step.kind in step_kinds else step.kind,
                "is_task": step.kind == "task",
            }
            for step in document.steps
        ],
        "end": document.end,
    }


def told_condition(document: PlayDocument, currency: str) -> Told | None:
    """The conditions in words; None where there are none, or they cannot be read."""
    if document.condition is None:
        return None
    fields = condition_fields()
    try:
        return tell(parse(document.condition, fields.by_key), fields, currency)
    except ConditionFaulty:
        return Told(str(REFUSALS["condition_faulty"]))
