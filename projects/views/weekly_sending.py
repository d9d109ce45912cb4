"""Sending weekly reports, one or many, and the links that come of it, shown once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.actions.mail import is_address
from accounts.letters import write_later
from accounts.models import Contact
from accounts.permissions import require
from accounts.queries.mail import unreachable_among
from accounts.requests import TenantRequest
from accounts.views.sent_links import SentLink
from projects.actions.link_letters import address_of_link, weekly_letter
from projects.actions.weeklies import WeeklyConflict, draft_report, send_report
from projects.compute.weekly_reports import monday_of
from projects.forms.effort import read_day
from projects.models import WeeklyReport
from projects.queries.weeklies import (
    WeeklyRow,
    chosen_projects,
    usual_language,
    usual_recipients,
    weekly_rows,
)
from projects.views.plan_frame import today_of
from ui import formats
from ui.tags.formats import language

KEPT = "sent_weeklies"


@dataclass(frozen=True)
class SentWeekly:
    """A link to a report, for the one page that shows it."""

    report: int
    title: str
    link: SentLink


def sent(request: TenantRequest, report: WeeklyReport, seen: int, to: Sequence[Contact]) -> None:
    """Send a report, keep its links for the next page, and write the letters once that is done.

    Raises:
        WeeklyConflict, ValidationError: as ``send_report``.
    """
    made = send_report(report=report, seen=seen, contacts=to, by=request.user)
    emails = {contact.pk: contact.email for contact in to}
    unreachable = unreachable_among(emails.values())
    kept: list[dict[str, Any]] = request.session.get(KEPT, [])
    for link, secret in made:
        address = address_of_link(request.tenant, secret)
        letter = weekly_letter(link, request.tenant, secret)
        email = emails.get(link.contact_id or 0, "")
        is_reached = is_address(email) and email.strip().lower() not in unreachable
        shown = SentLink(link.name, address, email, letter.line("_chat"), is_reached)
        kept.append(asdict(SentWeekly(report.pk, report.project.name, shown)))
        if email:
            write_later(letter, email, contact=link.contact, about=report)
    request.session[KEPT] = kept


def taken(request: TenantRequest, reports: set[int]) -> list[SentWeekly]:
    """The links just made to these reports; they are forgotten with this call."""
    kept = request.session.get(KEPT, [])
    own = [entry for entry in kept if entry["report"] in reports]
    if own:
        request.session[KEPT] = [entry for entry in kept if entry["report"] not in reports]
    return [SentWeekly(row["report"], row["title"], SentLink(**row["link"])) for row in own]


@dataclass(frozen=True)
class Asked:
    """The list that a bulk action was asked on: its projects in a week, and how wide it looks."""

    week: date
    width: str
    rows: list[WeeklyRow]

    @classmethod
    def of(cls, request: TenantRequest) -> Asked | None:
        """None: the week is none."""
        day = read_day(request.POST.get("week", ""))
        if day is None:
            return None
        projects, width = chosen_projects(
            request.membership, request.POST.get("view", ""), today_of(request)
        )
        return cls(monday_of(day), width, weekly_rows(projects, monday_of(day)))

    def back(self) -> HttpResponse:
        query = urlencode({"week": self.week.isoformat(), "view": self.width})
        return redirect(f"{reverse('weeklies')}?{query}")


@require("edit_weeklies")
@require_POST
def weekly_drafts(request: TenantRequest) -> HttpResponse:
    """Draft what is missing of a week, of all the running projects on the list."""
    asked = Asked.of(request)
    if asked is None:
        return redirect("weeklies")
    missing = [row.project for row in asked.rows if row.report is None]
    try:
        for project in missing:
            draft_report(
                project=project, week=asked.week, tenant=request.tenant, by=request.user,
                language=usual_language(project, get_language() or "en"),
            )  # fmt: skip
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        words = ngettext("%(count)s report drafted.", "%(count)s reports drafted.", len(missing))
        messages.success(request, words % {"count": len(missing)})
    return asked.back()


@require("edit_weeklies")
@require_POST
def weekly_sendings(request: TenantRequest) -> HttpResponse:
    """Send the drafts that were chosen, each to whom the last one went."""
    asked = Asked.of(request)
    if asked is None:
        return redirect("weeklies")
    seen = dict(pair.split(":", 1) for pair in request.POST.getlist("report") if ":" in pair)
    drafts = [
        (row.project, row.report)
        for row in asked.rows
        if row.report is not None and str(row.report.pk) in seen and not row.report.is_sent
    ]
    recipients = usual_recipients([project.pk for project, _report in drafts])
    left = []
    for project, report in drafts:
        report.project = project
        try:
            with transaction.atomic():
                revision = revision_of(seen[str(report.pk)])
                sent(request, report, revision, recipients[project.pk])
        except (WeeklyConflict, ValidationError):
            left.append(project.name)
    if done := len(drafts) - len(left):
        words = ngettext("%(count)s report sent.", "%(count)s reports sent.", done)
        messages.success(request, words % {"count": done})
    if left:
        words = _("Not sent: %(names)s. Open them to see what is missing.")
        messages.warning(request, words % {"names": formats.listed(left, language())})
    return asked.back()


def revision_of(text: str) -> int:
    """The revision that a form was filled in on; one that is none is never the current one."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
