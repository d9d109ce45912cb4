"""What projects tell in the customer's timeline."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Customer
from accounts.requests import TenantRequest
from projects.models import CustomerAnswer, SignOffAnswer
from projects.queries.timeline import (
    Held,
    Reached,
    Sent,
    Signed,
    reached,
    reports_until,
    sessions_until,
    signed_until,
)
from ui import formats
from ui.tags.formats import language
from ui.timelines import TimelineEntry, TimelinePage


def projects(request: TenantRequest, customer: Customer, page: TimelinePage) -> list[TimelineEntry]:
    """Projects started, accepted and handed over, and their milestones."""
    found = reached(customer, request.membership, page.until, most=page.most)
    return [_reached(one) for one in found]


def _reached(one: Reached) -> TimelineEntry:
    titles = {
        "started": _("Project started: %(title)s"),
        "milestone": _("Milestone reached: %(title)s"),
        "accepted": _("Project accepted: %(title)s"),
        "handed_over": _("Project handed over: %(title)s"),
    }
    return TimelineEntry(
        at=one.on,
        key=f"project-{one.what}-{one.pk}",
        title=titles[one.what] % {"title": one.title},
        text=one.project if one.what == "milestone" else "",
        url=reverse("project", args=[one.project_pk]),
    )


def sign_offs(
    request: TenantRequest, customer: Customer, page: TimelinePage
) -> list[TimelineEntry]:
    """What the customer confirmed, returned, signed or declined."""
    found = signed_until(customer, request.membership, page.before, most=page.most)
    return [_signed(one) for one in found]


def _signed(one: Signed) -> TimelineEntry:
    if one.what == "gate":
        outcome = SignOffAnswer.Outcome(one.outcome).label
        url = reverse("gate", args=[one.project_pk, one.about_pk])
    else:
        outcome = CustomerAnswer.Outcome(one.outcome).label
        url = reverse("change_request", args=[one.project_pk, one.about_pk])
    return TimelineEntry(
        at=one.at,
        key=f"answer-{one.what}-{one.pk}",
        title=f"{outcome}: {one.title}",
        text=_("Gate") if one.what == "gate" else _("Change request"),
        who=one.name,
        url=url,
    )


def training(request: TenantRequest, customer: Customer, page: TimelinePage) -> list[TimelineEntry]:
    found = sessions_until(customer, request.membership, page.until, most=page.most)
    return [_session(one, customer) for one in found]


def _session(one: Held, customer: Customer) -> TimelineEntry:
    present = ngettext("%(count)s person took part", "%(count)s persons took part", one.present)
    return TimelineEntry(
        at=one.held_on,
        key=f"training-{one.pk}",
        title=_("Training: %(title)s") % {"title": one.title},
        text=present % {"count": one.present} if one.present else "",
        who=one.trainer,
        url=reverse("training_session", args=[customer.pk, one.pk]),
    )


def weeklies(request: TenantRequest, customer: Customer, page: TimelinePage) -> list[TimelineEntry]:
    found = reports_until(customer, request.membership, page.before, most=page.most)
    return [_weekly(one) for one in found]


def _weekly(one: Sent) -> TimelineEntry:
    week = formats.short_date(one.week, language())
    return TimelineEntry(
        at=one.sent_at,
        key=f"weekly-{one.pk}",
        title=_("Weekly report of %(week)s sent") % {"week": week},
        text=one.project,
        url=reverse("weekly", args=[one.project_pk, one.pk]),
    )
