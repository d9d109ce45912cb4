"""Reports as lists and pages show them, as far as a member may see them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from accounts.models import Customer, Membership, OutgoingMail, Role, Visibility
from accounts.models.reach import colleagues_of
from accounts.models.responsibility import faced_by
from accounts.permissions import may
from accounts.tenancy import current_tenant_id
from reports.models import Report, ReportAnswer, ReportLink, ReportRecipient
from reports.queries.report_kinds import kinds_seen
from segmentation.models import MeasureRow
from segmentation.queries.stored import latest_night
from service.models import Told

OPENED, ANSWERED = "opened", "answered"
STATES = (*(str(state) for state in Report.State), OPENED, ANSWERED)
MOST_PERIODS = 60
# From each day on which a period ended to the one before it, by the index of periods.
PERIODS = """
WITH RECURSIVE ended AS (
    SELECT max(last_day) AS day FROM reports_report WHERE tenant_id = %(tenant)s
    UNION ALL
    SELECT (SELECT max(earlier.last_day) FROM reports_report earlier
             WHERE earlier.tenant_id = %(tenant)s AND earlier.last_day < ended.day)
      FROM ended WHERE ended.day IS NOT NULL
)
SELECT (SELECT found.period FROM reports_report found
         WHERE found.tenant_id = %(tenant)s AND found.last_day = ended.day
           AND found.period = to_char(ended.day, 'YYYY-"Q"Q') LIMIT 1),
       (SELECT found.period FROM reports_report found
         WHERE found.tenant_id = %(tenant)s AND found.last_day = ended.day
           AND found.period = to_char(ended.day, 'YYYY-MM') LIMIT 1)
  FROM ended WHERE ended.day IS NOT NULL LIMIT %(most)s
"""
_WIDTHS = (Visibility.MINE, Visibility.TEAM, Visibility.ALL)


def visible_reports(membership: Membership) -> QuerySet[Report]:
    """Of customers that the member sees; those about the tenant by their kind."""
    found: QuerySet[Report] = Report.objects.all()
    kinds = kinds_seen(membership)
    if len(kinds) < len(Report.Kind):
        found = found.filter(kind__in=kinds)
    if membership.sees("customers") == Visibility.ALL:
        return found
    visible = Customer.objects.visible_to(membership).order_by().values("pk")
    return found.filter(Q(customer=None) | Q(customer__in=visible))


def report_for(membership: Membership, pk: int) -> Report | None:
    """One report, if the member may see it."""
    found: Report | None = (
        visible_reports(membership)
        .select_related(
            "customer", "figure_set", "correction_of", "reviewed_by", "approved_by", "sent_by"
        )
        .filter(pk=pk)
        .first()
    )
    return found


def widths(membership: Membership) -> tuple[str, ...]:
    """Whose reports a member may list, narrowest first."""
    widest = _WIDTHS.index(Visibility(membership.sees("customers")))
    return tuple(
        str(width)
        for number, width in enumerate(_WIDTHS)
        if number <= widest and (width != Visibility.TEAM or membership.team_id is not None)
    )


def within(found: QuerySet[Report], membership: Membership, width: str) -> QuerySet[Report]:
    """Of customers whose face the member, or somebody of the team, is today; those about the tenant
    are its executives' and administrators'."""
    if width == Visibility.ALL:
        return found
    theirs = Q(customer__in=faced_by(colleagues_of(membership, width)))
    if membership.has_role(Role.EXECUTIVE, Role.ADMIN):
        theirs |= Q(customer=None)
    return found.filter(theirs)


def latest_versions(found: QuerySet[Report]) -> QuerySet[Report]:
    """Without those that a further version has taken the place of."""
    return found.filter(~Exists(Report.objects.filter(correction_of=OuterRef("pk"))))


def undone(found: QuerySet[Report]) -> QuerySet[Report]:
    """Of which somebody still has something to do; as the index of them says it."""
    return found.exclude(state=Report.State.SENT)


def awaiting(membership: Membership) -> QuerySet[Report]:
    """The reports that wait for the member: of customers whose face it is, not sent yet."""
    return within(undone(visible_reports(membership)), membership, Visibility.MINE)


def in_state(found: QuerySet[Report], state: str) -> QuerySet[Report]:
    """One of ``STATES``; ``opened`` and ``answered`` are sent ones of which that is so."""
    if state == OPENED:
        opened = ReportLink.objects.filter(recipient__report=OuterRef("pk"))
        return found.filter(Exists(opened.exclude(opened_at=None)))
    if state == ANSWERED:
        return found.filter(Exists(ReportAnswer.objects.filter(report=OuterRef("pk"))))
    return found.filter(state=state) if state else found


def of_tier(found: QuerySet[Report], tier: str) -> QuerySet[Report]:
    """Of customers that had this tier on the latest night; ``none``: that had none."""
    night = latest_night()
    if night is None:
        return found.none()
    rows = MeasureRow.objects.filter(as_of=night.as_of, tier="" if tier == "none" else tier)
    return found.filter(customer__in=rows.order_by().values("customer_id"))


def by_words(found: QuerySet[Report], text: str) -> QuerySet[Report]:
    """Of customers whose name or key has these words."""
    words = text.strip().lower()
    if not words:
        return found
    customers = Customer.objects.filter(search_text__contains=words).order_by()
    return found.filter(customer__in=customers.values("pk"))


def periods() -> list[str]:
    """The periods of which there are reports, the latest first, quarters before months; one statement,
    which takes a look at each and not at every report."""
    with connection.cursor() as cursor:
        cursor.execute(PERIODS, {"tenant": current_tenant_id(), "most": MOST_PERIODS})
        return [key for keys in cursor.fetchall() for key in keys if key is not None]


@dataclass(frozen=True)
class ReportRow:
    """A report in a list. opened, answers: how many recipients opened it, how many answers came."""

    report: Report
    tier: str
    recipients: int
    opened: int
    answers: int


def rows_of(reports: Sequence[Report]) -> list[ReportRow]:
    """Four statements, however many."""
    ids = [report.pk for report in reports]
    night = latest_night()
    tiers = dict(
        MeasureRow.objects.filter(
            as_of=night.as_of if night else None,
            customer__in=[report.customer_id for report in reports if report.customer_id],
        ).values_list("customer_id", "tier")
    )
    told = _counted(ReportRecipient.objects.filter(report__in=ids), "report")
    opened = _counted(
        ReportRecipient.objects.filter(report__in=ids).filter(
            Exists(ReportLink.objects.filter(recipient=OuterRef("pk")).exclude(opened_at=None))
        ),
        "report",
    )
    answers = _counted(ReportAnswer.objects.filter(report__in=ids), "report")
    return [
        ReportRow(
            report,
            tiers.get(report.customer_id or 0, ""),
            told.get(report.pk, 0),
            opened.get(report.pk, 0),
            answers.get(report.pk, 0),
        )
        for report in reports
    ]


def _counted(found: QuerySet[Any], by: str) -> dict[int, int]:
    return dict(found.order_by().values_list(by).annotate(Count("pk")))


def versions_of(report: Report) -> QuerySet[Report]:
    """Every version of the same report, the latest first, without what they say."""
    found: QuerySet[Report] = Report.objects.filter(
        kind=report.kind,
        customer=report.customer_id,
        period=report.period,
        language=report.language,
    )
    return found.defer("document", "texts").order_by("-version")


def recipients_of(report: Report) -> list[ReportRecipient]:
    """With their links; two statements."""
    found = ReportRecipient.objects.filter(report=report).prefetch_related("links")
    return list(found.order_by("name", "pk"))


def letters_to(recipients: Sequence[ReportRecipient]) -> dict[int, OutgoingMail]:
    """Recipient id → its letter, as far as one was written; one statement."""
    keys = {letter_key(one): one.pk for one in recipients}
    found = OutgoingMail.objects.filter(key__in=keys).defer("sealed_body", "headers")
    return {keys[mail.key]: mail for mail in found}


def letter_waits(recipient: ReportRecipient, letter: OutgoingMail | None) -> bool:
    """Whether a recipient's letter can still be stopped: not written yet, or waiting to leave."""
    is_queued = letter is not None and letter.state == OutgoingMail.State.QUEUED
    return recipient.state == Told.WAITING or is_queued


def letter_key(recipient: ReportRecipient) -> str:
    """By which the letter to a recipient is written once."""
    return f"report-{recipient.report_id}-{recipient.pk}"


def answers_to(report: Report) -> QuerySet[ReportAnswer]:
    found: QuerySet[ReportAnswer] = ReportAnswer.objects.filter(report=report)
    return found.select_related("ask__request", "case", "score")


def may_approve(membership: Membership, report: Report) -> bool:
    """Whether a member who sees the report may approve and send it."""
    is_executives = report.kind == Report.Kind.EXECUTIVE
    return may(membership, "approve_executive_reports" if is_executives else "approve_reports")


def only_editable(membership: Membership, seen: dict[int, int]) -> dict[int, int]:
    """Of reports that the member may approve those that it may review and put back as well: whoever
    does not put words into customers' reports does so with those about the tenant alone."""
    if may(membership, "edit_reports"):
        return seen
    found = Report.objects.filter(pk__in=seen, customer=None).values_list("pk", flat=True)
    return {pk: seen[pk] for pk in found}


def only_approvable(membership: Membership, seen: dict[int, int]) -> dict[int, int]:
    """Of reports by id those that the member sees and may approve."""
    found = visible_reports(membership).filter(pk__in=seen)
    if not may(membership, "approve_executive_reports"):
        found = found.exclude(kind=Report.Kind.EXECUTIVE)
    ids: Collection[int] = found.values_list("pk", flat=True)
    return {pk: seen[pk] for pk in ids}
