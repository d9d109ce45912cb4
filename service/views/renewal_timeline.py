"""What renewals and referrals tell of a customer over time."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Customer
from service.models import RenewalCall, RenewalOutcome
from service.queries.churn_reasons import churn_reasons
from service.queries.referrals import referrals_until
from ui.registry import TimelineEntry, TimelinePage


def renewals_in_timeline(
    request: HttpRequest, customer: Customer, page: TimelinePage
) -> list[TimelineEntry]:
    """Calls of its renewals, and how they turned out; what was taken back is left out."""
    calls = (
        RenewalCall.objects.filter(contract__customer=customer, said_at__lt=page.before)
        .select_related("contract", "said_by")
        .order_by("-said_at", "-pk")[: page.most]
    )
    outcomes = (
        RenewalOutcome.objects.filter(
            contract__customer=customer, said_at__lt=page.before, undone_at__isnull=True
        )
        .select_related("contract", "said_by")
        .order_by("-said_at", "-pk")[: page.most]
    )
    return page.newest([*map(_call, calls), *_outcomes(list(outcomes))])


def referrals_in_timeline(
    request: HttpRequest, customer: Customer, page: TimelinePage
) -> list[TimelineEntry]:
    """Whom it recommended us to."""
    return [
        TimelineEntry(
            at=found.referred_on,
            key=f"referral-{found.pk}",
            title=_("Recommended us to %(prospect)s") % {"prospect": found.prospect_name},
            text=found.note,
            who=found.contact.name if found.contact else "",
            url=reverse("referral", args=[found.pk]),
        )
        for found in referrals_until(customer, page.until, page.most)
    ]


def _call(call: RenewalCall) -> TimelineEntry:
    told = {"key": call.contract.key, "stage": call.get_stage_display(), "percent": call.percent}
    words = _("Renewal of %(key)s: %(stage)s")
    if call.percent is not None:
        words = _("Renewal of %(key)s: %(stage)s, %(percent)s %% likely")
    return TimelineEntry(
        at=call.said_at,
        key=f"call-{call.pk}",
        title=words % told,
        text=call.note,
        who=str(call.said_by or ""),
        url=reverse("renewal", args=[call.contract_id]),
    )


def _outcomes(outcomes: list[RenewalOutcome]) -> list[TimelineEntry]:
    names = {reason.key: reason.name for reason in churn_reasons()} if outcomes else {}
    return [
        TimelineEntry(
            at=outcome.said_at,
            key=f"outcome-{outcome.pk}",
            title=_("Renewal of %(key)s: %(outcome)s")
            % {"key": outcome.contract.key, "outcome": outcome.get_kind_display()},
            text=" ".join(
                filter(None, (names.get(outcome.churn_reason, outcome.churn_reason), outcome.note))
            ),
            who=str(outcome.said_by or ""),
            url=reverse("renewal", args=[outcome.contract_id]),
        )
        for outcome in outcomes
    ]
