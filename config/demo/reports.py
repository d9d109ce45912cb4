"""Reports of the demo: of the latest month and quarter. The quarter's are sent and partly opened and
answered; the month's wait for review, approval and sending, but for a few. Nobody is written to."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zlib import crc32

from django.utils.timezone import now as moment_now

from accounts.models import Responsibility, Tenant, User
from accounts.tenancy import tenant_scope
from projects.actions.customer_pages import note_opened
from reports.actions.report_answers import score_by_link, wish_by_link
from reports.actions.report_changes import approve, review
from reports.actions.report_links import new_link
from reports.actions.report_sending import send_reports
from reports.actions.run_sweep import ended_before
from reports.actions.run_work import work_on_run
from reports.compute.report_periods import ReportPeriod
from reports.documents.composers import kinds_of
from reports.models import Report, ReportLink, ReportRecipient, ReportRun
from service.models import Told
from service.queries.survey_questions import question_for

# Of the latest period, so many days after its end.
REVIEWED, APPROVED, SENT = timedelta(days=2), timedelta(days=3), timedelta(days=4)
# Shares of a hundred.
MONTH_SENT, MONTH_APPROVED, MONTH_REVIEWED = 12, 18, 32
OPENED, ANSWERED = 60, 12
MOST_SENT, MOST_ANSWERS = 60, 12
WISHES = (
    "希望月报能按部门拆分使用情况",
    "移动端审批希望支持批量处理",
    "工资条希望支持企业微信推送",
)
COMMENTS = ("月报很清楚，领导一眼就能看懂。", "希望早两天收到。", "")


def make_example_reports(tenant: Tenant) -> None:
    """Make them once, after the nights."""
    today = tenant.local_date(tenant.created_at)
    with tenant_scope(tenant.pk):
        if ReportRun.objects.exists():
            return
    month, quarter = ended_before(today)
    for period in (quarter, month):
        _produce(tenant, period)
    with tenant_scope(tenant.pk):
        _send(tenant, quarter, most=MOST_SENT)
        _work_on(tenant, month)
        _answer(tenant)


def _produce(tenant: Tenant, period: ReportPeriod) -> None:
    """As the worker would have on the first morning."""
    hour = min(tenant.night_hour + 3, 23)
    morning = datetime.combine(period.last + timedelta(days=1), time(hour), tenant.zone)
    for kind in kinds_of(period):
        with tenant_scope(tenant.pk):
            run, _is_new = ReportRun.objects.get_or_create(
                kind=kind, period=period.key, last_day=period.last,
                defaults={"known_at": min(morning, moment_now())},
            )  # fmt: skip
        work_on_run(tenant=tenant, run_id=run.pk)


def _faces() -> dict[int, User]:
    """Customer id → who looks after it, where that is a member."""
    found = Responsibility.objects.filter(to_on=None, colleague__membership__isnull=False)
    return {
        one.customer_id: one.colleague.membership.user
        for one in found.select_related("colleague__membership__user")
        if one.colleague is not None and one.colleague.membership is not None
    }


def _chance(*of: object) -> int:
    """0 to 99, the same for the same."""
    return crc32("-".join(map(str, of)).encode()) % 100


def _of(period: ReportPeriod) -> list[Report]:
    found = Report.objects.filter(kind=Report.Kind.CUSTOMER, period=period.key)
    return list(found.select_related("customer").defer("document").order_by("pk"))


def _when(tenant: Tenant, period: ReportPeriod, after: timedelta) -> datetime:
    morning = datetime.combine(period.last, time(10), tenant.zone) + after
    return min(morning, moment_now())


def _send(tenant: Tenant, period: ReportPeriod, *, most: int) -> None:
    by_face: dict[User, list[Report]] = {}
    faces = _faces()
    for report in _of(period)[:most]:
        if (face := faces.get(report.customer_id or 0)) is not None:
            by_face.setdefault(face, []).append(report)
    for face, reports in by_face.items():
        _sent(tenant, period, reports, face)


def _sent(tenant: Tenant, period: ReportPeriod, reports: list[Report], by: User) -> None:
    """Reviewed, approved, sent, and opened by some; no letter is written."""
    seen = {one.pk: one.revision for one in reports}
    approve(seen=seen, by=by, now=_when(tenant, period, APPROVED))
    at = _when(tenant, period, SENT)
    send_reports(seen={pk: seen[pk] + 1 for pk in seen}, tenant=tenant, by=by, now=at)
    recipients = ReportRecipient.objects.filter(report__in=seen).select_related("contact", "report")
    for one in recipients:
        link, _secret = new_link(one, one.report.language, at, by=by)
        chance = _chance(period.key, one.report.customer_id, one.contact_id)
        if chance < OPENED:
            note_opened(link, min(at + timedelta(hours=3 + chance), moment_now()))
    recipients.update(state=Told.QUEUED, told_at=at)


def _work_on(tenant: Tenant, period: ReportPeriod) -> None:
    """The month's: some sent, approved or reviewed, the others drafts."""
    faces = _faces()
    by_state: dict[str, list[tuple[User, Report]]] = {"sent": [], "approved": [], "reviewed": []}
    for report in _of(period):
        chance = _chance(period.key, report.customer_id)
        if report.customer_id not in faces or chance >= MONTH_REVIEWED:
            continue
        state = "reviewed"
        if chance < MONTH_SENT and len(by_state["sent"]) < MOST_SENT // 3:
            state = "sent"
        elif chance < MONTH_APPROVED:
            state = "approved"
        by_state[state].append((faces[report.customer_id], report))
    for state, pairs in by_state.items():
        by_face: dict[User, list[Report]] = {}
        for face, report in pairs:
            by_face.setdefault(face, []).append(report)
        for face, reports in by_face.items():
            seen = {one.pk: one.revision for one in reports}
            if state == "sent":
                _sent(tenant, period, reports, face)
            elif state == "approved":
                approve(seen=seen, by=face, now=_when(tenant, period, APPROVED))
            else:
                review(seen=seen, by=face, now=_when(tenant, period, REVIEWED))


def _answer(tenant: Tenant) -> None:
    """Some of those who opened theirs answered, today: earlier nights did not know it."""
    opened = (
        ReportLink.objects.exclude(opened_at=None)
        .select_related("contact", "recipient__report")
        .order_by("pk")
    )
    answered = 0
    for link in opened:
        chance = _chance("answer", link.recipient.report.customer_id, link.contact_id)
        if chance >= ANSWERED or answered >= MOST_ANSWERS:
            continue
        asked = question_for(link.contact, tenant=tenant, now=moment_now(), language=link.language)
        score, comment = asked.scores[-1] - chance % 3, COMMENTS[chance % len(COMMENTS)]
        score_by_link(link=link, score=score, comment=comment, tenant=tenant)
        if answered < len(WISHES):
            wish_by_link(link=link, text=WISHES[answered], tenant=tenant)
        answered += 1
