"""Projects that somebody should look at, and why."""

from __future__ import annotations

from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, TextChoices
from django.utils.translation import gettext_lazy as _

from projects.models import Baseline, BaselineItem, Effort, Gate, Risk, SignOff, SignOffAnswer


class Attention(TextChoices):
    """Why a project should be looked at."""

    UNAPPROVED = "unapproved", _("Unapproved effort")
    GATES = "gates", _("Blocked gates")
    RISKS = "risks", _("Open risks")


def needing(found: QuerySet, why: str, today: date) -> QuerySet:
    """Of these projects those with unapproved effort, with a blocked gate or with an open risk; all
    of them where ``why`` is none of these."""
    reasons = {
        Attention.UNAPPROVED: _unapproved,
        Attention.GATES: _blocked,
        Attention.RISKS: _at_risk,
    }
    return found.filter(Exists(reasons[Attention(why)](today))) if why in reasons else found


def _unapproved(today: date) -> QuerySet:
    """Efforts on what is out of scope or nobody signed for: as ``compute.delivery`` counts them."""
    in_force = (
        Baseline.objects.filter(sow__project=OuterRef(OuterRef("project")))
        .filter(Q(valid_from__isnull=True) | Q(valid_from__lte=today))
        .order_by("-version")
        .values("pk")[:1]
    )
    inside = BaselineItem.objects.filter(item=OuterRef("item"), baseline=Subquery(in_force))
    unsigned = Q(change_request__isnull=False) & (
        Q(change_request__signed_on__isnull=True) | Q(change_request__signed_on__gt=today)
    )
    outside = Q(change_request__isnull=True, item__isnull=False) & ~Exists(inside)
    efforts: QuerySet = Effort.objects.filter(
        unsigned | outside, project=OuterRef("pk"), worked_on__lte=today
    )
    return efforts


def _blocked(today: date) -> QuerySet:
    answered = SignOffAnswer.objects.filter(sign_off=OuterRef("pk"))
    overdue = SignOff.objects.filter(
        ~Exists(answered), gate=OuterRef("pk"), round=OuterRef("round"), withdrawn_at=None,
        deadline_on__lt=today,
    )  # fmt: skip
    gates: QuerySet = Gate.objects.filter(
        Q(state=Gate.State.RETURNED) | Q(Exists(overdue), state=Gate.State.ASKED),
        project=OuterRef("pk"),
    )
    return gates


def _at_risk(today: date) -> QuerySet:
    risks: QuerySet = Risk.objects.filter(project=OuterRef("pk"), state=Risk.State.OPEN)
    return risks
