"""Where an item of a handover came from: the record's page, and how it stands there by now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Case, Contact
from projects.models import (
    ChangeRequest,
    Gate,
    HandoverItem,
    Requirement,
    Risk,
    SigningQuestion,
    Task,
)
from ui.registry import customer_panels

Source = HandoverItem.Source


@dataclass(frozen=True)
class Origin:
    """``url`` leads to the record. ``state``: how it stands now, in words; empty where nothing is
    to be done there."""

    label: str
    url: str
    state: str


def _case_state(case: Case) -> str:
    closed = case.closed_at is not None and case.closed_at <= timezone.now()
    return _("Closed") if closed else _("Open")


# Source → its rows with these ids, and (page of one, state of one in words).
_Read = tuple[Callable[[list[int]], QuerySet], Callable[[Any], str], Callable[[Any], str]]
_READS: dict[str, _Read] = {
    Source.TASK: (
        lambda ids: Task.objects.filter(pk__in=ids),
        lambda row: reverse("task", args=[row.project_id, row.pk]),
        lambda row: str(row.get_state_display()),
    ),
    Source.REQUIREMENT: (
        lambda ids: Requirement.objects.filter(pk__in=ids),
        lambda row: reverse("requirement", args=[row.project_id, row.pk]),
        lambda row: "",
    ),
    Source.CHANGE_REQUEST: (
        lambda ids: ChangeRequest.objects.filter(pk__in=ids),
        lambda row: reverse("change_request", args=[row.project_id, row.pk]),
        lambda row: str(row.get_state_display()),
    ),
    Source.QUESTION: (
        lambda ids: SigningQuestion.objects.filter(pk__in=ids).select_related(
            "link__change_request"
        ),
        lambda row: reverse(
            "change_request",
            args=[row.link.change_request.project_id, row.link.change_request_id],
        ),
        lambda row: _("Answered") if row.answered_at else _("Not answered"),
    ),
    Source.SIGN_OFF: (
        lambda ids: Gate.objects.filter(pk__in=ids),
        lambda row: reverse("gate", args=[row.project_id, row.pk]),
        lambda row: str(row.get_state_display()),
    ),
    Source.CASE: (
        lambda ids: Case.objects.filter(pk__in=ids),
        lambda row: customer_panels.url(row.customer_id, "cases"),
        _case_state,
    ),
    Source.CONTACT: (
        lambda ids: Contact.objects.filter(pk__in=ids),
        lambda row: customer_panels.url(row.customer_id, "contacts"),
        lambda row: "",
    ),
    Source.RISK: (
        lambda ids: Risk.objects.filter(pk__in=ids),
        lambda row: reverse("risk", args=[row.project_id, row.pk]),
        lambda row: str(row.get_state_display()),
    ),
}


def with_origins(items: Iterable[Any]) -> list[Any]:
    """The items with ``origin`` (None: written by hand, or its record is gone); one statement per
    kind of record."""
    rows = list(items)
    wanted: dict[str, set[int]] = defaultdict(set)
    for item in rows:
        if item.source_id is not None:
            wanted[item.source].add(item.source_id)
    found: dict[tuple[str, int], Origin] = {}
    for source, ids in wanted.items():
        read, page, state = _READS[source]
        label = str(Source(source).label)
        for row in read(sorted(ids)):
            found[source, row.pk] = Origin(label, page(row), state(row))
    for item in rows:
        item.origin = found.get((item.source, item.source_id))
    return rows
