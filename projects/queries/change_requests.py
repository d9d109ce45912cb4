"""Requirements and change requests as their screens and signatories see them."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from django.db.models import (
    Case,
    Exists,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from accounts.models import Membership
from accounts.permissions import ALLOWED
from projects.compute.change_documents import ItemTerms, Terms
from projects.models import (
    Baseline,
    BaselineItem,
    ChangeRequest,
    Classification,
    Effort,
    Project,
    Requirement,
    SigningLink,
    SigningQuestion,
    SowItem,
)
from projects.queries.plans import baseline_of

State = ChangeRequest.State


class Standing(StrEnum):
    """Where a change request stands, its links counted in."""

    DRAFT = "draft"
    APPROVED_INTERNALLY = "approved_internally"
    SENT = "sent"
    QUESTION = "question"
    SIGNED = "signed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


def requirements_of(project: Project) -> QuerySet:
    """A project's requirements as :func:`classified` has them; those that nobody has classified
    first, then the latest."""
    return (
        classified(Requirement.objects.filter(project=project))
        .annotate(
            place=Case(When(kind="", then=Value(0)), default=Value(1), output_field=IntegerField())
        )
        .order_by("place", "-number")
    )


def classified(requirements: QuerySet) -> QuerySet:
    """Requirements with ``kind``, the latest classification (empty: none)."""
    latest = Classification.objects.filter(requirement=OuterRef("pk")).order_by("-id")
    return requirements.annotate(
        kind=Coalesce(Subquery(latest.values("kind")[:1]), Value(""))
    ).select_related("contact", "colleague", "touchpoint", "change_request")


def scope_items(project: Project) -> QuerySet:
    """The items of the baseline in force, in the order of their keys; none without a signed SOW."""
    baseline = baseline_of(project)
    if baseline is None:
        return SowItem.objects.none()
    return SowItem.objects.filter(
        pk__in=BaselineItem.objects.filter(baseline=baseline).values("item")
    ).order_by("key")


def open_links(now: datetime) -> Q:
    """Links that can still be signed by."""
    return Q(revoked_at=None, answered_at=None, expires_at__gt=now, contact__isnull=False)


def owed_questions() -> QuerySet:
    """Questions of signatories that wait for an answer, of every project. Once a change request is
    decided or withdrawn, nobody waits any more."""
    found: QuerySet = SigningQuestion.objects.filter(
        answered_at=None, link__change_request__state=State.APPROVED_INTERNALLY
    )
    return found


def changes_of(project: Project, now: datetime) -> QuerySet:
    """A project's change requests with where they stand; those to decide first."""
    return (
        with_standing(ChangeRequest.objects.filter(project=project), now)
        .annotate(
            place=Case(
                When(state__in=[State.DRAFT, State.APPROVED_INTERNALLY], then=Value(0)),
                default=Value(1),
                output_field=IntegerField(),
            )
        )
        .order_by("place", "-raised_on", "-pk")
    )


def with_standing(changes: QuerySet, now: datetime) -> QuerySet:
    """Change requests with ``booked`` (person-days, None: nothing), ``is_sent`` and ``has_question``."""
    links = SigningLink.objects.filter(change_request=OuterRef("pk"))
    booked = (
        Effort.objects.filter(change_request=OuterRef("pk"))
        .order_by()
        .values("change_request")
        .annotate(days=Sum("days"))
        .values("days")
    )
    questions = SigningQuestion.objects.filter(
        link__change_request=OuterRef("pk"), answered_at=None
    )
    return changes.annotate(
        booked=Subquery(booked),
        is_sent=Exists(links.filter(open_links(now))),
        has_question=Exists(questions),
    )


def standing_of(change: Any) -> Standing:
    """Where a row of :func:`with_standing` stands."""
    if change.state == State.APPROVED_INTERNALLY and change.has_question:
        return Standing.QUESTION
    if change.state == State.APPROVED_INTERNALLY and change.is_sent:
        return Standing.SENT
    return Standing(change.state)


def standing_of_link(link: SigningLink, change: ChangeRequest, now: datetime) -> str:
    """Where a link stands: open, answered, revoked, expired, or over where all is decided."""
    if link.answered_at:
        return "answered"
    closed = link.closed_by(now)
    if closed != "revoked" and change.state not in (State.DRAFT, State.APPROVED_INTERNALLY):
        return "over"
    return closed or "open"


def baseline_on(project: Project, day: date) -> Baseline | None:
    """The version of the baseline that counts on a day; None without a signed SOW."""
    from_then = Q(valid_from__isnull=True) | Q(valid_from__lte=day)
    found: Baseline | None = (
        Baseline.objects.filter(from_then, sow__project=project).order_by("-version").first()
    )
    return found


def unapproved_rows(project: Project, today: date) -> QuerySet:
    """The effort behind the unapproved effort: booked up to the day on change requests that the
    customer has not signed by it, or on items that are not in the baseline; the latest first."""
    unsigned = Q(change_request__isnull=False) & (
        Q(change_request__signed_on__isnull=True) | Q(change_request__signed_on__gt=today)
    )
    in_force = BaselineItem.objects.filter(
        baseline=baseline_on(project, today), item=OuterRef("item")
    )
    outside = Q(change_request__isnull=True, item__isnull=False) & ~Exists(in_force)
    return (
        Effort.objects.filter(unsigned | outside, project=project, worked_on__lte=today)
        .select_related("change_request", "item")
        .order_by("-worked_on", "-pk")
    )


def terms_of(change: ChangeRequest, currency: str) -> Terms | None:
    """What a change request says now; None while its effort or its price is not estimated."""
    if change.effort_days is None or change.price is None:
        return None
    return Terms(
        key=change.key,
        title=change.title,
        text=change.text,
        effort_days=change.effort_days,
        price=change.price,
        currency=currency,
        days_later=change.days_later,
        items=[ItemTerms(item.title, item.effort_days) for item in change.items.all()],
    )


def others_may_approve(change: ChangeRequest) -> bool:
    """Whether somebody else than its author could approve a change request."""
    able = Membership.objects.filter(
        is_active=True, roles__overlap=list(ALLOWED["approve_changes"])
    )
    return bool(able.exclude(user=change.drafted_by_id).exists())


def signing_link(secret_hash: str) -> SigningLink | None:
    """The link whose secret has this SHA-256, whatever its state."""
    found: SigningLink | None = (
        SigningLink.objects.filter(secret_hash=secret_hash)
        .select_related("change_request__project__customer", "change_request__project__manager")
        .first()
    )
    return found
