"""Messages that could not be taken: looked through, sent again, put aside."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy
from django.views.decorators.http import require_GET, require_POST

from accounts.models import AuditRecord
from accounts.permissions import require
from accounts.requests import TenantRequest
from segmentation.actions.dead_letters import (
    DISCARDED,
    discard_letters,
    reopen_letters,
    replay_letters,
)
from segmentation.models import DeadLetter
from segmentation.queries.dead_letters import chosen, dead_letters, open_reasons, readable
from segmentation.source_forms import DeadLetterFilter
from segmentation.source_labels import REMEDIES
from segmentation.views.source_frame import breadcrumbs, frame
from ui.downloads import file_response
from ui.formats import number
from ui.links import safe_next
from ui.tables import Column, Table
from ui.tags.formats import language

COLUMNS = (
    Column("received", pgettext_lazy("message", "Received"), sort=("received_at", "id")),
    Column("reason", gettext_lazy("Reason"), sort="reason"),
    Column("event", gettext_lazy("Event"), sort="event"),
    Column("key", gettext_lazy("Write key"), sort="key__name", wide=True),
    Column("state", gettext_lazy("State"), sort="state", wide=True),
)
TONES = {
    DeadLetter.State.OPEN: "warning",
    DeadLetter.State.REPLAYED: "good",
    DeadLetter.State.DISCARDED: "neutral",
}
# Sent again, each may take ten milliseconds.
MOST_AT_ONCE = 500
MOST_EXPORTED = 50_000
LEAST_LINES, MOST_LINES = 4, 40
REPLAY, DISCARD = "replay", "discard"


@require("edit_sources")
@require_GET
def letters(request: TenantRequest) -> HttpResponse:
    form = DeadLetterFilter(request.GET)
    asked = form.asked()
    found = dead_letters(zone=request.tenant.zone, **asked)
    table = Table.read(COLUMNS, request.GET.urlencode(), default="-received", tie="pk")
    if "format" in request.GET:
        return _file(request, found.order_by(*table.order_by)[:MOST_EXPORTED])
    table = table.counted(found.count())
    rows = [
        {"letter": letter, "tone": TONES[DeadLetter.State(letter.state)]}
        for letter in found.order_by(*table.order_by)[table.slice]
    ]
    context = {
        **frame(request, "dead_letters"),
        "form": form,
        "table": table,
        "rows": rows,
        "reasons": [
            {
                "key": reason,
                "label": DeadLetter.Reason(reason).label,
                "count": count,
                "active": asked["reason"] == reason,
            }
            for reason, count in open_reasons()
        ],
        "is_filtered": any(request.GET.get(name) for name in form.fields),
        "query": request.GET.urlencode(),
        "may_decide": asked["state"] in ("", DeadLetter.State.OPEN),
        "exports": [(name.upper(), table.url(format=name)) for name in ("csv", "xlsx")],
    }
    return render(request, "segmentation/sources/dead_letters.html", context)


@require("edit_sources")
@require_GET
def letter(request: TenantRequest, pk: int) -> HttpResponse:
    """One dead letter, word by word."""
    found = _found(pk)
    body = readable(found.body)
    context = {
        "letter": found,
        "tone": TONES[DeadLetter.State(found.state)],
        "body": body,
        "lines": min(MOST_LINES, max(LEAST_LINES, body.count("\n") + 1)),
        "remedy": REMEDIES.get(found.reason, ""),
        "may_decide": found.state == DeadLetter.State.OPEN,
        "breadcrumbs": breadcrumbs((_("Dead letters"), reverse("dead_letters"))),
    }
    return render(request, "segmentation/sources/dead_letter.html", context)


@require("edit_sources")
@require_POST
def decisions(request: TenantRequest) -> HttpResponse:
    """Send those again that are checked, or put them aside (``do``); with ``all`` those that the
    filters of ``query`` leave, the oldest first, as many as are done at once."""
    do = request.POST.get("do")
    if do not in (REPLAY, DISCARD):
        raise Http404
    ids = _matching(request) if "all" in request.POST else _checked(request)
    if not ids:
        messages.error(request, _("No row is checked."))
    elif do == DISCARD:
        _discard(request, ids)
    else:
        _replay(request, ids)
    return redirect(_back(request))


def _checked(request: TenantRequest) -> list[int]:
    given = request.POST.getlist("letter")[:MOST_AT_ONCE]
    return chosen(
        {int(one) for one in given if one.isascii() and one.isdecimal() and len(one) < 19}
    )


def _matching(request: TenantRequest) -> list[int]:
    asked = DeadLetterFilter(QueryDict(request.POST.get("query", ""))).asked()
    if asked["state"] not in ("", DeadLetter.State.OPEN):
        return []
    found = dead_letters(zone=request.tenant.zone, **asked | {"state": DeadLetter.State.OPEN})
    ids = list(found.order_by("received_at", "pk").values_list("pk", flat=True)[: MOST_AT_ONCE + 1])
    if len(ids) > MOST_AT_ONCE:
        words = _("At most %(most)s at once: those that came first. Do it again for more.")
        messages.warning(request, words % {"most": number(MOST_AT_ONCE, language())})
    return ids[:MOST_AT_ONCE]


@require("edit_sources")
@require_POST
def undoings(request: TenantRequest, pk: int) -> HttpResponse:
    """What was discarded at once (by the audit's record of it) waits again."""
    record = AuditRecord.objects.filter(pk=pk, verb=DISCARDED).first()
    if record is None:
        raise Http404
    count = reopen_letters(ids=record.data["letters"], by=request.user)
    if count:
        told = ngettext(
            "Undone: %(shown)s dead letter waits again.",
            "Undone: %(shown)s dead letters wait again.",
            count,
        )
        messages.success(request, told % {"shown": number(count, language())})
    else:
        messages.warning(request, _("They wait already."))
    return redirect(_back(request))


def _discard(request: TenantRequest, ids: list[int]) -> None:
    record, count = discard_letters(ids=ids, by=request.user)
    undo = reverse("dead_letter_undoings", args=[record.pk]) if record else ""
    words = _("Discarded: %(shown)s.") % {"shown": number(count, language())}
    messages.success(request, words, extra_tags=undo)


def _replay(request: TenantRequest, ids: list[int]) -> None:
    """What became of those sent again."""
    done = replay_letters(ids=ids, by=request.user)
    if done.taken:
        words = _("Taken now: %(shown)s.") % {"shown": number(done.taken, language())}
        messages.success(request, words)
    if done.held:
        told = ngettext(
            "%(shown)s waits in quarantine: its customer is not known.",
            "%(shown)s wait in quarantine: their customers are not known.",
            done.held,
        )
        messages.warning(request, told % {"shown": number(done.held, language())})
    if done.dead:
        told = ngettext(
            "%(shown)s still cannot be taken; its reason is up to date.",
            "%(shown)s still cannot be taken; their reasons are up to date.",
            done.dead,
        )
        messages.error(request, told % {"shown": number(done.dead, language())})


def _back(request: TenantRequest) -> str:
    back = safe_next(request)
    return reverse("dead_letters") if back == "/" else back


def _found(pk: int) -> DeadLetter:
    found: DeadLetter | None = (
        DeadLetter.objects.select_related("key", "decided_by").filter(pk=pk).first()
    )
    if found is None:
        raise Http404
    return found


def _file(request: TenantRequest, found: QuerySet[DeadLetter]) -> HttpResponse:
    """The letters that the filters leave, with what was sent."""
    rows = (
        (
            timezone.localtime(one.received_at), one.get_reason_display(), one.detail, one.event,
            one.kind, one.key.name if one.key else "", one.message_id, one.get_state_display(),
            one.body,
        )
        for one in found.defer(None).iterator(chunk_size=2_000)
    )  # fmt: skip
    headings: list[Any] = [
        pgettext("message", "Received"), _("Reason"), _("Detail"), _("Event"),
        pgettext("message", "Call"), _("Write key"),
        _("Message"), _("State"), pgettext("message", "What was sent"),
    ]  # fmt: skip
    return file_response(
        headings,
        rows,
        format_=request.GET["format"],
        name=f"{request.tenant.slug}-dead-letters",
        title=_("Dead letters"),
    )
